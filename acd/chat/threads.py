"""A conversation as an agent opens it: its messages, its contact, what happened before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_contact
from acd.domain import phone
from acd.domain.contact import AddressKind
from acd.domain.errors import NotFound
from acd.domain.phone import E164
from acd.records.sql import now_ms

if TYPE_CHECKING:
    from acd.chat.messages import Messages
    from acd.chat.people import People
    from acd.chat.sessions import Card
    from acd.domain.contact import Contact
    from acd.domain.directory import Agent
    from acd.domain.ids import AgentId, ConversationId, InteractionId, SiteId
    from acd.records.contacts import Contacts
    from acd.records.conversations import Conversations
    from acd.records.history import History

HISTORY_MAX = 50
NOTED_LATE_MS: Final = 3_600_000
"""How long after the end a conclusion is still taken from who could not send it in time."""


class Threads:
    """What SQL knows of a conversation, for those who may see it."""

    def __init__(
        self,
        *,
        conversations: Conversations,
        contacts: Contacts,
        history: History,
        messages: Messages,
        people: People,
    ) -> None:
        self._conversations = conversations
        self._contacts = contacts
        self._history = history
        self._messages = messages
        self._people = people

    async def check_seen_by(self, agent: Agent, conversation: ConversationId) -> None:
        """Let pass who may see a department that this conversation was with.

        Raises:
            NotFound: it is not theirs to see, or there is none: the answer is the same.
        """
        if agent.sees is None:
            return
        page = await self._history.interactions(
            conversation=conversation, departments=agent.sees, limit=1
        )
        if not page.interactions:
            raise NotFound(field="conversation")

    async def known(self, agent: Agent, conversation: ConversationId) -> tuple[Contact, SiteId]:
        """With whom a conversation is that the agent may see, and on which site.

        Raises:
            NotFound: it is not theirs to see, or there is none.
        """
        await self.check_seen_by(agent, conversation)
        thread = await self._conversations.get(conversation)
        contact = await self._contacts.get(thread.contact) if thread is not None else None
        if thread is None or contact is None:
            raise NotFound(field="conversation")
        return contact, thread.site

    async def opened(
        self, agent: Agent, conversation: ConversationId, after_seq: int, card: Card | None
    ) -> dict[str, Any]:
        """Messages after a sequence number, read marks, contact and history, as the wire says it.

        The history holds what was with the departments the agent may see.

        Raises:
            NotFound: there is no such conversation.
        """
        thread = await self._conversations.get(conversation)
        contact = await self._contacts.get(thread.contact) if thread is not None else None
        if thread is None or contact is None:
            raise NotFound(field="conversation")
        past = await self._history.interactions(
            contact=thread.contact, departments=agent.sees, limit=HISTORY_MAX
        )
        return {
            "messages": await self._messages.after(conversation, after_seq),
            "read": {"agent": thread.agent_read_seq, "visitor": thread.visitor_read_seq},
            "contact": {
                "id": contact.id,
                "name": contact.name,
                "verified": contact.verified,
                "email": contact.email or None,
                "phones": _phones(contact),
                "page": (card.page if card is not None else "") or None,
                "locale": contact.locale or (card.locale if card is not None else "") or None,
            },
            "history": [
                {
                    "interaction": one.id,
                    "channel": one.channel.value,
                    "at_ms": one.enqueued_ms,
                    "outcome": one.outcome.value if one.outcome is not None else None,
                    "agent": self._people.agent_name(one.agent) if one.agent else None,
                    "department": self._people.department(
                        one.queue.partition("/")[0], agent.locale
                    ),
                    "ended_ms": one.ended_ms,
                    "waited_ms": one.waited_ms,
                    "talked_ms": one.talked_ms,
                    "callback": one.callback,
                    "disposition": one.disposition or None,
                    "note": one.note or None,
                }
                for one in past.interactions
            ],
        }

    async def note_after(
        self, interaction: InteractionId, agent: AgentId, disposition: str, note: str
    ) -> bool:
        """The same where the wrap-up ended a while ago; whether the agent had it last."""
        past = await self._history.interaction(interaction)
        if past is None or past.agent != agent or past.ended_ms is None:
            return False
        if past.ended_ms < now_ms() - NOTED_LATE_MS:
            return False
        await self.note(interaction, agent, disposition, note)
        news = {"type": "history", "conversation": past.conversation}
        self._messages.delivery.publish(to_contact(past.contact), news)
        return True

    async def note(
        self, interaction: InteractionId, agent: AgentId, disposition: str, note: str
    ) -> None:
        """Keep what the agent noted in wrap-up; the last word counts."""
        await self._history.set_disposition(interaction, agent, disposition=disposition, note=note)


def _phones(contact: Contact) -> list[str]:
    """Where they are called, as people write it: by what they are known first, proved ones before.

    A number that only was left to be called back at comes last.
    """
    numbers = [each for each in contact.addresses if each.kind is not AddressKind.EMAIL]
    numbers.sort(key=lambda each: (each.kind is AddressKind.CALLBACK, not each.verified))
    return list(dict.fromkeys(phone.shown(E164(each.value)) for each in numbers))
