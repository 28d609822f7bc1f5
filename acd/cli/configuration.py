"""`acd config`: check the configuration, print its reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from acd.cli.running import MISUSED, ConfigOption, commands, refuse
from acd.config import ConfigProblems, check_config
from acd.config.docs import reference

app = commands("Check the configuration, or print what it may hold.")


@app.command()
def check(
    config: ConfigOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as well.")] = False,
) -> None:
    """Say everything that is wrong with the configuration, at once.

    Exits with 0 when nothing is, with 2 otherwise. Warnings, of a configuration without errors,
    name what is likely not meant, and secrets that are not to be had here: a node needs them, this
    does not.
    """
    try:
        checked = check_config(config)
    except ConfigProblems as problems:
        # what is likely not meant may follow from an error: nobody serves a misspelt department
        refuse(problems, then=". Warnings are told when it can be read.")
    warnings = [*checked.warnings, *(replace(one, warning=True) for one in checked.missing)]
    for warning in warnings:
        typer.echo(str(warning), err=True)
    found = checked.config
    counts = {
        "site": len(found.sites),
        "department": len(found.departments),
        "queue": sum(len(department.queues()) for department in found.departments),
        "agent": len(found.agents),
    }
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
    noticed = f" {len(warnings)} warning{'' if len(warnings) == 1 else 's'}." if warnings else ""
    typer.echo(f"The configuration is right: {said}.{noticed}")
    if strict and warnings:
        raise typer.Exit(MISUSED)


@app.command()
def docs() -> None:
    """Print the reference of config.toml as Markdown."""
    typer.echo(reference(), nl=False)
