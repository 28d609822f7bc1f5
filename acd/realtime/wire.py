"""The Socket.IO wire: what a client may send, and what the server sends.

Inbound models are strict and refuse unknown keys; whatever they accept is well-formed, not yet
authorised. Outbound models say what leaves the server; they document it and the contract tests
hold every emitted payload against them, while the hot path sends plain dicts.
docs/guides/sockets.md describes each event, and a test compares it with the tables below.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_PAYLOAD_BYTES = 64 * 1024
"""One packet, either way; a client that sends more is disconnected by its WebSocket (1009)."""

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_.@/-]+$")]
ClientId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Seq = Annotated[int, Field(ge=0, le=2**53)]
Text = Annotated[str, Field(max_length=MAX_PAYLOAD_BYTES)]
ChannelName = Literal["chat", "call", "ticket"]
AvailabilityName = Literal["available", "away", "offline"]
OneLine = r"^[^\x00-\x1f\x7f]*$"


class Inbound(BaseModel):
    """Something a client sends: exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Outbound(BaseModel):
    """Something the server sends."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


# --- connecting -----------------------------------------------------------------------------


class VisitorAuth(Inbound):
    """Handshake of /visitor; without a token the visitor is anonymous until chat.start."""

    site: Id
    token: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    locale: Literal["fr", "en"] = "en"


class AgentAuth(Inbound):
    """Handshake of /agent, beside the cookie `acd_session`."""

    csrf: Annotated[str, Field(min_length=1, max_length=128)]
    session: Id | None = None


# --- visitor to server ----------------------------------------------------------------------


class Nothing(Inbound):
    """An event without arguments."""


class ChatStart(Inbound):
    """Start a chat; sent again with the same client_id it gives the same chat."""

    client_id: ClientId
    department: Id
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=OneLine)]
    email: (
        Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")] | None
    ) = None
    text: Text | None = None
    page: Annotated[str, Field(max_length=2000, pattern=OneLine)] | None = None


class ChatResume(Inbound):
    """Take up after a reconnect or a reload."""

    after_seq: Seq = 0


class VisitorMessageSend(Inbound):
    """A message of the visitor."""

    client_id: ClientId
    text: Text


class VisitorTyping(Inbound):
    """The visitor types, or stopped."""

    on: bool


class VisitorMessagesRead(Inbound):
    """The visitor has read up to seq."""

    seq: Seq


# --- agent to server ------------------------------------------------------------------------


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


# --- server to client -----------------------------------------------------------------------


class ErrorOut(Outbound):
    """Why an event was refused; `code` is stable, `message` names the remedy."""

    code: str
    message: str
    retryable: bool
    field: str | None = None
    retry_after_s: float | None = None


class Refused(Outbound):
    """The acknowledgement of an event that changed nothing."""

    ok: Literal[False]
    error: ErrorOut


class Named(Outbound):
    """An id with its name for people."""

    id: str
    name: str


class OwnDepartment(Named):
    """A department of the agent, by every name it has: the page may speak another language."""

    names: dict[str, str]


class AgentName(Outbound):
    """What a visitor learns about the agent."""

    name: str


class Message(Outbound):
    """One stored message; a system message's text is a code, its data is in name."""

    id: str
    conversation: str
    seq: int
    client_id: str
    from_: Literal["visitor", "agent", "system"] = Field(alias="from")
    name: str
    text: str
    at_ms: int


class ReadMarks(Outbound):
    """The last sequence number each side has read."""

    agent: int
    visitor: int


class Estimate(Outbound):
    """Expected wait in seconds: half of the contacts wait less than p50."""

    p50_s: float | None
    p90_s: float | None


class ChatState(Outbound):
    """A visitor's chat as a whole.

    `diverted` is what the department made of it where it could not keep it: with `callback` the
    place in the line is kept and the visitor need not stay; the others have ended, and after
    `form` messages are still taken, for somebody to read later.
    """

    conversation: str
    interaction: str
    state: Literal["waiting", "ringing", "parked", "active", "idle", "ended", "starting"]
    department: Named
    position: int | None
    estimate: Estimate | None
    agent: AgentName | None
    since_ms: int
    outcome: str | None
    diverted: Literal["callback", "voicemail", "form", "reject"] | None
    last_seq: int
    read: ReadMarks
    now: int


class TypingToVisitor(Outbound):
    """The agent types; forget it after 6 s without another."""

    by: Literal["agent"]
    name: str
    on: bool


class ReadToVisitor(Outbound):
    """The agent has read up to seq."""

    by: Literal["agent"]
    seq: int


class Service(Outbound):
    """The service cannot change live state for now, or can again."""

    ok: bool
    code: str | None = None


class ChannelPresence(Outbound):
    """Presence and load on one channel."""

    availability: AvailabilityName
    reason: str
    count: int
    max: int


