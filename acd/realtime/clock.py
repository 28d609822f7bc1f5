"""The tenant's time as this node knows it: its own clock, set by what Redis last said."""

from __future__ import annotations

import time


class TenantClock:
    """Milliseconds since the epoch on Redis' clock, without asking it each time."""

    __slots__ = ("_ahead_ms",)

    def __init__(self) -> None:
        self._ahead_ms = 0

    def set(self, now_ms: int) -> None:
        """Redis said so just now."""
        if now_ms:
            self._ahead_ms = now_ms - time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        """The time now."""
        return time.time_ns() // 1_000_000 + self._ahead_ms
