"""What the log says of a run in which the engine was killed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acd.domain.events import EventType
from bench.readings import Reading, Values

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from acd.domain.events import Event
    from acd.domain.ids import InteractionId
    from acd.records.history import History


async def log_of(history: History) -> AsyncIterator[Event]:
    """Every event that was recorded, in its order."""
    position = "0-0"
    while page := await history.events_after(position, 500):
        for event in page:
            yield event
        position = page[-1].id


def told(events: list[Event], came: list[InteractionId], killed_ms: float, leaked: int) -> Values:
    """By the log: who won what, who never ended, how long an offer outlived its deadline.

    One whose deadline fell into the time without an engine could end when that was up again.
    """
    owners: dict[str, str] = {}
    ended: Counter[str] = Counter()
    due_ms: dict[str, int] = {}
    doubles, stuck_ms, first_ms = 0, 0.0, 0.0
    up_ms = next((e.at_ms for e in events if e.at_ms > killed_ms), 0)
    for event in events:
        name, offer = str(event.interaction), str(event.offer)
        if event.type is EventType.OFFER_MADE:
            due_ms[offer] = event.data["deadline_ms"]
            if event.at_ms <= killed_ms:  # what fell due while nothing was there, ends first
                due_ms[offer] = max(due_ms[offer], up_ms)
            if not first_ms and event.at_ms > killed_ms:
                first_ms = event.at_ms
        elif event.type in (EventType.OFFER_EXPIRED, EventType.OFFER_FAILED):
            stuck_ms = max(stuck_ms, event.at_ms - due_ms.get(offer, event.at_ms))
        elif event.type is EventType.OFFER_ACCEPTED:
            doubles += name in owners
            owners[name] = str(event.agent)
        elif event.type is EventType.INTERACTION_REQUEUED:
            owners.pop(name, None)
        elif event.type is EventType.INTERACTION_ENDED:
            ended[name] += 1
    served = sum(ended[name] == 1 for name in came)
    return {
        Reading("crash_first_offer_s", "s"): (first_ms - killed_ms) / 1000,
        Reading("crash_lost", "interactions"): float(len(came) - served),
        Reading("crash_double_winners", "interactions"): float(doubles),
        Reading("crash_slots_leaked", "slots"): float(leaked),
        Reading("crash_stuck_s", "s"): stuck_ms / 1000,
    }
