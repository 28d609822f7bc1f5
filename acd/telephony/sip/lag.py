"""How late a node is with what SIP says, and whether it is overrun by it."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_log = structlog.get_logger(__name__)

_EVERY_S: Final = 0.2
LATE_S: Final = 0.5
"""A message that is answered later is said again (T1; RFC 3261, 17.1.1.2), and then the more is
late the more there is to do."""
FINE_FOR_S: Final = 1.0


class Lag:
    """Of one node, by marks: several times a second one goes a message's way, there and back.

    It sets out from the event loop and waits for its turn in the stack's thread. The node is
    overrun once two in a row were late, or one is stuck, until all were fine for a while.
    """

    def __init__(
        self, late_s: float = LATE_S, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Args: late_s is what a mark may take. now: seconds of any clock that never goes back."""
        self.late_s = late_s
        self.stuck_s = 3 * late_s
        self.fine_s = late_s / 3
        self._now = now
        self._due = math.inf
        """When the mark that is on its way was to set out."""
        self._late = 0
        """How many were, without one that was not."""
        self._fine_since = math.inf
        self._began: float | None = None
        self._worst_s = 0.0

    @property
    def is_overrun(self) -> bool:
        """Whether new calls are to go elsewhere. Of any thread: the loop may be what is stuck."""
        return self._began is not None or self._now() - self._due >= self.stuck_s

    def worst_s(self) -> float:
        """The longest that a mark took since this was asked."""
        worst_s, self._worst_s = max(self._worst_s, self._now() - self._due), 0.0
        return worst_s

    def due(self, in_s: float) -> None:
        """The next mark sets out then; how late it does counts too."""
        self._due = self._now() + in_s

    def back(self) -> None:
        """It has come back."""
        now = self._now()
        lag_s, self._due = now - self._due, math.inf
        self._worst_s = max(self._worst_s, lag_s)
        self._late = self._late + 1 if lag_s >= self.late_s else 0
        self._fine_since = min(self._fine_since, now) if lag_s <= self.fine_s else math.inf
        if self._began is None:
            if self._late > 1 or lag_s >= self.stuck_s:
                self._began = now
                _log.warning("sip.overrun", late_s=round(lag_s, 3))
        elif now - self._fine_since >= FINE_FOR_S:
            _log.info("sip.overrun_over", lasted_s=round(now - self._began, 1))
            self._began = None

    async def run(self, trip: Callable[[], Awaitable[object]]) -> None:
        """Measure until cancelled. `trip` is a mark's way."""
        while True:
            self.due(_EVERY_S)
            await asyncio.sleep(_EVERY_S)
            await trip()
            self.back()
