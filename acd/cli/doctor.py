"""`acd doctor`: is everything a node needs in order, right now?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import typer

from acd.cli.checks import examine
from acd.cli.findings import Finding, Mark
from acd.cli.running import (
    FAILED,
    ConfigOption,
    DemoOption,
    commands,
    read_beside,
    run,
    show_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_RUNNING: Final = 3
"""As services answer that are asked for their status."""

_COLOURS: Final = {
    Mark.OK: typer.colors.GREEN,
    Mark.NOTE: typer.colors.YELLOW,
    Mark.DOWN: typer.colors.RED,
    Mark.WRONG: typer.colors.RED,
}

app = commands()


@app.command()
def doctor(config: ConfigOption = None, demo: DemoOption = False) -> None:
    """Say whether a node serves here and has all it needs.

    Examines the node of this configuration on this machine, Redis, the database, the clocks, the
    invariants of routing, whether the configuration is applied, what carries the audio of calls,
    and whether the trunk answers. It changes nothing.

    Exits with 0 when all is in order, with 1 when something is wrong, with 2 when it was asked
    wrongly, and with 3 when nothing is wrong but no node runs here: before the first start, or
    after a stop. Notes do not count.
    """
    checked = read_beside(config, demo=demo)
    findings = run(examine(checked.config, checked.missing))
    _show(findings)
    marks = {finding.mark for finding in findings}
    if Mark.WRONG in marks:
        raise typer.Exit(FAILED)
    if Mark.DOWN in marks:
        raise typer.Exit(NOT_RUNNING)


def _show(findings: Sequence[Finding]) -> None:
    rows = [("", "what", "found"), *((f.mark.value, f.what, f.found) for f in findings)]
    if not sys.stdout.isatty():
        show_table(rows)
    else:
        width = max(len(finding.what) for finding in findings)
        for finding in findings:
            mark = typer.style(f"{finding.mark.value:<5}", fg=_COLOURS[finding.mark])
            typer.echo(f"{mark}  {finding.what:<{width}}  {finding.found}")
    for finding in findings:
        if finding.remedy:
            typer.echo(f"\n{finding.what}: {finding.remedy}")
