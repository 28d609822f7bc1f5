"""What agents' consoles say to the server, and by which names; its answers are in `answers`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from acd.realtime.wire.answers import (
    AgentSignalOut,
    CallbackNumber,
    CallTransferred,
    ChatChanged,
    ConsoleOpened,
    ConversationOpened,
    HeartbeatAck,
    LineOpened,
    OfferAnswered,
    PresenceAck,
    Steered,
    Targets,
)
from acd.realtime.wire.common import (
    AvailabilityName,
    CallName,
    ChannelName,
    ClientId,
    CommandId,
    Done,
    IceServersOut,
    Id,
    Inbound,
    Message,
    MessageSent,
    Nothing,
    OneLine,
    Outbound,
    Seq,
    Service,
    Signal,
    Text,
)
from acd.realtime.wire.desk import (
    AgentChat,
    HistoryToAgent,
    Lines,
    Offer,
    OfferEnded,
    Presence,
    ReadToAgent,
    Resync,
    TypingToAgent,
)


class AgentAuth(Inbound):
    """Handshake of /agent, beside the cookie `acd_session`.

    `talks`: it is a page that can talk, so that colleagues may ask the agent about a call.
    """

    csrf: Annotated[str, Field(min_length=1, max_length=128)]
    session: Id | None = None
    talks: bool = False


class PresenceSet(Inbound):
    """Change availability on one channel, or on all (null).

    `when` finished: nothing new from now on, away or offline once the last slot is free.
    """

    channel: ChannelName | None = None
    availability: AvailabilityName
    reason: Annotated[str, Field(max_length=40, pattern=OneLine)] = ""
    when: Literal["now", "finished"] = "now"


class OfferName(Inbound):
    """One offer."""

    offer: Id


class OfferDecline(Inbound):
    """Decline an offer, with an optional reason."""

    offer: Id
    reason: Annotated[str, Field(max_length=80, pattern=OneLine)] = ""


class AgentSignal(Signal):
    """The same of an agent's page; `line` says whether it is meant for the contact or a colleague.

    A colleague is whoever is consulted about the call, or who asks them.
    """

    line: Literal["contact", "colleague"] = "contact"


class ConversationOpen(Inbound):
    """Read a conversation after a sequence number, with contact and history."""

    conversation: Id
    after_seq: Seq = 0


class ConversationBegin(Inbound):
    """A new chat with whoever the conversation is with: the agent's own at once."""

    conversation: Id
    department: Id
    client_id: ClientId


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


class MayRepeat(InteractionName):
    """One interaction; with an id a command sent again gives the first answer."""

    command: CommandId | Literal[""] = ""


class WrapUpEnd(Inbound):
    """End the wrap-up, with what the agent noted; with an id it ends no later one when repeated."""

    interaction: Id
    command: CommandId | Literal[""] = ""
    disposition: Annotated[str, Field(max_length=80, pattern=OneLine)] | None = None
    note: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] | None = None


class Command(Inbound):
    """One interaction; a command sent again with the same id gives the first answer."""

    interaction: Id
    command: CommandId


class NumberTransfer(Command):
    """A telephone call and the number it is given to, as people write it."""

    number: Annotated[str, Field(min_length=1, max_length=40, pattern=OneLine)]


class WithAgent(Command):
    """One interaction and a colleague."""

    agent: Id


class Transfer(Command):
    """Hand over to an agent, a queue or a department: exactly one of them.

    The agent keeps it until the colleague accepts, who with `wait` is asked once they have room; a
    queue or a department has it at once.
    """

    agent: Id | None = None
    wait: bool = False
    queue: Id | None = None
    department: Id | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if sum(target is not None for target in (self.agent, self.queue, self.department)) != 1:
            raise ValueError("name an agent, a queue or a department")
        if self.wait and self.agent is None:
            raise ValueError("only an agent is waited for")
        return self


class ConsultComplete(Command):
    """Whoever was consulted takes over; with `stay` the agent remains as a guest."""

    stay: bool = False


class TargetsAsked(Inbound):
    """Who could take over an interaction; `query` is a part of a name."""

    interaction: Id
    query: Annotated[str, Field(max_length=80, pattern=OneLine)] = ""


class LineName(Inbound):
    """One line."""

    queue: Id


class Move(MayRepeat):
    """To another queue of the same channel, the age kept. For supervisors."""

    queue: Id


class Prioritise(MayRepeat):
    """Another level, 1 (first) to 9. For supervisors."""

    level: Annotated[int, Field(ge=1, le=9)]


class CallbackDialled(Inbound):
    """The agent called the contact of a callback: they answered, or nobody did.

    `offer` is the callback's own, of this try; of an earlier one it is `late`.
    """

    interaction: Id
    offer: Id
    answered: bool


ASKED: dict[str, tuple[type[Inbound], type[Outbound]]] = {
    "console.open": (Nothing, ConsoleOpened),
    "presence.set": (PresenceSet, PresenceAck),
    "offer.delivered": (OfferName, Done),
    "offer.accept": (OfferName, OfferAnswered),
    "offer.decline": (OfferDecline, OfferAnswered),
    "conversation.open": (ConversationOpen, ConversationOpened),
    "conversation.begin": (ConversationBegin, Steered),
    "message.send": (AgentMessageSend, MessageSent),
    "typing": (AgentTyping, Done),
    "messages.read": (AgentMessagesRead, Done),
    "interaction.finish": (MayRepeat, ChatChanged),
    "wrap_up.end": (WrapUpEnd, ChatChanged),
    "wrap_up.extend": (InteractionName, ChatChanged),
    "call.servers": (CallName, IceServersOut),
    "call.signal": (AgentSignal, Done),
    "call.connected": (OfferName, Done),
    "call.failed": (OfferName, OfferAnswered),
    "call.transfer": (NumberTransfer, Done),
    "call.take_back": (CallName, Done),
    "transfer.targets": (TargetsAsked, Targets),
    "interaction.transfer": (Transfer, Steered),
    "interaction.transfer_cancel": (MayRepeat, Steered),
    "interaction.consult": (WithAgent, Steered),
    "interaction.consult_complete": (ConsultComplete, Steered),
    "interaction.consult_cancel": (MayRepeat, Steered),
    "interaction.invite": (WithAgent, Steered),
    "interaction.leave": (MayRepeat, Steered),
    "line.open": (LineName, LineOpened),
    "interaction.pull": (Command, Steered),
    "interaction.assign": (WithAgent, Steered),
    "interaction.move": (Move, Steered),
    "interaction.prioritise": (Prioritise, Steered),
    "callback.open": (InteractionName, CallbackNumber),
    "callback.dialled": (CallbackDialled, Steered),
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
    "history": HistoryToAgent,
    "lines": Lines,
    "call.signal": AgentSignalOut,
    "call.transferred": CallTransferred,
    "resync": Resync,
    "service": Service,
}
"""What the server sends to agents."""
