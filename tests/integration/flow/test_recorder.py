"""Every event is in history exactly once, whatever is killed, stopped or broken meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from acd.domain.agent import Availability
from acd.domain.errors import StoreUnavailable
from acd.domain.events import Event, EventType
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.offer import OfferOutcome
from acd.flow.recorder import Recorder
from acd.records.history import History
from acd.records.tables.happened import events_unreadable, presence_intervals
from acd.routing import keys
from acd.routing.router import Router
from tests.integration.flow import recorder_process
from tests.integration.flow.conftest import ANNA, House
from tests.log import events_of
from tests.processes import forked


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

    async def trim_events(self, recorded: str) -> None:
        pass


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


async def test_a_chat_becomes_history(house: House) -> None:
    await house.available()
    interaction = await a_chat(house)
    async with recording(Recorder(house.router, house.history)):
        await until(lambda: house.history.interaction(interaction))
    past = await house.history.interaction(interaction)
    assert past
    assert (past.state, past.outcome, past.agent, past.queue, past.channel) == (
        InteractionState.ENDED, Outcome.HANDLED, ANNA, "support/chat", Channel.CHAT
    )  # fmt: skip
    assert past.ended_by == "agent"
    assert None not in (past.accepted_ms, past.active_ms, past.ended_ms, past.handled_ms)
    assert [(offer.agent, offer.outcome) for offer in past.offers] == [
        (ANNA, OfferOutcome.ACCEPTED)
    ]
    assert past.offers[0].why["strategy"] == "longest_idle"
    assert past.offer_count == 1
    row = await house.intakes.get(past.id)
    assert row
    assert row.confirmed_ms
    assert row.ended_ms
    assert await house.intakes.unconfirmed(older_than_ms=0) == []


async def test_the_log_is_forgotten_only_behind_what_is_recorded(house: House) -> None:
    for _ in range(5):
        await a_chat(house)
    whole = await stream(house.router)
    async with recording(Recorder(house.router, house.history, batch=4)):
        await until(lambda: _caught_up(house, whole[-1].id))
        await a_chat(house)
        await until(lambda: _shorter(house, len(whole)))
    left = {event.id for event in await stream(house.router)}
    kept = [event.id for event in await recorded(house)]
    assert set(kept) | left >= {event.id for event in whole}
    assert kept[: len(whole)] == [event.id for event in whole]


async def _caught_up(house: House, last: str) -> bool:
    found = await recorded(house)
    return bool(found) and found[-1].id == last


async def _shorter(house: House, length: int) -> bool:
    return len(await stream(house.router)) < length


async def test_presence_becomes_intervals(house: House) -> None:
    await house.available()
    await house.router.set_presence(
        ANNA, channel=None, availability=Availability.AWAY, reason="lunch"
    )
    await house.router.set_presence(ANNA, channel=Channel.CHAT, availability=Availability.AVAILABLE)
    last = (await stream(house.router))[-1].id
    async with recording(Recorder(house.router, house.history)):
        await until(lambda: _caught_up(house, last))
    query = select(presence_intervals).order_by(
        presence_intervals.c.from_ms, presence_intervals.c.event_seq
    )
    rows = await house.database.read(lambda tx: tx.execute(query).all())
    chat = [row for row in rows if row.channel == "chat"]
    assert [(row.availability, row.reason) for row in chat] == [
        ("available", ""), ("away", "lunch"), ("available", "")
    ]  # fmt: skip
    for before, after in itertools.pairwise(chat):
        assert before.to_ms == after.from_ms
    assert chat[-1].to_ms is None
    assert [row.to_ms for row in rows if row.channel == "call"][-1] is None


async def test_two_recorders_write_each_event_once(house: House) -> None:
    await house.available()
    untrimmed = Untrimmed(house.router.link, house.router.tenant)
    pair = [Recorder(untrimmed, house.history, batch=3) for _ in range(2)]
    async with recording(pair[0]), recording(pair[1]):
        for _ in range(20):
            await a_chat(house)
        whole = await stream(house.router)
        await until(lambda: _caught_up(house, whole[-1].id))
    assert await recorded(house) == whole
    assert sum(recorder.recorded for recorder in pair) == len(whole)


async def test_a_database_away_is_waited_for(house: House) -> None:
    class Moody(History):
        failures = 3

        async def record(self, batch, position, expected):  # type: ignore[no-untyped-def]
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable
            return await super().record(batch, position, expected)

    interaction = await a_chat(house)
    async with recording(Recorder(house.router, Moody(house.database))):
        await until(lambda: house.history.interaction(interaction))
    assert await house.database.read(
        lambda tx: tx.execute(select(func.count()).select_from(events_unreadable)).scalar()
    ) == 0  # fmt: skip


async def test_an_event_that_cannot_be_recorded_is_kept_aside(house: House) -> None:
    """Its time fits no column; those around it are recorded, and it is kept for a person."""

    class Broken(Untrimmed):
        async def events(self, after="0-0", block_ms=1000, count=500):  # type: ignore[no-untyped-def,override]
            async for batch in super().events(after, block_ms, count):
                yield [
                    replace(event, at_ms=2**70) if event.type is EventType.OFFER_MADE else event
                    for event in batch
                ]

    await house.available()
    interaction = await a_chat(house)
    await a_chat(house)
    whole = await stream(house.router)
    recorder = Recorder(Broken(house.router.link, house.router.tenant), house.history)
    async with recording(recorder):
        await until(lambda: _caught_up(house, whole[-1].id))
    broken = [event.id for event in whole if event.type is EventType.OFFER_MADE]
    assert recorder.set_aside == len(broken) == 2
    assert [e.id for e in await recorded(house)] == [e.id for e in whole if e.id not in broken]
    kept = await house.database.read(
        lambda tx: tx.execute(select(events_unreadable).order_by(events_unreadable.c.event)).all()
    )
    assert [row.event for row in kept] == sorted(broken)
    assert "offer.made" in kept[0].raw
    past = await house.history.interaction(interaction)  # type: ignore[arg-type]
    assert past
    assert past.outcome is Outcome.HANDLED


async def test_an_entry_that_is_no_event_is_kept_aside(house: House) -> None:
    before = await a_chat(house)
    client = house.router.link.client
    log = keys.events(house.router.tenant)
    seq = int((await stream(house.router))[-1].id.removeprefix("1-"))
    # one that is no list, and one with a strange event between two that are whole
    entry = [
        {"id": f"1-{seq + at}", "type": kind, "at_ms": at, "agent": "anna", "data": {}}
        for at, kind in ((2, "presence.lapsed"), (3, "weather.changed"), (4, "presence.lapsed"))
    ]
    await client.xadd(log, {"e": "not json"}, id=f"1-{seq + 1}")
    await client.xadd(log, {"e": json.dumps(entry)}, id=f"1-{seq + 4}")
    await client.eval(  # so that the ids to come are behind them
        "local clock = redis.call('GET', KEYS[1])\n"
        "redis.call('SET', KEYS[1], clock:sub(1, 32) .. struct.pack('>I8', 2) .. clock:sub(41))",
        1, keys.prefix(house.router.tenant) + "clock",
    )  # fmt: skip
    after = await a_chat(house)
    recorder = Recorder(house.router, house.history)
    async with recording(recorder):
        await until(lambda: house.history.interaction(after))  # type: ignore[arg-type]
    assert await house.history.interaction(before)  # type: ignore[arg-type]
    assert recorder.set_aside == 2
    kept = await house.database.read(lambda tx: tx.execute(select(events_unreadable.c.event)).all())
    assert sorted(row.event for row in kept) == [f"1-{seq + 1}", f"1-{seq + 3}"]
    ids = {event.id for event in await recorded(house)}
    assert {f"1-{seq + 2}", f"1-{seq + 4}"} < ids


@pytest.mark.timeout(120)
async def test_killed_at_any_point_it_writes_each_event_once(
    house: House, database_url: str, redis_url: str
) -> None:
    """A recorder in its own process dies by SIGKILL again and again while chats come and go.

    The process trims too, so the log is copied by a reader of its own before it can.
    """
    await house.available()
    whole: list[Event] = []

    async def copy() -> None:
        async for batch in house.router.events():
            whole.extend(batch)

    async def chats() -> None:
        while True:
            await a_chat(house)
            await asyncio.sleep(0.005)

    copying, chatting = asyncio.create_task(copy()), asyncio.create_task(chats())
    await until(lambda: whole)  # before anything is trimmed
    dice, context = random.Random(11), forked()
    for _ in range(8):
        hears, tells = context.Pipe(duplex=False)
        process = context.Process(
            target=recorder_process.run,
            args=(database_url, redis_url, house.router.tenant, tells),
            daemon=True,
        )
        process.start()
        tells.close()
        with hears:
            assert await asyncio.to_thread(hears.recv) == "recording"
        await asyncio.sleep(dice.uniform(0.02, 0.4))
        process.kill()
        await asyncio.to_thread(process.join)
    chatting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await chatting
    async with recording(Recorder(house.router, house.history)):
        await until(lambda: _recorded_all(house, whole))
    copying.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await copying
    kept = await recorded(house)
    assert [event.id for event in kept] == [event.id for event in whole]
    assert kept == whole
    page = await house.history.interactions(limit=500)
    arrived = {e.interaction for e in whole if e.type is EventType.INTERACTION_QUEUED}
    assert len(arrived) > 20
    found = {past.id: past for past in page.interactions}
    assert set(found) == arrived or len(found) == 500
    for past in found.values():
        mine = [e for e in whole if e.interaction == past.id]
        made = [e.offer for e in mine if e.type is EventType.OFFER_MADE]
        assert past.offer_count == len(made) == len(set(made))


async def _recorded_all(house: House, whole: list[Event]) -> bool:
    live = await stream(house.router)
    return bool(whole) and await _caught_up(house, (live or whole)[-1].id)
