"""The directory into Redis: what the records say of queues and agents, as routing needs it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from acd.domain.agent import AgentProfile, Membership
from acd.domain.capacity import ChannelCapacity
from acd.domain.errors import StoreUnavailable
from acd.flow.hours import instants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acd.domain.calendar import Hours
    from acd.domain.directory import Agent, Queue
    from acd.domain.ids import QueueId
    from acd.domain.interaction import Channel
    from acd.domain.queue import QueueSettings
    from acd.records.directory import Directory
    from acd.records.directory_reads import Snapshot
    from acd.routing.results import Changed
    from acd.routing.router import Router

AT_ONCE = 500  # commands in flight: enough to fill a pipeline, few enough to let others through
LOOK_EVERY_S = 2.0
RENEW_HOURS_S = 86_400.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What was told to routing: how many rows, how many of them changed it, how many left."""

    version: int
    queues: int
    agents: int
    changed: int
    removed: int


class Compiler:
    """Tells routing what the directory says. Routing refuses older versions, so order is free."""

    def __init__(self, directory: Directory, router: Router) -> None:
        self._directory = directory
        self._router = router
        self._compiled = -1
        self._hours_until_s = 0.0

    async def compile_all(self) -> Compiled:
        """Configure every queue and agent, and remove those that are no longer active.

        Idempotent: what routing knows already changes nothing. Raises StoreUnavailable while a
        store is away.
        """
        snapshot = await self._directory.snapshot()
        router, version = self._router, snapshot.version
        queues = [settings_of(queue, version) for queue in snapshot.queues]
        agents = profiles_of(snapshot)
        await router.configure_skills([skill.id for skill in snapshot.skills], version)
        changed = await _all(router.configure_queue(settings) for settings in queues)
        await self._set_hours(snapshot.queues, snapshot.hours)
        changed += await _all(router.configure_agent(profile) for profile in agents)
        removed = await _all(router.remove_agent(gone, version) for gone in snapshot.gone_agents)
        removed += await _all(router.remove_queue(gone, version) for gone in snapshot.gone_queues)
        self._compiled = version
        compiled = Compiled(
            version=version,
            queues=len(queues),
            agents=len(agents),
            changed=changed,
            removed=removed,
        )
        log.info("directory compiled", version=version, changed=changed, removed=removed)
        return compiled

    async def renew_hours(self) -> None:
        """Tell routing anew when the queues are open, from now on.

        Raises StoreUnavailable while a store is away.
        """
        await self._set_hours(await self._directory.queues(), await self._directory.hours())

    async def _set_hours(self, queues: Iterable[Queue], hours: Iterable[Hours]) -> None:
        known, now_ms = {entry.id: entry for entry in hours}, await self._router.clock()
        await _all(
            self._router.set_hours(queue.id, instants(queue, known, now_ms)) for queue in queues
        )
        # by the wall clock: a machine that slept has missed days that its loop has not seen
        self._hours_until_s = time.time() + RENEW_HOURS_S

    async def run(self) -> None:
        """Compile whenever the directory has a newer version, and the hours daily, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if await self._directory.version() > self._compiled:
                    await self.compile_all()
                elif time.time() >= self._hours_until_s:
                    await self.renew_hours()
            except StoreUnavailable:
                continue  # whoever serves people says so; here it only means later


async def _all(commands: Iterable[object]) -> int:
    """Give the commands, many at once, and count those that changed something."""
    changed = 0
    group: list[object] = []
    for command in commands:
        group.append(command)
        if len(group) == AT_ONCE:
            changed += await _group(group)
            group = []
    return changed + await _group(group)


async def _group(commands: Sequence[object]) -> int:
    answers: list[Changed] = await asyncio.gather(*commands)  # type: ignore[call-overload]
    return sum(answer.changed for answer in answers)


def settings_of(queue: Queue, version: int) -> QueueSettings:
    """A queue's settings with the directory's version."""
    return replace(queue.settings, version=version)


def profiles_of(snapshot: Snapshot) -> list[AgentProfile]:
    """The profile of each active agent."""
    by_department: dict[str, list[tuple[QueueId, Channel]]] = {}
    for queue in snapshot.queues:
        by_department.setdefault(queue.department, []).append((queue.id, queue.channel))
    return [
        AgentProfile(
            agent=agent.id,
            version=snapshot.version,
            total=agent.total,
            channels=capacity_of(agent, snapshot.channels),
            memberships=memberships_of(agent, by_department),
            skills=agent.skills,
            phone=agent.id in snapshot.closed_console,
        )
        for agent in snapshot.agents
    ]


def memberships_of(
    agent: Agent, by_department: Mapping[str, Sequence[tuple[QueueId, Channel]]]
) -> tuple[Membership, ...]:
    """The queues an agent serves: those of their departments, on the channels of their place."""
    return tuple(
        Membership(queue=queue, priority=place.priority, rank=place.rank)
        for place in agent.memberships
        for queue, channel in by_department.get(place.department, ())
        if not place.channels or channel in place.channels
    )


def capacity_of(
    agent: Agent, tenant: Mapping[Channel, ChannelCapacity]
) -> dict[Channel, ChannelCapacity]:
    """The tenant's capacity with what this agent has of their own."""
    capacity = dict(tenant)
    for channel, own in agent.channels.items():
        usual = capacity[channel]
        capacity[channel] = ChannelCapacity(
            weight=usual.weight if own.weight is None else own.weight,
            max=usual.max if own.max is None else own.max,
            interrupts=usual.interrupts if own.interrupts is None else own.interrupts,
        )
    return capacity
