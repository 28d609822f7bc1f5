"""Callbacks over sockets: the number that an agent calls, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.chat.actors import Actor
from acd.domain.ids import InteractionId, OfferId
from acd.realtime.work import changed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.callbacks import Callbacks
    from acd.realtime.console import Console
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.wire import agents as wire


class CalledBack:
    """Verbs on the callback that the agent has accepted."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "callback.open": self._open,
            "callback.dialled": self._dialled,
        }

    async def _open(self, connection: Connection[Console], asked: wire.InteractionName) -> Ack:
        actor = Actor.person(connection.who.desk.agent)
        number = await self._callbacks.number(actor, InteractionId(asked.interaction))
        return {"ok": True, "number": number}

    async def _dialled(self, connection: Connection[Console], asked: wire.CallbackDialled) -> Ack:
        desk, interaction = connection.who.desk, InteractionId(asked.interaction)
        before = desk.chats.get(interaction)
        answer = await self._callbacks.dialled(
            Actor.person(desk.agent), interaction, OfferId(asked.offer), answered=asked.answered
        )
        return {**await changed(desk, interaction, before), "outcome": answer.reason}
