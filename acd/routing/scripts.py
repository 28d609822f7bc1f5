"""The scripts: found, their includes resolved, their headers read, their errors traced to a line.

A verb is one file in `lua/`; `--- include("name")` takes in `lua/_lib/name.lua`. The header of
comments tells the verb in one sentence and names KEYS, ARGV, RETURNS and EVENTS.

All verbs make one library of functions (`FUNCTION LOAD`), which the server keeps loaded: as
separate EVAL scripts each call would first build the closures of everything included, which costs
more than the verb. Its name carries a digest of the source: nodes of two releases do not meet.
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

READ_ONLY: Final = "reading"
"""A verb that includes this part promises to write nothing."""

UNSERVED: Final = ("reconcile_begin", "reconcile_end")
"""Verbs that a server answers before its state is made sure of."""

_INCLUDE: Final = re.compile(r'^--- include\("(\w+)"\)$', re.MULTILINE)
_HEADING: Final = re.compile(r"^(KEYS|ARGV|RETURNS|EVENTS)\s+(.*)$")
_ERROR_LINE: Final = re.compile(r"\buser_function:(\d+)")
_LOCAL: Final = re.compile(r"^local (?:function )?(\w+(?:, \w+)*)")
_COMMENT: Final = re.compile("--.*")
_WORD: Final = re.compile(r"\w+")
_NAME: Final = "@library@"
_OPEN: Final = "open"
"""What every verb begins with, in base.lua."""
LIBRARY_PREFIX: Final = "acd_"
"""What the libraries of all releases begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a verb's file says of itself."""

    summary: str
    keys: str
    arguments: tuple[str, ...]
    returns: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All verbs, ready to load. `functions` are the server's names for them."""

    name: str
    source: str
    functions: Mapping[str, str]
    headers: Mapping[str, Header]
    origin: tuple[tuple[str, int], ...]
    """File and line of each line of the source."""

    def locate(self, message: str) -> str:
        """An error message of the server with our file and line in the place of its own."""

        def replace(match: re.Match[str]) -> str:
            line = int(match.group(1)) - 1
            if line >= len(self.origin):
                return match.group(0)
            file, at = self.origin[line]
            return f"{file}:{at}"

        return _ERROR_LINE.sub(replace, message)


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


def _folder() -> Traversable:
    return files("acd.routing") / "lua"


def _declared(line: str) -> tuple[str, ...]:
    """The names that a line makes local to its whole file."""
    match = _LOCAL.match(line)
    return tuple(match.group(1).split(", ")) if match else ()


class _Assembly:
    """The library's lines, and where each came from."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.origin: list[tuple[str, int]] = []
        self._taken: set[str] = set()
        everything = [*_folder().iterdir(), *(_folder() / "_lib").iterdir()]
        self._words = {
            entry.name: set(_WORD.findall(_COMMENT.sub("", entry.read_text(encoding="utf-8"))))
            for entry in everything
            if entry.name.endswith(".lua")
        }

    def add(self, line: str, file: str, at: int) -> None:
        self.lines.append(line)
        self.origin.append((file, at))

    def read(self, file: str) -> str:
        """A file's text, after all that it includes has been taken in."""
        text = (_folder() / file).read_text(encoding="utf-8")
        for name in _INCLUDE.findall(text):
            part = f"_lib/{name}.lua"
            if part not in self._taken:
                self._taken.add(part)
                self.part(part, self.read(part))
        return text

    def part(self, file: str, text: str) -> None:
        """A part as a block; what other files name of it is declared before.

        The library is one function, and Lua has room for 200 local names in one.
        """
        elsewhere = {_OPEN}.union(
            *(words for name, words in self._words.items() if f"_lib/{name}" != file)
        )
        shared = {
            declared
            for line in text.splitlines()
            if (declared := _declared(line)) and not elsewhere.isdisjoint(declared)
        }
        if shared:
            self.add(f"local {', '.join(sorted(set().union(*shared)))}", file, 1)
        self.add("do", file, 1)
        for at, line in enumerate(text.splitlines(), 1):
            code = line.partition("--")[0]
            if _declared(line) not in shared:
                self.add_code(line, file, at)
            elif "=" in code or code.startswith("local function"):
                self.add_code(line.removeprefix("local "), file, at)
        self.add("end", file, len(text.splitlines()))

    def body(self, file: str, text: str) -> None:
        for at, line in enumerate(text.splitlines(), 1):
            self.add_code(line, file, at)

    def add_code(self, line: str, file: str, at: int) -> None:
        if line.strip() and not line.lstrip().startswith("--"):
            self.add(line, file, at)


@cache
def load_library() -> Library:
    """Assemble every verb.

    Raises:
        ValueError: a verb's header is incomplete.
    """
    verbs = sorted(e.name for e in _folder().iterdir() if e.name.endswith(".lua"))
    assembly = _Assembly()
    assembly.add(f"#!lua name={_NAME}", "", 0)
    texts = {file: assembly.read(file) for file in verbs}
    functions: dict[str, str] = {}
    headers: dict[str, Header] = {}
    for file in verbs:
        verb, text = file.removesuffix(".lua"), texts[file]
        headers[verb] = parse_header(text)
        functions[verb] = f"{_NAME}_{verb}"
        flags = "'no-writes'" if READ_ONLY in _INCLUDE.findall(text) else ""
        assembly.add(
            f"redis.register_function{{function_name='{functions[verb]}', flags={{{flags}}},"
            " callback=function(KEYS, ARGV)",
            file,
            1,
        )
        token = "KEYS[2]" if verb not in UNSERVED else "false"
        assembly.add(f"open(KEYS[1], {token})", file, 1)
        assembly.body(file, text)
        assembly.add("end}", file, len(text.splitlines()))
    source = "\n".join(assembly.lines) + "\n"
    name = f"{LIBRARY_PREFIX}{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    return Library(
        name=name,
        source=source.replace(_NAME, name),
        functions={verb: full.replace(_NAME, name) for verb, full in functions.items()},
        headers=headers,
        origin=tuple(assembly.origin),
    )
