"""Typing: told at most every other second, and over by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

EXPIRES_S: Final = 6.0
AGAIN_S: Final = 2.0


class Typing:
    """One person at one keyboard. `tell(on)` is called when others should learn of a change."""

    __slots__ = ("_tell", "_timer", "_told_at")

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None
        self._told_at = 0.0

    def heard(self, *, on: bool) -> None:
        """The client says so."""
        if not on:
            self.stop()
            return
        loop = asyncio.get_running_loop()
        fresh = self._timer is None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(EXPIRES_S, self.stop)
        if fresh or loop.time() - self._told_at >= AGAIN_S:
            self._told_at = loop.time()
            self._tell(True)

    def stop(self) -> None:
        """Over: said, sent, silent for six seconds, or gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._tell(False)
