"""A desk: one agent's live picture on this node, shared by all consoles they have open here.

Events at the agent's address say that something changed; what is shown is read from Redis and
compared with what was shown before. So a lost event costs a moment and never leaves a ghost. Only
the ring is shown from the event alone: it carries its card.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_agent, to_contact
from acd.domain.agent import Availability
from acd.realtime import frames
from acd.realtime.chats import Chats
from acd.realtime.rings import Rings
from acd.realtime.whereabouts import Whereabouts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.directory import Agent
    from acd.domain.ids import AgentId
    from acd.realtime.held import HeldChat
    from acd.realtime.namespaces import Connection
    from acd.realtime.relay import Relay
    from acd.routing.snapshots import AgentSnapshot

NAMESPACE: Final = "/agent"
SETTLE_S: Final = 0.02
"""How long events of one change are waited for before the picture is read."""


class Desk:
    """Made by `Relay` with an agent's first console here, dropped after the last."""

    def __init__(self, relay: Relay, agent: Agent) -> None:
        self.relay = relay
        self.agent = agent
        self.connections: set[Connection[Any]] = set()
        self.chats = Chats(self)
        self.rings = Rings(self)
        self.whereabouts = Whereabouts(self)
        self.presence: dict[str, Any] | None = None
        self.room: frozenset[str] = frozenset()
        """The channels on which they are available and one more may ring."""
        self.address_seq = 0
        self._pictured_seq = 0
        """Up to which event of the address the picture is known to go."""
        self.lines: list[dict[str, Any]] | None = None
        self._lock = asyncio.Lock()
        self._dirty = False
        self._closed = False

    # what the consoles show

    def described(self, chat: HeldChat) -> dict[str, Any]:
        """A chat as the wire says it."""
        return {
            "interaction": chat.interaction,
            "conversation": chat.conversation,
            "channel": chat.channel,
            "contact": {"id": chat.contact, "name": chat.contact_name},
            "department": self.relay.people.department(
                chat.queue.partition("/")[0], self.agent.locale
            ),
            "state": chat.state,
            "role": chat.role,
            "transfer_to": self.named(chat.transfer_to),
            "transfer_waits": chat.transfer_waits,
            "consulted": self.named(chat.consulted),
            "owner": self.named(chat.owner),
            "guests": [self.named(guest) for guest in chat.guests],
            "to_number": chat.card.call == "number",
            "from_telephone": chat.from_telephone,
            "on_phone": chat.on_phone,
            "since_ms": chat.since_ms,
            "wrap_up_until_ms": chat.wrap_up_until_ms,
            "wrap_up_extended": chat.wrap_up_extended,
            "offer": chat.connects,
            "given": self.chats.given(chat),
            "callback": chat.called_back(dials=self.relay.dials),
            "last_message": chat.last_message,
            "last_seq": chat.last_seq,
            "read": {"agent": chat.agent_read, "visitor": chat.visitor_read},
            # who is on the telephone is there as long as the call is
            "contact_here": bool(chat.nodes_here or chat.from_telephone),
            "now": self.relay.clock.now_ms(),
        }

    def named(self, agent: AgentId | None) -> dict[str, str] | None:
        """A colleague as the wire says them."""
        if agent is None:
            return None
        return {"id": agent, "name": self.relay.people.agent_name(agent)}

    def show_lines(self, lines: list[dict[str, Any]]) -> None:
        """Tell the lines where they differ from what the consoles show."""
        if lines != self.lines and any(each.who.opened for each in self.connections):
            self.lines = lines
            self.show("lines", {"lines": lines, "now": self.relay.clock.now_ms()})

    def emit(self, name: str, data: Mapping[str, object], *, but: object = None) -> None:
        """Tell every console of the agent on this node but one."""
        packet = frames.event(NAMESPACE, name, data)
        for connection in self.connections:
            if connection.sid != but:
                connection.push(packet)

    def show(self, name: str, data: Mapping[str, object]) -> None:
        """Tell every console what has changed in the picture: one change has several frames."""
        packet = frames.event(NAMESPACE, name, data)
        for connection in self.connections:
            connection.push(packet, soon=True)

    # reading the stores

    async def open(self) -> None:
        """Listen, then read. May be called again, and reads again.

        Raises:
            StoreUnavailable: Redis is away.
        """
        async with self._lock:
            if not self._closed:
                await self.relay.delivery.listen(to_agent(self.agent.id), self)
        await self.refresh()

    async def refresh(self) -> None:
        """Read the agent and tell the consoles what differs from what they show."""
        async with self._lock:
            self._dirty = False
            snapshot = await self.relay.router.agent(self.agent.id)
            if snapshot is None or self._closed:
                return
            self.relay.clock.set(snapshot.now_ms)
            self.address_seq = self._pictured_seq = snapshot.address_seq
            if snapshot.grace_until_ms is not None:
                self.relay.vouch(self)
            self._compare_presence(snapshot)
            self.room = frozenset(
                channel.value
                for channel, state in snapshot.channels.items()
                if state.availability is Availability.AVAILABLE and snapshot.has_room(channel)
            )
            self.rings.compare(snapshot)
            await self.chats.compare(snapshot.held)

    def refresh_soon(self) -> None:
        """Read once the events of this moment have all come."""
        if not self._dirty and not self._closed:
            self._dirty = True
            self.relay.chores.start(self._refresh_later(), "desk-refresh")

    async def _refresh_later(self) -> None:
        await asyncio.sleep(SETTLE_S)
        if self._dirty and not self._closed:
            self._dirty = False
            await self.refresh()

    def _compare_presence(self, snapshot: AgentSnapshot) -> None:
        served = {queue.rpartition("/")[2] for queue in self.relay.people.queues_of(self.agent)}
        presence = {
            "channels": {
                channel.value: {
                    "availability": Availability(state.availability).value,
                    "reason": state.reason,
                    "after": state.after.value if state.after is not None else None,
                    "count": state.count,
                    "max": state.max,
                }
                for channel, state in snapshot.channels.items()
                if channel in served
            },
            "used": snapshot.used,
            "total": snapshot.total,
            "missed": {
                channel.value: missed
                for channel, missed in snapshot.missed.items()
                if channel in served
            },
            "seq": snapshot.presence_seq,
        }
        if presence != self.presence:
            self.presence = presence
            self.show("presence", {**presence, "now": self.relay.clock.now_ms()})

    async def close(self) -> None:
        """Forget every address; nobody looks at this desk any more."""
        self._closed = True
        async with self._lock:  # a picture that is being taken may listen still
            await self.relay.delivery.forget(to_agent(self.agent.id), self)
            await self.chats.close()

    # hearing

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something happened to the agent, or was said in one of their conversations."""
        kind = str(payload.get("type"))
        if address.startswith("contact:"):
            if kind == "here":
                self.whereabouts.hear(address.removeprefix("contact:"), payload)
            else:
                self.chats.hear(kind, payload)
        elif kind == "call.signal":
            self._hear_signal(payload)
        elif kind == "call.transferred":
            told = ("interaction", "ok", "code")
            self.emit("call.transferred", {name: payload[name] for name in told})
        elif kind == "call.where":
            self.chats.hear_where(str(payload["interaction"]), phone=bool(payload["phone"]))
        elif kind == "call.asked":
            pass  # whoever asked waits for it
        elif kind == "callback.number":
            self.rings.hear_number(str(payload["interaction"]))
            self.chats.hear_number(str(payload["interaction"]))
        elif kind == "signed_out":
            self.relay.sign_out(self, str(payload.get("session", "")))
        else:
            self._hear_work(kind, payload)

    def _hear_signal(self, payload: Mapping[str, Any]) -> None:
        """To the pages where the call rings or is held."""
        call = payload["interaction"]
        if call in self.chats or self.rings.of(call) is not None:
            self.emit("call.signal", {**payload["signal"], "interaction": call})

    def missed(self, address: str) -> None:
        """Events were lost: read, and let the consoles read too."""
        self.refresh_soon()
        for chat in self.chats.values():
            if to_contact(chat.contact) == address:
                self.whereabouts.ask(chat)
        self.emit("resync", {})

    def _hear_work(self, kind: str, payload: Mapping[str, Any]) -> None:
        seq = payload.get("seq")
        if isinstance(seq, int):
            self.address_seq = max(self.address_seq, seq)
        self.rings.hear(kind, payload)
        if kind == "interaction.assigned" and payload.get("agent") == self.agent.id:
            self.chats.hear_assigned(payload["data"])
        if not isinstance(seq, int) or seq > self._pictured_seq:
            self.refresh_soon()
