"""Events folded into rows: what each one means for interactions, offers and presence. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.domain.events import EventType
from acd.domain.interaction import InteractionState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.domain.events import Event

Row = dict[str, Any]

_OFFER_ENDS = {
    EventType.OFFER_ACCEPTED: "accepted",
    EventType.OFFER_DECLINED: "declined",
    EventType.OFFER_EXPIRED: "expired",
    EventType.OFFER_FAILED: "failed",
    EventType.OFFER_WITHDRAWN: "withdrawn",
}
_STATES = {
    EventType.INTERACTION_QUEUED: InteractionState.WAITING,
    EventType.INTERACTION_REQUEUED: InteractionState.WAITING,
    EventType.INTERACTION_PARKED: InteractionState.PARKED,
    EventType.INTERACTION_RESUMED: InteractionState.WAITING,
    EventType.INTERACTION_ACTIVE: InteractionState.ACTIVE,
    EventType.INTERACTION_OPENED: InteractionState.ACTIVE,
    EventType.INTERACTION_IDLE: InteractionState.IDLE,
    EventType.INTERACTION_REGAINED: InteractionState.ACTIVE,
    EventType.INTERACTION_ENDED: InteractionState.ENDED,
    EventType.OFFER_MADE: InteractionState.RINGING,
}


@dataclass(slots=True)
class Folded:
    """Rows by id as they are after the events, and what happened to presence, in order."""

    interactions: dict[str, Row] = field(default_factory=dict)
    offers: dict[str, Row] = field(default_factory=dict)
    presence: list[Row] = field(default_factory=list)
    queued: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int | None] = field(default_factory=dict)
    """When; None if it went on after all."""

    def apply(self, event: Event) -> None:
        """Fold one event in."""
        if event.type is EventType.PRESENCE_CHANGED:
            self.presence.append(_presence(event))
        if event.interaction is None:
            return
        if event.offer is not None:
            self._offer(event)
        self._interaction(event)

    def _interaction(self, event: Event) -> None:
        row = self.interactions.get(event.interaction or "")
        if row is None:
            row = self.interactions[event.interaction or ""] = new_interaction(event)
        if event.queue:
            row["queue"] = event.queue
            row["channel"] = event.queue.rpartition("/")[2]
        for name in ("contact", "conversation"):
            row[name] = getattr(event, name) or row[name]
        if event.type is EventType.INTERACTION_REGAINED:
            self._go_on(row)
        ended = row["state"] == InteractionState.ENDED
        handed_on = event.type is EventType.OFFER_MADE and "transfer" in event.data
        if (state := _STATES.get(event.type)) is not None and not ended and not handed_on:
            row["state"] = state.value
        _MEANING.get(event.type, _nothing)(self, event, row)

    def _go_on(self, row: Row) -> None:
        """The customer wrote during the wrap-up: it did not end."""
        if row["state"] == InteractionState.ENDED:
            row |= {"state": InteractionState.ACTIVE.value, "ended_ms": None, "outcome": ""}
            row |= {"ended_by": "", "handled_ms": None, "wrapped_up_ms": None}
            self.ended[row["id"]] = None

    def _offer(self, event: Event) -> None:
        offer = event.offer or ""
        row = self.offers.get(offer)
        if row is None:
            row = self.offers[offer] = new_offer(event)
        row["agent"] = event.agent or row["agent"]
        row["queue"] = event.queue or row["queue"]
        if event.type is EventType.OFFER_MADE:
            row["made_ms"] = event.at_ms
            row["deadline_ms"] = event.data.get("deadline_ms", event.at_ms)
            row["why"] = dict(event.data.get("why", {}))
        elif event.type is EventType.OFFER_EXTENDED:
            row["deadline_ms"] = event.data["deadline_ms"]
        elif (outcome := _OFFER_ENDS.get(event.type)) is not None and not row["outcome"]:
            row["outcome"] = outcome
            row["ended_ms"] = event.at_ms
            row["reason"] = str(event.data.get("reason") or event.data.get("cause") or "")[:80]
            row["winner"] = str(event.data.get("by") or "")[:80]


def _queued(folded: Folded, event: Event, row: Row) -> None:
    row["level"] = event.data.get("level", row["level"])
    # The first arrival counts, also when a store that forgot it was told again.
    row["enqueued_ms"] = min(row["enqueued_ms"], event.data.get("enqueued_ms", event.at_ms))
    folded.queued[row["id"]] = event.at_ms


def _requeued(_folded: Folded, _event: Event, row: Row) -> None:
    row["requeues"] += 1
    row["agent"] = ""
    _unaccepted(row)


def _unaccepted(row: Row) -> None:
    """An accept by which nobody was ever connected ended no wait."""
    if row["active_ms"] is None:
        row["accepted_ms"] = row["waited_ms"] = None


def _moved(_folded: Folded, event: Event, row: Row) -> None:
    row["state"] = event.data.get("state", row["state"])
    row["agent"] = ""
    row["moves"] += 1


def _callback(_folded: Folded, event: Event, row: Row) -> None:
    row["state"] = event.data.get("state", row["state"])
    row["callback"] = True


def _parked(_folded: Folded, event: Event, row: Row) -> None:
    row["tries"] = event.data.get("tries", row["tries"])
    if event.data.get("reason") in {"no_answer", "not_called"}:
        row["agent"] = ""
        _unaccepted(row)


def _reprioritised(_folded: Folded, event: Event, row: Row) -> None:
    row["level"] = event.data.get("level", row["level"])


def _made(_folded: Folded, _event: Event, row: Row) -> None:
    row["offers"] += 1


def _accepted(_folded: Folded, event: Event, row: Row) -> None:
    row["agent"] = event.agent or ""
    if row["accepted_ms"] is None:
        row["accepted_ms"] = event.at_ms
        row["waited_ms"] = event.data.get("waited_ms")


def _active(_folded: Folded, event: Event, row: Row) -> None:
    row["agent"] = event.agent or row["agent"]
    if row["active_ms"] is None:
        row["active_ms"] = event.at_ms


def _restored(_folded: Folded, event: Event, row: Row) -> None:
    if row["ended_ms"] is None:
        row["state"] = event.data.get("state", row["state"])
        row["agent"] = event.agent or ""
        row["level"] = event.data.get("level", row["level"])


def _ended(folded: Folded, event: Event, row: Row) -> None:
    if row["ended_ms"] is not None:
        return  # a live store that had lost it is told
    row["agent"] = event.agent or row["agent"]
    row["ended_ms"] = event.at_ms
    row["outcome"] = event.data.get("outcome", "")
    row["ended_by"] = str(event.data.get("by", ""))[:80]
    row["reason"] = str(event.data.get("reason", ""))[:80]
    if row["waited_ms"] is None:
        row["waited_ms"] = event.data.get("waited_ms")
    row["handled_ms"] = event.data.get("handled_ms", row["handled_ms"])
    folded.ended[row["id"]] = event.at_ms


def _opened(folded: Folded, event: Event, row: Row) -> None:
    row["level"] = event.data.get("level", row["level"])
    row["agent"] = event.agent or ""
    row["accepted_ms"] = row["active_ms"] = event.at_ms
    row["waited_ms"] = 0
    folded.queued[row["id"]] = event.at_ms


def _assigned(folded: Folded, event: Event, row: Row) -> None:
    _accepted(folded, event, row)
    row["state"] = event.data.get("state", InteractionState.ACTIVE.value)
    if row["active_ms"] is None and row["state"] == InteractionState.ACTIVE:
        row["active_ms"] = event.at_ms


def _wrapped_up(_folded: Folded, event: Event, row: Row) -> None:
    if row["state"] == InteractionState.ENDED and event.agent in (None, row["agent"]):
        row["wrapped_up_ms"] = event.at_ms


def _nothing(_folded: Folded, _event: Event, _row: Row) -> None:
    pass


_MEANING = {
    EventType.INTERACTION_QUEUED: _queued,
    EventType.INTERACTION_REQUEUED: _requeued,
    EventType.INTERACTION_CALLBACK: _callback,
    EventType.INTERACTION_PARKED: _parked,
    EventType.INTERACTION_MOVED: _moved,
    EventType.INTERACTION_REPRIORITISED: _reprioritised,
    EventType.OFFER_MADE: _made,
    EventType.OFFER_ACCEPTED: _accepted,
    EventType.INTERACTION_ACTIVE: _active,
    EventType.INTERACTION_ENDED: _ended,
    EventType.INTERACTION_RESTORED: _restored,
    EventType.INTERACTION_OPENED: _opened,
    EventType.INTERACTION_ASSIGNED: _assigned,
    EventType.WRAP_UP_ENDED: _wrapped_up,
}


def new_interaction(event: Event) -> Row:
    """The row of an interaction first heard of in that event."""
    return {
        "id": event.interaction,
        "channel": "",
        "queue": "",
        "contact": "",
        "conversation": "",
        "state": InteractionState.WAITING.value,
        "level": 5,
        "agent": "",
        "outcome": "",
        "ended_by": "",
        "offers": 0,
        "requeues": 0,
        "moves": 0,
        "callback": False,
        "tries": 0,
        "reason": "",
        "enqueued_ms": event.at_ms,
        "accepted_ms": None,
        "active_ms": None,
        "ended_ms": None,
        "waited_ms": None,
        "handled_ms": None,
        "wrapped_up_ms": None,
    }


def new_offer(event: Event) -> Row:
    """The row of an offer first heard of in that event."""
    return {
        "id": event.offer,
        "interaction": event.interaction,
        "agent": "",
        "queue": "",
        "why": {},
        "outcome": "",
        "reason": "",
        "winner": "",
        "made_ms": event.at_ms,
        "deadline_ms": event.at_ms,
        "ended_ms": None,
    }


def _presence(event: Event) -> Row:
    return {
        "agent": event.agent or "",
        "channel": str(event.data.get("channel") or ""),
        "from_ms": event.at_ms,
        "event_seq": split_position(event.id)[1],
        "availability": str(event.data.get("availability", ""))[:16],
        "reason": str(event.data.get("reason", ""))[:80],
        "cause": str(event.data.get("cause", ""))[:80],
        "to_ms": None,
    }


def touched(events: Iterable[Event]) -> tuple[set[str], set[str]]:
    """The interactions and the offers these events are about."""
    known = list(events)
    return (
        {event.interaction for event in known if event.interaction},
        {event.offer for event in known if event.offer},
    )


def split_position(event_id: str) -> tuple[int, int]:
    """The generation and sequence number of an event's id, or of a position.

    Raises:
        ValueError: it is not one.
    """
    generation, _, seq = event_id.partition("-")
    return int(generation), int(seq.partition(".")[0])
