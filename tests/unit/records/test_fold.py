"""What each event means for the rows of history."""

from __future__ import annotations

from acd.domain.events import Event, EventType
from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId
from acd.records.fold import Folded

IX, OFFER, ANNA = InteractionId("ix_1"), OfferId("ix_1.1"), AgentId("anna")


def event(kind: EventType, at_ms: int, **data: object) -> Event:
    offer = kind.value.startswith("offer.")
    return Event(
        id=f"1-{at_ms}",
        position=f"{at_ms}-0",
        type=kind,
        at_ms=at_ms,
        interaction=IX,
        offer=OFFER if offer else None,
        agent=ANNA if offer or kind is EventType.INTERACTION_ACTIVE else None,
        queue=QueueId("support/chat"),
        data=data,
    )


def folded(*events: Event) -> Folded:
    result = Folded()
    for each in events:
        result.apply(each)
    return result


QUEUED = event(EventType.INTERACTION_QUEUED, 10, level=3, enqueued_ms=10)
MADE = event(EventType.OFFER_MADE, 11, deadline_ms=31, why={"strategy": "priority"})


def test_from_arrival_to_the_end() -> None:
    rows = folded(
        QUEUED,
        MADE,
        event(EventType.OFFER_ACCEPTED, 15, waited_ms=5),
        event(EventType.INTERACTION_ACTIVE, 15),
        event(EventType.INTERACTION_ENDED, 40, outcome="handled", by="agent", handled_ms=25),
        event(EventType.WRAP_UP_ENDED, 50, by="timer"),
    )
    row = rows.interactions[IX]
    assert (row["state"], row["outcome"], row["agent"]) == ("ended", "handled", "anna")
    assert [row[name] for name in ("enqueued_ms", "accepted_ms", "active_ms", "ended_ms")] == [
        10, 15, 15, 40
    ]  # fmt: skip
    assert (row["waited_ms"], row["handled_ms"], row["wrapped_up_ms"]) == (5, 25, 50)
    assert (row["level"], row["channel"], row["offers"], row["requeues"]) == (3, "chat", 1, 0)
    assert rows.offers[OFFER]["outcome"] == "accepted"
    assert rows.queued == {IX: 10}
    assert rows.ended == {IX: 40}


def test_an_accept_that_never_connected_is_forgotten() -> None:
    accepted = event(EventType.OFFER_ACCEPTED, 15, waited_ms=5)
    requeued = event(EventType.INTERACTION_REQUEUED, 60, reason="agent_lost")
    row = folded(QUEUED, MADE, accepted, requeued).interactions[IX]
    assert (row["accepted_ms"], row["waited_ms"]) == (None, None)
    active = event(EventType.INTERACTION_ACTIVE, 16)
    row = folded(QUEUED, MADE, accepted, active, requeued).interactions[IX]
    assert (row["accepted_ms"], row["waited_ms"]) == (15, 5)


def test_a_call_back_that_nobody_answers_forgets_no_earlier_answer() -> None:
    accepted = event(EventType.OFFER_ACCEPTED, 15, waited_ms=5)
    nobody = event(EventType.INTERACTION_PARKED, 70, reason="no_answer", tries=1)
    row = folded(QUEUED, MADE, accepted, nobody).interactions[IX]
    assert (row["accepted_ms"], row["waited_ms"]) == (None, None)
    active = event(EventType.INTERACTION_ACTIVE, 16, waited_ms=5)
    row = folded(QUEUED, MADE, accepted, active, nobody).interactions[IX]
    assert (row["accepted_ms"], row["waited_ms"]) == (15, 5)


def test_the_end_changes_no_wait_that_was_told() -> None:
    accepted = event(EventType.OFFER_ACCEPTED, 15, waited_ms=5)
    ended = event(EventType.INTERACTION_ENDED, 90, outcome="handled", by="agent", waited_ms=80)
    assert folded(QUEUED, MADE, accepted, ended).interactions[IX]["waited_ms"] == 5
    assert folded(QUEUED, ended).interactions[IX]["waited_ms"] == 80


def test_a_requeue_takes_the_agent_away_and_keeps_the_age() -> None:
    rows = folded(
        QUEUED,
        MADE,
        event(EventType.OFFER_ACCEPTED, 15, waited_ms=5),
        event(EventType.INTERACTION_REQUEUED, 60, reason="agent_left"),
    )
    row = rows.interactions[IX]
    assert (row["state"], row["agent"], row["requeues"], row["enqueued_ms"]) == (
        "waiting", "", 1, 10
    )  # fmt: skip


def test_told_again_by_a_store_that_forgot_it_keeps_its_first_arrival() -> None:
    again = event(EventType.INTERACTION_QUEUED, 99, level=3, enqueued_ms=99)
    assert folded(QUEUED, again).interactions[IX]["enqueued_ms"] == 10


def test_an_offer_ends_once() -> None:
    rows = folded(
        QUEUED,
        MADE,
        event(EventType.OFFER_EXPIRED, 31, missed=1),
        event(EventType.OFFER_WITHDRAWN, 32, reason="moved"),
    )
    assert rows.offers[OFFER]["outcome"] == "expired"
    assert rows.offers[OFFER]["ended_ms"] == 31


def test_nothing_revives_what_has_ended() -> None:
    end = event(EventType.INTERACTION_ENDED, 40, outcome="abandoned", by="contact")
    rows = folded(QUEUED, end, event(EventType.OFFER_WITHDRAWN, 40, reason="customer_left"), MADE)
    assert rows.interactions[IX]["state"] == "ended"
    assert rows.interactions[IX]["outcome"] == "abandoned"


def test_presence_of_one_channel_and_of_all() -> None:
    def presence(at_ms: int, **data: object) -> Event:
        return Event(
            id=f"1-{at_ms}",
            position="1-0",
            type=EventType.PRESENCE_CHANGED,
            at_ms=at_ms,
            agent=ANNA,
            data=data,
        )

    rows = folded(
        presence(1, availability="available"), presence(2, channel="chat", availability="away")
    )
    assert [(row["channel"], row["availability"]) for row in rows.presence] == [
        ("", "available"), ("chat", "away")
    ]  # fmt: skip
    assert rows.interactions == {}


def test_a_move_changes_the_queue_and_a_new_level_is_noted() -> None:
    moved = Event(
        id="1-12", position="12-0", type=EventType.INTERACTION_MOVED, at_ms=12, interaction=IX,
        queue=QueueId("sales/chat"),
        data={"from": "support/chat", "to": "sales/chat", "reason": "moved", "state": "waiting"},
    )  # fmt: skip
    raised = event(EventType.INTERACTION_REPRIORITISED, 13, level=1, was=3, by="boss")
    row = folded(QUEUED, MADE, moved).interactions[IX]
    assert (row["state"], row["queue"], row["enqueued_ms"]) == ("waiting", "sales/chat", 10)
    assert folded(QUEUED, raised).interactions[IX]["level"] == 1
