"""`acd config`: check the configuration, print its reference."""

from __future__ import annotations

import typer

from acd.cli.running import ConfigOption, read_config
from acd.config.docs import reference

app = typer.Typer(help="Check the configuration, or print what it may hold.", no_args_is_help=True)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Say everything that is wrong with the configuration, at once.

    Exits with 0 when nothing is, with 2 otherwise.
    """
    found = read_config(config)
    counts = {
        "site": len(found.sites),
        "department": len(found.departments),
        "queue": sum(len(department.queues()) for department in found.departments),
        "agent": len(found.agents),
    }
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
    typer.echo(f"The configuration is right: {said}.")


@app.command()
def docs() -> None:
    """Print the reference of config.toml as Markdown."""
    typer.echo(reference(), nl=False)
