"""What agents say and read in conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.conversation import AuthorKind, Side
from acd.domain.errors import NoPage, NotYours, StoreUnavailable
from acd.domain.ids import ConversationId
from acd.realtime.typing import Typing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.threads import Threads
    from acd.realtime.console import Console
    from acd.realtime.held import HeldChat
    from acd.realtime.namespaces import Ack, Connection
    from acd.realtime.relay import Relay
    from acd.realtime.wire import agents as wire
    from acd.reporting.metrics import Metrics


class Conversing:
    """Verbs on the conversations of the agent's own desk, and on those they may see."""

    def __init__(self, relay: Relay, threads: Threads, metrics: Metrics | None) -> None:
        self._relay = relay
        self._threads = threads
        self._metrics = metrics
        self.handlers: dict[str, Callable[..., Awaitable[Ack]]] = {
            "conversation.open": self._open,
            "message.send": self._send,
            "typing": self._typing,
            "messages.read": self._read,
        }

    async def _open(self, connection: Connection[Console], asked: wire.ConversationOpen) -> Ack:
        desk = connection.who.desk
        conversation = ConversationId(asked.conversation)
        shown = desk.chats.shown(conversation)
        ringing = any(offer["conversation"] == conversation for offer in desk.rings.offers.values())
        if shown is None and not ringing:
            await self._threads.check_seen_by(desk.agent, conversation)
        return {
            "ok": True,
            **await self._threads.opened(
                desk.agent, conversation, asked.after_seq, shown.card if shown else None
            ),
        }

    async def _send(self, connection: Connection[Console], asked: wire.AgentMessageSend) -> Ack:
        console = connection.who
        chat = _writable(console, asked.conversation)
        await console.allowance.take()
        typing = console.typing.get(asked.conversation)
        if typing is not None:
            typing.stop()
        agent = console.desk.agent
        message, fresh = await self._relay.chat.messages.send(
            contact=chat.contact,
            conversation=chat.conversation,
            client_id=asked.client_id,
            author_kind=AuthorKind.AGENT,
            author_id=agent.id,
            author_name=agent.name,
            text=asked.text,
            socket=connection.sid,
        )
        if fresh and self._metrics is not None:
            self._metrics.message_stored("agent")
        return {"ok": True, "message": message}

    async def _typing(self, connection: Connection[Console], asked: wire.AgentTyping) -> Ack:
        console = connection.who
        chat = _writable(console, asked.conversation)
        typing = console.typing.get(asked.conversation)
        if typing is None:
            agent = console.desk.agent
            typing = console.typing[asked.conversation] = Typing(
                lambda on: self._relay.chat.messages.typing(
                    contact=chat.contact,
                    conversation=chat.conversation,
                    side=Side.AGENT,
                    name=agent.name,
                    on=on,
                    socket=connection.sid,
                )
            )
        typing.heard(on=asked.on)
        return {"ok": True}

    async def _read(self, connection: Connection[Console], asked: wire.AgentMessagesRead) -> Ack:
        chat = connection.who.desk.chats.shown(asked.conversation)
        if chat is None:
            raise NotYours
        if asked.seq > chat.agent_read:
            await self._relay.chat.messages.read(
                contact=chat.contact,
                conversation=chat.conversation,
                side=Side.AGENT,
                seq=asked.seq,
            )
        return {"ok": True}


def _writable(console: Console, conversation: str) -> HeldChat:
    chat = console.desk.chats.writable(conversation)
    if chat is None or chat.role not in {"owner", "guest"}:  # the contact would read it
        if console.desk.presence is None:
            raise StoreUnavailable  # nothing is known of this agent's work yet
        raise NotYours(field="conversation")
    if chat.from_telephone:
        raise NoPage(field="conversation")
    return chat
