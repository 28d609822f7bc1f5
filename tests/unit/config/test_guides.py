"""What the guides say of config.toml is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acd.config.loader import check_text

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*/README.md"))
)
FENCED = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}\[{1,2}[a-z_.]+\]{1,2} *(#.*)?$", re.MULTILINE)
EVERYBODY = """\
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = ["support", "sales"]
"""
DEPARTMENT = '[[departments]]\nid = "{0}"\nname = "{0}"\n[departments.call]\n'


def blocks(page: str) -> str:
    """Everything of config.toml that a page shows, as one file."""
    return "\n".join(FENCED.findall((ROOT / page).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_what_a_page_shows_can_be_used(page: str) -> None:
    said = blocks(page)
    rest = [DEPARTMENT.format(one) for one in ("support", "sales") if f'id = "{one}"' not in said]
    checked = check_text(said + "".join(rest) + EVERYBODY, source=ROOT / page, env={})
    assert checked.warnings == ()


def test_telephony_is_shown_for_every_exchange() -> None:
    for name in ("sip-trunk", "asterisk", "freeswitch", "3cx"):
        assert "numbers = {" in blocks(f"docs/guides/{name}.md")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_shown_is_marked_as_what_it_is(page: str) -> None:
    assert not INDENTED.search((ROOT / page).read_text(encoding="utf-8"))
