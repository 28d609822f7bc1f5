"""Who is told that history has an end."""

from __future__ import annotations

import time
from typing import Any

from acd.chat.recorded import tell_recorded
from acd.domain.events import Event, EventType
from acd.domain.ids import ContactId, ConversationId


class Told:
    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def publish(self, address: str, payload: dict[str, Any]) -> None:
        self.said.append((address, payload))


def event(kind: EventType, contact: str, ago_s: float = 0) -> Event:
    return Event(
        id="1-1",
        position="1-1",
        type=kind,
        at_ms=int((time.time() - ago_s) * 1000),
        contact=ContactId(contact),
        conversation=ConversationId(f"cv_{contact}"),
    )


def test_each_conversation_is_told_once_and_what_is_long_over_never() -> None:
    told: Any = Told()
    tell_recorded(
        told,
        [
            event(EventType.INTERACTION_ENDED, "jean"),
            event(EventType.WRAP_UP_ENDED, "jean"),
            event(EventType.INTERACTION_ENDED, "lina", ago_s=3600),
            event(EventType.OFFER_MADE, "paul"),
        ],
    )
    assert told.said == [("contact:jean", {"type": "history", "conversation": "cv_jean"})]
