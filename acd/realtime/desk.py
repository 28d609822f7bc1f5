"""A desk: one agent's live picture on this node, shared by all consoles they have open here.

Events at the agent's address say that something changed; what is shown is read from Redis and
compared with what was shown before. So a lost event costs a moment and never leaves a ghost. Only
the ring is shown from the event alone: it carries its card.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_agent, to_contact
from acd.chat.messages import said
from acd.chat.sessions import Card
from acd.domain.agent import Availability
from acd.domain.errors import StoreUnavailable
from acd.realtime import frames
from acd.realtime.held import HeldChat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acd.domain.directory import Agent
    from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId, OfferId
    from acd.realtime.namespaces import Connection
    from acd.realtime.relay import Relay
    from acd.routing.results import AgentSnapshot, HeldSnapshot

NAMESPACE: Final = "/agent"
SETTLE_S: Final = 0.02
"""How long events of one change are waited for before the picture is read."""

ENDED_KEPT: Final = 100
LAST_WORDS_S: Final = 3.0

HERE_ANSWER_S: Final = 2.0
"""How soon a node must say that it holds a visitor's socket."""

_OFFER_ENDS: Final = {
    "offer.accepted": "accepted",
    "offer.declined": "declined",
    "offer.expired": "expired",
    "offer.failed": "failed",
    "offer.withdrawn": "withdrawn",
}


