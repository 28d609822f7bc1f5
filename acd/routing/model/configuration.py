"""What the directory says: agents and queues come, change and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.routing.compiled import CHANNELS, compile_agent, compile_queue
from acd.routing.model.agent import Agent
from acd.routing.model.arrivals import Arrivals
from acd.routing.model.queue import Queue
from acd.routing.results import Changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.agent import AgentProfile
    from acd.domain.ids import AgentId, QueueId
    from acd.domain.queue import QueueSettings

CLOSE: Final = 64
"""How many leave a removed queue at a time."""
_S: Final = InteractionState


class Configuration(Arrivals):
    """The directory's word; an older version than the one applied is refused.

    An index is no part of the contract: where the scripts rebuild theirs in chunks, this is done in
    one step.
    """

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"r": self._close_due}

    def configure_agent(self, profile: AgentProfile, *, now_ms: int = 0) -> Changed:
        """Lower capacity takes nothing away: not eligible until below."""
        compiled = compile_agent(profile)
        self._begin(now_ms)
        agent = self.agents.get(profile.agent)
        if agent:
            if profile.version < agent.profile.version:
                return Changed(changed=False, reason="stale")
            if compiled == compile_agent(agent.profile) and not agent.gone:
                agent.profile = profile
                return Changed(changed=False, reason="unchanged")
            self._leave_queues(agent)
            by_phone = agent.profile.phone and not profile.phone
            agent.profile, agent.gone = profile, False
        else:
            by_phone = False
            agent = self.agents[profile.agent] = Agent(profile=profile, idle_since_ms=self.now_ms)
        for channel in CHANNELS:
            if agent.availability[channel] is Availability.AVAILABLE:
                self._look_again(agent, channel)
        version = {"version": profile.version}
        self._emit(EventType.AGENT_CONFIGURED, version, agent=agent)
        self._exceed(agent, "configured")
        if by_phone and f"a|{agent.id}" not in self.leases:
            self._lapse(agent)
        self._has_room(agent)
        self._commit()
        return Changed(changed=True, reason="configured")

    def _leave_queues(self, agent: Agent) -> None:
        """Out of those of old and into those of now, in this order."""
        available = agent.availability
        agent.availability = dict.fromkeys(CHANNELS, Availability.OFFLINE)
        self._left_on(agent, available)
        agent.availability = available

    def remove_agent(self, agent: AgentId, version: int, *, now_ms: int = 0) -> Changed:
        """Rings are taken back, chats and tickets return to their lines, calls talk on."""
        self._begin(now_ms)
        a = self.agents.get(agent)
        if a is None or a.gone:
            return Changed(changed=False, reason="unknown")
        if version < a.profile.version:
            return Changed(changed=False, reason="stale")
        a.profile = replace(a.profile, version=version)
        self._presence_event(a, None, Availability.OFFLINE, "", "removed")
        a.gone = True
        before, a.availability = a.availability, dict.fromkeys(CHANNELS, Availability.OFFLINE)
        there = [one for one in CHANNELS if before[one] is Availability.AVAILABLE]
        self._left_on(a, before)
        a.grace_until_ms = None
        self._untimer(f"g|{agent}")
        self._forget_consoles(a)
        self._leaving.append(a)
        for channel in there:
            self._look_again(a, channel)
        for x in self._held(a):
            ring = x.ring_of(agent)
            if ring:
                self._withdraw(x, ring, "agent_left")
                self._ring_goes_on(x, "agent_left")
            elif agent in x.guests:
                self._guest_leaves(x, a, "agent_left")
            elif agent in x.wraps:
                self._unwrap(x, a, "system")
            elif x.state is _S.ENDED:
                self._end_wrap_up(x, "system")
            elif a.held[x.id] is not Channel.CALL:
                self._take_back(x, "agent_left")
        self._commit()
        return Changed(changed=True, reason="removed")

    def configure_queue(self, settings: QueueSettings, *, now_ms: int = 0) -> Changed:
        """A new strategy or order ranks all anew, and the line is tried."""
        compiled = compile_queue(settings)
        self._begin(now_ms)
        queue = self.queues.get(settings.queue)
        anew = queue is None or queue.closing
        ruled = False
        if queue:
            if settings.version < queue.settings.version:
                return Changed(changed=False, reason="stale")
            before = compile_queue(queue.settings)
            anew = anew or (before.index, before.line) != (compiled.index, compiled.line)
            same = (before.settings, before.rules) == (compiled.settings, compiled.rules)
            ruled = before.rules != compiled.rules
            if same and not queue.closing:
                queue.settings = settings
                return Changed(changed=False, reason="unchanged")
            queue.settings, queue.closing = settings, False
        else:
            queue = self.queues[settings.queue] = Queue(settings=settings, served_ms=self.now_ms)
        version = {"version": settings.version}
        self._emit(EventType.QUEUE_CONFIGURED, version, queue=queue.id)
        if anew:
            for pool in queue.lines:
                self._serve_line(queue, pool, None)
                self._orphans += self._short(queue, pool)
            self._built(queue)
        if ruled:
            self._rules_changed(queue)
        self._commit()
        return Changed(changed=True, reason="configured")

    def remove_queue(self, queue: QueueId, version: int, *, now_ms: int = 0) -> Changed:
        """No arrivals; the waiting overflow or are rejected; it goes with the last that is open."""
        self._begin(now_ms)
        q = self.queues.get(queue)
        if q is None:
            return Changed(changed=False, reason="unknown")
        if version < q.settings.version:
            return Changed(changed=False, reason="stale")
        if q.closing:
            return Changed(changed=False, reason="unknown")
        q.settings, q.closing = replace(q.settings, version=version), True
        self._emit(EventType.QUEUE_REMOVED, {"version": version}, queue=queue)
        self._close(q)
        self._commit()
        return Changed(changed=True, reason="removed")

    def _close(self, queue: Queue) -> None:
        everybody = self.interactions.values()
        alone = sorted(x.id for x in everybody if x.queue == queue.id and x.personal)
        waiting = [self.interactions[name] for name in alone]
        for pool in queue.lines:
            waiting += self._line(queue, pool)
        for x in waiting[:CLOSE]:
            self._divert(x, queue, "removed")
        if len(waiting) >= CLOSE:
            self._timer(f"r|{queue.id}", self.now_ms)

    def _close_due(self, _at_ms: int, queue: str, _rest: str) -> None:
        if queue in self.queues and self.queues[queue].closing:
            self._close(self.queues[queue])
