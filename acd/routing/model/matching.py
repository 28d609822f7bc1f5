"""Who is asked for what: rings, and the drain that every verb ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.capacity import exceeded
from acd.domain.events import EventType
from acd.domain.interaction import Channel, InteractionState
from acd.routing.model.limits import Limits
from acd.routing.model.values import NO_RANK, Ring, ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acd.domain.ids import AgentId, QueueId
    from acd.routing.model.values import Agent, Interaction, Queue

    Place = tuple[int, str]
    """Score and id: where an entry stands in a line, for ever."""

SERVED: Final = (Channel.CALL, Channel.CHAT, Channel.TICKET)
"""What a freed agent takes first."""
_S: Final = InteractionState


class Bound(Exception):
    """A walk stopped at the bound of the command."""


class Matching(Limits):
    """Interactions find agents, and freed agents find interactions."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"d": self._drain_due, "x": self._exclusions_due}
        self._walks: dict[str, Any] = {}
        """Where the walk that a `d` timer continues stands."""

    # rings

    def _ring(
        self, x: Interaction, queue: Queue, chosen: Sequence[Agent], next_best: AgentId | None
    ) -> None:
        """Each of them gets an offer with its own deadline, and holds a slot for it."""
        if x.state is not _S.RINGING:
            x.in_line = False
            x.state, x.since_ms = _S.RINGING, self.now_ms
            x.ring_began_ms, x.ring_asked, x.fan = self.now_ms, 0, queue.fan
        eligible = len(self._free(queue))
        ring_ms = ms(queue.settings.ring_time_s)
        deadline = self.now_ms + ring_ms
        following = [*(agent.id for agent in chosen[1:]), next_best]
        for agent, after in zip(chosen, following, strict=True):
            x.offers += 1
            why = self._why(agent, queue, eligible, after)
            self.turn += 1
            agent.last_offered = self.turn
            agent.held[x.id] = queue.channel
            x.live.append(
                Ring(
                    number=x.offers,
                    agent=agent.id,
                    made_ms=self.now_ms,
                    deadline_ms=deadline,
                    why=why,
                )
            )
            heard_by = self.now_ms + ms(queue.settings.delivery_s)
            self._timer(f"o|{x.id}|{x.offers}", min(deadline, heard_by))
            self._emit(
                EventType.OFFER_MADE,
                {
                    "deadline_ms": deadline, "ring_ms": ring_ms, "why": why,
                    "channel": queue.channel, "enqueued_ms": x.enqueued_ms, "level": x.level,
                },
                x=x, offer=x.offers, agent=agent,
            )  # fmt: skip
        x.ring_asked += len(chosen)
        self._offers_left -= len(chosen)

    def _match(self, x: Interaction, *, again: bool = False) -> None:  # noqa: C901 - it is one
        """Find agents for one that waits, or more of them for one whose ring is short.

        again: it is known to stand in the line.
        """
        waiting = x.state is _S.WAITING
        if not waiting and x.state is not _S.RINGING:
            return
        queue = self.queues[x.queue]
        if waiting and (rule := self._applies(x, queue)):
            self._divert(x, queue, rule)
            return
        want = (queue.fan if waiting else x.fan) - len(x.live)
        if want <= 0:
            return
        if queue.closing or x.lost_until_ms:
            if waiting:
                self._stand_in_line(x, queue, again=again)
                self._timer(f"r|{queue.id}", self.now_ms)  # where the queue is emptied
            return
        room = min(want, self._offers_left)
        chosen: list[Agent] = []
        next_best, bound = None, True
        if room > 0 and self._looks_left > 0:
            chosen, next_best, bound = self._pick(x, queue, room)
            if not chosen and waiting and self._start_over(x, queue):
                chosen, next_best, bound = self._pick(x, queue, room)
        if chosen:
            self._ring(x, queue, chosen, next_best)
        if bound or len(chosen) == room < want:
            self._continue(f"d|i|{x.id}", None)
        if x.state is _S.WAITING:
            self._stand_in_line(x, queue, again=again)

    def _stand_in_line(self, x: Interaction, queue: Queue, *, again: bool) -> None:
        """It is tried again when an exclusion ends, or when the ring may start over."""
        if not again:
            self._arm(x, queue)
        x.in_line = True
        limits = [one.until_ms for one in x.excluded.values() if one.until_ms > self.now_ms]
        if limits:
            ring_ms = ms(queue.settings.ring_time_s)
            over_ms = x.ring_began_ms + ring_ms
            again_ms = over_ms if over_ms > self.now_ms else self.now_ms + ring_ms
            self._timer(f"x|{x.id}", min(again_ms, *limits))

    def _start_over(self, x: Interaction, queue: Queue) -> bool:
        """Everybody here has been asked: forget those who declined or missed, once a ring time."""
        if self.now_ms < x.ring_began_ms + ms(queue.settings.ring_time_s):
            return False
        asked = {who: one for who, one in x.excluded.items() if one.until_ms > self.now_ms}
        failed = {who: one for who, one in asked.items() if one.fault == "failed"}
        here = self._members(queue)
        if len(failed) == len(asked) or not here or any(a.id not in asked for a in here):
            return False
        x.excluded = failed
        return True

    def _exclusions_due(self, _at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions.get(interaction)
        if x and x.state is _S.WAITING:
            self._orphans.append(x)

    # the drain

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
            best: tuple[int, int, Interaction] | None = None
            for membership in sorted(agent.profile.memberships, key=lambda m: m.queue):
                queue = self.queues.get(membership.queue)
                if queue is None or queue.closing or queue.channel is not channel:
                    continue
                rank = NO_RANK if membership.rank is None else membership.rank
                if best and rank > best[0]:
                    continue
                if short:
                    x = self._first_for(
                        agent, self._short(queue), queue.due, passed, f"~{queue.id}"
                    )
                else:
                    x = self._first_for(agent, self._line(queue), queue.score, passed, queue.id)
                if x and (
                    best is None or (rank, queue.due(x), x.id) < (best[0], best[1], best[2].id)
                ):
                    best = (rank, queue.due(x), x)
            if best:
                return best[2]
        return None

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
                self._ring(x, self.queues[x.queue], [agent], None)
                if len(x.live) < x.fan:
                    self._match(x)
        if self._at_bound():
            self._continue(f"d|a|{agent.id}", passed)

    def _serve_line(self, queue: Queue, after: Place | None) -> None:
        """Try the whole line, while anybody is free."""
        for x in self._line(queue):
            if after and (queue.score(x), x.id) <= after:
                continue
            if not self._free(queue):
                return
            if self._at_bound():
                self._continue(f"d|p|{queue.id}", after)
                return
            self._looks_left -= 1
            after = (queue.score(x), x.id)
            self._match(x, again=True)

    def _continue(self, timer: str, walk: Any) -> None:
        """At the bound of a command the rest is left to a timer that is due now."""
        self._timer(timer, self.now_ms)
        self._walks[timer] = walk

    def _drain_due(self, _at_ms: int, what: str, name: str) -> None:
        walk = self._walks.pop(f"d|{what}|{name}", None)
        if what == "i" and name in self.interactions:
            self._orphans.append(self.interactions[name])
        elif what == "a" and name in self.agents:
            self._serve(self.agents[name], walk)
        elif what == "p" and name in self.queues:
            self._serve_line(self.queues[name], walk)

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

    def _open_in(self, queue: QueueId) -> list[Interaction]:
        """What still needs the queue: all but what is parked or over."""
        over = (_S.PARKED, _S.ENDED)
        return [x for x in self.interactions.values() if x.queue == queue and x.state not in over]
