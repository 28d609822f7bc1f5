"""What the server answers agents' consoles, and tells them of calls."""

from __future__ import annotations

from typing import Literal

from acd.realtime.wire.common import Message, Named, Outbound, ReadMarks, SignalOut
from acd.realtime.wire.desk import (
    AgentChat,
    Colleague,
    ContactOut,
    Line,
    Me,
    Offer,
    PastInteraction,
    Presence,
    TargetQueue,
    WaitingContact,
)


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


class Steered(Outbound):
    """What came of it, and the chat if it is on the desk.

    `outcome` is `offered`, `waits`, `moved`, `joined`, `completed`, `cancelled`, `left`, `pulled`,
    `assigned` or `rescored`, `opened`, of a call back `active`, `parked` or `unreached`; any other
    word says why nothing changed: `full`, `not_here`, `there`, `same`, `guest`, `transferring`,
    `not_transferring`, `consulting`, `not_consulting`, `too_many`, `late`, `not_active`,
    `not_allowed`, `not_member`, `other_channel`, `closed`, or the state that it is in.
    """

    ok: Literal[True]
    outcome: str
    chat: AgentChat | None = None


class CallbackNumber(Outbound):
    """Where to call the contact, in the international form; null where nobody knows."""

    ok: Literal[True]
    number: str | None


class Targets(Outbound):
    """Colleagues, those with room first, and the queues of the same channel."""

    ok: Literal[True]
    agents: list[Colleague]
    departments: list[TargetQueue]


class LineOpened(Outbound):
    """The first fifty of a line, in its order."""

    ok: Literal[True]
    queue: str
    waiting: list[WaitingContact]
    now: int


class AgentSignalOut(SignalOut):
    """A signal of the contact's page, of the server, or of a colleague's page."""

    line: Literal["contact", "colleague"] = "contact"


class CallTransferred(Outbound):
    """A number did not take the call, which is the agent's as before; `code` is a SIP status."""

    interaction: str
    ok: bool
    code: int


class HeartbeatAck(Outbound):
    """The server's time, and the last sequence number of each open conversation."""

    ok: Literal[True]
    now: int
    last_seq: dict[str, int]
