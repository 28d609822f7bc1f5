"""The catalogue of events: everything that happens to live state.

Folding the events of a generation gives the live state: one begins with what there is, as
`interaction.restored` and `presence.changed`. Times are ms since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import (
        AgentId,
        ContactId,
        ConversationId,
        InteractionId,
        OfferId,
        QueueId,
    )


class EventType(StrEnum):
    """Every type there is; `event_data.DATA` says what each one's `data` holds."""

    INTERACTION_QUEUED = "interaction.queued"
    INTERACTION_REQUEUED = "interaction.requeued"
    INTERACTION_PARKED = "interaction.parked"
    INTERACTION_RESUMED = "interaction.resumed"
    INTERACTION_CALLBACK = "interaction.callback"
    INTERACTION_MOVED = "interaction.moved"
    INTERACTION_REPRIORITISED = "interaction.reprioritised"
    INTERACTION_RELAXED = "interaction.relaxed"
    INTERACTION_ACTIVE = "interaction.active"
    INTERACTION_OPENED = "interaction.opened"
    INTERACTION_ASSIGNED = "interaction.assigned"
    INTERACTION_IDLE = "interaction.idle"
    INTERACTION_REGAINED = "interaction.regained"
    INTERACTION_ENDED = "interaction.ended"
    INTERACTION_RESTORED = "interaction.restored"
    OFFER_MADE = "offer.made"
    OFFER_EXTENDED = "offer.extended"
    OFFER_ACCEPTED = "offer.accepted"
    OFFER_DECLINED = "offer.declined"
    OFFER_EXPIRED = "offer.expired"
    OFFER_FAILED = "offer.failed"
    OFFER_WITHDRAWN = "offer.withdrawn"
    TRANSFER_STARTED = "transfer.started"
    TRANSFER_RETURNED = "transfer.returned"
    TRANSFER_COMPLETED = "transfer.completed"
    GUEST_JOINED = "guest.joined"
    GUEST_LEFT = "guest.left"
    WRAP_UP_STARTED = "wrap_up.started"
    WRAP_UP_EXTENDED = "wrap_up.extended"
    WRAP_UP_ENDED = "wrap_up.ended"
    PRESENCE_CHANGED = "presence.changed"
    PRESENCE_GRACE = "presence.grace"
    PRESENCE_LAPSED = "presence.lapsed"
    CAPACITY_OVER = "capacity.over"
    CAPACITY_WITHIN = "capacity.within"
    AGENT_CONFIGURED = "agent.configured"
    AGENT_REMOVED = "agent.removed"
    POOL_REFUSED = "pool.refused"
    QUEUE_CONFIGURED = "queue.configured"
    QUEUE_REMOVED = "queue.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change. `id` is `<generation>-<seq>`; `position` is its place in the log being read."""

    id: str
    position: str
    type: EventType
    at_ms: int
    interaction: InteractionId | None = None
    offer: OfferId | None = None
    agent: AgentId | None = None
    queue: QueueId | None = None
    contact: ContactId | None = None
    conversation: ConversationId | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
