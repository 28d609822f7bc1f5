"""What happened to an interaction, as history keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.agent import Availability
    from acd.domain.ids import (
        AgentId,
        ContactId,
        ConversationId,
        InteractionId,
        OfferId,
        QueueId,
    )
    from acd.domain.interaction import Channel, InteractionState, Outcome
    from acd.domain.offer import OfferOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOffer:
    """An offer as history knows it; `outcome` is None while it rings."""

    id: OfferId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    why: Mapping[str, Any]
    outcome: OfferOutcome | None
    reason: str
    winner: AgentId | None
    made_ms: int
    deadline_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInteraction:
    """An interaction as history knows it, up to the last event that was recorded.

    `moves` counts changes of queue, `tries` the calls back that nobody answered; `reason` is the
    rule of the queue that ended it, if one did. `waited_ms` and `handled_ms` are None until the log
    told them; `offers` is filled where one interaction is asked for, `offer_count` always.
    """

    id: InteractionId
    channel: Channel
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    state: InteractionState
    level: int
    agent: AgentId | None
    outcome: Outcome | None
    ended_by: str
    offer_count: int
    requeues: int
    moves: int
    callback: bool
    tries: int
    reason: str
    enqueued_ms: int
    accepted_ms: int | None
    active_ms: int | None
    ended_ms: int | None
    waited_ms: int | None
    handled_ms: int | None
    wrapped_up_ms: int | None
    disposition: str = ""
    note: str = ""
    offers: tuple[PastOffer, ...] = field(default=())

    @property
    def talked_ms(self) -> int | None:
        """How long agents talked with the contact; None until it ended, and where nobody did.

        Neither the wait between two agents nor the connecting before the first word counts.
        """
        if self.active_ms is None or self.ended_ms is None:
            return None
        whole_ms = self.ended_ms - self.active_ms
        return whole_ms if self.handled_ms is None else min(whole_ms, self.handled_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPresence:
    """What an agent was last heard to be on a channel, and by which cause."""

    availability: Availability
    reason: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStanding:
    """How an agent stood on a channel at some moment; `held`: what they had or rang there."""

    availability: Availability
    reason: str
    held: Mapping[Channel, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionPage:
    """Interactions, latest arrival first; `next` continues, empty at the end."""

    interactions: tuple[PastInteraction, ...]
    next: str = ""
