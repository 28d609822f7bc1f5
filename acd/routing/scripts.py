"""The scripts: found, their includes resolved, their headers read, their errors traced to a line.

A verb is one file in `lua/`; `--- include("name")` takes in `lua/_lib/name.lua`, once and in order.
The header of comments tells the verb in one sentence and names KEYS, ARGV, RETURNS and EVENTS.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

_INCLUDE: Final = re.compile(r'^--- include\("(\w+)"\)$')
_HEADING: Final = re.compile(r"^(KEYS|ARGV|RETURNS|EVENTS)\s+(.*)$")
_ERROR_LINE: Final = re.compile(r"user_script:(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a verb's file says of itself."""

    summary: str
    keys: str
    arguments: tuple[str, ...]
    returns: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One verb, ready to send. `origin` maps its lines to file and line."""

    name: str
    source: str
    sha: str
    header: Header
    origin: tuple[tuple[str, int], ...]

    def locate(self, message: str) -> str:
        """An error message of the server with our file and line in the place of its own."""

        def replace(match: re.Match[str]) -> str:
            line = int(match.group(1)) - 1
            if line >= len(self.origin):
                return match.group(0)
            file, at = self.origin[line]
            return f"{file}:{at}"

        return _ERROR_LINE.sub(replace, message)


def _folder() -> Traversable:
    return files("acd.routing") / "lua"


def parse_header(text: str) -> Header:
    """Read the comment at a verb's head.

    Raises:
        ValueError: a heading is missing.
    """
    summary: list[str] = []
    parts: dict[str, list[str]] = {}
    current: list[str] = summary
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        body = line[3:].strip()
        heading = _HEADING.match(body)
        if heading:
            current = parts.setdefault(heading.group(1), [])
            body = heading.group(2)
        current.append(body)
    missing = {"KEYS", "ARGV", "RETURNS", "EVENTS"} - parts.keys()
    if missing or not summary:
        raise ValueError(f"the header lacks {', '.join(sorted(missing)) or 'its sentence'}")
    events = " ".join(parts["EVENTS"])
    return Header(
        summary=" ".join(summary),
        keys=" ".join(parts["KEYS"]),
        arguments=tuple(_arguments(" ".join(parts["ARGV"]))),
        returns=" ".join(parts["RETURNS"]),
        events=() if events == "none" else tuple(e.strip(" *?") for e in events.split(",")),
    )


def _arguments(text: str) -> list[str]:
    """Split at commas that stand outside parentheses."""
    out, depth, word = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            out.append(word.strip())
            word = ""
        else:
            word += char
    return [*out, word.strip()]


def load_script(name: str) -> Script:
    """Assemble one verb."""
    folder = _folder()
    lines: list[str] = []
    origin: list[tuple[str, int]] = []
    seen: set[str] = set()

    def take(file: str) -> None:
        for at, line in enumerate((folder / file).read_text(encoding="utf-8").splitlines(), 1):
            include = _INCLUDE.match(line)
            if include:
                wanted = f"_lib/{include.group(1)}.lua"
                if wanted not in seen:
                    seen.add(wanted)
                    take(wanted)
            elif line.strip() and not line.lstrip().startswith("--"):
                lines.append(line)
                origin.append((file, at))

    take(f"{name}.lua")
    source = "\n".join(lines) + "\n"
    return Script(
        name=name,
        source=source,
        sha=hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest(),
        header=parse_header((folder / f"{name}.lua").read_text(encoding="utf-8")),
        origin=tuple(origin),
    )


@cache
def load_scripts() -> Mapping[str, Script]:
    """Every verb by name."""
    names = sorted(entry.name for entry in _folder().iterdir() if entry.name.endswith(".lua"))
    return {name[:-4]: load_script(name[:-4]) for name in names}
