"""What agents' consoles say to the server, and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from acd.realtime.wire.common import (
    AvailabilityName,
    CallName,
    ChannelName,
    ClientId,
    Done,
    IceServersOut,
    Id,
    Inbound,
    Message,
    MessageSent,
    Named,
    Nothing,
    OneLine,
    Outbound,
    ReadMarks,
    Seq,
    Service,
    Signal,
    SignalOut,
    Text,
)
from acd.realtime.wire.desk import (
    AgentChat,
    ContactOut,
    Line,
    Lines,
    Me,
    Offer,
    OfferEnded,
    PastInteraction,
    Presence,
    ReadToAgent,
    Resync,
    TypingToAgent,
)


class AgentAuth(Inbound):
    """Handshake of /agent, beside the cookie `acd_session`."""

    csrf: Annotated[str, Field(min_length=1, max_length=128)]
    session: Id | None = None


class PresenceSet(Inbound):
    """Change availability on one channel, or on all (null)."""

    channel: ChannelName | None = None
    availability: AvailabilityName
    reason: Annotated[str, Field(max_length=40, pattern=OneLine)] = ""


class OfferName(Inbound):
    """One offer."""

    offer: Id


class OfferDecline(Inbound):
    """Decline an offer, with an optional reason."""

    offer: Id
    reason: Annotated[str, Field(max_length=80, pattern=OneLine)] = ""


class ConversationOpen(Inbound):
    """Read a conversation after a sequence number, with contact and history."""

    conversation: Id
    after_seq: Seq = 0


class AgentMessageSend(Inbound):
    """A message of the agent."""

    conversation: Id
    client_id: ClientId
    text: Text


class AgentTyping(Inbound):
    """The agent types, or stopped."""

    conversation: Id
    on: bool


class AgentMessagesRead(Inbound):
    """The agent has read up to seq."""

    conversation: Id
    seq: Seq


class InteractionName(Inbound):
    """One interaction."""

    interaction: Id


class WrapUpEnd(Inbound):
    """End the wrap-up, with what the agent noted."""

    interaction: Id
    disposition: Annotated[str, Field(max_length=80, pattern=OneLine)] | None = None
    note: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] | None = None


class ConsoleOpened(Outbound):
    """Everything the console shows, read after its subscription was confirmed."""

    ok: Literal[True]
    now: int
    seq: int
    session: str
    me: Me
    presence: Presence
    offers: list[Offer]
    chats: list[AgentChat]
    lines: list[Line]


class PresenceAck(Outbound):
    """The presence after the change."""

    ok: Literal[True]
    presence: Presence


class OfferAnswered(Outbound):
    """What became of the offer; for "taken", winner says by whom."""

    ok: Literal[True]
    outcome: Literal["accepted", "taken", "expired", "withdrawn", "unknown", "declined", "failed"]
    winner: Named | None = None
    chat: AgentChat | None = None


class ConversationOpened(Outbound):
    """A conversation with its contact and their history."""

    ok: Literal[True]
    messages: list[Message]
    read: ReadMarks
    contact: ContactOut
    history: list[PastInteraction]


class ChatChanged(Outbound):
    """The chat after the verb."""

    ok: Literal[True]
    chat: AgentChat | None = None


class HeartbeatAck(Outbound):
    """The server's time, and the last sequence number of each open conversation."""

    ok: Literal[True]
    now: int
    last_seq: dict[str, int]


ASKED: dict[str, tuple[type[Inbound], type[Outbound]]] = {
    "console.open": (Nothing, ConsoleOpened),
    "presence.set": (PresenceSet, PresenceAck),
    "offer.delivered": (OfferName, Done),
    "offer.accept": (OfferName, OfferAnswered),
    "offer.decline": (OfferDecline, OfferAnswered),
    "conversation.open": (ConversationOpen, ConversationOpened),
    "message.send": (AgentMessageSend, MessageSent),
    "typing": (AgentTyping, Done),
    "messages.read": (AgentMessagesRead, Done),
    "interaction.finish": (InteractionName, ChatChanged),
    "wrap_up.end": (WrapUpEnd, ChatChanged),
    "wrap_up.extend": (InteractionName, ChatChanged),
    "call.servers": (CallName, IceServersOut),
    "call.signal": (Signal, Done),
    "call.connected": (OfferName, Done),
    "call.failed": (OfferName, OfferAnswered),
    "heartbeat": (Nothing, HeartbeatAck),
}
"""What an agent may send, and what a good acknowledgement holds."""

TOLD: dict[str, type[Outbound]] = {
    "offer": Offer,
    "offer.ended": OfferEnded,
    "chat": AgentChat,
    "presence": Presence,
    "message": Message,
    "typing": TypingToAgent,
    "read": ReadToAgent,
    "lines": Lines,
    "call.signal": SignalOut,
    "resync": Resync,
    "service": Service,
}
"""What the server sends to agents."""
