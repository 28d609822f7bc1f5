"""An agent writes first: a chat with a contact they know, theirs and active at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.chat.actors import Actor
from acd.domain.contact import Visitor
from acd.domain.errors import NotFound
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel
from acd.flow.intake import ChatStart

if TYPE_CHECKING:
    from acd.chat.notes import Notes
    from acd.chat.steering import Steering
    from acd.domain.contact import Contact
    from acd.domain.directory import Agent
    from acd.domain.ids import DepartmentId, InteractionId, SiteId
    from acd.flow.openings import Openings
    from acd.routing.results import Changed


class Outreach:
    """What agents begin. Callers have checked that the agent may see the contact."""

    def __init__(self, *, openings: Openings, steering: Steering, notes: Notes) -> None:
        self._openings = openings
        self._steering = steering
        self._notes = notes

    async def open(
        self,
        agent: Agent,
        contact: Contact,
        *,
        site: SiteId,
        department: DepartmentId,
        client_id: str,
    ) -> tuple[InteractionId, Changed]:
        """The chat, and `opened` or why it is not; the same client id gives the same chat.

        Raises:
            NotFound: the department is not the agent's, or takes no chats on that site.
            TooMany. Overloaded.
        """
        actor = Actor.person(agent)
        await self._steering.count(actor)
        if not actor.sees(QueueId(f"{department}/{Channel.CHAT.value}")):
            raise NotFound(field="department")
        start = ChatStart(
            site=site,
            # no visitor's page may send a colon: this id is never worth a visitor's token
            client_id=f"opened:{agent.id}:{client_id}",
            visitor=Visitor(contact=contact.id, site=site),
            department=department,
            name=contact.name,
            locale=contact.locale,
        )
        row, answer = await self._openings.open_chat(start, agent.id)
        if answer.changed:
            await self._notes.joined(
                row.contact, row.conversation, row.interaction, "opened", agent.id
            )
        return row.interaction, answer
