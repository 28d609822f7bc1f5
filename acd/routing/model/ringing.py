"""Rings: whom an interaction asks, and what it does while nobody can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.events import EventType
from acd.domain.interaction import InteractionState
from acd.routing.model.interaction import Ring
from acd.routing.model.limits import Limits
from acd.routing.model.values import ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acd.domain.ids import AgentId
    from acd.domain.interaction import Channel
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

_S: Final = InteractionState


class Ringing(Limits):
    """Interactions find agents."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"x": self._exclusions_due}
        self._walks: dict[str, Any] = {}
        """Where the walk that a `d` timer continues stands."""

    def _ring(
        self, x: Interaction, queue: Queue, chosen: Sequence[Agent], next_best: AgentId | None
    ) -> None:
        """Each of them gets an offer with its own deadline, and holds a slot for it."""
        last, word = x.sticky, "prefer" if x.sticky_until_ms is None else "wait"
        if x.state is not _S.RINGING:
            self._leave_line(x)
            x.become(_S.RINGING, self.now_ms)
            alone = last is not None and [agent.id for agent in chosen] == [last]
            x.ring_began_ms, x.ring_asked = self.now_ms, 0
            x.fan = 1 if alone else queue.fan
            self._use(queue, x.pool)
        x.sticky = x.sticky_until_ms = None
        free = self._free(queue, x.pool)
        eligible = sum(not x.excludes(agent.id, self.now_ms) for agent in free)
        ring_ms = ms(queue.settings.ring_time_s)
        deadline = self.now_ms + ring_ms
        following = [*(agent.id for agent in chosen[1:]), next_best]
        for agent, after in zip(chosen, following, strict=True):
            x.offers += 1
            self._part(x, agent)
            why = self._why(agent, x, queue, eligible, after)
            if agent.id == last:
                why["sticky"] = word
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

    def _match(self, x: Interaction, *, again: bool = False) -> None:
        """Find agents for one that waits, or more of them for one whose ring is short.

        again: it is known to stand in the line.
        """
        waiting = x.state is _S.WAITING
        if not waiting and x.state is not _S.RINGING:
            return
        queue = self.queues[x.queue]
        if waiting and (rule := self._applies(x, queue)):
            self._divert(x, queue, rule)
            if x.queue != queue.id or not x.calls_back:
                return  # a callback goes on waiting
        if waiting and not x.in_line:
            self._choose_pool(x, queue)
        want = (queue.fan if waiting else x.fan) - len(x.live)
        if want <= 0:
            return
        if not queue.serves(x.pool) or x.lost_until_ms:
            if waiting:
                self._stand_in_line(x, queue, again=again)
                if queue.closing:
                    self._timer(f"r|{queue.id}", self.now_ms)  # where the queue is emptied
            else:
                self._watch_exclusions(x)
            return
        if waiting and self._offers_left > 0 and self._is_for_one(x, queue, again=again):
            return
        self._ask_the_best(x, queue, want, again=again and x.in_line)

    def _is_for_one(self, x: Interaction, queue: Queue, *, again: bool) -> bool:
        """Whether it rings the sticky agent now, alone, or waits for them."""
        if not x.sticky:
            return False
        preferred, patient = self._first_choice(x, queue)
        if preferred:
            self._ring(x, queue, [preferred], self._beside(x, queue, preferred))
        elif patient:
            self._wait_for(x)
            self._stand_in_line(x, queue, again=again)
        else:
            self._let_go(x, queue)
            if queue.serves(x.pool):
                return False
            self._stand_in_line(x, queue, again=again and x.in_line)
        return True

    def _ask_the_best(self, x: Interaction, queue: Queue, want: int, *, again: bool) -> None:
        """By the order of the queue's strategy; who finds nobody stands in the line."""
        room = min(want, self._offers_left)
        chosen: list[Agent] = []
        next_best, bound = None, True
        waiting = x.state is _S.WAITING
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
        elif len(x.live) < x.fan:
            self._watch_exclusions(x)

    def _stand_in_line(self, x: Interaction, queue: Queue, *, again: bool) -> None:
        """It is tried again when an exclusion ends, or when the ring may start over."""
        if not again:
            self._arm(x, queue)
        x.in_line = True
        ring_ms = ms(queue.settings.ring_time_s)
        over_ms = x.ring_began_ms + ring_ms
        self._watch_exclusions(x, over_ms if over_ms > self.now_ms else self.now_ms + ring_ms)

    def _watch_exclusions(self, x: Interaction, *until_ms: int) -> None:
        """It is tried again when one ends; at the latest then, if any lasts."""
        limits = [one.until_ms for one in x.excluded.values() if one.until_ms > self.now_ms]
        if limits:
            self._timer(f"x|{x.id}", min([*until_ms, *limits]))
        else:
            x.excluded = {}
            self._untimer(f"x|{x.id}")

    def _let_missed_ring(self, agent: Agent, channels: Sequence[Channel]) -> bool:
        """They are back: what they missed may ring here at once; what they declined may not.

        Answers whether anything may.
        """
        any_may, others = False, []
        for one in agent.unanswered:
            x = self.interactions.get(one)
            if x is None or not x.excluded:
                continue
            if self.queues[x.queue].channel not in channels:
                others.append(one)
                continue
            kept = x.excluded.get(agent.id)
            if kept is not None and kept.fault == "expired" and kept.until_ms > self.now_ms:
                del x.excluded[agent.id]
                any_may = True
                if not x.excluded:
                    self._untimer(f"x|{x.id}")
        agent.unanswered = others
        return any_may

    def _start_over(self, x: Interaction, queue: Queue) -> bool:
        """Everybody here has been asked: forget those who declined or missed, once a ring time."""
        if self.now_ms < x.ring_began_ms + ms(queue.settings.ring_time_s):
            return False
        asked = {who: one for who, one in x.excluded.items() if one.until_ms > self.now_ms}
        failed = {
            who: one for who, one in asked.items() if one.fault not in ("declined", "expired")
        }
        here = self._members(queue, x.pool)
        if len(failed) == len(asked) or not here or any(a.id not in asked for a in here):
            return False
        x.excluded = failed
        if not failed:
            self._untimer(f"x|{x.id}")
        return True

    def _exclusions_due(self, _at_ms: int, interaction: str, _rest: str) -> None:
        x = self.interactions.get(interaction)
        if x and x.state in (_S.WAITING, _S.RINGING):
            self._orphans.append(x)

    def _continue(self, timer: str, walk: Any) -> None:
        """At the bound of a command the rest is left to a timer that is due now."""
        self._timer(timer, self.now_ms)
        self._walks[timer] = walk

    def _part(self, x: Interaction, agent: Agent) -> None:
        """Before they get another slot of it, the one they have is free; see sharing.py."""
        raise NotImplementedError
