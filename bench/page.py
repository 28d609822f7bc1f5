"""The page of measured figures: each run writes its own tables into it, and leaves all else.

A table stands between `<!-- bench: name -->` and `<!-- /bench: name -->`, with the command that
made it and the machine it was made on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench import beside
from bench.report import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.report import Figure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def section(title: str, command: str, machine: Figure, figures: Sequence[Figure]) -> str:
    """A heading, what was run where, and the tables."""
    where = machine.params
    told = (
        f"`{command}` on {where['at']}, commit {where['commit']}, load {where['load']} before; "
        f"{where['cpu']}, {machine.value:g} cores, {where['memory_gib']} GiB, "
        f"Python {where['python']}, {where['os']}"
    )
    parts = [f"### {title}", told, table(figures)]
    if others := beside.table(figures):
        parts += ["Beside other engines:", others]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def replaced(page: str, name: str, text: str) -> str:
    """The page with the table of that name made anew.

    Raises:
        ValueError: it has no place on the page.
    """
    before, begins, rest = page.partition(f"<!-- bench: {name} -->\n")
    _, ends, after = rest.partition(f"<!-- /bench: {name} -->\n")
    if not ends:
        raise ValueError(f"the page has no markers for {name!r}")
    return f"{before}{begins}{text}{ends}{after}"


def publish(name: str, text: str, page: Path = PAGE) -> None:
    """Write a table into the page.

    Raises:
        ValueError: it has no place there.
    """
    page.write_text(replaced(page.read_text(), name, text))
