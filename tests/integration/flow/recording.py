"""A recorder at work, the log as it is, and what the history has of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from acd.domain.events import Event
from acd.flow.recorder import Recorder
from acd.routing import keys
from acd.routing.router import Router
from tests.integration.flow.conftest import ANNA, House
from tests.log import events_of


async def stream(router: Router) -> list[Event]:
    """The whole log as it is in Redis."""
    entries = await router.link.client.xrange(keys.events(router.tenant))
    return events_of(entries)


async def recorded(house: House) -> list[Event]:
    found: list[Event] = []
    while page := await house.history.events_after(found[-1].id if found else "0-0", 500):
        found += page
    return found


class Untrimmed(Router):
    """Leaves the log whole, so that a test can compare it."""

    async def trim_events(self, recorded: str) -> bool:
        return True


@contextlib.asynccontextmanager
async def recording(recorder: Recorder) -> AsyncIterator[None]:
    task = asyncio.create_task(recorder.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            answer = holds()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            await asyncio.sleep(0.02)


async def a_chat(house: House, *, ends: bool = True) -> str:
    """One chat from arrival to its end, by an agent who has room."""
    started = await house.start()
    live = await house.router.interaction(started.interaction)
    assert live
    if live.offers:
        await house.router.accept(live.offers[0].offer, ANNA)
        if ends:
            await house.router.finish(started.interaction, by="agent", agent=ANNA)
    elif ends:
        await house.router.abandon(started.interaction)
    return started.interaction


async def caught_up(house: House, last: str) -> bool:
    found = await recorded(house)
    return bool(found) and found[-1].id == last
