"""Verbs by which people steer: transfer, consult, invite, assign, pull, open.

Each answers `Changed`; where nothing changed its reason is one of: `not_owner`, `ended`,
`not_active`, `connecting`, `there` (they have it), `guest` (they are one), `not_here` (offline,
away or in grace), `full`, `transferring`, `not_transferring`, `consulting`, `not_consulting`,
`not_guest`, `too_many`, `not_allowed`, `not_member`, `other_channel` (they serve no queue of it,
or take nothing), `closed` or `full` (the queue to which they would send it), or the state that it
is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acd.domain.agent import short
from acd.domain.errors import AgentUnknown, BadRequest, NotFound, Overloaded, QueueUnknown
from acd.domain.ids import is_plain_id, is_queue_id
from acd.domain.interaction import InteractionState
from acd.routing.compiled import check_opening
from acd.routing.results import Changed, Opened
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId
    from acd.domain.interaction import Opening


class Steering(Tenant):
    """What agents and supervisors do with interactions besides answering them.

    `command` is an id under which the first answer is given again. Every verb raises NotFound for
    an interaction, AgentUnknown and QueueUnknown for what is not configured, and BadRequest for a
    queue of another channel or an id that is none.
    """

    async def transfer_to_agent(
        self,
        interaction: InteractionId,
        agent: AgentId,
        target: AgentId,
        *,
        wait: bool = False,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Offer it to a colleague; `agent` has it until they accept, and again if they do not.

        A colleague is whoever serves a queue of its channel, in whatever department.
        With `wait` one who is full is asked when they have room, within 5 minutes.
        """
        return _changed(
            "offered waits",
            await self._command(
                "interaction_transfer", now_ms, command, interaction, agent, target, int(wait)
            ),
        )

    async def transfer_cancel(
        self,
        interaction: InteractionId,
        agent: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Take back a transfer that nobody answered yet."""
        return _changed(
            "cancelled",
            await self._command("interaction_transfer_cancel", now_ms, command, interaction, agent),
        )

    async def transfer_to_queue(
        self,
        interaction: InteractionId,
        agent: AgentId,
        queue: QueueId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Send it to another queue of its channel and be done with it; its age is kept."""
        if not is_queue_id(queue):
            raise BadRequest("a queue is named <department>/<channel>", field="queue")
        return _changed(
            "moved",
            await self._command(
                "interaction_transfer_queue", now_ms, command, interaction, agent, queue
            ),
        )

    async def transfer_to_department(
        self,
        interaction: InteractionId,
        agent: AgentId,
        department: DepartmentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Send it to a department's queue on its channel, as `transfer_to_queue`."""
        if not is_plain_id(department):
            raise BadRequest("an id is made of a-z, 0-9, _ and -, at most 64", field="department")
        return _changed(
            "moved",
            await self._command(
                "interaction_transfer_queue", now_ms, command, interaction, agent, department
            ),
        )

    async def invite(
        self,
        interaction: InteractionId,
        agent: AgentId,
        guest: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Bring in a colleague, who holds a slot as a guest from now on."""
        return _changed(
            "joined",
            await self._command(
                "interaction_invite", now_ms, command, interaction, agent, guest, "guest"
            ),
        )

    async def consult(
        self,
        interaction: InteractionId,
        agent: AgentId,
        target: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Bring in a colleague to whom it may be handed over; one at a time."""
        return _changed(
            "joined",
            await self._command(
                "interaction_invite", now_ms, command, interaction, agent, target, "consult"
            ),
        )

    async def consult_complete(
        self,
        interaction: InteractionId,
        agent: AgentId,
        *,
        stay: bool = False,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Hand it to whoever is consulted; `agent` goes to wrap-up, or stays as a guest."""
        return _changed(
            "completed",
            await self._command("interaction_swap", now_ms, command, interaction, agent, int(stay)),
        )

    async def consult_cancel(
        self,
        interaction: InteractionId,
        agent: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """The owner ends the consultation and keeps it."""
        return _changed(
            "left",
            await self._command("interaction_leave", now_ms, command, interaction, "", agent),
        )

    async def leave(
        self,
        interaction: InteractionId,
        agent: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """A guest leaves."""
        return _changed(
            "left",
            await self._command("interaction_leave", now_ms, command, interaction, agent, ""),
        )

    async def assign(
        self,
        interaction: InteractionId,
        agent: AgentId,
        by: str,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """A supervisor gives it to an agent who is signed in, over their capacity if need be."""
        return _changed(
            "assigned",
            await self._command(
                "interaction_assign", now_ms, command, interaction, agent, short(by)
            ),
        )

    async def pull(
        self,
        interaction: InteractionId,
        agent: AgentId,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """A member takes it from the line out of turn, where the queue's `pull` allows it."""
        return _changed(
            "pulled", await self._command("interaction_pull", now_ms, command, interaction, agent)
        )

    async def open_interaction(self, opening: Opening, *, now_ms: int = 0) -> Opened | Changed:
        """An agent begins an interaction: theirs and active at once. Idempotent by its id.

        Changed, with the reason `not_here` or `full`, if they cannot have it.

        Raises:
            BadRequest: the opening is malformed.
            AgentUnknown, QueueUnknown: there is no such agent or queue.
            Overloaded: the event log is full.
        """
        check_opening(opening)
        word, state = await self._change(
            "interaction_open", now_ms, opening.interaction, opening.queue, opening.contact,
            opening.conversation, opening.level, opening.card, opening.agent, self._events_max,
        )  # fmt: skip
        if word in ("opened", "known"):
            return Opened(
                interaction=opening.interaction,
                known=word == "known",
                state=InteractionState(state),
            )
        _check_known(word)
        if word == "overloaded":
            raise Overloaded
        return Changed(changed=False, reason=word)


def _changed(done: str, reply: list[Any]) -> Changed:
    word, *rest = reply
    _check_known(word)
    return Changed(changed=word in done.split(), reason=rest[0] if word == "late" else word)


def _check_known(word: str) -> None:
    if word == "unknown":
        raise NotFound(field="interaction")
    if word == "unknown_agent":
        raise AgentUnknown(field="agent")
    if word == "unknown_queue":
        raise QueueUnknown(field="queue")
    if word == "wrong_channel":
        raise BadRequest("that queue is on another channel", field="queue")
