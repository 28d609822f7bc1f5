"""What the reads of routing answer: frozen values, times in ms since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.agent import Availability
    from acd.domain.estimate import Wait
    from acd.domain.ids import (
        AgentId,
        ContactId,
        ConversationId,
        InteractionId,
        OfferId,
        QueueId,
    )
    from acd.domain.interaction import Channel, InteractionState, Outcome
    from acd.domain.queue import Diversion


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSnapshot:
    """An agent on one channel: what they said, how many slots are held of how many."""

    availability: Availability
    reason: str
    after: Availability | None
    """What they will be once their last slot is free, while `finishing`."""
    count: int
    max: int
    weight: int
    interrupts: bool
    missed_in_a_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSnapshot:
    """A callback: how often the customer was called in vain, and when the next try is.

    `number_ref` names where to call. `answered`: the customer is on the line.
    """

    tries: int
    number_ref: str
    answered: bool
    next_try_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSnapshot:
    """An offer that is ringing now."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    channel: Channel
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    level: int
    enqueued_ms: int
    made_ms: int
    deadline_ms: int
    ring_ms: int
    delivered: bool
    why: Mapping[str, Any]
    card: str
    transfer: AgentId | None = None
    """Who hands it over and has it until this is accepted."""
    callback: CallbackSnapshot | None = None
    """There where accepting it is to call the customer back."""
    contact_lost: bool = False
    """Who is waiting has left the page, and may come back."""


class Role(StrEnum):
    """What an agent is to an interaction."""

    OWNER = "owner"
    GUEST = "guest"
    CONSULT = "consult"
    """A guest who is asked and may take over."""
    GIVER = "giver"
    """They gave it away and are in wrap-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSnapshot:
    """An interaction on the agent's hands: active or in wrap-up, or idle, which holds no slot."""

    interaction: InteractionId
    channel: Channel
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    state: InteractionState
    """`ended` while the slot is in wrap-up, also if the interaction went on without them."""
    role: Role
    transfer_to: AgentId | None
    """Who is asked to take it over."""
    guests: tuple[AgentId, ...]
    enqueued_ms: int
    since_ms: int
    wrap_up_until_ms: int | None
    wrap_up_extended: bool
    card: str
    transfer_waits: bool = False
    """Whether they are full, and asked once they have room."""
    consulted: AgentId | None = None
    """The one of the guests who may take over."""
    callback: CallbackSnapshot | None = None
    """There where the customer is called, or was."""
    owner: AgentId | None = None
    """Whose it is, whatever it is to the agent."""
    connects: OfferId | None = None
    """The offer by which it connects, while it does and is the agent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSnapshot:
    """Everything live about one agent, taken in one step."""

    agent: AgentId
    version: int
    channels: Mapping[Channel, ChannelSnapshot]
    used: int
    total: int
    offers: tuple[OfferSnapshot, ...]
    held: tuple[HeldSnapshot, ...]
    over: str
    """The human act by which more is held than capacity allows; empty if it is not."""
    address_seq: int
    presence_seq: int
    sessions: int
    phone: bool
    """Whether a telephone of theirs takes calls without a console."""
    lease_until_ms: int | None
    grace_until_ms: int | None
    idle_since_ms: int
    now_ms: int

    @property
    def missed(self) -> Mapping[Channel, bool]:
        """Per channel, whether missed rings sent the agent away."""
        return {channel: state.reason == "missed" for channel, state in self.channels.items()}

    def has_room(self, channel: Channel) -> bool:
        """Whether capacity leaves a slot on that channel, whatever their presence is."""
        state = self.channels[channel]
        if state.count >= state.max:
            return False
        return state.interrupts or self.used + state.weight <= self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionSnapshot:
    """Everything live about one interaction, or its tombstone, taken in one step."""

    interaction: InteractionId
    state: InteractionState
    channel: Channel
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    level: int
    enqueued_ms: int
    since_ms: int
    agent: AgentId | None
    outcome: Outcome | None
    offers: tuple[OfferSnapshot, ...]
    transfer_to: AgentId | None
    """Who is asked to take it over from `agent`."""
    guests: tuple[AgentId, ...]
    """Who takes part beside `agent`, whoever is consulted among them."""
    consulted: AgentId | None
    connects: OfferId | None
    """The offer by which it connects, while it does."""
    position: int | None
    """1-based, while waiting."""
    contact_lost: bool
    parked_until_ms: int | None
    wrap_up_until_ms: int | None
    callback: CallbackSnapshot | None
    diverted: Diversion | None
    """What a queue last made of it; None while it stands where it arrived."""
    rule: str
    """By which a queue did not keep it, or made a callback of it: `closed`, `closing`, `full`,
    `nobody`, `max_wait`, `removed`, or empty."""
    hops: tuple[QueueId, ...]
    """The queues it overflowed from, in their order."""
    address_seq: int
    card: str
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """A queue's live figures."""

    queue: QueueId
    configured: bool
    ready: bool
    waiting: int
    ringing: int
    active: int
    available: int
    """Agents who could take one now."""
    here: int
    """Members available on the channel, full or not."""
    oldest_enqueued_ms: int | None
    served_per_minute: float | None
    """Accepted lately; None until something was."""
    strategy: tuple[str, ...] = field(default=())
    open: bool = True
    closes_ms: int | None = None
    """When it closes next; None where no hours are known."""
    opens_ms: int | None = None
    """When it opens next, the present opening apart; None where no hours are known."""
    expected: Wait | None = None
    """How long whoever comes now waits, and needs no skill; None while too little is known."""
    last: Wait | None = None
    """How long the last in line waits yet, as they are told themselves; where skills make several
    lines, the last of that which takes longest."""
    now_ms: int = 0

    @property
    def longest_wait_ms(self) -> int | None:
        """How long the oldest has waited."""
        if self.oldest_enqueued_ms is None:
            return None
        return max(0, self.now_ms - self.oldest_enqueued_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One that stands in a line. `requires` is the text of what it needs."""

    interaction: InteractionId
    pool: str
    level: int
    enqueued_ms: int
    contact: ContactId
    conversation: ConversationId
    requires: str
    card: str
    callback: bool
    """Nobody is on the line: they are called in their turn."""
    not_before_ms: Mapping[AgentId, int]
    """Who is not asked for it for a while, and until when: they declined or missed it, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in the line (1 = next) and when its turn may come; None where nothing is known."""

    position: int
    estimate_p50_s: float | None
    estimate_p90_s: float | None
