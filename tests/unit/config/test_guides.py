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
CALLS = re.compile(r"^# (?=\[departments\.call\])", re.MULTILINE)
SIGN = re.compile(r"^# ", re.MULTILINE)
OVER_SIP = re.compile(r"^# \[telephony\]\n(?:# .*\n)+", re.MULTILINE)


def blocks(page: str) -> str:
    """Everything of config.toml that a page shows, as one file."""
    return "\n".join(FENCED.findall((ROOT / page).read_text(encoding="utf-8")))


def config_with_calls() -> str:
    """Our config.toml, with the `#` taken away before `[departments.call]` as the guides say."""
    text, times = CALLS.subn("", (ROOT / "config.toml").read_text(encoding="utf-8"))
    assert times == text.count("[[departments]]")
    return text


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_what_a_page_shows_is_put_at_the_end_of_our_config(page: str) -> None:
    text = f"{config_with_calls()}\n{blocks(page)}"
    assert check_text(text, source=ROOT / "config.toml", env={}).warnings == ()


def test_calls_over_sip_stand_in_our_config() -> None:
    text, times = OVER_SIP.subn(lambda said: SIGN.sub("", said[0]), config_with_calls())
    assert times == 1
    checked = check_text(text, source=ROOT / "config.toml", env={})
    assert checked.warnings == ()
    assert checked.config.telephony.sip.numbers


def test_telephony_is_shown_for_every_exchange() -> None:
    for name in ("sip-trunk", "asterisk", "freeswitch", "3cx"):
        assert "numbers = {" in blocks(f"docs/guides/{name}.md")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_shown_is_marked_as_what_it_is(page: str) -> None:
    assert not INDENTED.search((ROOT / page).read_text(encoding="utf-8"))
