"""Messages: checked, stored, then told; typing and read marks beside them.

SQL alone decides a message's place in its thread; what is told live is a copy, and a reader who
missed it resumes from the last sequence number it has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_contact
from acd.domain.conversation import AuthorKind, NewMessage, Side
from acd.domain.errors import (
    MessageControlCharacters,
    MessageEmpty,
    MessageNotText,
    MessageTooLong,
)

if TYPE_CHECKING:
    from acd.chat.delivery import Delivery
    from acd.domain.conversation import Conversation, StoredMessage
    from acd.domain.ids import ContactId, ConversationId
    from acd.records.conversations import Conversations

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def checked_text(text: str, max_chars: int) -> str:
    """The text as it is stored: trailing white space gone, nothing else touched. HTML is text.

    Raises:
        MessageEmpty, MessageTooLong (in code points), MessageControlCharacters (all of C0 and
        DEL except new line and tab), MessageNotText (half of a surrogate pair).
    """
    kept = text.rstrip()
    if not kept:
        raise MessageEmpty(field="text")
    if len(kept) > max_chars:
        raise MessageTooLong(
            f"The message has {len(kept)} characters, {max_chars} are allowed.", field="text"
        )
    if _CONTROL.search(kept):
        raise MessageControlCharacters(field="text")
    if _SURROGATE.search(kept):
        raise MessageNotText(field="text")
    return kept


def said(message: StoredMessage) -> dict[str, Any]:
    """A message as everybody is told of it."""
    return {
        "id": message.id,
        "conversation": message.conversation,
        "seq": message.seq,
        "client_id": message.client_id,
        "from": message.author_kind.value,
        "name": message.author_name,
        "text": message.text,
        "at_ms": message.at_ms,
    }


class Messages:
    """What the two sides of a conversation say to each other. Callers have authorised."""

    def __init__(
        self, conversations: Conversations, delivery: Delivery, *, message_chars: int
    ) -> None:
        self._conversations = conversations
        self.delivery = delivery
        self._max_chars = message_chars

    async def send(
        self,
        *,
        contact: ContactId,
        conversation: ConversationId,
        client_id: str,
        author_kind: AuthorKind,
        author_id: str,
        author_name: str,
        text: str,
        socket: str = "",
    ) -> tuple[dict[str, Any], bool]:
        """Store and tell; returns it as told, and whether it is new.

        A resend gives the first one and tells it again.

        `socket` is the sender's own, which learns of it by the acknowledgement.

        Raises:
            What `checked_text` raises; StoreUnavailable (nothing is stored: send it again);
            Conflict (the client id was used by somebody else).
        """
        stored = await self._conversations.add_message(
            NewMessage(
                conversation=conversation,
                client_id=client_id,
                author_kind=author_kind,
                author_id=author_id,
                author_name=author_name,
                text=checked_text(text, self._max_chars),
            )
        )
        return self.tell(contact, stored, socket), not stored.duplicate

    def tell(self, contact: ContactId, stored: StoredMessage, socket: str = "") -> dict[str, Any]:
        """Tell a stored message to everybody but that socket; returns it as told."""
        told = said(stored)
        self.delivery.publish(
            to_contact(contact), {"type": "message", "message": told, "socket": socket}
        )
        return told

    def check(self, text: str) -> str:
        """What `checked_text` says of a text that comes with something else."""
        return checked_text(text, self._max_chars)

    async def after(self, conversation: ConversationId, seq: int) -> list[dict[str, Any]]:
        """The messages after a sequence number; the latest 500 where there are more."""
        found = await self._conversations.messages(conversation, after_seq=seq, limit=500)
        if len(found) == 500:  # noqa: PLR2004 - a page is full: the end matters more
            found = await self._conversations.latest(conversation, limit=500)
        return [said(message) for message in found]

    async def last_note(self, conversation: ConversationId) -> StoredMessage | None:
        """What the conversation told of itself last."""
        return await self._conversations.last_of(conversation, AuthorKind.SYSTEM)

    async def read(
        self, *, contact: ContactId, conversation: ConversationId, side: Side, seq: int
    ) -> Conversation:
        """Move a read mark forward and tell both sides; one that does not move is not told."""
        marked = await self._conversations.mark_read(conversation, side, seq)
        mark = marked.agent_read_seq if side is Side.AGENT else marked.visitor_read_seq
        self.delivery.publish(
            to_contact(contact),
            {"type": "read", "conversation": conversation, "by": side.value, "mark": mark},
        )
        return marked

    def typing(
        self,
        *,
        contact: ContactId,
        conversation: ConversationId,
        side: Side,
        name: str,
        on: bool,
        socket: str = "",
    ) -> None:
        """Tell that one side types, or stopped."""
        self.delivery.publish(
            to_contact(contact),
            {
                "type": "typing",
                "conversation": conversation,
                "by": side.value,
                "name": name,
                "on": on,
                "socket": socket,
            },
        )
