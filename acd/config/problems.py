"""What is wrong with a configuration: all of it at once, each with its place and its remedy."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.domain.errors import ConfigInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

KeyPath = tuple[str | int, ...]


def dotted(path: KeyPath) -> str:
    """A key path as a person writes it: `departments[2].chat.ring_time_s`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to correct."""

    path: KeyPath
    """The key at fault; empty for the file as a whole."""
    message: str
    """What is wrong."""
    remedy: str = ""
    """What to do."""
    source: str = ""
    """The file or the environment variable."""
    line: int | None = None
    """Where in the file, counted from 1, when it is known."""
    column: int | None = None
    """Where in that line, counted likewise."""
    code: str
    """What kind of thing it is; stays the same when the words change."""
    warning: bool = False
    """Whether the configuration can be used nevertheless."""

    def __str__(self) -> str:
        """The one form of every finding, as editors read it: `file:line:column: code: text`."""
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        kind = "warning" if self.warning else ""
        parts = (place, self.code, kind, dotted(self.path), self.message)
        head = ": ".join(part for part in parts if part)
        return f"{head}. {self.remedy}" if self.remedy else f"{head}."


class ConfigProblems(ConfigInvalid):
    """The configuration cannot be used; correct the named keys and start again."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names the likeliest of the known words, or all of them when they are few."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not names:
        return "There are none yet."
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"Known: {shown}{', …' if len(names) > 12 else ''}."  # noqa: PLR2004
