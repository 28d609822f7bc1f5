"""Names and memberships as the faces need them, from a copy of the directory a few seconds old."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from acd.domain.errors import StoreUnavailable
from acd.domain.skills import parse_requirement

if TYPE_CHECKING:
    from acd.domain.directory import Agent, Department, Queue, Site
    from acd.domain.ids import AgentId, DepartmentId, QueueId, SiteId
    from acd.domain.interaction import Channel
    from acd.records.directory import Directory

DIAL_S: Final = 30.0
"""How long a callback of a queue that has just gone rings, as where nobody said otherwise."""
FRESH_S: Final = 5.0
"""How old the copy may be. It costs one small query to see that nothing changed."""


class People:
    """The directory in memory. While the database is away, the last copy stands."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.version = -1
        """The directory's, of the copy; -1 before the first."""
        self._read_at = 0.0
        self.agents: dict[AgentId, Agent] = {}
        self.departments: dict[DepartmentId, Department] = {}
        self.sites: dict[SiteId, Site] = {}
        self._queues: dict[QueueId, Queue] = {}
        self._skills: dict[str, str] = {}
        self.origins: frozenset[str] = frozenset()
        """Every origin that some site allows."""

    async def refresh(self, *, now: bool = False) -> None:
        """Read the directory if it changed and the copy is not fresh.

        Raises:
            StoreUnavailable: there was never a copy.
        """
        if not now and self.version >= 0 and time.monotonic() - self._read_at < FRESH_S:
            return
        self._read_at = time.monotonic()
        try:
            version = await self._directory.version()
            if version == self.version:
                return
            departments = await self._directory.departments(inactive=True)
            sites = await self._directory.sites()
            agents = await self._directory.agents()
            queues = await self._directory.queues()
            skills = await self._directory.skills()
        except StoreUnavailable:
            if self.version < 0:
                raise
            return
        if version < self.version:  # somebody read a newer one meanwhile
            return
        self.departments = {department.id: department for department in departments}
        self.sites = {site.id: site for site in sites}
        self.agents = {agent.id: agent for agent in agents}
        self._queues = {queue.id: queue for queue in queues}
        self._skills = {skill.id: skill.name for skill in skills}
        self.origins = frozenset(o for site in sites for o in site.origins)
        self.version = version

    def agent_name(self, agent: str) -> str:
        """The agent's name; the id where the directory does not know them any more."""
        found = self.agents.get(agent)  # type: ignore[call-overload]
        return found.name if found is not None else agent

    def department(self, department: str, locale: str) -> dict[str, str]:
        """A department as the wire names it."""
        found = self.departments.get(department)  # type: ignore[call-overload]
        return {
            "id": department,
            "name": found.name(locale) if found is not None else department,
        }

    def departments_of(self, agent: Agent, locale: str) -> list[dict[str, object]]:
        """The departments an agent belongs to, in the order of the directory, in all languages."""
        own = {membership.department for membership in agent.memberships}
        return [
            {**self.department(d.id, locale), "names": dict(d.names)}
            for d in self.departments.values()
            if d.id in own
        ]

    def colleagues_of(self, agent: Agent, channel: Channel, named: str = "") -> list[Agent]:
        """Those of an agent's departments who serve a channel and whose name holds a text."""
        own = {membership.department for membership in agent.memberships}
        wanted = named.strip().casefold()
        return sorted(
            (
                each
                for each in self.agents.values()
                if each.id != agent.id
                and wanted in each.name.casefold()
                and any(membership.department in own for membership in each.memberships)
                and any(self._queues[queue].channel is channel for queue in self.queues_of(each))
            ),
            key=lambda each: (each.name.casefold(), each.id),
        )

    def may_pull(self, queue: QueueId) -> bool:
        """Whether its agents may pick from the queue's line."""
        found = self._queues.get(queue)
        return found is not None and found.settings.pull

    def calls_back(self, queue: QueueId) -> bool:
        """Whether who waits there may leave a number."""
        found = self._queues.get(queue)
        return found is not None and found.settings.callback

    def dial_s(self, queue: QueueId) -> float:
        """How long its callbacks ring at the customer's."""
        found = self._queues.get(queue)
        return found.settings.dial_s if found is not None else DIAL_S

    def silence_counts(self, queue: QueueId) -> bool:
        """Whether a contact who says nothing gives their agent's slot back."""
        found = self._queues.get(queue)
        return found is not None and found.settings.idle_s > 0

    def queues_on(self, channel: Channel) -> list[QueueId]:
        """Every queue of a channel, in the order of the directory."""
        return [queue.id for queue in self._queues.values() if queue.channel is channel]

    def skills_of(self, requirement: str) -> list[dict[str, object]]:
        """What a requirement's text asks for, as the wire names it."""
        return [
            {"id": skill, "name": self._skills.get(skill, skill), "level": level}
            for skill, level in parse_requirement(requirement).items()
        ]

    def queues_of(self, agent: Agent) -> list[QueueId]:
        """The queues an agent is a member of, in the order of the directory."""
        own = {membership.department: membership.channels for membership in agent.memberships}
        return [
            queue.id
            for queue in self._queues.values()
            if (channels := own.get(queue.department)) is not None
            and (not channels or queue.channel in channels)
        ]
