"""The loop that runs what is due; any number of nodes may run it.

One of them ticks: it sleeps until the next due time, at most a second, so that a deadline that
anybody set more than a second ahead is met to the millisecond. The others look again when its
lease should have run out; until then a verb of theirs wakes them only for what is due within that
second, since the one that ticks may sleep through it.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.routing.results import TimerFailed, TimersRun
    from acd.routing.router import Router

LONGEST_SLEEP_S: Final = 1.0
AWAY_SLEEP_S: Final = 0.25
JITTER_S: Final = 0.1
"""So that many nodes do not come at once."""
STAND_IN_JITTER_S: Final = 0.3

log = structlog.get_logger(__name__)


async def run_timers_forever(
    router: Router,
    stop: asyncio.Event,
    *,
    node: str = "",
    on_ran: Callable[[int, float], None] | None = None,
    on_failed: Callable[[], None] | None = None,
) -> None:
    """Run timers when they are due, at least once a second, until `stop` is set.

    Args:
        router: whose timers.
        stop: ends the loop.
        node: this node's name, its own for each loop that runs; by default a new one.
        on_ran: hears after each turn that ran any how many, and how late the first was, in seconds.
        on_failed: hears of each timer whose work failed, which is a defect and was put off.
    """
    node = node or new_id("nd")
    sleep = _Sleep()
    forget = router.on_due(sleep.heard)
    stopping = asyncio.create_task(stop.wait(), name="timers-stop")
    try:
        while not stop.is_set():
            sleep_s = AWAY_SLEEP_S
            sleep.begin()
            try:
                turn = await router.run_timers(node=node)
            except StoreUnavailable:
                pass
            else:
                if turn.failed:
                    _tell(turn.failed)
                    if on_failed is not None:
                        on_failed()
                late_s = sleep.late_s(turn)
                if turn.ran and late_s is not None and on_ran is not None:
                    on_ran(turn.ran, late_s)
                sleep_s = sleep.after(turn)
                if turn.more:
                    await asyncio.sleep(0)
                    continue
            waking = asyncio.create_task(sleep.wake.wait(), name="timers-wake")
            try:
                await asyncio.wait(
                    {waking, stopping}, timeout=sleep_s, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                waking.cancel()
                await asyncio.wait({waking})  # awaiting it would swallow our own cancellation
            # a timer set for later than now is slept for again, after one look at what is next
    finally:
        forget()
        stopping.cancel()
        await asyncio.wait({stopping})


def _tell(failed: TimerFailed) -> None:
    log.error(
        "a timer failed and was put off",
        timer=failed.timer,
        times=failed.times,
        error=failed.error,
    )


class _Sleep:
    """How long to sleep after a turn, and what ends the sleep early. Times are the server's."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._until_ms = 0.0
        self._heard_ms = math.inf  # the earliest that verbs set while a turn is under way
        self._first_due_ms: float | None = None
        self._ahead_ms = math.inf  # a timer further ahead is met by the node that ticks
        self._turned_at_s = 0.0

    def begin(self) -> None:
        """A turn begins."""
        self.wake.clear()
        self._heard_ms = math.inf

    def heard(self, at_ms: int) -> None:
        """A verb of this node has set a timer."""
        if at_ms > self._ahead_ms + (time.monotonic() - self._turned_at_s) * 1000:
            return
        self._heard_ms = min(self._heard_ms, at_ms)
        self._first_due_ms = min(at_ms, self._first_due_ms or math.inf)
        if at_ms < self._until_ms:
            self.wake.set()

    def late_s(self, turn: TimersRun) -> float | None:
        """How late the first timer of this turn was, if it was known."""
        if self._first_due_ms is None:
            return None
        return max(0.0, turn.now_ms - self._first_due_ms) / 1000

    def after(self, turn: TimersRun) -> float:
        """How long to sleep, in seconds."""
        self._turned_at_s = time.monotonic()
        self._first_due_ms = turn.next_due_ms
        if turn.ticker_left_ms:
            self._ahead_ms = turn.now_ms + LONGEST_SLEEP_S * 1000
            sleep_s = turn.ticker_left_ms / 1000 + random.random() * STAND_IN_JITTER_S  # noqa: S311
            next_ms = math.inf
        else:
            self._ahead_ms = math.inf
            sleep_s = LONGEST_SLEEP_S - random.random() * JITTER_S  # noqa: S311
            next_ms = math.inf if turn.next_due_ms is None else turn.next_due_ms
        # a verb that came after the turn may be answered before it; what came before it and was
        # due then has been run
        if self._heard_ms >= turn.now_ms:
            next_ms = min(next_ms, self._heard_ms)
        sleep_s = min(sleep_s, max(0.0, (next_ms - turn.now_ms) / 1000) + 0.001)
        self._until_ms = turn.now_ms + sleep_s * 1000
        return sleep_s
