"""The drain that every verb ends in: freed agents find interactions, and what is left is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.capacity import exceeded
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.routing.model.house import LOOKS, OFFERS
from acd.routing.model.pooling import FIRST
from acd.routing.model.ringing import Ringing
from acd.routing.model.values import NO_RANK, queue_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acd.domain.ids import QueueId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction, Transfer
    from acd.routing.model.queue import Queue

    Place = tuple[int, str]
    """Score and id: where an entry stands in a line, for ever."""

SERVED: Final = (Channel.CALL, Channel.CHAT, Channel.TICKET)
"""What a freed agent takes first."""
_S: Final = InteractionState


def _rank(agent: Agent, queue: Queue) -> int:
    """The agent's own among their queues."""
    membership = agent.memberships.get(queue.id)
    if membership is None or membership.rank is None or queue.closing:
        return NO_RANK
    return membership.rank


class Bound(Exception):
    """A walk stopped at the bound of the command."""


class Draining(Ringing):
    """Freed agents find interactions."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"d": self._drain_due, "b": self._filled}

    def _free_slot(self, x: Interaction, agent: Agent, *, worked: bool) -> None:
        """worked: an interaction ended here, so they are idle since now; a ring moves nothing."""
        del agent.held[x.id]
        if worked:
            agent.idle_since_ms = self.now_ms
        self._leaving.append(agent)
        self._has_room(agent)

    def _has_room(self, agent: Agent) -> None:
        """They may have: they serve before the command ends."""
        if agent not in self._freed:
            self._freed.append(agent)

    def _at_bound(self) -> bool:
        return self._offers_left <= 0 or self._looks_left <= 0

    def _first_for(
        self, agent: Agent, entries: Sequence[Interaction], key: Callable[[Interaction], int],
        passed: dict[str, Place], name: str,
    ) -> Interaction | None:  # fmt: skip
        """The first entry that this agent may be asked for; `passed` is where the walk stands."""
        for x in entries:
            if name in passed and (key(x), x.id) <= passed[name]:
                continue
            if self._may_be_asked(agent, x) and not x.lost_until_ms:
                return x
            if self._looks_left <= 0:
                raise Bound
            self._looks_left -= 1
            passed[name] = (key(x), x.id)
        return None

    def _best_for(
        self, agent: Agent, passed: dict[str, Place], *, short: bool
    ) -> Interaction | None:
        """The best the agent could be asked for: by channel, own rank, due, id."""
        for channel in SERVED:
            if not self._eligible(agent, channel):
                continue
            best = None if short else self._best_alone(agent, channel, passed)
            for queue, pool, rank in self._pools_of(agent, channel):
                if best and rank > best[0]:
                    continue
                if short:
                    rings = self._short(queue, pool)
                    x = self._first_for(agent, rings, queue.due, passed, f"~{pool}")
                else:
                    line = self._line(queue, pool)
                    x = self._first_for(agent, line, queue.score, passed, pool)
                if x and (best is None or (rank, queue.due(x), x.id) < best):
                    best = (rank, queue.due(x), x.id)
            if best:
                return self.interactions[best[2]]
        return None

    def _pools_of(self, agent: Agent, channel: Channel) -> list[tuple[Queue, str, int]]:
        """The pools that offer to the agent, with the rank they gave the queue."""
        return [
            (queue, pool, _rank(agent, queue))
            for membership in sorted(agent.profile.memberships, key=lambda m: m.queue)
            if (queue := self.queues.get(membership.queue)) and queue.channel is channel
            for pool in queue.lines
            if queue.serves(pool) and agent.meets(pool)
        ]

    def _best_alone(
        self, agent: Agent, channel: Channel, passed: dict[str, Place]
    ) -> tuple[int, int, str] | None:
        """The best of the first page of those who wait for them alone that they may be asked for.

        Own rank, due, id.
        """
        name = f"@{agent.id}/{channel}"
        line = self._personal_line(agent.id, channel)
        while True:
            behind = passed.get(name, FIRST)
            page = [x for x in line if (self._stands(x), x.id) > behind][:LOOKS]
            best = [
                (_rank(agent, queue), queue.due(x), x.id)
                for x in page
                for queue in (self.queues[x.queue],)
                if x.transfer or (not queue.closing and not x.excludes(agent.id, self.now_ms))
            ]
            if best or not page:
                return min(best, default=None)
            if self._looks_left <= 0:
                raise Bound
            self._looks_left -= len(page)
            passed[name] = (self._stands(page[-1]), page[-1].id)

    def _serve(self, agent: Agent, passed: dict[str, Place]) -> None:
        """An agent who became free serves the waiting, then joins rings that are not full."""
        if not any(self._eligible(agent, channel) for channel in SERVED):
            return
        for short in (False, True):
            while not self._at_bound():
                try:
                    x = self._best_for(agent, passed, short=short)
                except Bound:
                    break  # what is better than all others may stand behind it
                if x is None:
                    break
                if x.transfer:
                    self._ask_at_last(x, x.transfer, agent)
                    continue
                self._ring(x, self.queues[x.queue], [agent], None)
                if len(x.live) < x.fan:
                    self._match(x)
        if self._at_bound():
            self._continue(f"d|a|{agent.id}", passed)

    def _serve_line(self, queue: Queue, pool: str, after: Place | None) -> None:
        """Try the whole line, while anybody is free."""
        if not queue.serves(pool):
            return
        for x in self._line(queue, pool):
            if after and (queue.score(x), x.id) <= after:
                continue
            if not self._free(queue, pool):
                return
            if self._at_bound():
                self._continue(f"d|p|{pool}", after)
                return
            self._looks_left -= 1
            after = (queue.score(x), x.id)
            self._match(x, again=True)

    def _filled(self, _at_ms: int, pool: str, build: str) -> None:
        """A new pool offers from now on."""
        queue = self.queues.get(queue_of(pool))
        if queue and pool in queue.pools and build == f"{queue.pools[pool].build}:":
            queue.pools[pool].ready = True
            self._serve_line(queue, pool, None)
            self._orphans += self._short(queue, pool)[:OFFERS]

    def _drain_due(self, _at_ms: int, what: str, name: str) -> None:
        walk = self._walks.pop(f"d|{what}|{name}", None)
        if what == "i" and name in self.interactions:
            self._orphans.append(self.interactions[name])
        elif what == "a" and name in self.agents:
            self._serve(self.agents[name], walk)
        elif what == "p" and queue_of(name) in self.queues:
            self._serve_line(self.queues[queue_of(name)], name, walk)

    def _drain(self) -> None:
        """First interactions that lost their ring, then agents that may have room."""
        while self._orphans or self._freed:
            if self._orphans:
                self._match(self._orphans.pop(0))
            else:
                self._serve(self._freed.pop(0), {})

    def _commit(self) -> None:
        """What every verb that changes something ends in."""
        self._drain()
        self._committed = True
        self.seen_ms = self.now_ms
        for name in sorted(self.agents):
            self._settle(self.agents[name])
        for agent in self._leaving:
            if agent.gone and not agent.held and agent.id in self.agents:
                version = agent.profile.version
                self._emit(EventType.AGENT_REMOVED, {"version": version}, agent=agent)
                del self.agents[agent.id]
        for queue in [queue for queue in self.queues.values() if queue.closing]:
            if not any(self._open_in(queue.id)):
                del self.queues[queue.id]

    def _exceed(self, agent: Agent, cause: str) -> None:
        """More is held than capacity allows, by this human act."""
        if exceeded(agent.capacity, agent.profile.total, agent.running):
            agent.over = cause
            self._emit(EventType.CAPACITY_OVER, {"cause": cause}, agent=agent)

    def _settle(self, agent: Agent) -> None:
        """What their slots say now that the command is done with them."""
        if agent.over and not exceeded(agent.capacity, agent.profile.total, agent.running):
            agent.over = ""
            self._emit(EventType.CAPACITY_WITHIN, {}, agent=agent)
        self._finish(agent)

    def _finish(self, agent: Agent) -> None:
        """The last slot of the channels on which they finish may be free; see presence.py."""
        raise NotImplementedError

    def _ask_at_last(self, x: Interaction, transfer: Transfer, target: Agent) -> None:
        """The target of a transfer has room now; see sharing.py."""
        raise NotImplementedError

    def _open_in(self, queue: QueueId) -> list[Interaction]:
        """What still needs the queue: all but what is parked or over."""
        over = (_S.PARKED, _S.ENDED)
        return [x for x in self.interactions.values() if x.queue == queue and x.state not in over]
