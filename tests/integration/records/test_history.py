"""The questions history answers, and the fence around its position."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from acd.domain.events import Event, EventType
from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, OfferId, QueueId
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.records.engine import Database
from acd.records.history import History
from acd.records.recording import IdTaken

_seq = iter(range(1, 1_000_000))


def event(kind: EventType, number: int, data: Mapping[str, object], **named: object) -> Event:
    seq = next(_seq)
    usual = {
        "interaction": InteractionId(f"ix_{number:03}"),
        "queue": QueueId("support/chat" if number % 2 else "sales/call"),
        "contact": ContactId(f"ct_{number % 3}"),
        "conversation": ConversationId(f"cv_{number % 3}"),
    }
    return Event(
        id=f"1-{seq}", position=f"{seq}-0", type=kind, at_ms=1000 + seq, data=data,
        **{**usual, **named},  # type: ignore[arg-type]
    )  # fmt: skip


def arrival(number: int) -> Event:
    data = {"channel": "chat", "level": 5, "enqueued_ms": 1000 + number}
    return event(EventType.INTERACTION_QUEUED, number, data)


def ending(number: int) -> Event:
    data = {"outcome": "handled", "by": "agent", "waited_ms": 5, "handled_ms": 7}
    return event(EventType.INTERACTION_ENDED, number, data, agent=AgentId("anna"))


async def record(history: History, *batch: Event) -> None:
    expected = await history.position()
    assert await history.record(batch, batch[-1].position, expected)


async def test_only_one_of_those_who_expect_the_same_position_writes(database: Database) -> None:
    history = History(database)
    assert await history.position() == "0-0"
    batch = [arrival(1), arrival(2)]
    answers = await asyncio.gather(
        *(history.record(batch, batch[-1].position, "0-0") for _ in range(3))
    )
    assert sorted(answers) == [False, False, True]
    assert await history.position() == batch[-1].position
    assert not await history.record([arrival(3)], "9-0", "0-0")
    assert not await history.set_aside("1-9", "?", "?", "9-0", "0-0")
    assert await history.events_after("0-0") == batch


async def test_an_event_seen_before_is_passed_over_and_an_impostor_is_not(
    database: Database,
) -> None:
    history = History(database)
    first, second = arrival(1), arrival(2)
    await record(history, first)
    await record(history, first, second)
    assert await history.events_after("0-0") == [first, second]
    impostor = Event(
        id=first.id, position="9-0", type=EventType.AGENT_REMOVED, at_ms=5, agent=AgentId("anna")
    )
    with pytest.raises(IdTaken):
        await record(history, impostor)


async def test_events_come_in_the_order_of_generation_and_number(database: Database) -> None:
    history = History(database)
    ids = ["1-9", "1-10", "2-1", "10-1"]
    kind = EventType.AGENT_REMOVED
    batch = [
        Event(id=name, position=f"{at}-0", type=kind, at_ms=at, data={"version": at})
        for at, name in enumerate(ids, start=1)
    ]
    await record(history, *batch)
    assert [e.id for e in await history.events_after("0-0")] == ids
    assert [e.id for e in await history.events_after("1-9", limit=2)] == ids[1:3]
    assert await history.events_after("10-1") == []
    assert await history.last_event() == (4, 0), "where the recorder stands"
    with pytest.raises(ValueError, match="invalid literal"):
        await history.events_after("yesterday")


async def test_pages_and_filters(database: Database) -> None:
    history = History(database)
    await record(history, *(arrival(number) for number in range(20)))
    await record(history, *(ending(number) for number in range(10)))

    async def ids(**filters: object) -> list[int]:
        page = await history.interactions(**filters)  # type: ignore[arg-type]
        return [int(past.id[3:]) for past in page.interactions]

    assert await ids() == list(range(19, -1, -1))
    assert await ids(contact="ct_1", limit=2) == [19, 16]
    assert await ids(conversation="cv_2", from_ms=1010) == [17, 14, 11]
    assert await ids(queue="sales/call", to_ms=1004) == [2, 0]
    assert await ids(agent="anna", channel=Channel.CHAT) == [9, 7, 5, 3, 1]
    assert await ids(outcome=Outcome.HANDLED, limit=1) == [9]
    assert await ids(state=InteractionState.WAITING, limit=1) == [19]
    assert await ids(departments={"sales"}, limit=2) == [18, 16]
    assert await ids(departments=[]) == []
    pages = [[past.id for past in page] async for page in history.all_open(page=4)]
    assert [len(page) for page in pages] == [4, 4, 2]
    left = [name for page in pages for name in page]
    assert left == sorted(set(left), key=lambda name: int(name[3:]))
    names = [past.id for past in (await history.interactions(limit=20)).interactions]
    ended = {past.id for past in await history.ended_among(names)}
    assert ended.isdisjoint(left)
    assert len(ended) == 10
    seen: list[str] = []
    page = await history.interactions(limit=7)
    while page.interactions:
        seen += [past.id for past in page.interactions]
        if not page.next:
            break
        page = await history.interactions(limit=7, after=page.next)
    assert len(seen) == len(set(seen)) == 20


async def test_who_has_it_by_an_act_is_told_in_order(database: Database) -> None:
    history = History(database)
    said = {"by": "sam", "state": "active"}
    assigned, pulled, other = (
        event(kind, number, {**said, "cause": cause}, agent=AgentId(agent))
        for kind, number, cause, agent in (
            (EventType.INTERACTION_ASSIGNED, 1, "assigned", "anna"),
            (EventType.INTERACTION_ASSIGNED, 1, "pulled", "bruno"),
            (EventType.INTERACTION_ASSIGNED, 2, "assigned", "anna"),
        )
    )
    await record(history, arrival(1), arrival(2), assigned, other, ending(2), pulled)
    assert await history.given(InteractionId("ix_001")) == [assigned, pulled]
    assert await history.given(InteractionId("ix_003")) == []


async def test_what_an_agent_said_in_wrap_up(database: Database) -> None:
    history = History(database)
    interaction = InteractionId("ix_001")
    await history.set_disposition(interaction, AgentId("anna"), disposition="sale", note="")
    await record(history, arrival(1))  # the word may come before the event
    await history.set_disposition(interaction, AgentId("anna"), disposition="refund", note="Mug")
    past = await history.interaction(interaction)
    assert past
    assert (past.disposition, past.note) == ("refund", "Mug")


async def test_a_ring_of_several_has_one_winner(database: Database) -> None:
    history = History(database)
    one, two = OfferId("ix_001.1"), OfferId("ix_001.2")
    why = {"strategy": "ring_all", "eligible": 2}
    made = {"deadline_ms": 9000, "ring_ms": 20000, "why": why}
    await record(
        history,
        arrival(1),
        event(EventType.OFFER_MADE, 1, made, offer=one, agent=AgentId("anna")),
        event(EventType.OFFER_MADE, 1, made, offer=two, agent=AgentId("basile")),
    )
    ringing = await history.interaction(InteractionId("ix_001"))
    assert ringing
    assert [offer.outcome for offer in ringing.offers] == [None, None]
    taken = {"reason": "taken", "by": "anna"}
    await record(
        history,
        event(EventType.OFFER_ACCEPTED, 1, {"waited_ms": 4}, offer=one, agent=AgentId("anna")),
        event(EventType.OFFER_WITHDRAWN, 1, taken, offer=two, agent=AgentId("basile")),
        event(EventType.INTERACTION_ACTIVE, 1, {}, agent=AgentId("anna")),
    )
    past = await history.interaction(InteractionId("ix_001"))
    assert past
    assert (past.state, past.agent, past.waited_ms) == (InteractionState.ACTIVE, "anna", 4)
    assert [(o.agent, o.outcome, o.reason, o.winner) for o in past.offers] == [
        ("anna", "accepted", "", None), ("basile", "withdrawn", "taken", "anna"),
    ]  # fmt: skip
    assert past.offers[0].why == why
