"""What the pages for people point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (".", "docs", "docs/adr", "docs/guides", "deploy/kamailio", "deploy/rtpengine")
    for path in (ROOT / folder).glob("*.md")
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(
    r"`((?:acd|bench|console|deploy|docs|tests|tools|ui|widget)/[A-Za-z0-9_./-]+[A-Za-z0-9_/])`"
)
MADE = {"acd/static", "bench/out"}
"""Folders of what is built or measured here."""


def anchors(page: Path) -> set[str]:
    """The headings, as a reader's browser finds them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES)
def test_every_file_it_names_is_there(page: str) -> None:
    for name in NAMED.findall((ROOT / page).read_text(encoding="utf-8")):
        if not name.startswith(tuple(MADE)):
            assert (ROOT / name).exists(), name
