"""What history has learnt of a conversation, told to those who look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.chat.delivery import to_contact
from acd.domain.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.chat.delivery import Delivery
    from acd.domain.events import Event

_CLOSES: Final = frozenset({EventType.INTERACTION_ENDED, EventType.WRAP_UP_ENDED})


def tell_recorded(delivery: Delivery, events: Iterable[Event]) -> None:
    """Let consoles read the history anew where it has an end now, or what was noted after one.

    Routing tells of the end itself; whoever read the history then could read it too early.
    """
    for event in events:
        if event.type in _CLOSES and event.contact is not None:
            delivery.publish(
                to_contact(event.contact),
                {"type": "history", "conversation": event.conversation},
            )
