"""What an interaction needs of an agent: skills, each with its least level."""

from __future__ import annotations


def parse_requirement(text: str) -> dict[str, int]:
    """Skill and level of a requirement's text `french>=3,sales>=1`, or of a pool's name."""
    inside = text.partition("[")[2].removesuffix("]") if "[" in text else text
    needs = {}
    for part in inside.split(","):
        skill, sign, level = part.partition(">=")
        if sign and level.isdigit():
            needs[skill] = int(level)
    return needs