class Presence(Outbound):
    """An agent's presence on the channels they have a queue on."""

    channels: dict[str, ChannelPresence]
    used: int
    total: int
    missed: dict[str, bool]
    seq: int
    now: int


class ContactName(Outbound):
    """The contact's name on a ring card."""

    name: str


class Offer(Outbound):
    """A ring: everything the card shows."""

    offer: str
    interaction: str
    channel: ChannelName
    queue: str
    department: Named
    contact: ContactName
    preview: str
    page: str
    waited_ms: int
    deadline_ms: int
    ring_ms: int
    why: dict[str, object]
    now: int


class OfferEnded(Outbound):
    """A ring is over."""

    offer: str
    outcome: Literal["accepted", "declined", "expired", "failed", "withdrawn"]
    reason: str
    by: Named | None = None


class AgentChat(Outbound):
    """One chat of an agent; state "ended" removes it from the list."""

    interaction: str
    conversation: str
    channel: ChannelName
    contact: Named
    department: Named
    state: Literal["active", "idle", "wrap_up", "ended"]
    since_ms: int
    wrap_up_until_ms: int | None
    wrap_up_extended: bool
    last_message: Message | None
    last_seq: int
    read: ReadMarks
    contact_here: bool
    now: int


class Line(Outbound):
    """One line as agents of its department see it."""

    queue: str
    department: Named
    channel: ChannelName
    waiting: int
    oldest_enqueued_ms: int | None
    available: int


class Lines(Outbound):
    """The lines of the agent's departments, at most once a second and when changed."""

    lines: list[Line]
    now: int


class TypingToAgent(Outbound):
    """The visitor types; forget it after 6 s without another."""

    conversation: str
    by: Literal["visitor"]
    on: bool


class ReadToAgent(Outbound):
    """The visitor has read up to seq."""

    conversation: str
    by: Literal["visitor"]
    seq: int


class Resync(Outbound):
    """Something was missed: call console.open again."""


# --- acknowledgements -----------------------------------------------------------------------


class Done(Outbound):
    """Done, nothing to add."""

    ok: Literal[True]


class ChatStarted(Outbound):
    """The chat, and the token that is the visitor's identity from now on."""

    ok: Literal[True]
    token: str
    chat: ChatState
    messages: list[Message]


class ChatResumed(Outbound):
    """The chat as it stands and the messages after the given sequence number."""

    ok: Literal[True]
    chat: ChatState | None
    messages: list[Message]


class MessageSent(Outbound):
    """The message as stored; a resend gives the first one."""

    ok: Literal[True]
    message: Message


class ChatLeft(Outbound):
    """The chat after leaving."""

    ok: Literal[True]
    chat: ChatState | None


class Me(Outbound):
    """Who is signed in."""

    id: str
    name: str
    role: str
    departments: list[OwnDepartment]
    locale: str


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
    outcome: Literal["accepted", "taken", "expired", "withdrawn", "unknown", "declined"]
    winner: Named | None = None
    chat: AgentChat | None = None


class ContactOut(Outbound):
    """The contact pane; verified means that they proved who they are."""

    id: str
    name: str
    verified: bool
    email: str | None
    page: str | None
    locale: str | None


class PastInteraction(Outbound):
    """One line of the contact's history."""

    interaction: str
    channel: str
    at_ms: int
    outcome: str | None
    agent: str | None


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


# --- the tables -----------------------------------------------------------------------------

VISITOR_EVENTS: dict[str, tuple[type[Inbound], type[Outbound]]] = {
    "chat.start": (ChatStart, ChatStarted),
    "chat.resume": (ChatResume, ChatResumed),
    "message.send": (VisitorMessageSend, MessageSent),
    "typing": (VisitorTyping, Done),
    "messages.read": (VisitorMessagesRead, Done),
    "chat.leave": (Nothing, ChatLeft),
}
"""What a visitor may send, and what a good acknowledgement holds."""

AGENT_EVENTS: dict[str, tuple[type[Inbound], type[Outbound]]] = {
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
    "heartbeat": (Nothing, HeartbeatAck),
}
"""What an agent may send, and what a good acknowledgement holds."""

TO_VISITOR: dict[str, type[Outbound]] = {
    "chat": ChatState,
    "message": Message,
    "typing": TypingToVisitor,
    "read": ReadToVisitor,
    "service": Service,
}
"""What the server sends to visitors."""

TO_AGENT: dict[str, type[Outbound]] = {
    "offer": Offer,
    "offer.ended": OfferEnded,
    "chat": AgentChat,
    "presence": Presence,
    "message": Message,
    "typing": TypingToAgent,
    "read": ReadToAgent,
    "lines": Lines,
    "resync": Resync,
    "service": Service,
}
"""What the server sends to agents."""
