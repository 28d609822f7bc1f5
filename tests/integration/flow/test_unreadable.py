"""What the recorder cannot read or write down is kept aside, and what follows is recorded."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import select

from acd.domain.events import EventType
from acd.domain.interaction import Outcome
from acd.flow.recorder import Recorder
from acd.records.tables.happened import events_unreadable
from acd.routing import keys
from tests.integration.flow.conftest import House
from tests.integration.flow.recording import (
    Untrimmed,
    a_chat,
    caught_up,
    recorded,
    recording,
    stream,
    until,
)


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
        await until(lambda: caught_up(house, whole[-1].id))
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
