"""The event log from any place on: history from SQL first, then the live stream, each event once.

The log's entries are numbered without a hole within a generation, so a hole says that the recorder
trimmed what we have not read yet: it is in SQL by then, and is read from there. What it trimmed
shows no hole while nothing new comes; so history is asked too when the log is silent.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, NewType

from acd.domain.errors import EventUnreadable, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from acd.domain.events import Event
    from acd.web.services import Services

PAGE: Final = 500
RETRY_S: Final = 1.0

Place = NewType("Place", tuple[int, int])
"""A generation and a number within it; events are ordered by it."""


def place_of(event_id: str) -> Place:
    """The place of an event's id, `<generation>-<seq>`; ValueError for anything else."""
    generation, _, seq = event_id.partition("-")
    return Place((int(generation), int(seq)))


async def follow(services: Services, after: Place) -> AsyncGenerator[list[Event]]:
    """Every event after that place, for ever. A store that is away is waited for."""
    while True:
        try:
            async for batch in _catch_up(services, after):
                after = place_of(batch[-1].id)
                yield batch
            async with aclosing(_live(services, after)) as batches:
                async for batch in batches:
                    after = place_of(batch[-1].id)
                    yield batch
        except StoreUnavailable:
            await asyncio.sleep(RETRY_S)


async def _catch_up(services: Services, after: Place) -> AsyncIterator[list[Event]]:
    while batch := await services.history.events_after(f"{after[0]}-{after[1]}", PAGE):
        after = place_of(batch[-1].id)
        yield batch


async def _live(services: Services, after: Place) -> AsyncGenerator[list[Event]]:
    """The stream, until it lacks what history has."""
    position = f"{after[0]}-{after[1]}"
    while True:
        stream = services.router.events(position)
        try:
            async with aclosing(stream) as batches:
                async for batch in batches:
                    if not batch:
                        if await services.history.events_after(f"{after[0]}-{after[1]}", 1):
                            return
                        continue
                    if await _hole(services, after, place_of(batch[0].id)):
                        return
                    after = place_of(batch[-1].id)
                    yield batch
        except EventUnreadable as error:  # the recorder keeps it aside and says so in its log
            position = error.position


async def _hole(services: Services, after: Place, found: Place) -> bool:
    """Whether history knows an event between the two."""
    if after == (found[0], found[1] - 1):
        return False
    recorded = await services.history.events_after(f"{after[0]}-{after[1]}", 1)
    return bool(recorded) and place_of(recorded[0].id) < found
