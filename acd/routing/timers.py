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

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.routing.router import Router

LONGEST_SLEEP_S: Final = 1.0
AWAY_SLEEP_S: Final = 0.25
JITTER_S: Final = 0.3


async def run_timers_forever(
    router: Router,
    stop: asyncio.Event,
    *,
    node: str = "",
    on_ran: Callable[[int, float], None] | None = None,
) -> None:
    """Run timers when they are due, at least once a second, until `stop` is set.

    Args:
        router: whose timers.
        stop: ends the loop.
        node: this node's name, its own for each loop that runs; by default a new one.
        on_ran: hears after each turn that ran any how many, and how late the first was, in seconds.
    """
    wake = asyncio.Event()
    node = node or new_id("nd")
    due_ms = 0.0
    ahead_ms = math.inf  # a timer later than that is met by the node that ticks
    turned_at = time.monotonic()
    heard_ms = math.inf  # the earliest that verbs set while a turn is under way
    first_due_ms: float | None = None

    def sooner(at_ms: int) -> None:
        nonlocal first_due_ms, heard_ms
        if at_ms > ahead_ms + (time.monotonic() - turned_at) * 1000:
            return
        heard_ms = min(heard_ms, at_ms)
        first_due_ms = at_ms if first_due_ms is None else min(at_ms, first_due_ms)
        if at_ms < due_ms:
            wake.set()

    forget = router.on_due(sooner)
    stopping = asyncio.create_task(stop.wait(), name="timers-stop")
    try:
        while not stop.is_set():
            sleep_s = LONGEST_SLEEP_S
            try:
                wake.clear()
                heard_ms = math.inf
                turn = await router.run_timers(node=node)
            except StoreUnavailable:
                sleep_s = AWAY_SLEEP_S
            else:
                if turn.ran and first_due_ms is not None and on_ran is not None:
                    on_ran(turn.ran, max(0.0, turn.now_ms - first_due_ms) / 1000)
                first_due_ms = turn.next_due_ms
                turned_at = time.monotonic()
                others = turn.ticker_left_ms
                ahead_ms = turn.now_ms + LONGEST_SLEEP_S * 1000 if others else math.inf
                if turn.more:
                    await asyncio.sleep(0)
                    continue
                # jitter, so that many nodes do not come at once
                sleep_s -= random.random() * 0.1  # noqa: S311 - no secret
                next_ms = math.inf if turn.next_due_ms is None else turn.next_due_ms
                if others:
                    sleep_s, next_ms = others / 1000 + JITTER_S * random.random(), math.inf  # noqa: S311
                # a verb that came after the turn may be answered before it; what came before it
                # and was due then has been run
                if heard_ms >= turn.now_ms:
                    next_ms = min(next_ms, heard_ms)
                sleep_s = min(sleep_s, max(0.0, (next_ms - turn.now_ms) / 1000) + 0.001)
                due_ms = turn.now_ms + sleep_s * 1000
            waking = asyncio.create_task(wake.wait(), name="timers-wake")
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
