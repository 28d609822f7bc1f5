"""The recorder: the event stream into history, exactly once, and the stream trimmed behind it.

Events and the position are one SQL transaction, the position fenced by its old value. A kill at
any point therefore leaves either both or neither, and any number of nodes may run a recorder: the
one that commits first goes on, the others stand by.

An event that cannot be recorded must not hold up all that follow, nor vanish: the batch is taken
apart, the event at fault is kept in `events_unreadable` with its error, logged with its id, and
the log goes on behind it. Only a store that is away is waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import structlog

from acd.domain.errors import EventUnreadable, StoreUnavailable
from acd.records.log_rows import event_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from acd.domain.events import Event
    from acd.records.history import History
    from acd.routing.router import Router

BATCH = 300
GATHER_S = 0.1  # fewer and larger transactions, which cost people's messages less
TRIM_EVERY_S = 2.0
RETRY_S = 1.0
STAND_BY_S = 2.0

log = structlog.get_logger(__name__)


class Recorder:
    """Writes history. `position` tells how far it is, `recorded` and `set_aside` count events."""

    def __init__(
        self,
        router: Router,
        history: History,
        *,
        batch: int = BATCH,
        on_recorded: Callable[[Sequence[Event]], None] | None = None,
    ) -> None:
        """Args: on_recorded hears of every batch this node wrote, once it is committed."""
        self._router = router
        self._history = history
        self._batch = batch
        self._on_recorded = on_recorded
        self._trimmed_at = 0.0
        self.position = ""
        self.recorded = 0
        self.set_aside = 0

    async def run(self) -> None:
        """Record until cancelled, which is safe at any point."""
        away = False
        while True:
            try:
                self.position = await self._history.position()
                if away:
                    log.info("recorder resumed", position=self.position)
                    away = False
                try:
                    await self._follow()
                except EventUnreadable as entry:
                    await self._put_aside(entry.position, entry.raw, entry.position, "no event")
                else:
                    await asyncio.sleep(STAND_BY_S)
            except StoreUnavailable:
                if not away:
                    log.warning("recorder waits for a store", position=self.position)
                away = True
                await asyncio.sleep(RETRY_S)

    async def catch_up(self) -> None:
        """Record what the log holds now; somebody else may be at it, too.

        Raises:
            StoreUnavailable: a store is away.
        """
        while True:
            self.position = await self._history.position()
            batch, unreadable = await self._router.log_page(_event(self.position), self._batch)
            if batch:
                await self._record(batch)
            elif unreadable is not None:
                at = unreadable.position
                await self._put_aside(at, unreadable.raw, at, "no event")
            else:
                return

    async def _follow(self) -> None:
        """Record from the position on; return when somebody else has moved it."""
        stream = self._router.events(after=_event(self.position), count=self._batch)
        async with contextlib.aclosing(_closable(stream)) as batches:
            async for batch in batches:
                if not batch:
                    await self._trim()
                    continue
                if not await self._record(batch):
                    log.info("recorder stands by", position=self.position)
                    return
                await self._trim()
                if len(batch) < self._batch // 2:
                    await asyncio.sleep(GATHER_S)

    async def _record(self, batch: Sequence[Event]) -> bool:
        position = batch[-1].position
        try:
            recorded = await self._history.record(batch, position, self.position)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  an event at fault: find it, keep it, go on
            if len(batch) == 1:
                event = batch[0]
                return await self._put_aside(event.id, _raw(event), position, repr(error))
            half = len(batch) // 2
            return await self._record(batch[:half]) and await self._record(batch[half:])
        if recorded:
            self.position = position
            self.recorded += len(batch)
            if self._on_recorded is not None:
                self._on_recorded(batch)
        return recorded

    async def _put_aside(self, event: str, raw: str, position: str, error: str) -> bool:
        log.error("event unreadable", id=event, position=position, error=error)
        moved = await self._history.set_aside(event, raw, error, position, self.position)
        if moved:
            self.position = position
            self.set_aside += 1
        return moved

    async def _trim(self) -> None:
        if time.monotonic() - self._trimmed_at >= TRIM_EVERY_S:
            if not await self._router.trim_events(_event(self.position)):
                log.warning("the history went on without this server", position=self.position)
            self._trimmed_at = time.monotonic()


def _event(position: str) -> str:
    """The id of the last event that is recorded: without how often the position was fenced."""
    return position.partition(".")[0]


def _raw(event: Event) -> str:
    try:
        return event_text(event)
    except (TypeError, ValueError):
        return ascii(event)


def _closable(stream: object) -> AsyncGenerator[list[Event], None]:
    return stream  # type: ignore[return-value]  # the router's events are a generator
