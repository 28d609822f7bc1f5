"""What an agent's page says to set up a call, with its contact or with a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.chat.delivery import to_agent, to_contact
from acd.domain.errors import NotConnected, NotYours, TelephonyOff
from acd.domain.ids import ContactId, InteractionId, OfferId, new_id
from acd.domain.interaction import Channel
from acd.realtime.answering import Answer
from acd.realtime.work import held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.numbers import Numbers
    from acd.domain.ids import AgentId
    from acd.realtime.console import Console
    from acd.realtime.desk import Desk
    from acd.realtime.held import HeldChat
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.realtime.wire.common import CallName


class Calling:
    """Verbs on the call that rings at the agent or is theirs."""

    def __init__(self, relay: Relay, numbers: Numbers) -> None:
        """`numbers` says which may be called."""
        self._relay = relay
        self._numbers = numbers
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "call.servers": self._servers,
            "call.signal": self._signal,
            "call.connected": self._connected,
            "call.failed": self._failed,
            "call.transfer": self._transfer,
            "call.take_back": self._take_back,
        }

    async def _servers(self, connection: Connection[Console], asked: CallName) -> Ack:
        """Asked while it rings, so that the page is ready at the accept."""
        desk = connection.who.desk
        now_ms = self._relay.clock.now_ms()
        if desk.rings.of(asked.interaction) is None:
            await held(desk, InteractionId(asked.interaction))
        return {"ok": True, "servers": self._relay.ice.told(desk.agent.id, now_ms)}

    async def _signal(self, connection: Connection[Console], asked: wire.AgentSignal) -> Ack:
        """To the other end: the contact, the node that has the call, or a colleague."""
        desk = connection.who.desk
        ring = desk.rings.of(asked.interaction)
        if ring is not None:
            if ring["channel"] != Channel.CALL or asked.line != "contact":
                raise NotConnected
            address = to_contact(ContactId(ring["contact_id"]))
        else:
            chat = await held(desk, InteractionId(asked.interaction))
            if chat.channel != Channel.CALL or chat.state not in {"connecting", "active"}:
                raise NotConnected
            if asked.line == "colleague":
                address = to_agent(_colleague(chat))
            elif chat.role == "owner":
                address = to_contact(chat.contact)
            else:
                raise NotYours(field="interaction")
        signal = asked.model_dump(exclude={"line"} if asked.line == "contact" else None)
        if asked.line == "contact" and asked.kind == "together":
            signal["third"] = self._third(desk, asked.interaction)
        told = {
            "type": "call.signal",
            "interaction": asked.interaction,
            "agent": desk.agent.id,
            "offer": ring["offer"] if ring is not None else None,
            "signal": signal,
        }
        self._relay.delivery.publish(address, told)
        return {"ok": True}

    def _third(self, desk: Desk, interaction: str) -> str | None:
        """Who is consulted, by the name that contacts hear."""
        chat = desk.chats.get(InteractionId(interaction))
        if chat is None or chat.consulted is None:
            return None
        return self._relay.people.agent_name(chat.consulted)

    async def _connected(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        """Both pages hear each other: only now the call is active."""
        desk, offer = connection.who.desk, OfferId(asked.offer)
        held_here = (chat for chat in desk.chats.values() if chat.connects == offer)
        given = next((chat for chat in held_here if desk.chats.given(chat)), None)
        flows = await self._relay.router.connected(offer, desk.agent.id)
        if flows.changed and given is not None:  # of what was accepted it was told then
            key = offer.rpartition(".")[2]
            told = self._relay.chat.notes.joined(
                given.contact, given.conversation, given.interaction, key, desk.agent.id
            )
            self._relay.chores.start(told, "joined")
        return {"ok": True}

    async def _failed(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        """The page has no microphone, or reached nobody: it rings elsewhere, nobody is blamed."""
        ended = await self._relay.router.fail(
            OfferId(asked.offer), connection.who.desk.agent.id, "connect_failed"
        )
        return {"ok": True, "outcome": ended.outcome.value if ended.outcome else "unknown"}

    async def _transfer(self, connection: Connection[Console], asked: wire.NumberTransfer) -> Ack:
        """Asked of the node that has the call: it is over for the agent, or they hear why not.

        Raises:
            TelephonyOff: no node has it now.
        """
        desk = connection.who.desk
        chat = await _owned(desk, asked.interaction)
        told = {"type": "call.transfer", "number": self._numbers.read(asked.number)}
        return await self._ask_switchboard(desk, chat, told, asked.command)

    async def _take_back(self, connection: Connection[Console], asked: CallName) -> Ack:
        """The number that is called for it rings no longer; `call.transferred` says so.

        Raises:
            TelephonyOff: no node has it now.
        """
        desk = connection.who.desk
        chat = await _owned(desk, asked.interaction)
        return await self._ask_switchboard(desk, chat, {"type": "call.take_back"}, new_id("cm"))

    async def _ask_switchboard(
        self, desk: Desk, chat: HeldChat, told: dict[str, str], command: str
    ) -> Ack:
        """Ask whichever node has the call, and see that one does."""
        who = {"interaction": chat.interaction, "agent": desk.agent.id, "command": command}
        async with Answer(self._relay.delivery, to_agent(desk.agent.id), command) as answer:
            self._relay.delivery.publish(to_contact(chat.contact), {**told, **who})
            if not await answer.comes():
                raise TelephonyOff
        return {"ok": True}


async def _owned(desk: Desk, interaction: str) -> HeldChat:
    """The agent's own call, which may be given to numbers.

    Raises:
        NotYours: somebody else has it.
        NotConnected: nobody talks yet, or it is no telephone's call.
    """
    chat = await held(desk, InteractionId(interaction))
    if chat.role != "owner":
        raise NotYours(field="interaction")
    if chat.state != "active" or chat.card.call != "number":
        raise NotConnected
    return chat


def _colleague(chat: HeldChat) -> AgentId:
    """Who is consulted, or who asks.

    Raises:
        NotConnected: nobody is consulted.
        NotYours: the call is not the agent's, nor are they asked about it.
    """
    if chat.role not in {"owner", "consult"}:
        raise NotYours(field="interaction")
    other = chat.consulted if chat.role == "owner" else chat.owner
    if other is None:
        raise NotConnected
    return other
