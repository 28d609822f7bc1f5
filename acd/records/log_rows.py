"""Events to text and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from acd.domain.events import Event, EventType
from acd.records.fold import split_position

if TYPE_CHECKING:
    from collections.abc import Mapping

_encoded = json.JSONEncoder(separators=(",", ":")).encode
_NAMED = ("interaction", "offer", "agent", "queue", "contact", "conversation")


def event_row(event: Event) -> dict[str, Any]:
    """The row of an event.

    Raises:
        ValueError: its id is not `<generation>-<seq>`.
    """
    generation, seq = split_position(event.id)
    return {
        "generation": generation,
        "seq": seq,
        "type": event.type.value,
        "at_ms": event.at_ms,
        "interaction": event.interaction or "",
        "payload": event_text(event),
    }


def event_text(event: Event) -> str:
    """The whole event as JSON, in ASCII: any text of any event can be stored."""
    document: dict[str, Any] = {
        "id": event.id,
        "position": event.position,
        "type": event.type.value,
        "at_ms": event.at_ms,
    }
    for name in _NAMED:
        if (value := getattr(event, name)) is not None:
            document[name] = value
    document["data"] = dict(event.data)
    return _encoded(document)


def read_event(text: str) -> Event:
    """The event of that text."""
    document: Mapping[str, Any] = json.loads(text)
    return Event(
        id=document["id"],
        position=document["position"],
        type=EventType(document["type"]),
        at_ms=document["at_ms"],
        **{name: document.get(name) for name in _NAMED},
        data=document["data"],
    )
