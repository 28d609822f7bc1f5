"""Every event is in history exactly once, whatever is killed, stopped or broken meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random

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
from tests.integration.flow import recorder_process
from tests.integration.flow.conftest import ANNA, House
from tests.integration.flow.recording import (
    Untrimmed,
    a_chat,
    caught_up,
    recorded,
    recording,
    stream,
    until,
)
from tests.processes import forked


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
        await until(lambda: caught_up(house, whole[-1].id))
        await a_chat(house)
        await until(lambda: _shorter(house, len(whole)))
    left = {event.id for event in await stream(house.router)}
    kept = [event.id for event in await recorded(house)]
    assert set(kept) | left >= {event.id for event in whole}
    assert kept[: len(whole)] == [event.id for event in whole]


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
        await until(lambda: caught_up(house, last))
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
        await until(lambda: caught_up(house, whole[-1].id))
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
    return bool(whole) and await caught_up(house, (live or whole)[-1].id)
