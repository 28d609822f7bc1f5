"""Why, and why not: how each agent of a department stands to an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.ids import offer_id
from acd.domain.interaction import Channel, InteractionState
from acd.routing.explain import Reason, ReasonCode, Standing, Verdict
from acd.routing.model.once import Once
from acd.routing.model.values import needs_of
from acd.strategies.order import Fine

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

_EXCLUDED: Final = {
    "declined": ReasonCode.DECLINED, "expired": ReasonCode.MISSED, "failed": ReasonCode.FAILED,
    "gave": ReasonCode.GIVEN,
}  # fmt: skip
_UNAVAILABLE: Final = {
    Availability.FINISHING: ReasonCode.FINISHING, Availability.OFFLINE: ReasonCode.OFFLINE,
    Availability.AWAY: ReasonCode.AWAY,
}  # fmt: skip


class Explaining(Once):
    """What the router's `explain` says of agents."""

    def verdicts(self, interaction: InteractionId, *, now_ms: int = 0) -> tuple[Verdict, ...]:
        """Of one that waits or rings in a pool that offers; all agents at once, by their ids."""
        x, now = self.interactions[interaction], self._clock(now_ms)
        department = x.queue.partition("/")[0] + "/"
        return tuple(
            self._verdict(x, self.agents[name], now)
            for name in sorted(self.agents)
            if x.agent == name
            or any(queue.startswith(department) for queue in self.agents[name].memberships)
        )

    def _verdict(self, x: Interaction, agent: Agent, now_ms: int) -> Verdict:
        ring, place, tied = x.ring_of(agent.id), None, None
        reasons: tuple[Reason, ...] = ()
        if ring:
            standing = Standing.OFFERED
        elif (x.agent == agent.id and x.state is not InteractionState.WAITING) or (
            agent.id in x.guests
        ):
            standing = Standing.HOLDER
        elif reasons := self._why_not(x, agent, now_ms):
            standing = Standing.EXCLUDED
        else:
            standing = Standing.ELIGIBLE
            place, tied = self._place_in_order(x, self.queues[x.queue], agent, now_ms)
        return Verdict(
            agent=agent.id, standing=standing, place=place, tied=tied, reasons=reasons,
            offer=offer_id(x.id, ring.number) if ring else None,
            deadline_ms=ring.deadline_ms if ring else None,
        )  # fmt: skip

    def _place_in_order(
        self, x: Interaction, queue: Queue, agent: Agent, now_ms: int
    ) -> tuple[int | None, int | None]:
        """As which they would be asked, and among how many a lot decides."""
        ranks = {
            one.id: self._rank(one, queue)
            for one in self._free(queue, x.pool)
            if not x.excludes(one.id, now_ms) and not x.ring_of(one.id)
        }
        if agent.id not in ranks:
            return None, None
        if queue.order.fine is not Fine.LOT:
            return list(ranks).index(agent.id) + 1, 1
        before = [rank for rank in ranks.values() if rank < ranks[agent.id]]
        return len(before) + 1, list(ranks.values()).count(ranks[agent.id])

    def _why_not(self, x: Interaction, agent: Agent, now_ms: int) -> tuple[Reason, ...]:
        """Every reason, the plainest first; none: they are asked."""
        channel, skills = Channel(x.queue.rpartition("/")[2]), agent.profile.skills
        found: list[tuple[ReasonCode, dict[str, int | str]]] = []
        if x.queue not in agent.memberships:
            found.append((ReasonCode.NOT_MEMBER, {}))
        said = _UNAVAILABLE.get(agent.availability[channel])
        if said:
            away = said is ReasonCode.AWAY
            found.append((said, {"reason": agent.reasons[channel]} if away else {}))
        if agent.grace_until_ms is not None:
            found.append((ReasonCode.GRACE, {"until_ms": agent.grace_until_ms}))
        found += _room(agent, channel)
        found += [
            (ReasonCode.SKILL, {"skill": skill, "level": level, "has": skills.get(skill, 0)})
            for skill, level in needs_of(x.pool)
            if skills.get(skill, 0) < level
        ]
        if x.excludes(agent.id, now_ms):
            one = x.excluded[agent.id]
            found.append((_EXCLUDED[one.fault], {"until_ms": one.until_ms}))
        if x.personal and x.personal != agent.id:
            found.append((ReasonCode.RESERVED, {"agent": x.personal}))
        if agent.gone:
            found.append((ReasonCode.REMOVED, {}))
        return tuple(Reason(code=code, facts=facts) for code, facts in found)


def _room(agent: Agent, channel: Channel) -> list[tuple[ReasonCode, dict[str, int | str]]]:
    capacity, running = agent.capacity, agent.running
    one, total = capacity[channel], agent.profile.total
    if running[channel] >= one.max:
        return [(ReasonCode.FULL, {"count": running[channel], "max": one.max})]
    used = sum(capacity[name].weight * count for name, count in running.items())
    if one.interrupts or used + one.weight <= total:
        return []
    return [(ReasonCode.CAPACITY, {"used": used, "weight": one.weight, "total": total})]
