"""docs/guides/configuration.md is what the types say."""

from __future__ import annotations

from pathlib import Path

from acd.config.docs import reference

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "configuration.md"


def test_the_guide_is_current() -> None:
    assert GUIDE.read_text(encoding="utf-8") == reference(), (
        "run `acd config docs > docs/guides/configuration.md`"
    )


def test_every_key_has_a_meaning() -> None:
    keys = reference().partition("## Findings")[0]
    rows = [line.split(" | ") for line in keys.splitlines() if line.startswith("| `")]
    assert rows
    assert all(row[3].strip() for row in rows)
