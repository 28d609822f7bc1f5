"""A visit: one visitor's chat on this node, shared by all tabs they have open here.

Events at the contact's address say that the chat moved; where it stands is then read, and told if
it differs from what was told before. The place in the line is read by a tick of the relay.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from acd.chat import callbacks
from acd.chat.delivery import to_contact
from acd.chat.sessions import IN_LINE, Chat, ChatPhase, Live
from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import Channel
from acd.domain.queue import Diversion
from acd.realtime import frames
from acd.realtime.silence import Silence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.contact import Visitor
    from acd.domain.ids import InteractionId
    from acd.realtime.namespaces import Connection
    from acd.realtime.relay import Relay

NAMESPACE: Final = "/visitor"
SETTLE_S: Final = 0.01
"""How long events of one change are waited for before the chat is read."""
BEGINS: Final = frozenset({"interaction.queued", "interaction.opened"})
"""The first that is heard of an interaction."""


class Visit:
    """Made by `Relay` with a visitor's first socket here, dropped soon after the last."""

    def __init__(self, relay: Relay, visitor: Visitor) -> None:
        self.relay = relay
        self.visitor = visitor
        self.address = to_contact(visitor.contact)
        self.connections: set[Connection[Any]] = set()
        self.chat: Chat | None = None
        self.last_seq = 0
        self.agent_read = 0
        self.visitor_read = 0
        self.elsewhere: set[str] = set()
        """Other nodes that said they hold a socket of this visitor, since asked last."""
        self.silence = Silence(self)
        self._told: tuple[InteractionId, Live, bool] | None = None
        self._lock = asyncio.Lock()
        self._dirty = False

    @property
    def in_line(self) -> bool:
        """Whether the visitor waits to be served."""
        return self.chat is not None and self.chat.live.phase in IN_LINE

    @property
    def unserved(self) -> bool:
        """Whether nobody talks with the visitor yet, be it that somebody is about to."""
        phase = self.chat.live.phase if self.chat is not None else None
        return phase in IN_LINE or phase is ChatPhase.CONNECTING

    @property
    def over(self) -> bool:
        """Whether there is a chat and it has ended."""
        return self.chat is not None and self.chat.live.phase is ChatPhase.ENDED

    @property
    def writable(self) -> bool:
        """Whether the visitor may write: into a chat that goes on, or the form it ended in."""
        if self.chat is None:
            return False
        return not self.over or self.chat.live.diverted is Diversion.FORM

    def state(self, locale: str) -> dict[str, Any] | None:
        """The chat as the wire says it, in the visitor's language."""
        chat = self.chat
        if chat is None:
            return None
        live = chat.live
        people = self.relay.people
        known = live.p50_s is not None or live.p90_s is not None
        return {
            "conversation": chat.conversation.id,
            "interaction": chat.interaction,
            "channel": chat.channel,
            "state": live.phase.value,
            "department": people.department(chat.department, locale),
            "position": live.position,
            "estimate": {"p50_s": live.p50_s, "p90_s": live.p90_s} if known else None,
            "agent": {"name": people.agent_name(live.agent)} if live.agent else None,
            "since_ms": live.since_ms,
            "outcome": live.outcome.value if live.outcome else None,
            "diverted": live.diverted.value if live.diverted else None,
            "callback": callbacks.told(live, offered=people.calls_back(live.queue or chat.queue)),
            "last_seq": self.last_seq,
            "read": {"agent": self.agent_read, "visitor": self.visitor_read},
            "anchored": self._anchored(chat),
            "now": self.relay.clock.now_ms(),
        }

    def _anchored(self, chat: Chat) -> bool:
        return chat.channel == Channel.CALL and self.relay.anchored(chat.interaction)

    # reading the stores

    async def load(self, *, asker: Connection[Any] | None = None) -> None:
        """Listen, then read the chat whole; if it moved, every tab but the asker's is told.

        Raises:
            StoreUnavailable: one of the stores is away and the chat cannot be told without it.
        """
        with contextlib.suppress(StoreUnavailable):  # `missed` comes when the subscription stands
            await self.relay.delivery.listen(self.address, self)
        if await self._reload():
            self.tell(but=asker)

    async def _reload(self) -> bool:
        async with self._lock:
            chat = await self.relay.chat.current(self.visitor)
            return chat is not None and self._take(chat)

    def _take(self, chat: Chat) -> bool:
        thread = chat.conversation
        self.last_seq = max(self.last_seq, thread.last_seq)
        self.agent_read = max(self.agent_read, thread.agent_read_seq)
        self.visitor_read = max(self.visitor_read, thread.visitor_read_seq)
        return self._place(chat, chat.live)

    def _place(self, chat: Chat, live: Live) -> bool:
        """The chat stands there from now on; whether that differs from what was told."""
        self.relay.clock.set(live.now_ms)
        live = replace(live, now_ms=0)
        self.chat = replace(chat, live=live)
        told, self._told = self._told, (chat.interaction, live, self._anchored(chat))
        return told != self._told

    async def refresh(self) -> None:
        """Read where the chat stands and tell it if it moved."""
        async with self._lock:
            self._dirty = False
            chat = self.chat
            if chat is None:
                return
            live = await self.relay.chat.live(chat.interaction, since_ms=chat.live.since_ms)
            if self._place(chat, live):
                self.tell()
            if self.over:
                self.silence.over(live.since_ms)

    def refresh_soon(self) -> None:
        """Read once the events of this moment have all come."""
        if not self._dirty:
            self._dirty = True
            self.relay.chores.start(self._refresh_later(), "visit-refresh")

    async def _refresh_later(self) -> None:
        await asyncio.sleep(SETTLE_S)
        if self._dirty:
            self._dirty = False  # before the read: what happens during it is read again
            await self.refresh()

    async def _reload_and_tell(self) -> None:
        await self._reload()
        self.tell()

    # telling

    def tell(self, *, but: object = None) -> None:
        """Send the chat to every tab but one."""
        for connection in self.connections:
            if connection is but:
                continue
            state = self.state(connection.who.locale)
            if state is not None:
                connection.emit("chat", state)

    def emit(self, name: str, data: Mapping[str, object], *, but: object = None) -> None:
        """Tell every tab but one."""
        packet = frames.event(NAMESPACE, name, data)
        for connection in self.connections:
            if connection.sid != but:
                connection.push(packet)

    def announce(self, *, on: bool) -> None:
        """Say whether this node holds a socket of the visitor."""
        self.relay.delivery.publish(self.address, {"type": "here", "on": on})

    # hearing

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something happened to the chat, or was said in it."""
        del address
        match str(payload.get("type")):
            case "message":
                self._hear_message(payload)
            case "typing" | "read" as kind:
                self._hear_sign(kind, payload)
            case "here":
                self._hear_here(payload)
            case "call.signal":
                self._hear_signal(payload)
            case "here.ask":
                if self.connections:
                    self.announce(on=True)
            case "call.transfer" | "call.take_back" | "call.where.ask":
                pass  # asked of the node that has the call
            case "history":
                pass  # what agents read
            case _ as kind:
                self._hear_work(kind, payload)

    def _hear_work(self, kind: str, payload: Mapping[str, Any]) -> None:
        chat = self.chat
        if chat is not None and payload.get("interaction") in (None, chat.interaction):
            if self.connections and _takes_for_gone(kind, payload, chat):
                self.relay.chores.start(self._say_here(chat.interaction), "visitor-here")
            self.refresh_soon()
        elif chat is None or kind in BEGINS:  # another than the one that is shown
            self.relay.chores.start(self.load(), "visit-load")

    def missed(self, address: str) -> None:
        """Events were lost: read everything and tell it; the client resumes from its last seq."""
        del address
        self.relay.chores.start(self._reload_and_tell(), "visit-reload")

    def _hear_message(self, payload: Mapping[str, Any]) -> None:
        message = payload["message"]
        if self.chat is None or message["conversation"] != self.chat.conversation.id:
            return
        self.last_seq = max(self.last_seq, message["seq"])
        self.emit("message", message, but=payload.get("socket"))

    def _hear_sign(self, kind: str, payload: Mapping[str, Any]) -> None:
        if self.chat is None or payload["conversation"] != self.chat.conversation.id:
            return
        if payload["by"] == "visitor":
            if kind == "read":
                self.visitor_read = max(self.visitor_read, payload["mark"])
            return
        if kind == "typing":
            self.emit("typing", {"by": "agent", "name": payload["name"], "on": payload["on"]})
        elif payload["mark"] > self.agent_read:
            self.agent_read = payload["mark"]
            self.emit("read", {"by": "agent", "seq": payload["mark"]})

    async def _say_here(self, interaction: InteractionId) -> None:
        await self.relay.router.contact_back(interaction)

    def _hear_signal(self, payload: Mapping[str, Any]) -> None:
        """From the agent who has the call; a page where it only rings is not heard."""
        chat = self.chat
        if chat is None or payload["interaction"] != chat.interaction or payload["offer"]:
            return
        if payload["agent"] in (None, chat.live.agent):  # the server has none
            self.emit("call.signal", payload["signal"])
        else:  # it changed hands a moment ago
            self.relay.chores.start(self._hear_new_agent(payload), "visit-signal")

    async def _hear_new_agent(self, payload: Mapping[str, Any]) -> None:
        """The page answers whoever has the call, so who that is must be known first."""
        await self.refresh()
        if self.chat is not None and payload["agent"] == self.chat.live.agent:
            self.emit("call.signal", payload["signal"])

    def _hear_here(self, payload: Mapping[str, Any]) -> None:
        node = str(payload.get("node"))
        if node != self.relay.delivery.node:
            (self.elsewhere.add if payload.get("on") else self.elsewhere.discard)(node)


def _takes_for_gone(kind: str, payload: Mapping[str, Any], chat: Chat) -> bool:
    """Whether the visitor, who is here, is to say so.

    Another node saw them leave, while they came to this one. Or an agent takes up what they need
    not have stayed for; who left a number is called there.
    """
    if kind == "interaction.parked":
        return "reason" not in (payload.get("data") or {})
    back = chat.live.callback
    called = back is not None and back.number_ref
    return kind == "offer.accepted" and chat.live.diverted is Diversion.CALLBACK and not called
