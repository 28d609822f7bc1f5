"""What a conversation tells of itself: who joined, who left, that the chat ended.

The client id of each begins with what happened and the interaction it happened to:
`joined.<interaction>.` for who has it from then on, `given.<interaction>.` for at whom a call rings
that was given to them, `guest.<interaction>.` for who takes part, `left.<interaction>.`,
`ended.<interaction>`. So a page can tell of a call in words of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.conversation import AuthorKind
from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from acd.chat.messages import Messages
    from acd.chat.people import People
    from acd.domain.ids import AgentId, ContactId, ConversationId, InteractionId

FIRST_OFFER: Final = "1"
"""The key of who accepts an interaction's first offer: nobody has joined before them."""

log = structlog.get_logger(__name__)


class Notes:
    """Messages of the system. What they tell of has happened already, and stands without them."""

    def __init__(self, messages: Messages, people: People) -> None:
        self._messages = messages
        self._people = people

    async def joined(
        self,
        contact: ContactId,
        conversation: ConversationId,
        interaction: InteractionId,
        key: str,
        agent: AgentId,
    ) -> None:
        """An agent joined; told once a key, and not again where it was the last thing told.

        So it is where a call rang on because it did not connect, or an agent was lost and is back.
        """
        name = self._people.agent_name(agent)
        mark = f"joined.{interaction}."
        if key != FIRST_OFFER:
            try:
                last = await self._messages.last_note(conversation)
            except AcdError:
                last = None
            if last is not None and last.client_id.startswith(mark) and last.author_name == name:
                return
        await self._write(contact, conversation, mark + key, "agent_joined", name)

    async def given(
        self,
        contact: ContactId,
        conversation: ConversationId,
        interaction: InteractionId,
        key: str,
        agent: AgentId,
    ) -> None:
        """A call was given to an agent, who has not answered it yet; told once a key."""
        name = self._people.agent_name(agent)
        await self._write(contact, conversation, f"given.{interaction}.{key}", "agent_given", name)

    async def guest_joined(
        self,
        contact: ContactId,
        conversation: ConversationId,
        interaction: InteractionId,
        key: str,
        agent: AgentId,
    ) -> None:
        """An agent takes part beside the one who has it; told once a key."""
        name = self._people.agent_name(agent)
        await self._write(contact, conversation, f"guest.{interaction}.{key}", "agent_joined", name)

    async def left(
        self,
        contact: ContactId,
        conversation: ConversationId,
        interaction: InteractionId,
        key: str,
        agent: AgentId,
    ) -> None:
        """An agent left; told once a key."""
        name = self._people.agent_name(agent)
        await self._write(contact, conversation, f"left.{interaction}.{key}", "agent_left", name)

    async def ended(
        self,
        contact: ContactId,
        conversation: ConversationId,
        interaction: InteractionId,
        by_name: str = "",
    ) -> None:
        """The chat ended; told once an interaction. Nobody is named where the contact ended it."""
        await self._write(contact, conversation, f"ended.{interaction}", "chat_ended", by_name)

    async def _write(
        self, contact: ContactId, conversation: ConversationId, key: str, code: str, name: str
    ) -> None:
        try:
            await self._messages.send(
                contact=contact,
                conversation=conversation,
                client_id=key,
                author_kind=AuthorKind.SYSTEM,
                author_id="system",
                author_name=name,
                text=code,
            )
        except AcdError as error:
            log.warning("note not written", note=code, code=error.code)
