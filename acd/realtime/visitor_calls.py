"""What a visitor's page says of a call: to set one up, or to be called back instead."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, Protocol

from acd.chat.delivery import to_agent
from acd.chat.sessions import TAKEN, ChatPhase
from acd.domain.errors import NotConnected, NotFound, StoreUnavailable
from acd.domain.interaction import Channel
from acd.realtime.guest import Guest, visit_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from acd.chat.callbacks import Callbacks
    from acd.chat.sessions import Chat
    from acd.domain.ids import InteractionId
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import visitors as wire
    from acd.realtime.wire.common import CallName, Signal
    from acd.routing.limits import Limits

SERVER: Final = "server-line"
"""How the server names itself to a visitor's page, where it carries the audio."""


class Anchor(Protocol):
    """Where the audio of website calls goes through; see `acd.telephony.exchange`."""

    def anchors(self, call: InteractionId) -> bool:
        """Whether this one's does now."""

    async def hear_visitor(self, call: InteractionId, payload: Mapping[str, Any]) -> bool:
        """What a visitor's page says of its audio; whether anybody heard it."""


class VisitorCalls:
    """Verbs on the visitor's own call."""

    def __init__(self, relay: Relay, limits: Limits, callbacks: Callbacks) -> None:
        self._relay = relay
        self._limits = limits
        self._callbacks = callbacks
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "callback.ask": self._callback,
            "call.servers": self._servers,
            "call.signal": self._signal,
        }

    async def _callback(self, connection: Connection[Guest], asked: wire.CallbackAsk) -> Ack:
        guest = connection.who
        visit = visit_of(guest)
        with contextlib.suppress(StoreUnavailable):  # it begins a call, as a start begins a chat
            await self._limits.take("chat_start", connection.handshake.address)
        await visit.refresh()
        if visit.chat is None:
            raise NotFound("There is no chat to be called back for.")
        await self._callbacks.ask(visit.chat, asked.number)
        await visit.refresh()
        return {"ok": True, "chat": visit.state(guest.locale)}

    async def _servers(self, connection: Connection[Guest], asked: CallName) -> Ack:
        chat = _call(connection.who, asked.interaction)
        if chat.live.phase is ChatPhase.ENDED:
            raise NotFound("The call is over.", field="interaction")
        now_ms = self._relay.clock.now_ms()
        return {"ok": True, "servers": self._relay.ice.told(chat.contact, now_ms)}

    async def _signal(self, connection: Connection[Guest], asked: Signal) -> Ack:
        """To the agent who has the call, or to the server that carries it; to nobody else."""
        chat, relay = _call(connection.who, asked.interaction), self._relay
        agent = chat.live.agent if chat.live.phase in TAKEN else None
        by_page = chat.live.phase is not ChatPhase.ENDED and chat.live.callback is None
        serves = relay.anchor if by_page else None  # else they are called on a telephone
        served = asked.to == SERVER
        if (serves if served else agent) is None:
            raise NotConnected
        if connection.who.signals is not None:
            await connection.who.signals.take()
        said = {
            "type": "call.signal", "interaction": chat.interaction, "signal": asked.model_dump(),
        }  # fmt: skip
        if not served and agent is not None:
            relay.delivery.publish(to_agent(agent), said)
        elif serves is None or not await serves.hear_visitor(
            chat.interaction, {**said, "visitor": True}
        ):
            visit_of(connection.who).tell()  # there may have been room when it was told before
            raise NotConnected
        return {"ok": True}


def _call(guest: Guest, interaction: str) -> Chat:
    chat = visit_of(guest).chat
    if chat is None or chat.interaction != interaction or chat.channel != Channel.CALL:
        raise NotFound("There is no such call.", field="interaction")
    return chat
