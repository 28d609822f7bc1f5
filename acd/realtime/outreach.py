"""An agent writes first, over sockets: to whoever a conversation that they see is with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.ids import ConversationId, DepartmentId
from acd.realtime.work import changed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.outreach import Outreach
    from acd.chat.threads import Threads
    from acd.realtime.console import Console
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.wire import agents as wire


class Beginning:
    """Verbs that begin a chat."""

    def __init__(self, outreach: Outreach, threads: Threads) -> None:
        self._outreach = outreach
        self._threads = threads
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "conversation.begin": self._begin,
        }

    async def _begin(self, connection: Connection[Console], asked: wire.ConversationBegin) -> Ack:
        desk = connection.who.desk
        contact, site = await self._threads.known(desk.agent, ConversationId(asked.conversation))
        interaction, answer = await self._outreach.open(
            desk.agent,
            contact,
            site=site,
            department=DepartmentId(asked.department),
            client_id=asked.client_id,
        )
        return {**await changed(desk, interaction, None), "outcome": answer.reason}
