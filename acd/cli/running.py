"""How every command runs: one loop, errors as messages, stable exit codes."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, TypeVar

import typer

from acd.config import Checked, Config, ConfigProblems, Problem, check_config, with_secrets
from acd.domain.errors import AcdError, ConfigInvalid

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


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Says why on stderr and ends the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


STORES: Final = ("redis", "database")
"""The sections whose secrets a command needs that opens the stores and starts no node."""


def read_config(file: Path | None, *secrets_of: str) -> Config:
    """The configuration, or the end of the command with every problem in it.

    Args:
        file: where; by default as `ConfigOption` says.
        secrets_of: the sections whose secrets must be there; none stands for all.
    """
    return read_checked(file, *secrets_of).config


def read_checked(file: Path | None, *secrets_of: str) -> Checked:
    """The same, with what was noticed on the way."""
    try:
        return with_secrets(check_config(file), *secrets_of)
    except ConfigProblems as problems:
        refuse(problems)


def read_demo_config(
    *, host: str | None = None, port: int | None = None, data_dir: Path | None = None
) -> Config:
    """The demonstration's configuration, or the end of the command likewise."""
    from acd.demo.seed import demo_config  # noqa: PLC0415 - the other commands need no demo

    try:
        return demo_config(os.environ, host=host, port=port, data_dir=data_dir)
    except ConfigProblems as problems:
        refuse(problems)


def refuse(problems: ConfigProblems) -> NoReturn:
    """Every problem on a line of its own, then exit code 2."""
    count = len(problems.problems)
    lines = list(map(line_of, problems.problems))
    lines.append(f"{count} problem{'' if count == 1 else 's'}; nothing was started.")
    fail("\n".join(lines), MISUSED)


def line_of(problem: Problem) -> str:
    """A problem as people and their tools read it, its code last."""
    return f"{problem} [{problem.code}]"


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest entry, the first row as heads."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on uvloop where there is one; what goes wrong on purpose becomes a message."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (AcdError, BaseExceptionGroup) as error:
        known, unknown = _sorted(error)
        if unknown:
            raise
        wrong = any(isinstance(leaf, ConfigInvalid) for leaf in known)
        fail("\n".join(dict.fromkeys(map(str, known))), MISUSED if wrong else FAILED)


def _sorted(error: BaseException) -> tuple[list[AcdError], list[BaseException]]:
    """The errors raised on purpose, and the others, out of any groups they came in."""
    if isinstance(error, AcdError):
        return [error], []
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
