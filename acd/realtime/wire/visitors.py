"""What visitors and the server say to each other."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from acd.realtime.wire.common import (
    CallName,
    ChannelName,
    ClientId,
    Done,
    Estimate,
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


class VisitorAuth(Inbound):
    """Handshake of /visitor; without a token the visitor is anonymous until chat.start."""

    site: Id
    token: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    locale: Literal["fr", "en"] = "en"


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
    channel: Literal["chat", "call"] = "chat"


class CallbackAsk(Inbound):
    """A number to be called back at, as people write it; asked again, it is another number."""

    number: Annotated[str, Field(min_length=1, max_length=40, pattern=OneLine)]


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


class AgentName(Outbound):
    """What a visitor learns about the agent."""

    name: str


class CallbackState(Outbound):
    """A call back: `offered`, or asked for and `kept` until their turn; `calling` them now.

    Nobody answered: `again` at `next_try_ms`, or `unreached` for good. `talking`, then `done`.
    `number` says whether they left one.
    """

    state: Literal["offered", "kept", "calling", "again", "talking", "done", "unreached"]
    number: bool
    next_try_ms: int | None


class ChatState(Outbound):
    """A visitor's chat as a whole.

    `anchored`: the page offers the audio of a call to the server (`to` is `server-line`), from its
    begin on. `diverted` is what the department made of it where it could not keep it: with
    `callback` the place in the line is kept and the visitor need not stay; the others have ended,
    and after `form` messages are still taken, for somebody to read later.
    """

    conversation: str
    interaction: str
    channel: ChannelName
    state: Literal[
        "waiting", "ringing", "parked", "connecting", "active", "idle", "ended", "starting"
    ]
    department: Named
    position: int | None
    estimate: Estimate | None
    agent: AgentName | None
    since_ms: int
    outcome: str | None
    diverted: Literal["callback", "voicemail", "form", "reject"] | None
    callback: CallbackState | None
    last_seq: int
    read: ReadMarks
    anchored: bool
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


class ChatLeft(Outbound):
    """The chat after the verb."""

    ok: Literal[True]
    chat: ChatState | None


ASKED: dict[str, tuple[type[Inbound], type[Outbound]]] = {
    "chat.start": (ChatStart, ChatStarted),
    "chat.resume": (ChatResume, ChatResumed),
    "message.send": (VisitorMessageSend, MessageSent),
    "typing": (VisitorTyping, Done),
    "messages.read": (VisitorMessagesRead, Done),
    "chat.leave": (Nothing, ChatLeft),
    "callback.ask": (CallbackAsk, ChatLeft),
    "call.servers": (CallName, IceServersOut),
    "call.signal": (Signal, Done),
}
"""What a visitor may send, and what a good acknowledgement holds."""

TOLD: dict[str, type[Outbound]] = {
    "chat": ChatState,
    "message": Message,
    "typing": TypingToVisitor,
    "read": ReadToVisitor,
    "call.signal": SignalOut,
    "service": Service,
}
"""What the server sends to visitors."""
