"""The `acd` command: serve, show, check, look after."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import structlog
import typer
from typer.core import TyperGroup

import acd
from acd.cli.running import ConfigOption, read_checked, read_demo_config, run
from acd.config.places import database_url, redis_dir, redis_url
from acd.config.secrets import without_password

if TYPE_CHECKING:
    from acd.config import Config

log = structlog.get_logger(__name__)

_LATER: Final = {
    "config": "acd.cli.configuration",
    "agents": "acd.cli.agents",
    "doctor": "acd.cli.doctor",
    "explain": "acd.cli.explain",
}
"""Commands whose modules are imported when they are asked for: `serve` has to speak at once."""


class _Commands(TyperGroup):
    """Those of this file, then those that come later."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *_LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _LATER:
            return super().get_command(ctx, cmd_name)
        found = typer.main.get_command(import_module(_LATER[cmd_name]).app)
        found.name = cmd_name
        return found


app = typer.Typer(
    name="acd",
    cls=_Commands,
    help="Distributes chats and calls to the right agent: the first answer wins, nothing is lost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of server.port.")
    ] = None,
) -> None:
    """Run one node until it is told to stop (Ctrl-C, SIGTERM).

    Needs nothing but its configuration: with no Redis and no database named there, it runs its own
    in server.data_dir. SIGTERM leaves calls over SIP to another node or the next start, Ctrl-C ends
    them.
    """
    _override("ACD_SERVER__HOST", host)
    _override("ACD_SERVER__PORT", port)
    checked = read_checked(config)
    settings = checked.config
    _begin(settings, str(checked.source.absolute()))
    for warning in checked.warnings:
        log.warning("configuration", code=warning.code, said=str(warning))
    from acd.app import serve as serve_node  # noqa: PLC0415 - takes a second, and only here

    run(serve_node(settings))


@app.command()
def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 8080 unless set.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where it keeps its data, data/demo unless set.")
    ] = None,
) -> None:
    """Show it, with a seeded shop and simulated people.

    Serves at http://127.0.0.1:8080 unless told otherwise: a shop with departments, simulated
    agents, and visitors at the press of a button. It keeps its own data, and what you do in it is
    there again the next time.
    """
    settings = read_demo_config(host=host, port=port, data_dir=data_dir)
    _begin(settings, "demonstration")
    typer.echo(
        f"acd {acd.__version__}: the demo starts, on its own data in {settings.server.data_dir}"
    )
    from acd.demo.run import serve_demo  # noqa: PLC0415 - as above

    run(serve_demo(settings, say=typer.echo))


def _begin(settings: Config, source: str) -> None:
    """Sets up the logs, whose first line says at once what is about to start on which stores."""
    from acd.logs import set_up_logs  # noqa: PLC0415

    set_up_logs(settings.server.log_format, settings.server.log_level)
    redis = redis_url(settings)
    log.info(
        "starting",
        version=acd.__version__,
        config=source,
        redis=without_password(redis) if redis else f"embedded in {redis_dir(settings).absolute()}",
        database=without_password(database_url(settings)),
    )


def _override(variable: str, value: str | int | None) -> None:
    """An option of the command line is an override that is checked like any other."""
    if value is not None:
        os.environ[variable] = str(value)


def main() -> None:
    """The entry point of `acd` and of `python -m acd`."""
    app(prog_name="acd")
