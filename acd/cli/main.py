"""The `acd` command: serve, show, check, look after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import structlog
import typer

import acd
from acd.cli import agents, configuration, doctor, explain
from acd.cli.running import ConfigOption, read_checked, read_demo_config, run

log = structlog.get_logger(__name__)

app = typer.Typer(
    name="acd",
    help="Distributes chats and calls to the right agent: the first answer wins, nothing is lost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(configuration.app, name="config")
app.add_typer(agents.app, name="agents")
app.command("doctor")(doctor.doctor)
app.command("explain")(explain.explain)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"acd {acd.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


@app.command()
def serve(
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Instead of server.host.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of server.port.")] = None,
) -> None:
    """Run one node until it is told to stop (Ctrl-C, SIGTERM).

    Needs nothing but its configuration: with no Redis and no database named there, it runs its own
    in server.data_dir.
    """
    from acd.app import serve as serve_node  # noqa: PLC0415 - the other commands need no server
    from acd.logs import set_up_logs  # noqa: PLC0415

    _override("ACD_SERVER__HOST", host)
    _override("ACD_SERVER__PORT", port)
    checked = read_checked(config)
    settings = checked.config
    set_up_logs(settings.server.log_format, settings.server.log_level)
    for warning in checked.warnings:
        log.warning("configuration", code=warning.code, said=str(warning))
    run(serve_node(settings))


@app.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 8080 unless set.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where it keeps its data, data/demo unless set.")
    ] = None,
) -> None:
    """Show it, with a seeded shop and simulated people.

    Serves at http://127.0.0.1:8080 unless told otherwise: a shop with departments, simulated
    agents, and visitors at the press of a button. It keeps its own data, and what you do in it is
    there again the next time.
    """
    from acd.demo.run import serve_demo  # noqa: PLC0415
    from acd.logs import set_up_logs  # noqa: PLC0415

    settings = read_demo_config(host=host, port=port, data_dir=data_dir)
    set_up_logs(settings.server.log_format, settings.server.log_level)
    run(serve_demo(settings, say=typer.echo))


def _override(variable: str, value: str | int | None) -> None:
    """An option of the command line is an override that is checked like any other."""
    if value is not None:
        os.environ[variable] = str(value)


def main() -> None:
    """The entry point of `acd` and of `python -m acd`."""
    app(prog_name="acd")
