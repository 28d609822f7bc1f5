"""An interaction that an agent holds, as their consoles show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from acd.chat.sessions import Card
from acd.domain.interaction import Channel, InteractionState

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, OfferId, QueueId
    from acd.routing.snapshots import CallbackSnapshot, HeldSnapshot


@dataclass(slots=True, kw_only=True)
class HeldChat:
    """One interaction on the desk, with its conversation as far as it is shown."""

    interaction: InteractionId
    conversation: ConversationId
    contact: ContactId
    queue: QueueId
    channel: str
    contact_name: str
    state: str
    since_ms: int
    wrap_up_until_ms: int | None
    wrap_up_extended: bool
    role: str
    transfer_to: AgentId | None
    transfer_waits: bool
    consulted: AgentId | None
    owner: AgentId | None
    guests: tuple[AgentId, ...]
    card: Card
    callback: CallbackSnapshot | None = None
    connects: OfferId | None = None
    last_message: dict[str, Any] | None = None
    last_seq: int = 0
    agent_read: int = 0
    visitor_read: int = 0
    on_phone: bool = False
    """A call that the agent has on a telephone of theirs, and not in a page."""
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
            queue=held.queue,
            channel=held.channel.value,
            contact_name=card.contact_name,
            state=shown_state(held),
            since_ms=held.since_ms,
            wrap_up_until_ms=held.wrap_up_until_ms,
            wrap_up_extended=held.wrap_up_extended,
            role=held.role.value,
            transfer_to=held.transfer_to,
            transfer_waits=held.transfer_waits,
            consulted=held.consulted,
            owner=held.owner,
            guests=held.guests,
            card=card,
            callback=held.callback,
            connects=held.connects,
        )

    @property
    def from_telephone(self) -> bool:
        """Whether its contact calls from a telephone, and has no page."""
        return bool(self.card.call)

    def called_back(self, *, dials: bool) -> dict[str, Any] | None:
        """The callback it is, as the wire says it."""
        back = self.callback
        if back is None:
            return None
        by_hand = is_dialled_by_hand(self.channel, dials=dials)
        return {"tries": back.tries, "answered": back.answered, "by_hand": by_hand}

    def follow(self, held: HeldSnapshot) -> bool:
        """Take over where it stands now; says whether that moved."""
        now = HeldChat.of(held)
        moved = False
        for name in _FOLLOWED:
            moved = moved or getattr(self, name) != getattr(now, name)
            setattr(self, name, getattr(now, name))
        return moved


_FOLLOWED: Final = (
    "queue", "state", "since_ms", "wrap_up_until_ms", "wrap_up_extended", "role", "transfer_to",
    "transfer_waits", "consulted", "owner", "guests", "callback", "connects",
)  # fmt: skip
"""What may change while it is on the desk."""


def is_dialled_by_hand(channel: str, *, dials: bool) -> bool:
    """Whether the agent dials: where the house does not, and whoever left a number in a chat."""
    return not dials or channel != Channel.CALL


def shown_state(held: HeldSnapshot) -> str:
    """Its state on the wire: wrap-up is a state of the slot, after the interaction's end."""
    if held.state is InteractionState.ENDED or held.wrap_up_until_ms is not None:
        return "wrap_up"
    if held.state in {InteractionState.IDLE, InteractionState.CONNECTING}:
        return held.state.value
    return "active"
