"""An interaction that an agent holds, as their consoles show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.chat.sessions import Card
from acd.domain.interaction import InteractionState

if TYPE_CHECKING:
    from acd.domain.ids import ContactId, ConversationId, InteractionId
    from acd.routing.results import HeldSnapshot


@dataclass(slots=True, kw_only=True)
class HeldChat:
    """One interaction on the desk, with its conversation as far as it is shown."""

    interaction: InteractionId
    conversation: ConversationId
    contact: ContactId
    channel: str
    contact_name: str
    department: str
    state: str
    since_ms: int
    wrap_up_until_ms: int | None
    wrap_up_extended: bool
    card: Card
    last_message: dict[str, Any] | None = None
    last_seq: int = 0
    agent_read: int = 0
    visitor_read: int = 0
    nodes_here: set[str] = field(default_factory=set)
    """Nodes that hold a socket of the visitor."""
    answered: set[str] = field(default_factory=set)
    """Nodes that said so since they were asked last."""

    @classmethod
    def of(cls, held: HeldSnapshot) -> HeldChat:
        """As routing has it; the conversation is not read yet."""
        card = Card.parse(held.card)
        return cls(
            interaction=held.interaction,
            conversation=held.conversation,
            contact=held.contact,
            channel=held.channel.value,
            contact_name=card.contact_name,
            department=card.department or held.queue.partition("/")[0],
            state=shown_state(held),
            since_ms=held.since_ms,
            wrap_up_until_ms=held.wrap_up_until_ms,
            wrap_up_extended=held.wrap_up_extended,
            card=card,
        )

    def follow(self, held: HeldSnapshot) -> bool:
        """Take over where it stands now; says whether that moved."""
        before = (self.state, self.since_ms, self.wrap_up_until_ms, self.wrap_up_extended)
        self.state = shown_state(held)
        self.since_ms = held.since_ms
        self.wrap_up_until_ms = held.wrap_up_until_ms
        self.wrap_up_extended = held.wrap_up_extended
        return before != (self.state, self.since_ms, self.wrap_up_until_ms, self.wrap_up_extended)


def shown_state(held: HeldSnapshot) -> str:
    """Its state on the wire: wrap-up is a state of the slot, after the interaction's end."""
    if held.state is InteractionState.ENDED or held.wrap_up_until_ms is not None:
        return "wrap_up"
    if held.state in {InteractionState.IDLE, InteractionState.CONNECTING}:
        return held.state.value
    return "active"
