"""What both sides of the wire are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_PAYLOAD_BYTES = 64 * 1024
"""One packet, either way; a client that sends more is disconnected by its WebSocket (1009)."""

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_.@/-]+$")]

ClientId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]

CommandId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_-]+$")]

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


class Nothing(Inbound):
    """An event without arguments."""


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


class Description(Inbound):
    """One side's offer or answer of media, as its browser made it (RFC 8829)."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Field(max_length=24_000)]


class Candidate(Inbound):
    """One way to reach that side, as its browser found it; an empty one is the last."""

    candidate: Annotated[str, Field(max_length=1000, pattern=OneLine)]
    mid: Annotated[str, Field(max_length=32, pattern=OneLine)] | None = None
    line: Annotated[int, Field(ge=0, le=64)] | None = None


SignalKind = Literal[
    "hello", "ready", "description", "candidate", "held", "resumed", "together", "apart"
]


class Signal(Inbound):
    """What two pages say to each other to talk; the server passes it on and keeps nothing.

    `tab` names the page that speaks, `to` the page that is meant. `hello` asks who is there,
    `ready` answers it; then the agent's page offers media and the visitor's answers. `together`:
    what is said on this line is heard on the agent's other one too, until `apart`.
    """

    interaction: Id
    tab: ClientId
    to: ClientId | None = None
    kind: SignalKind
    description: Description | None = None
    candidate: Candidate | None = None


class CallName(Inbound):
    """One call."""

    interaction: Id


class IceServer(Outbound):
    """A STUN or TURN server, as RTCPeerConnection takes it."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class IceServersOut(Outbound):
    """The servers to find each other with; the credentials expire."""

    ok: Literal[True]
    servers: list[IceServer]


class SignalOut(Outbound):
    """A signal of the other page, as it was sent.

    `third`, with the `together` that a visitor hears: the name of the colleague who hears them too.
    """

    interaction: str
    tab: str
    to: str | None
    kind: SignalKind
    description: Description | None
    candidate: Candidate | None
    third: str | None = None


class Named(Outbound):
    """An id with its name for people."""

    id: str
    name: str


class Message(Outbound):
    """One stored message; a system message's text is a code, its data is in name.

    The client id of such a one begins with what happened and to which interaction:
    `joined.<interaction>.` (who has it from then on), `given.<interaction>.` (at whom a call rings
    that was given to them), `guest.<interaction>.` (who takes part), `left.<interaction>.`,
    `ended.<interaction>`.
    """

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


class Service(Outbound):
    """The service cannot change live state for now, or can again."""

    ok: bool
    code: str | None = None


class Done(Outbound):
    """Done, nothing to add."""

    ok: Literal[True]


class MessageSent(Outbound):
    """The message as stored; a resend gives the first one."""

    ok: Literal[True]
    message: Message
