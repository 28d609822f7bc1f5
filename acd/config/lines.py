"""Where a key stands in a TOML file. The standard parser forgets it, so this looks again.

It follows table headers and the keys below them; a key inside an inline table or a long list is
reported at the line where that value begins. Multi-line strings are stepped over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.config.problems import KeyPath

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def _parts(text: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(text)]


def locate(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, of every table and key that stands on a line of its own."""
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = defaultdict(int)
    table: KeyPath = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if header := _HEADER.match(line):
            table = _open_table(_parts(header[2]), header[1] == "[[", counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
            found.setdefault(path, number)
            rest = line[key.end() :].lstrip()
            for quote in ('"""', "'''"):
                if rest.startswith(quote) and quote not in rest[3:]:
                    closing = quote
    return found


def _open_table(names: list[str], is_list: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a header; a list of tables on the way means its newest entry."""
    path: KeyPath = ()
    for index, name in enumerate(names):
        path = (*path, name)
        last = index == len(names) - 1
        if last and is_list:
            counts[path] += 1
        if counts[path]:
            path = (*path, counts[path] - 1)
    return path


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int | None:
    """The line of a key, or of the nearest thing around it."""
    for end in range(len(path), 0, -1):
        if (line := lines.get(path[:end])) is not None:
            return line
    return None
