"""Who asks for something to be done with work: a person, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.domain.errors import AcdError, Conflict, Forbidden, NotFound, NotYours

if TYPE_CHECKING:
    from acd.domain.directory import Agent
    from acd.domain.ids import QueueId
    from acd.routing.results import Changed
    from acd.routing.snapshots import InteractionSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a person, or a program by its key."""

    name: str
    """As history tells it: an agent's id, or a key's after `key:`."""
    steers: bool
    """Whether everybody's work is theirs to steer."""
    agent: Agent | None = None
    """The person; None for a program."""

    @classmethod
    def person(cls, agent: Agent) -> Actor:
        """An agent, a supervisor or an administrator."""
        return cls(name=agent.id, steers=agent.role.steers, agent=agent)

    @property
    def said(self) -> str:
        """The name that the conversation tells; programs have none."""
        return self.agent.name if self.agent is not None else ""

    def sees(self, queue: QueueId) -> bool:
        """Whether that queue's work is theirs to see."""
        if self.agent is None:
            return self.steers
        seen = self.agent.sees
        return seen is None or queue.rpartition("/")[0] in seen

    def refused(self, found: InteractionSnapshot) -> AcdError:
        """Why it is not theirs to change: what one may not see is not there."""
        takes_part = self.agent is not None and self.agent.id in found.guests
        if takes_part or self.sees(found.queue):
            return NotYours(field="interaction")
        return NotFound(field="interaction")

    def check_steers(self) -> None:
        """Let pass who steers.

        Raises:
            Forbidden: they do not.
        """
        if not self.steers:
            raise Forbidden("Supervisors do that.")


def allowed(actor: Actor, found: InteractionSnapshot, answer: Changed) -> Changed:
    """Let pass what was not refused for being somebody else's.

    Raises:
        NotYours, NotFound: an agent's answer; Conflict: that of who steers for an owner.
    """
    if answer.reason == "not_owner" and actor.steers:
        raise Conflict("Nobody has it, or somebody else by now; read it again, or assign it.")
    if answer.reason in {"not_owner", "not_guest"}:
        raise actor.refused(found)
    return answer
