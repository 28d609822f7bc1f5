"""Work that changes hands: who may do it, what routing is asked, what the conversation tells.

Every face asks here, so that a console, a supervisor's page and a program get one answer. Agents do
it with what is theirs; whoever steers does it on behalf of its owner. A verb that was refused for a
reason changed nothing and says the reason; `acd.routing.verbs.steering` lists the reasons.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from acd.chat.actors import Actor, allowed
from acd.domain.errors import NotFound
from acd.domain.ids import AgentId, new_id
from acd.domain.interaction import Channel, InteractionState
from acd.routing.results import Changed, Finished

if TYPE_CHECKING:
    from acd.chat.notes import Notes
    from acd.domain.directory import Agent
    from acd.domain.ids import ContactId, ConversationId, DepartmentId, InteractionId, QueueId
    from acd.records.history import History
    from acd.routing.limits import Limits
    from acd.routing.router import Router
    from acd.routing.snapshots import InteractionSnapshot

LIMIT: Final = "steering"


class Steering:
    """Every verb raises NotFound for what is not there or not to be seen, and TooMany.

    NotYours: somebody else has it. Conflict: who steers acts for an owner, and there is none, or
    another by now. `command` is an id under which the first answer is given again.
    """

    def __init__(
        self,
        *,
        router: Router,
        notes: Notes,
        history: History,
        limits: Limits,
    ) -> None:
        self._router = router
        self._notes = notes
        self._history = history
        self._limits = limits

    # by its owner

    async def transfer_to_agent(
        self,
        actor: Actor,
        interaction: InteractionId,
        target: AgentId,
        *,
        wait: bool = False,
        command: str = "",
    ) -> Changed:
        """Offer it to a colleague; with `wait`, once they have room."""
        found, owner = await self.owned(actor, interaction)
        return allowed(
            actor,
            found,
            await self._router.transfer_to_agent(
                interaction, owner, target, wait=wait, command=command
            ),
        )

    async def transfer_to_queue(
        self, actor: Actor, interaction: InteractionId, queue: QueueId, *, command: str = ""
    ) -> Changed:
        """Into another line of its channel; its owner is done with it."""
        found, owner = await self.owned(actor, interaction)
        answer = await self._router.transfer_to_queue(interaction, owner, queue, command=command)
        return await self._gone(actor, found, command, answer)

    async def transfer_to_department(
        self, actor: Actor, interaction: InteractionId, to: DepartmentId, *, command: str = ""
    ) -> Changed:
        """Into a department's line, likewise."""
        found, owner = await self.owned(actor, interaction)
        answer = await self._router.transfer_to_department(interaction, owner, to, command=command)
        return await self._gone(actor, found, command, answer)

    async def transfer_cancel(
        self, actor: Actor, interaction: InteractionId, *, command: str = ""
    ) -> Changed:
        """Take back a transfer that nobody answered yet."""
        found, owner = await self.owned(actor, interaction)
        answer = await self._router.transfer_cancel(interaction, owner, command=command)
        return allowed(actor, found, answer)

    async def consult(
        self, actor: Actor, interaction: InteractionId, target: AgentId, *, command: str = ""
    ) -> Changed:
        """Ask a colleague, who may take over; the contact is told nothing."""
        found, owner = await self.owned(actor, interaction)
        answer = await self._router.consult(interaction, owner, target, command=command)
        return allowed(actor, found, answer)

    async def consult_complete(
        self, actor: Actor, interaction: InteractionId, *, stay: bool = False, command: str = ""
    ) -> Changed:
        """Whoever is consulted takes over; with `stay` the owner remains as a guest."""
        found, owner = await self.owned(actor, interaction)
        answer = allowed(
            actor,
            found,
            await self._router.consult_complete(interaction, owner, stay=stay, command=command),
        )
        if answer.changed and found.consulted is not None:
            await self._joined(found, command, found.consulted)
        return answer

    async def consult_cancel(
        self, actor: Actor, interaction: InteractionId, *, command: str = ""
    ) -> Changed:
        """End the consultation; the owner keeps it."""
        found, owner = await self.owned(actor, interaction)
        answer = await self._router.consult_cancel(interaction, owner, command=command)
        return allowed(actor, found, answer)

    async def invite(
        self, actor: Actor, interaction: InteractionId, guest: AgentId, *, command: str = ""
    ) -> Changed:
        """Bring in a colleague, who talks with the contact too."""
        found, owner = await self.owned(actor, interaction)
        answer = allowed(
            actor, found, await self._router.invite(interaction, owner, guest, command=command)
        )
        if answer.changed:
            await self._notes.guest_joined(*_told_of(found, command), guest)
        return answer

    async def finish(
        self, actor: Actor, interaction: InteractionId, *, command: str = ""
    ) -> Finished:
        """End it. Agents end what is theirs; who steers ends anybody's, and what waits."""
        await self.count(actor)
        found = await self._router.interaction(interaction)
        if found is None:
            return await self._finished_long_ago(interaction)
        own = None
        if actor.agent is not None and (not actor.steers or found.agent == actor.agent.id):
            own = actor.agent.id
        finished = await self._router.finish(
            interaction, by="system" if own is None else "agent", agent=own, command=command
        )
        if finished.reason == "not_owner":
            raise actor.refused(found)
        if finished.reason == "unknown":
            return await self._finished_long_ago(interaction)
        if finished.changed and found.agent is not None:
            await self._notes.ended(found.contact, found.conversation, interaction, actor.said)
        return finished

    # by others

    async def leave(
        self, agent: Agent, interaction: InteractionId, *, command: str = ""
    ) -> Changed:
        """A guest leaves, or who is consulted."""
        actor = Actor.person(agent)
        found = await self.found(actor, interaction)
        answer = allowed(
            actor, found, await self._router.leave(interaction, agent.id, command=command)
        )
        if answer.changed and found.consulted != agent.id:
            await self._left(found, command, agent.id)
        return answer

    async def pull(self, agent: Agent, interaction: InteractionId, *, command: str = "") -> Changed:
        """An agent picks from a line of theirs, where the queue allows it."""
        actor = Actor.person(agent)
        found = await self.found(actor, interaction)
        if found.agent != agent.id and not actor.sees(found.queue):
            raise NotFound(field="interaction")
        answer = await self._router.pull(interaction, agent.id, command=command)
        if answer.changed:
            await self._joined(found, command, agent.id)
        return answer

    async def assign(
        self, actor: Actor, interaction: InteractionId, agent: AgentId, *, command: str = ""
    ) -> Changed:
        """Give it to an agent, wherever it is and over their capacity if need be.

        Raises:
            Forbidden: the actor does not steer.
        """
        actor.check_steers()
        found = await self.found(actor, interaction)
        answer = await self._router.assign(interaction, agent, actor.name, command=command)
        if answer.changed:
            rings = found.channel is Channel.CALL  # until they answer
            tell = self._notes.given if rings else self._notes.joined
            await tell(*_told_of(found, command), agent)
        return answer

    async def move(
        self, actor: Actor, interaction: InteractionId, queue: QueueId, *, command: str = ""
    ) -> Changed:
        """What nobody has yet, into another line of its channel with its age.

        Raises:
            Forbidden: the actor does not steer.
        """
        actor.check_steers()
        await self.count(actor)
        return await self._router.move(interaction, queue, actor.name, command=command)

    async def prioritise(
        self, actor: Actor, interaction: InteractionId, level: int, *, command: str = ""
    ) -> Changed:
        """Another level, 1 (first) to 9, for what nobody has yet.

        Raises:
            Forbidden: the actor does not steer.
        """
        actor.check_steers()
        await self.count(actor)
        return await self._router.reprioritise(interaction, level, actor.name, command=command)

    async def count(self, actor: Actor) -> None:
        """Count a verb to the actor's limit.

        Raises:
            TooMany: beyond `limits.steering_per_minute`.
        """
        await self._limits.take(LIMIT, actor.name)

    # whose it is

    async def found(self, actor: Actor, interaction: InteractionId) -> InteractionSnapshot:
        """It as it is now; asking counts to the actor's limit."""
        await self.count(actor)
        found = await self._router.interaction(interaction)
        if found is None:
            raise NotFound(field="interaction")
        return found

    async def owned(
        self, actor: Actor, interaction: InteractionId
    ) -> tuple[InteractionSnapshot, AgentId]:
        """It, and in whose name routing is asked; routing checks that it is theirs."""
        found = await self.found(actor, interaction)
        if actor.agent is not None and not actor.steers:
            return found, actor.agent.id
        # nobody's: a command sent again is answered, anything else refused
        return found, found.agent or AgentId(actor.name)

    async def _finished_long_ago(self, interaction: InteractionId) -> Finished:
        past = await self._history.interaction(interaction)
        if past is None or past.state is not InteractionState.ENDED:
            raise NotFound(field="interaction")
        return Finished(changed=False, outcome=past.outcome, reason="ended_before")

    # what the conversation tells

    async def _gone(
        self, actor: Actor, found: InteractionSnapshot, command: str, answer: Changed
    ) -> Changed:
        if allowed(actor, found, answer).changed and found.agent is not None:
            await self._left(found, command, found.agent)
        return answer

    async def _joined(self, found: InteractionSnapshot, command: str, agent: AgentId) -> None:
        await self._notes.joined(*_told_of(found, command), agent)

    async def _left(self, found: InteractionSnapshot, command: str, agent: AgentId) -> None:
        await self._notes.left(*_told_of(found, command), agent)


def _told_of(
    found: InteractionSnapshot, command: str
) -> tuple[ContactId, ConversationId, InteractionId, str]:
    return found.contact, found.conversation, found.interaction, _key(found, command)


def _key(found: InteractionSnapshot, command: str) -> str:
    """One note a command, however often it is sent."""
    if not command:
        return new_id("cm")
    return hashlib.sha256(f"{found.interaction}|{command}".encode()).hexdigest()[:32]
