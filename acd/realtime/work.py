"""The work after the end of what an agent holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import NotYours
from acd.domain.ids import InteractionId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.threads import Threads
    from acd.realtime.console import Console
    from acd.realtime.desk import Desk
    from acd.realtime.held import HeldChat
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire


class Work:
    """Verbs on the agent's own desk; routing checks once more whose it is."""

    def __init__(self, relay: Relay, threads: Threads) -> None:
        self._relay = relay
        self._threads = threads
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "wrap_up.end": self._wrap_up_end,
            "wrap_up.extend": self._wrap_up_extend,
        }

    async def _wrap_up_end(self, connection: Connection[Console], asked: wire.WrapUpEnd) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        noted = asked.disposition or "", asked.note or ""
        try:
            chat = await held(desk, interaction)
        except NotYours:
            # what was written while the connection was lost is not
            if any(noted) and await self._threads.note_after(interaction, desk.agent.id, *noted):
                return {"ok": True, "chat": None}
            raise
        if chat.role in {"guest", "consult"}:  # what is noted is the owner's word
            raise NotYours(field="interaction")
        if any(noted):
            await self._threads.note(interaction, desk.agent.id, *noted)
        await self._relay.router.wrap_up_end(interaction, desk.agent.id, command=asked.command)
        return await changed(desk, interaction, chat)

    async def _wrap_up_extend(
        self, connection: Connection[Console], asked: wire.InteractionName
    ) -> Ack:
        desk = connection.who.desk
        interaction = InteractionId(asked.interaction)
        chat = await held(desk, interaction)
        await self._relay.router.wrap_up_extend(interaction, desk.agent.id)
        return await changed(desk, interaction, chat)


async def held(desk: Desk, interaction: InteractionId) -> HeldChat:
    """The interaction that is on the desk, looked for in Redis if the desk does not know it (yet).

    Raises:
        NotYours: somebody else holds it, or nobody, or there is no such interaction.
    """
    if interaction not in desk.chats:
        await desk.refresh()
    if interaction not in desk.chats:
        raise NotYours(field="interaction")
    return desk.chats[interaction]


async def changed(desk: Desk, interaction: InteractionId, before: HeldChat | None) -> Ack:
    """The acknowledgement of a change: as the desk has it now, or ended if it had it `before`."""
    await desk.refresh()
    chat = desk.chats.get(interaction)
    if chat is None and before is not None:
        chat, before.state = before, "ended"
    return {"ok": True, "chat": desk.described(chat) if chat is not None else None}
