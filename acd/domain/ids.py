"""Identifiers: what each one looks like, and how new ones are made."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final, NewType

AgentId = NewType("AgentId", str)
DepartmentId = NewType("DepartmentId", str)
QueueId = NewType("QueueId", str)
"""A department on a channel: `support/chat`."""
HoursId = NewType("HoursId", str)
SiteId = NewType("SiteId", str)
InteractionId = NewType("InteractionId", str)
OfferId = NewType("OfferId", str)
"""An interaction and its n-th offer, counting for ever: `ix_….3`. The number is its fence."""
ContactId = NewType("ContactId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
SessionId = NewType("SessionId", str)
"""One connected console: `ss_…`."""

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PLAIN: Final = re.compile(r"[a-z0-9_-]{1,64}")
_QUEUE: Final = re.compile(r"[a-z0-9_-]{1,64}/(?:chat|call|ticket)")


def new_id(prefix: str) -> str:
    """A fresh id that sorts by the millisecond it was made in: `ix_01j…`, 80 bits of chance."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    number = (now_ms << 80) | int.from_bytes(secrets.token_bytes(10))
    digits = [""] * 26
    for place in range(25, -1, -1):
        digits[place] = _CROCKFORD[number & 31]
        number >>= 5
    return f"{prefix}_{''.join(digits)}"


def is_plain_id(text: str) -> bool:
    """Whether the text may stand in a key, an address or a packed field without escaping."""
    return _PLAIN.fullmatch(text) is not None


def is_queue_id(text: str) -> bool:
    """Whether the text names a department on a channel."""
    return _QUEUE.fullmatch(text) is not None


def offer_id(interaction: InteractionId, number: int) -> OfferId:
    """The id of an interaction's n-th offer."""
    return OfferId(f"{interaction}.{number}")


def split_offer_id(offer: OfferId) -> tuple[InteractionId, int] | None:
    """The interaction and the number in an offer's id, or None if it is not one."""
    interaction, dot, number = offer.rpartition(".")
    if not dot or not is_plain_id(interaction) or not number.isascii() or not number.isdigit():
        return None
    return InteractionId(interaction), int(number[:18])
