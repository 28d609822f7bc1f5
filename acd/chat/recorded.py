"""What history has learnt of a conversation, told to those who look at it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from acd.chat.delivery import to_contact
from acd.domain.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acd.chat.delivery import Delivery
    from acd.domain.events import Event

_CLOSES: Final = frozenset({EventType.INTERACTION_ENDED, EventType.WRAP_UP_ENDED})
_NEWS_S: Final = 60.0
"""Nobody is told of what is recorded late, as after an outage: all of it at once."""


def tell_recorded(delivery: Delivery, events: Iterable[Event]) -> None:
    """Let consoles read the history anew where it has an end now, or what was noted after one.

    Routing tells of the end itself; whoever read the history then could read it too early.
    """
    since_ms = time.time() * 1000 - _NEWS_S * 1000
    told = {
        (event.contact, event.conversation)
        for event in events
        if event.type in _CLOSES and event.contact is not None and event.at_ms > since_ms
    }
    for contact, conversation in told:
        delivery.publish(to_contact(contact), {"type": "history", "conversation": conversation})
