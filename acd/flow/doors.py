"""Doors that were found open: rushes ask for the same ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

KNOWN_S: Final = 2.0
"""For so long the directory is not read again; one that was closed meanwhile lets them in yet."""

D = TypeVar("D")


class Doors(Generic[D]):
    """What the directory said a moment ago. What it does not have is asked for every time."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[float, D]] = {}

    async def at(self, name: Hashable, find: Callable[[], Awaitable[D]]) -> D:
        """The door of that name; `find` reads the directory, and raises where there is none."""
        now_s = asyncio.get_running_loop().time()
        known = self._known.get(name)
        if known is None or known[0] < now_s:
            known = self._known[name] = (now_s + KNOWN_S, await find())
        return known[1]
