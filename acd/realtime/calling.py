"""Calls from page to page: what an agent's page says to set one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.chat.delivery import to_contact
from acd.domain.errors import NotConnected, NotYours
from acd.domain.ids import InteractionId, OfferId
from acd.domain.interaction import Channel
from acd.realtime.work import held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.realtime.console import Console
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.realtime.wire.common import CallName, Signal


class Calling:
    """Verbs on the call that rings at the agent or is theirs."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "call.servers": self._servers,
            "call.signal": self._signal,
            "call.connected": self._connected,
            "call.failed": self._failed,
        }

    async def _servers(self, connection: Connection[Console], asked: CallName) -> Ack:
        """Asked while it rings, so that the page is ready at the accept."""
        desk = connection.who.desk
        now_ms = self._relay.clock.now_ms()
        if not any(o["interaction"] == asked.interaction for o in desk.rings.offers.values()):
            await held(desk, InteractionId(asked.interaction))
        return {"ok": True, "servers": self._relay.ice.told(desk.agent.id, now_ms)}

    async def _signal(self, connection: Connection[Console], asked: Signal) -> Ack:
        """To the contact whose call is the agent's."""
        chat = await held(connection.who.desk, InteractionId(asked.interaction))
        if chat.role != "owner":
            raise NotYours(field="interaction")
        if chat.channel != Channel.CALL or chat.state not in {"connecting", "active"}:
            raise NotConnected
        self._relay.delivery.publish(
            to_contact(chat.contact),
            {"type": "call.signal", "interaction": chat.interaction, "signal": asked.model_dump()},
        )
        return {"ok": True}

    async def _connected(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        """Both pages hear each other: only now the call is active."""
        await self._relay.router.connected(OfferId(asked.offer), connection.who.desk.agent.id)
        return {"ok": True}

    async def _failed(self, connection: Connection[Console], asked: wire.OfferName) -> Ack:
        """The page has no microphone, or reached nobody: it rings elsewhere, nobody is blamed."""
        ended = await self._relay.router.fail(
            OfferId(asked.offer), connection.who.desk.agent.id, "connect_failed"
        )
        return {"ok": True, "outcome": ended.outcome.value if ended.outcome else "unknown"}
