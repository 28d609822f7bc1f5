"""What the guides say of config.toml is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acd.config.loader import check_text

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
BLOCK = re.compile(
    r"(?:^(?:    .*)?\n)*^    \[telephony[^\n]*\n(?:(?:    [^\n]*)?\n)*", re.MULTILINE
)
DEPARTMENT = '[[departments]]\nid = "{0}"\nname = "{0}"\n[departments.call]\n'


@pytest.mark.parametrize("name", ["sip-trunk", "asterisk", "freeswitch", "3cx"])
def test_the_telephony_of_a_guide_is_right(name: str) -> None:
    text = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    [block, *_] = BLOCK.findall(text)
    said = re.sub(r"^    ", "", block, flags=re.MULTILINE).partition("[[departments]]")[0]
    assert "numbers = {" in said
    departments = "".join(map(DEPARTMENT.format, ("support", "sales")))
    checked = check_text(said + departments, source=Path("/guide"), env={})
    assert checked.warnings == ()
    assert checked.config.telephony.sip.numbers
