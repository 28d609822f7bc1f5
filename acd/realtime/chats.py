"""What an agent holds: from the first picture that has it on their desk until a little after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_contact
from acd.chat.messages import said
from acd.domain.errors import StoreUnavailable
from acd.realtime.held import HeldChat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acd.domain.ids import ContactId, ConversationId, InteractionId, OfferId
    from acd.realtime.desk import Desk
    from acd.routing.snapshots import HeldSnapshot

LAST_WORDS_S: Final = 3.0
WRITABLE: Final = frozenset({"active", "idle"})


class Chats(Mapping["InteractionId", HeldChat]):
    """The chats and calls of one desk, by their interaction, wrap-up included."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._held: dict[InteractionId, HeldChat] = {}
        self._left: dict[InteractionId, HeldChat] = {}
        """Those that ended a moment ago."""
        self._given: dict[OfferId, dict[str, Any]] = {}
        """Calls that were given to the agent and ring as yet, as the wire says it."""

    def __getitem__(self, interaction: InteractionId) -> HeldChat:
        return self._held[interaction]

    def __iter__(self) -> Iterator[InteractionId]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def writable(self, conversation: str) -> HeldChat | None:
        """The one of this conversation that the agent may write in, one with a page if there is."""
        found = [
            chat
            for chat in self._held.values()
            if chat.conversation == conversation and chat.state in WRITABLE
        ]
        return min(found, key=lambda chat: chat.from_telephone, default=None)

    def shown(self, conversation: str) -> HeldChat | None:
        """The one of this conversation on the desk, wrap-up included."""
        found = [chat for chat in self._held.values() if chat.conversation == conversation]
        return max(found, key=lambda chat: (chat.state != "wrap_up", chat.since_ms), default=None)

    def given(self, chat: HeldChat) -> dict[str, Any] | None:
        """Who gave it to the agent, and until when it rings; of one that connects."""
        return self._given.get(chat.connects) if chat.connects else None

    # reading the stores

    async def compare(self, held: Iterable[HeldSnapshot]) -> None:
        """Put on the desk what is new, take off what is gone, and tell what moved."""
        now = {one.interaction: one for one in held}
        for chat in [chat for chat in self._held.values() if chat.interaction not in now]:
            del self._held[chat.interaction]
            if self._desk.whereabouts.has_nobody(chat):
                absence = self._desk.relay.absence
                self._desk.relay.chores.start(absence.found(chat.interaction), "visitor-gone")
            chat.state = "ended"
            self._tell(chat)
            self._left[chat.interaction] = chat
            self._desk.relay.chores.start(self._forget_later(chat), "desk-forget")
        fresh = [one for one in now.values() if one.interaction not in self._held]
        for chat in self._held.values():
            role = chat.role
            if chat.follow(now[chat.interaction]):
                self._tell(chat)
            if chat.role != role:  # the call is told by what its agent talks to who has it now
                self._desk.whereabouts.ask(chat)
        if fresh:
            await self._take(fresh)

    async def _take(self, fresh: list[HeldSnapshot]) -> None:
        """Listen to their contacts first, then read their conversations."""
        for held in fresh:
            self._held[held.interaction] = chat = HeldChat.of(held)
            with contextlib.suppress(StoreUnavailable):  # `missed` comes when it stands
                await self._desk.relay.delivery.listen(to_contact(chat.contact), self._desk)
            self._desk.whereabouts.ask(chat)
        await self._read_threads([held.conversation for held in fresh])
        for held in fresh:
            if held.interaction in self._held:
                self._tell(self._held[held.interaction])

    async def _read_threads(self, ids: list[ConversationId]) -> None:
        try:
            threads = await self._desk.relay.conversations.newest(ids)
        except StoreUnavailable:
            return  # the chats stand without their threads; the console asks for those itself
        for chat in self._held.values():
            if chat.conversation not in threads:
                continue
            thread, message = threads[chat.conversation]
            chat.last_seq = max(chat.last_seq, thread.last_seq)
            chat.agent_read = max(chat.agent_read, thread.agent_read_seq)
            chat.visitor_read = max(chat.visitor_read, thread.visitor_read_seq)
            if message is not None and message.seq >= chat.last_seq:
                chat.last_message = said(message)

    async def _forget_later(self, chat: HeldChat) -> None:
        """Listen a little longer: the last words of a chat come after its end."""
        await asyncio.sleep(LAST_WORDS_S)
        if self._left.get(chat.interaction) is chat:
            del self._left[chat.interaction]
        if chat.contact not in self._contacts():
            await self._desk.relay.delivery.forget(to_contact(chat.contact), self._desk)

    def _contacts(self) -> set[ContactId]:
        return {chat.contact for chat in (*self._held.values(), *self._left.values())}

    async def close(self) -> None:
        """Listen to nobody any more."""
        for contact in self._contacts():
            await self._desk.relay.delivery.forget(to_contact(contact), self._desk)

    # hearing

    def hear(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Something was said or done in a contact's conversation."""
        told: Mapping[str, Any] = payload["message"] if kind == "message" else payload
        conversation = str(told.get("conversation"))
        chat = self.shown(conversation) or self._left_of(conversation)
        if chat is None:
            return
        if kind == "message":
            self._hear_message(chat, told, payload.get("socket"))
        elif kind == "typing" and payload["by"] == "visitor":
            typing = {"conversation": chat.conversation, "by": "visitor", "on": payload["on"]}
            self._desk.emit("typing", typing)
        elif kind == "read":
            self._hear_read(chat, str(payload["by"]), int(payload["mark"]))
        elif kind == "history":
            self._desk.emit("history", {"conversation": chat.conversation})
        elif kind in {"guest.joined", "guest.left"}:
            self._desk.refresh_soon()  # a colleague came or went by their own act

    def hear_assigned(self, data: Mapping[str, Any]) -> None:
        """It is in the next picture; a call that somebody else gave to the agent rings there."""
        if data["cause"] != "assigned" or "offer" not in data:
            return
        relay = self._desk.relay
        now_ms = relay.clock.now_ms()
        self._given = {o: told for o, told in self._given.items() if told["until_ms"] > now_ms}
        by = data["by"] if data["by"] in relay.people.agents else None
        self._given[data["offer"]] = {"by": self._desk.named(by), "until_ms": data["until_ms"]}

    def _left_of(self, conversation: str) -> HeldChat | None:
        found = (chat for chat in self._left.values() if chat.conversation == conversation)
        return next(found, None)

    def _hear_message(self, chat: HeldChat, message: Mapping[str, Any], socket: object) -> None:
        if message["seq"] >= chat.last_seq:
            chat.last_seq = message["seq"]
            chat.last_message = dict(message)
        self._desk.emit("message", message, but=socket)

    def _hear_read(self, chat: HeldChat, by: str, mark: int) -> None:
        if by == "agent":
            chat.agent_read = max(chat.agent_read, mark)
        elif mark > chat.visitor_read:
            chat.visitor_read = mark
            read = {"conversation": chat.conversation, "by": "visitor", "seq": mark}
            self._desk.emit("read", read)

    def hear_where(self, interaction: str, *, phone: bool) -> None:
        """The node that has a call says by what its agent talks."""
        for chat in self._held.values():
            if chat.interaction == interaction and chat.on_phone != phone:
                chat.on_phone = phone
                self._tell(chat)

    def hear_number(self, interaction: str) -> None:
        """The contact is to be called at another number: consoles that show one read it again."""
        for chat in self._held.values():
            if chat.interaction == interaction:
                self._tell(chat)

    def _tell(self, chat: HeldChat) -> None:
        self._desk.show("chat", self._desk.described(chat))
