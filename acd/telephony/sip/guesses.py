"""Who guesses passwords: counted by where it comes from, so that nobody tries them all. No I/O."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST: Final = 10
"""So many wrong passwords from one address, and nothing from there is looked at for a while."""
_WITHIN_S: Final = 60.0
_SOURCES: Final = 10_000
"""As many addresses are remembered; the oldest make room."""


class Guesses:
    """Of the last minute. Used in one thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: dict[str, tuple[float, int]] = {}

    def add(self, source: str) -> None:
        """One more password from there was wrong."""
        since, many = self._since.pop(source, (self._now(), 0))
        if self._now() - since > _WITHIN_S:
            since, many = self._now(), 0
        self._since[source] = (since, many + 1)
        if len(self._since) > _SOURCES:
            del self._since[next(iter(self._since))]

    def are_too_many(self, source: str) -> bool:
        since, many = self._since.get(source, (0.0, 0))
        return many >= _MOST and self._now() - since <= _WITHIN_S
