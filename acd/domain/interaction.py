"""The interaction: one routed unit of work on one channel, its states and how it may end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from acd.domain.errors import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, QueueId

DEFAULT_LEVEL: Final = 5
CARD_MAX_BYTES: Final = 2048


class Channel(StrEnum):
    """What an interaction is made of. A freed agent takes calls first, then chats, then tickets."""

    CHAT = "chat"
    CALL = "call"
    TICKET = "ticket"


class InteractionState(StrEnum):
    """Where an interaction is. Wrap-up is not here: it is a state of the slot."""

    WAITING = "waiting"
    PARKED = "parked"
    RINGING = "ringing"
    CONNECTING = "connecting"
    ACTIVE = "active"
    IDLE = "idle"
    ENDED = "ended"


_S = InteractionState
TRANSITIONS: Final[Mapping[InteractionState, frozenset[InteractionState]]] = {
    _S.WAITING: frozenset({_S.RINGING, _S.PARKED, _S.ENDED, _S.ACTIVE, _S.CONNECTING}),
    _S.PARKED: frozenset({_S.WAITING, _S.ENDED, _S.ACTIVE, _S.CONNECTING}),
    _S.RINGING: frozenset({_S.WAITING, _S.PARKED, _S.CONNECTING, _S.ACTIVE, _S.ENDED}),
    _S.CONNECTING: frozenset({_S.WAITING, _S.PARKED, _S.ACTIVE, _S.ENDED}),
    _S.ACTIVE: frozenset({_S.IDLE, _S.WAITING, _S.ENDED, _S.CONNECTING}),
    _S.IDLE: frozenset({_S.ACTIVE, _S.WAITING, _S.ENDED}),
    _S.ENDED: frozenset({_S.ACTIVE}),
}
"""Every change there is. What has ended is active again only if the customer writes during its
wrap-up. The reference model and the fold of the event log hold the scripts to it."""


def check_transition(before: InteractionState, after: InteractionState) -> InteractionState:
    """Return `after`.

    Raises:
        IllegalTransition: the table has no such step.
    """
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before} cannot become {after}")
    return after


class Outcome(StrEnum):
    """How an interaction ended: every arrival gets exactly one."""

    HANDLED = "handled"
    ABANDONED = "abandoned"
    REJECTED = "rejected"
    FORM = "form"
    VOICEMAIL = "voicemail"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody wants something: what the line needs to know of it.

    `level` is 1 (first) to 9. `card` is a JSON object of at most 2 kB that routing never reads and
    hands back with every offer. `leased` says that a node vouches for the contact with heartbeats:
    without them the interaction is parked when the lease (`QueueSettings.lease_s`) runs out.
    `arrived_ms` is the age of one that could not be enqueued when it came; 0 means now. `requires`
    is the skills it needs, each with its least level; `last_agent` served this contact last.
    """

    interaction: InteractionId
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    level: int = DEFAULT_LEVEL
    card: str = "{}"
    leased: bool = True
    arrived_ms: int = 0
    requires: Mapping[str, int] = field(default_factory=dict)
    last_agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An agent begins an interaction with a contact: an outbound call, a chat they open.

    `level` and `card` are as for an `Arrival`.
    """

    interaction: InteractionId
    queue: QueueId
    contact: ContactId
    conversation: ConversationId
    agent: AgentId
    level: int = DEFAULT_LEVEL
    card: str = "{}"
