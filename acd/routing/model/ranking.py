"""Who may be asked, in which order, and why: eligibility, strategies, lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.agent import Availability
from acd.domain.capacity import has_room
from acd.domain.interaction import Channel, InteractionState
from acd.routing.model.house import House
from acd.strategies.order import By, Fine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.ids import AgentId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

LOTS: Final = 8
"""How often a lot is drawn again before those who are left are listed."""
_S: Final = InteractionState


class Ranking(House):
    """What a strategy chooses from, and what it chooses."""

    # who and what there is

    def _eligible(self, agent: Agent, channel: Channel) -> bool:
        """Here, not in grace, and with a free slot."""
        return (
            agent.availability[channel] is Availability.AVAILABLE
            and agent.grace_until_ms is None
            and not agent.gone
            and has_room(agent.capacity, agent.profile.total, agent.running, channel)
        )

    def _members(self, queue: Queue, pool: str) -> list[Agent]:
        """Whoever of the pool is available, full or not."""
        return [
            agent
            for agent in self.agents.values()
            if not queue.closing
            and queue.id in agent.memberships
            and agent.meets(pool)
            and agent.availability[queue.channel] is Availability.AVAILABLE
        ]

    def _free(self, queue: Queue, pool: str) -> list[Agent]:
        """The eligible ones, in the order of the queue's strategy; what ties is left to the id."""
        members = self._members(queue, pool)
        free = [agent for agent in members if self._eligible(agent, queue.channel)]
        return sorted(free, key=lambda agent: (*self._rank(agent, queue), agent.id))

    def _rank(self, agent: Agent, queue: Queue) -> tuple[tuple[int, ...], int]:
        coarse = tuple(
            key.rank(
                priority=agent.memberships[queue.id].priority,
                running=agent.running[queue.channel],
                maximum=agent.capacity[queue.channel].max,
            )
            for key in queue.order.keys
        )
        fine = {
            Fine.IDLE_SINCE: agent.idle_since_ms, Fine.LAST_OFFERED: agent.last_offered, Fine.LOT: 0
        }  # fmt: skip
        return coarse, fine[queue.order.fine]

    def _line(self, queue: Queue, pool: str) -> list[Interaction]:
        """Who waits in a pool's line, next first."""
        line = [
            x
            for x in self.interactions.values()
            if x.in_line and (x.queue, x.pool) == (queue.id, pool) and x.personal is None
        ]
        return sorted(line, key=lambda x: (queue.score(x), x.id))

    def _personal_line(self, agent: AgentId, channel: Channel) -> list[Interaction]:
        """Who waits for that agent alone, in the order of their due times."""
        line = [
            x
            for x in self.interactions.values()
            if (x.personal == agent or (x.transfer and x.transfer.waits and x.transfer.to == agent))
            and self.queues[x.queue].channel is channel
        ]
        return sorted(line, key=lambda x: (self._stands(x), x.id))

    def _stands(self, x: Interaction) -> int:
        return x.transfer.due_ms if x.transfer else self.queues[x.queue].due(x)

    def _short(self, queue: Queue, pool: str) -> list[Interaction]:
        """Rings that want more agents than they have, the oldest first."""
        rings = [
            x
            for x in self.interactions.values()
            if x.state is _S.RINGING
            and (x.queue, x.pool) == (queue.id, pool)
            and len(x.live) < x.fan
        ]
        return sorted(rings, key=lambda x: (queue.due(x), x.id))

    def _idle_of(self, agent: AgentId) -> list[Interaction]:
        """Their open chats that hold no slot."""
        return [x for x in self.interactions.values() if x.state is _S.IDLE and x.agent == agent]

    def _after(self, agent: Agent, channel: Channel) -> Availability | None:
        """What they will be where they are finishing."""
        finishing = agent.availability[channel] is Availability.FINISHING
        return agent.after[channel] if finishing else None

    # the strategy's choice

    def _may_be_asked(self, agent: Agent, x: Interaction) -> bool:
        return not x.excludes(agent.id, self.now_ms) and not x.ring_of(agent.id)

    def _pick(
        self, x: Interaction, queue: Queue, want: int
    ) -> tuple[list[Agent], AgentId | None, bool]:
        """The best `want` who may be asked, who comes next, and whether it stopped at the bound.

        A walk that has begun within the bound goes on past whom it may not ask.
        """
        free = self._free(queue, x.pool)
        if queue.order.fine is Fine.LOT:
            chosen: list[Agent] = []
            while len(chosen) < want:
                if self._looks_left <= 0:
                    return chosen, None, True
                agent = self._draw_agent(x, queue, free, chosen)
                if agent is None:
                    break
                self._lots[agent.id] = {"seed": self._lot, "draw": self._times, "of": self._below}
                chosen.append(agent)
            return chosen, None, False
        chosen = []
        for agent in free:
            if len(chosen) == want:
                if self._may_be_asked(agent, x):
                    return chosen, agent.id, False
            else:
                self._looks_left -= 1
                if self._may_be_asked(agent, x):
                    chosen.append(agent)
        return chosen, None, False

    def _beside(self, x: Interaction, queue: Queue, first: Agent) -> AgentId | None:
        """Whom the order would have asked in the place of one who is asked before it."""
        if queue.order.fine is Fine.LOT:
            return None
        chosen, next_best, _ = self._pick(x, queue, 1)
        return chosen[0].id if chosen and chosen[0] is not first else next_best

    def _draw_agent(
        self, x: Interaction, queue: Queue, free: Sequence[Agent], taken: Sequence[Agent]
    ) -> Agent | None:
        """One by lot among those of equal coarse key; whoever may not be asked is drawn again."""
        if not free:
            return None
        best = [agent for agent in free if self._rank(agent, queue) == self._rank(free[0], queue)]
        for _ in range(min(LOTS, self._looks_left)):
            self._looks_left -= 1
            agent = best[self._draw(len(best))]
            if agent not in taken and self._may_be_asked(agent, x):
                return agent
        left: list[Agent] = []
        for agent in free:
            if left and self._rank(agent, queue) != self._rank(left[0], queue):
                break
            self._looks_left -= 1
            if agent not in taken and self._may_be_asked(agent, x):
                left.append(agent)
        return left[self._draw(len(left))] if left else None

    def _why(
        self, agent: Agent, x: Interaction, queue: Queue, eligible: int, next_best: AgentId | None
    ) -> dict[str, Any]:
        """The decision, as it is shown to people."""
        priority = agent.memberships[queue.id].priority
        running, most = agent.running[queue.channel], agent.capacity[queue.channel].max
        keys: list[dict[str, Any]] = []
        for key in queue.order.keys:
            if key.by is By.PRIORITY:
                keys.append({"name": "priority", "value": priority})
            elif key.ratio:
                keys.append({"name": "ratio", "value": 1000 * running // most})
            else:
                keys.append({"name": "running", "value": running})
        fine = queue.order.fine
        if fine is Fine.IDLE_SINCE:
            keys.append({"name": "idle_since_ms", "value": agent.idle_since_ms})
        elif fine is Fine.LAST_OFFERED:
            keys.append({"name": "last_offered", "value": agent.last_offered})
        return {
            "strategy": "+".join(queue.settings.strategy),
            "keys": keys,
            "eligible": eligible,
            "next": next_best,
            "priority": priority,
            **self._lots.pop(agent.id, {}),
            **self._asked_of(x),
            "config": queue.settings.version,
        }

    @staticmethod
    def _asked_of(x: Interaction) -> dict[str, Any]:
        """What was required of whoever is asked."""
        pool = {"pool": x.pool} if x.pool != x.queue else {}
        return {**pool, **({"relaxed": x.step} if x.step else {})}
