"""Whether the contacts of an agent's chats are here, and by what the agent talks in a call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_contact
from acd.domain.interaction import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.realtime.desk import Desk
    from acd.realtime.held import HeldChat

ANSWER_S: Final = 2.0
"""How soon a node must say that it holds a visitor's socket."""


class Whereabouts:
    """The visitors of one desk. Nodes are asked, and answer at the contact's address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, chat: HeldChat) -> None:
        """Ask every node whether it holds the chat's contact, and of a call where the agent is."""
        address, delivery = to_contact(chat.contact), self._desk.relay.delivery
        if not chat.from_telephone:  # who calls from one is there as long as the call is
            delivery.publish(address, {"type": "here.ask"})
        if chat.channel == Channel.CALL:
            delivery.publish(address, {"type": "call.where.ask", "interaction": chat.interaction})

    def has_nobody(self, chat: HeldChat) -> bool:
        """Whether it is a website's call that did not come about since its page is not there.

        So long as a node may still answer, it may be.
        """
        if chat.state != "connecting" or chat.channel != Channel.CALL or chat.from_telephone:
            return False
        asked_ms = self._desk.relay.clock.now_ms() - chat.since_ms
        return not chat.nodes_here and asked_ms >= ANSWER_S * 1000

    def hear(self, contact: str, payload: Mapping[str, Any]) -> None:
        """A node says that it holds a contact, or does no longer."""
        node = str(payload.get("node"))
        for chat in self._desk.chats.values():
            if chat.contact != contact:
                continue
            before = bool(chat.nodes_here)
            if payload.get("on"):
                chat.nodes_here.add(node)
                chat.answered.add(node)
            else:
                chat.nodes_here.discard(node)
            if bool(chat.nodes_here) != before:
                self._desk.show("chat", self._desk.described(chat))

    async def check(self) -> None:
        """Ask again which nodes hold the visitors; a node that died does not answer."""
        for chat in self._desk.chats.values():
            chat.answered = set()
            self.ask(chat)
        await asyncio.sleep(ANSWER_S)
        for chat in self._desk.chats.values():
            before = bool(chat.nodes_here)
            chat.nodes_here &= chat.answered
            if before and not chat.nodes_here:
                self._desk.show("chat", self._desk.described(chat))