class Desk:
    """Made by `Relay` with an agent's first console here, dropped after the last."""

    def __init__(self, relay: Relay, agent: Agent) -> None:
        self.relay = relay
        self.agent = agent
        self.connections: set[Connection[Any]] = set()
        self.chats: dict[InteractionId, HeldChat] = {}
        self._left: dict[InteractionId, HeldChat] = {}
        """Chats that ended a moment ago."""
        self.offers: dict[OfferId, dict[str, Any]] = {}
        self._made: dict[OfferId, int] = {}
        """At which sequence of the address an offer rang: an older picture does not know it."""
        self._ended: OrderedDict[OfferId, None] = OrderedDict()
        """Offers that ended lately: an older picture still has them, and none rings again."""
        self.presence: dict[str, Any] | None = None
        self.address_seq = 0
        self.lines: list[dict[str, Any]] | None = None
        self._lock = asyncio.Lock()
        self._dirty = False
        self._closed = False

    # what the consoles show

    def open_chat(self, conversation: str) -> HeldChat | None:
        """The chat of this conversation that the agent holds and may write in."""
        for chat in self.chats.values():
            if chat.conversation == conversation and chat.state in {"active", "idle"}:
                return chat
        return None

    def shown_chat(self, conversation: str) -> HeldChat | None:
        """The chat of this conversation on the desk, wrap-up included."""
        found = [chat for chat in self.chats.values() if chat.conversation == conversation]
        return max(found, key=lambda chat: (chat.state != "wrap_up", chat.since_ms), default=None)

    def _left_chat(self, conversation: str) -> HeldChat | None:
        found = (chat for chat in self._left.values() if chat.conversation == conversation)
        return next(found, None)

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
            "transfer_to": self._named(chat.transfer_to),
            "consulted": self._named(chat.consulted),
            "guests": [self._named(guest) for guest in chat.guests],
            "since_ms": chat.since_ms,
            "wrap_up_until_ms": chat.wrap_up_until_ms,
            "wrap_up_extended": chat.wrap_up_extended,
            "last_message": chat.last_message,
            "last_seq": chat.last_seq,
            "read": {"agent": chat.agent_read, "visitor": chat.visitor_read},
            "contact_here": bool(chat.nodes_here),
            "now": self.relay.clock.now_ms(),
        }

    def _named(self, agent: AgentId | None) -> dict[str, str] | None:
        if agent is None:
            return None
        return {"id": agent, "name": self.relay.people.agent_name(agent)}

    def emit(self, name: str, data: Mapping[str, object]) -> None:
        """Tell every console of the agent on this node."""
        packet = frames.event(NAMESPACE, name, data)
        for connection in self.connections:
            connection.push(packet)

    # reading the stores

    async def open(self) -> None:
        """Listen, then read. May be called again, and reads again.

        Raises:
            StoreUnavailable: Redis is away.
        """
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
            self.address_seq = snapshot.address_seq
            self._compare_presence(snapshot)
            self._compare_offers(snapshot)
            await self._compare_chats(snapshot.held)

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
        served = {queue.rpartition("/")[2] for queue in self.relay.queues_of(self.agent)}
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
            self.emit("presence", {**presence, "now": self.relay.clock.now_ms()})

    def _compare_offers(self, snapshot: AgentSnapshot) -> None:
        ringing = {offer.offer: offer for offer in snapshot.offers}
        for gone in [offer for offer in self.offers if offer not in ringing]:
            if self._made.get(gone, 0) <= snapshot.address_seq:
                self._end_offer(gone, "withdrawn", "", None)
        for offer in ringing.values():
            if offer.offer in self.offers or offer.offer in self._ended:
                continue
            self._ring(
                {
                    "offer": offer.offer,
                    "interaction": offer.interaction,
                    "channel": offer.channel.value,
                    "queue": offer.queue,
                    "waited_ms": max(0, offer.made_ms - offer.enqueued_ms),
                    "deadline_ms": offer.deadline_ms,
                    "ring_ms": offer.ring_ms,
                    "why": dict(offer.why),
                    "transfer": offer.transfer,
                },
                Card.parse(offer.card),
                offer.conversation,
            )

    async def _compare_chats(self, held: Iterable[HeldSnapshot]) -> None:
        now = {one.interaction: one for one in held}
        for chat in [chat for chat in self.chats.values() if chat.interaction not in now]:
            del self.chats[chat.interaction]
            chat.state = "ended"
            self.emit("chat", self.described(chat))
            self._left[chat.interaction] = chat
            self.relay.chores.start(self._forget_later(chat), "desk-forget")
        fresh = [one for one in now.values() if one.interaction not in self.chats]
        for chat in self.chats.values():
            if chat.follow(now[chat.interaction]):
                self.emit("chat", self.described(chat))
        if fresh:
            await self._take(fresh)

    async def _take(self, fresh: list[HeldSnapshot]) -> None:
        """Put chats on the desk: listen to their contacts first, then read their conversations."""
        for held in fresh:
            self.chats[held.interaction] = chat = HeldChat.of(held)
            await self.relay.delivery.listen(to_contact(chat.contact), self)
            self._ask_here(chat)
        await self._read_threads([held.conversation for held in fresh])
        for held in fresh:
            if held.interaction in self.chats:
                self.emit("chat", self.described(self.chats[held.interaction]))

    async def _read_threads(self, ids: list[ConversationId]) -> None:
        try:
            threads = await self.relay.conversations.many(ids)
            last = await self.relay.conversations.last_messages(ids)
        except StoreUnavailable:
            return  # the chats stand without their threads; the console asks for those itself
        for chat in self.chats.values():
            thread = threads.get(chat.conversation)
            if thread is None:
                continue
            chat.last_seq = max(chat.last_seq, thread.last_seq)
            chat.agent_read = max(chat.agent_read, thread.agent_read_seq)
            chat.visitor_read = max(chat.visitor_read, thread.visitor_read_seq)
            message = last.get(chat.conversation)
            if message is not None and message.seq >= chat.last_seq:
                chat.last_message = said(message)

    async def _forget_later(self, chat: HeldChat) -> None:
        """Listen a little longer: the last words of a chat come after its end."""
        await asyncio.sleep(LAST_WORDS_S)
        self._left.pop(chat.interaction, None)
        if chat.contact not in self._contacts():
            await self.relay.delivery.forget(to_contact(chat.contact), self)

    def _contacts(self) -> set[ContactId]:
        return {chat.contact for chat in (*self.chats.values(), *self._left.values())}

    async def close(self) -> None:
        """Forget every address; nobody looks at this desk any more."""
        self._closed = True
        await self.relay.delivery.forget(to_agent(self.agent.id), self)
        for contact in self._contacts():
            await self.relay.delivery.forget(to_contact(contact), self)

    # hearing

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something happened to the agent, or was said in one of their conversations."""
        kind = str(payload.get("type"))
        if address.startswith("contact:"):
            self._hear_contact(address.removeprefix("contact:"), kind, payload)
        elif kind == "call.signal":
            if payload["interaction"] in self.chats:
                self.emit("call.signal", payload["signal"])
        elif kind == "signed_out":
            self.relay.sign_out(self, str(payload.get("session", "")))
        else:
            self._hear_work(kind, payload)

    def missed(self, address: str) -> None:
        """Events were lost: read, and let the consoles read too."""
        self.refresh_soon()
        for chat in self.chats.values():
            if to_contact(chat.contact) == address:
                self._ask_here(chat)
        self.emit("resync", {})

    def _hear_work(self, kind: str, payload: Mapping[str, Any]) -> None:
        seq = payload.get("seq")
        if isinstance(seq, int):
            self.address_seq = max(self.address_seq, seq)
        mine = payload.get("agent") in (None, self.agent.id)
        offer = payload.get("offer")
        data: Mapping[str, Any] = payload.get("data") or {}
        if kind == "offer.made" and mine and offer and self._is_new(offer):
            card = Card.parse(payload.get("card"))
            at_ms = int(payload.get("at_ms") or 0)
            self.relay.clock.set(at_ms)
            queue = str(payload.get("queue"))
            enqueued_ms = int(data.get("enqueued_ms") or payload.get("enqueued_ms") or at_ms)
            self._made[offer] = seq if isinstance(seq, int) else 0
            self._ring(
                {
                    "offer": offer,
                    "interaction": payload.get("interaction"),
                    "channel": queue.rpartition("/")[2],
                    "queue": queue,
                    "waited_ms": max(0, at_ms - enqueued_ms),
                    "deadline_ms": data["deadline_ms"],
                    "ring_ms": data["ring_ms"],
                    "why": data.get("why") or {},
                    "transfer": data.get("transfer"),
                },
                card,
                str(payload.get("conversation")),
            )
        elif kind in _OFFER_ENDS and mine and offer:
            reason = str(data.get("reason") or data.get("cause") or "")
            self._end_offer(offer, _OFFER_ENDS[kind], reason, data.get("by"))
        self.refresh_soon()

    def _is_new(self, offer: OfferId) -> bool:
        return offer not in self.offers and offer not in self._ended

    def _ring(self, offer: dict[str, Any], card: Card, conversation: str) -> None:
        people = self.relay.people
        why = offer["why"]
        shown = {
            **offer,
            "why": {**why, "skills": people.skills_of(why["pool"])} if "pool" in why else why,
            "transfer": self._named(offer["transfer"]),
            "department": people.department(
                str(offer["queue"]).partition("/")[0], self.agent.locale
            ),
            "contact": {"name": card.contact_name},
            "preview": card.preview,
            "page": card.page,
        }
        self.offers[offer["offer"]] = {**shown, "conversation": conversation}
        self.emit("offer", {**shown, "now": self.relay.clock.now_ms()})

    def _end_offer(self, offer: OfferId, outcome: str, reason: str, by: object) -> None:
        self._ended[offer] = None
        if len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)
        self._made.pop(offer, None)
        if self.offers.pop(offer, None) is None:
            return
        ended: dict[str, Any] = {"offer": offer, "outcome": outcome, "reason": reason}
        if by and by != self.agent.id:
            ended["by"] = {"id": by, "name": self.relay.people.agent_name(str(by))}
        self.emit("offer.ended", ended)

    def _hear_contact(self, contact: str, kind: str, payload: Mapping[str, Any]) -> None:
        if kind == "here":
            self._hear_here(contact, payload)
            return
        told: Mapping[str, Any] = payload["message"] if kind == "message" else payload
        conversation = str(told.get("conversation"))
        chat = self.shown_chat(conversation) or self._left_chat(conversation)
        if chat is None:
            return
        if kind == "message":
            if told["seq"] >= chat.last_seq:
                chat.last_seq = told["seq"]
                chat.last_message = dict(told)
            packet = frames.event(NAMESPACE, "message", told)
            for connection in self.connections:
                if connection.sid != payload.get("socket"):
                    connection.push(packet)
        elif kind == "typing" and payload["by"] == "visitor":
            self.emit(
                "typing", {"conversation": chat.conversation, "by": "visitor", "on": payload["on"]}
            )
        elif kind == "read":
            self._hear_read(chat, str(payload["by"]), int(payload["mark"]))

    def _hear_read(self, chat: HeldChat, by: str, mark: int) -> None:
        if by == "agent":
            chat.agent_read = max(chat.agent_read, mark)
        elif mark > chat.visitor_read:
            chat.visitor_read = mark
            self.emit("read", {"conversation": chat.conversation, "by": "visitor", "seq": mark})

    # who is here

    def _ask_here(self, chat: HeldChat) -> None:
        self.relay.delivery.publish(to_contact(chat.contact), {"type": "here.ask"})

    def _hear_here(self, contact: str, payload: Mapping[str, Any]) -> None:
        node = str(payload.get("node"))
        for chat in self.chats.values():
            if chat.contact != contact:
                continue
            before = bool(chat.nodes_here)
            if payload.get("on"):
                chat.nodes_here.add(node)
                chat.answered.add(node)
            else:
                chat.nodes_here.discard(node)
            if bool(chat.nodes_here) != before:
                self.emit("chat", self.described(chat))

    async def check_here(self) -> None:
        """Ask again which nodes hold the visitors; a node that died does not answer."""
        for chat in self.chats.values():
            chat.answered = set()
            self._ask_here(chat)
        await asyncio.sleep(HERE_ANSWER_S)
        for chat in self.chats.values():
            before = bool(chat.nodes_here)
            chat.nodes_here &= chat.answered
            if before and not chat.nodes_here:
                self.emit("chat", self.described(chat))
