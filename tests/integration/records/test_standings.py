"""How agents stood at a moment of the past."""

from __future__ import annotations

from itertools import count

from acd.domain.agent import Availability
from acd.domain.events import Event, EventType
from acd.domain.history import PastStanding
from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, OfferId, QueueId
from acd.domain.interaction import Channel
from acd.records.engine import Database
from acd.records.history import History
from acd.records.standings import standings_at

ANNA, BRUNO = AgentId("anna"), AgentId("bruno")
_seq = count(1)


def event(
    kind: EventType, at_ms: int, agent: AgentId, number: int = 0, offer: str = "", **data: object
) -> Event:
    seq = next(_seq)
    named = {
        "interaction": InteractionId(f"ix_{number}"),
        "queue": QueueId("support/chat"),
        "contact": ContactId("ct_1"),
        "conversation": ConversationId("cv_1"),
    }
    return Event(
        id=f"1-{seq}", position=f"{seq}-0", type=kind, at_ms=at_ms, data=data, agent=agent,
        offer=OfferId(offer) if offer else None,
        **(named if number else {}),  # type: ignore[arg-type]
    )  # fmt: skip


def present(at_ms: int, agent: AgentId, availability: Availability, reason: str = "") -> Event:
    kind = EventType.PRESENCE_CHANGED
    return event(kind, at_ms, agent, channel="", availability=availability, reason=reason)


def queued(number: int, at_ms: int) -> Event:
    kind = EventType.INTERACTION_QUEUED
    return event(kind, at_ms, AgentId(""), number, channel="chat", level=5, enqueued_ms=at_ms)


def chat(number: int, agent: AgentId, accepted_ms: int, ended_ms: int, done_ms: int) -> list[Event]:
    """One that an agent had until the end of its wrap-up."""
    return [
        queued(number, accepted_ms),
        event(EventType.INTERACTION_ASSIGNED, accepted_ms, agent, number, cause="pulled"),
        event(EventType.INTERACTION_ACTIVE, accepted_ms, agent, number),
        event(
            EventType.INTERACTION_ENDED, ended_ms, agent, number,
            outcome="handled", by="agent", waited_ms=0, handled_ms=ended_ms - accepted_ms,
        ),
        event(EventType.WRAP_UP_ENDED, done_ms, agent, number, by="agent"),
    ]  # fmt: skip


async def test_they_stood_as_history_knows(database: Database) -> None:
    history = History(database)
    batch = [
        present(100, ANNA, Availability.AVAILABLE),
        present(200, ANNA, Availability.AWAY, "lunch"),
        present(300, ANNA, Availability.AVAILABLE),
        *chat(1, ANNA, 110, 150, 170),
        *chat(2, ANNA, 120, 130, 140),
        queued(3, 180),
        event(EventType.OFFER_MADE, 180, ANNA, 3, offer="ix_3.1", deadline_ms=200, why={}),
        event(EventType.OFFER_DECLINED, 190, ANNA, 3, offer="ix_3.1", reason=""),
    ]
    assert await history.record(batch, batch[-1].position, "0-0")

    async def at(ms: int) -> PastStanding:
        return (await standings_at(database, [ANNA, BRUNO], Channel.CHAT, ms))[ANNA]

    assert (await at(99)).availability is Availability.OFFLINE
    assert await at(125) == PastStanding(
        availability=Availability.AVAILABLE, reason="", held={Channel.CHAT: 2}
    )
    assert (await at(160)).held == {Channel.CHAT: 1}, "the wrap-up holds it still"
    assert (await at(170)).held == {}
    assert (await at(185)).held == {Channel.CHAT: 1}, "it rings there"
    assert (await at(190)).held == {}
    lunch = await at(200)
    assert (lunch.availability, lunch.reason) == (Availability.AWAY, "lunch")
    assert (await at(300)).availability is Availability.AVAILABLE
    nobody = await standings_at(database, [ANNA, BRUNO], Channel.CHAT, 300)
    assert nobody[BRUNO].availability is Availability.OFFLINE
    assert await standings_at(database, [], Channel.CHAT, 300) == {}


async def test_a_chat_holds_no_slot_while_it_is_silent_or_waits_again(database: Database) -> None:
    history = History(database)
    batch = [
        *chat(1, ANNA, 100, 900, 950)[:3],
        event(EventType.INTERACTION_IDLE, 200, ANNA, 1),
        event(EventType.INTERACTION_REGAINED, 300, ANNA, 1),
        *chat(2, ANNA, 400, 900, 950)[:3],
        event(EventType.INTERACTION_REQUEUED, 500, ANNA, 2, reason="agent_lost"),
        event(EventType.OFFER_MADE, 600, BRUNO, 2, offer="ix_2.1", deadline_ms=800, why={}),
        event(EventType.OFFER_ACCEPTED, 700, BRUNO, 2, offer="ix_2.1"),
    ]
    assert await history.record(batch, batch[-1].position, "0-0")

    async def held(agent: AgentId, ms: int) -> int:
        stood = await standings_at(database, [ANNA, BRUNO], Channel.CHAT, ms)
        return stood[agent].held.get(Channel.CHAT, 0)

    assert [await held(ANNA, ms) for ms in (199, 200, 299, 300)] == [1, 0, 0, 1]
    assert [await held(BRUNO, ms) for ms in (599, 600, 700)] == [0, 1, 1]
