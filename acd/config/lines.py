"""Where a key stands in a TOML file. The standard parser forgets it, so this looks again.

It follows table headers and the keys below them; a key inside an inline table or a long list is
reported at the line where that value begins. Multi-line strings are stepped over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from acd.config.problems import KeyPath


class Place(NamedTuple):
    """Where in a text, both counted from 1."""

    line: int
    column: int


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def _parts(text: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(text)]


def locate(text: str) -> dict[KeyPath, Place]:
    """Where every table and key begins that stands on a line of its own."""
    found: dict[KeyPath, Place] = {}
    counts: dict[KeyPath, int] = defaultdict(int)
    table: KeyPath = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        place = Place(number, len(line) - len(line.lstrip()) + 1)
        if closing:
            if closing in line:
                closing = ""
            continue
        if header := _HEADER.match(line):
            table = _open_table(_parts(header[2]), header[1] == "[[", counts)
            found.setdefault(table, place)
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
            found.setdefault(path, place)
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


def place_of(path: KeyPath, places: dict[KeyPath, Place]) -> Place | None:
    """Where a key stands, or the nearest thing around it."""
    for end in range(len(path), 0, -1):
        if (place := places.get(path[:end])) is not None:
            return place
    return None
