"""How every command runs: one loop, errors as messages, stable exit codes."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeVar

import typer

from acd.config import Checked, Config, ConfigProblems, check_config, with_secrets
from acd.config.places import Running, redis_url
from acd.domain.errors import AcdError, BadRequest, ConfigInvalid, with_cause
from acd.embedded.data import is_running

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

T = TypeVar("T")

FAILED: Final = 1
"""The command ran and did not succeed."""
MISUSED: Final = 2
"""The configuration or the command line is wrong; nothing was done."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The configuration; else $ACD_CONFIG, ./config.toml or the one that comes along.",
    ),
]


DemoOption = Annotated[
    bool, typer.Option("--demo", help="Look at the demonstration, which has its own configuration.")
]


def fail(*errors: AcdError, exit_code: int = FAILED) -> NoReturn:
    """Says why on stderr, each error on a line with its code, and ends the command."""
    for code, said in dict.fromkeys((error.code, with_cause(error)) for error in errors):
        typer.echo(f"acd: {code}: {said}", err=True)
    raise typer.Exit(exit_code)


def misuse(said: str) -> NoReturn:
    """Ends a command whose line is wrong."""
    fail(BadRequest(said), exit_code=MISUSED)


def redis_beside(config: Config) -> str | None:
    """The Redis of the configuration, else that of the node that runs here; None without either.

    Raises:
        DataDirUnusable: this user may not know.
    """
    if url := redis_url(config):
        return url
    running = Running.read(config)
    return running.redis_url if running is not None and is_running(running.pid) else None


def commands(said: str | None = None) -> typer.Typer:
    """Commands that are imported when they are asked for.

    Args:
        said: what they are about; None where there is one alone.
    """
    return typer.Typer(
        help=said,
        no_args_is_help=said is not None,
        add_completion=False,
        rich_markup_mode=None,
    )


STORES: Final = ("redis", "database")
"""The sections whose secrets a command needs that opens the stores and starts no node."""


def read_checked(file: Path | None, *secrets_of: str) -> Checked:
    """The configuration, or the end of the command with every problem in it.

    Args:
        file: where; by default as `ConfigOption` says.
        secrets_of: the sections whose secrets must be there; none stands for all.
    """
    try:
        return with_secrets(check_config(file), *secrets_of)
    except ConfigProblems as problems:
        refuse(problems)


def read_beside(file: Path | None, *, demo: bool) -> Checked:
    """What the node beside the command runs with, and the secrets of its stores; or the end of it.

    Args:
        file: where; by default as `ConfigOption` says.
        demo: the demonstration's instead, of which there is no file.
    """
    if not demo:
        return read_checked(file, *STORES)
    if file is not None:
        misuse("The demonstration has its own configuration: give --demo or --config.")
    from acd.demo.desk_phone import as_it_runs  # noqa: PLC0415 - the other commands need no demo

    config = as_it_runs(read_demo_config())
    return Checked(config=config, source=Path(), warnings=(), missing=())


def read_demo_config(
    *, host: str | None = None, port: int | None = None, data_dir: Path | None = None
) -> Config:
    """The demonstration's configuration, or the end of the command likewise."""
    from acd.demo.seed import demo_config  # noqa: PLC0415 - the other commands need no demo

    try:
        return demo_config(os.environ, host=host, port=port, data_dir=data_dir)
    except ConfigProblems as problems:
        refuse(problems)


def refuse(problems: ConfigProblems, then: str = "; nothing was done.") -> NoReturn:
    """Every problem on a line of its own, then how many, and exit code 2."""
    for problem in problems.problems:
        typer.echo(str(problem), err=True)
    count = len(problems.problems)
    typer.echo(f"{count} problem{'' if count == 1 else 's'}{then}", err=True)
    raise typer.Exit(MISUSED)


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest entry, the first row as heads."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on uvloop where there is one.

    What goes wrong on purpose, or is refused by this machine, becomes a message.
    """
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except ConfigProblems as problems:
        refuse(problems)
    except (AcdError, OSError, BaseExceptionGroup) as error:
        known, unknown = _sorted(error)
        if unknown:
            raise
        wrong = any(isinstance(leaf, ConfigInvalid) for leaf in known)
        fail(*known, exit_code=MISUSED if wrong else FAILED)


class MachineRefused(AcdError):
    """This machine does not let it: a full disk, a limit, a missing right."""

    code = "machine_refused"


def _sorted(error: BaseException) -> tuple[list[AcdError], list[BaseException]]:
    """The errors raised on purpose, and the others, out of any groups they came in."""
    if isinstance(error, AcdError):
        return [error], []
    if isinstance(error, OSError):
        return [MachineRefused(f"{MachineRefused.message()} ({error})")], []
    if not isinstance(error, BaseExceptionGroup):
        return [], [error]
    known: list[AcdError] = []
    unknown: list[BaseException] = []
    for inner in error.exceptions:
        more_known, more_unknown = _sorted(inner)
        known += more_known
        unknown += more_unknown
    return known, unknown


def _loop_factory() -> Any:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - there is none on Windows

    return uvloop.new_event_loop
