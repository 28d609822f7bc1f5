"""What an interaction requires, and whom it prefers: pools made on demand, the sticky agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.agent import Availability
from acd.domain.errors import SkillUnknown
from acd.domain.events import EventType
from acd.domain.interaction import InteractionState
from acd.domain.queue import LastAgent
from acd.routing.compiled import CHANNELS
from acd.routing.model.queue import Pool
from acd.routing.model.ranking import Ranking
from acd.routing.model.values import ms, needs_of, queue_of
from acd.routing.results import Changed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from acd.domain.interaction import Channel
    from acd.domain.queue import RelaxStep
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

POOLS_MAX: Final = 64
UNUSED_MS: Final = 3_600_000
NOTED_MS: Final = 60_000
PAGE: Final = 64
FIRST: Final = (-1, "")
"""Before all places of a line."""
_S: Final = InteractionState


def relaxed(requires: str, step: RelaxStep) -> str:
    """What the step leaves of a requirement."""
    if step.level is None:
        return ""
    return ",".join(f"{skill}>={min(level, step.level)}" for skill, level in needs_of(requires))


def pool_of(queue: Queue, requires: str) -> str:
    """The pool of the queue with that requirement."""
    return f"{queue.id}[{requires}]" if requires else queue.id


class Pooling(Ranking):
    """Which line an interaction stands in."""

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        super().__init__(seeds, events_max=events_max)
        self._due |= {"p": self._step_due, "s": self._patience_due, "u": self._unused_due}
        self.skills: frozenset[str] = frozenset()
        self._skills_version = 0

    def configure_skills(
        self, skills: Collection[str], version: int, *, now_ms: int = 0
    ) -> Changed:
        """What requirements may name; that is no time passing."""
        del now_ms
        if version < self._skills_version:
            return Changed(changed=False, reason="stale")
        self.skills, self._skills_version = frozenset(skills), version
        return Changed(changed=True, reason="configured")

    # pools

    def _check_declared(self, queue: Queue, requires: str) -> None:
        """Refuse a skill that nobody declared; what there is a pool for was declared."""
        if pool_of(queue, requires) not in queue.pools:
            for skill, _ in needs_of(requires):
                if skill not in self.skills:
                    raise SkillUnknown(f"no skill {skill} is declared", field="requires")

    def _use(self, queue: Queue, pool: str) -> None:
        if pool in queue.pools and self.now_ms - queue.pools[pool].used_ms >= NOTED_MS:
            queue.pools[pool].used_ms = self.now_ms

    def _ensure(self, queue: Queue, pool: str) -> bool:
        """Make the pool if it is not there, to be filled by a timer; False: there are too many."""
        if pool == queue.id or pool in queue.pools:
            self._use(queue, pool)
            return True
        if len(queue.pools) >= POOLS_MAX:
            return False
        queue.builds += 1
        queue.pools[pool] = Pool(build=queue.builds, used_ms=self.now_ms)
        self._timer(f"b|{pool}|{queue.builds}:", self.now_ms)
        self._timer(f"u|{pool}", self.now_ms + UNUSED_MS)
        return True

    def _unused_due(self, _at_ms: int, pool: str, _rest: str) -> None:
        """Unused for an hour it is dropped, unless somebody stands in it."""
        queue = self.queues.get(queue_of(pool))
        if queue is None or pool not in queue.pools:
            return
        over_ms = queue.pools[pool].used_ms + UNUSED_MS
        if over_ms > self.now_ms:
            self._timer(f"u|{pool}", over_ms)
        elif self._line(queue, pool) or self._short(queue, pool):
            self._timer(f"u|{pool}", self.now_ms + UNUSED_MS)
        else:
            del queue.pools[pool]
            queue.rates.pop(pool, None)

    def _choose_pool(self, x: Interaction, queue: Queue) -> None:
        """The pool for the time it will stand in a line; steps count from the arrival."""
        if not x.requires or queue.closing:
            return
        left, step, next_ms = x.requires, 0, None
        steps = queue.settings.relax
        for one in steps:
            at_ms = x.enqueued_ms + ms(one.after_s)
            if at_ms > self.now_ms:
                next_ms = at_ms
                break
            left, step = relaxed(left, one), step + 1
        pool = pool_of(queue, left)
        if not self._ensure(queue, pool):
            self._emit(EventType.POOL_REFUSED, {"pool": pool}, x=x)
            x.requires, x.pool = "", queue.id
            self._untimer(f"p|{x.id}")
            return
        for one in steps[step:]:
            self._ensure(queue, pool_of(queue, relaxed(left, one)))
        if next_ms is not None:
            self._timer(f"p|{x.id}", next_ms)
        before, x.pool, x.step = x.step, pool, step
        if step > before:
            self._emit(EventType.INTERACTION_RELAXED, {"pool": pool, "step": step}, x=x)

    def _step_due(self, _at_ms: int, interaction: str, _rest: str) -> None:
        """During a ring it counts when the wait goes on."""
        x = self.interactions.get(interaction)
        if x and x.state is _S.WAITING and x.personal is None:
            x.in_line = False
            self._orphans.append(x)

    # the sticky agent

    def _leave_line(self, x: Interaction) -> None:
        x.in_line = False
        if x.personal:
            x.personal = None
            self._untimer(f"s|{x.id}")

    def _prefer(self, x: Interaction, queue: Queue) -> None:
        """It comes with whoever served the contact last."""
        settings = queue.settings
        if x.arrival.last_agent and settings.last_agent is not LastAgent.OFF:
            x.sticky = x.arrival.last_agent
            if settings.last_agent is LastAgent.WAIT:
                x.sticky_until_ms = self.now_ms + ms(settings.last_agent_wait_s)

    def _first_choice(self, x: Interaction, queue: Queue) -> tuple[Agent | None, bool]:
        """The agent to ring alone now; or whether it waits for them: signed in, but full."""
        agent = self.agents.get(x.sticky or "")
        if (
            agent is None
            or agent.gone
            or x.excludes(agent.id, self.now_ms)
            or queue.id not in agent.memberships
            or not agent.meets(x.pool)
        ):
            return None, False
        if self._eligible(agent, queue.channel):
            return agent, False
        patient = x.sticky_until_ms is not None and self.now_ms < x.sticky_until_ms
        # who stands in their line stays while the grace lasts
        here = agent.availability[queue.channel] is Availability.AVAILABLE and (
            agent.grace_until_ms is None or x.personal == agent.id
        )
        return None, patient and here

    def _wait_for(self, x: Interaction) -> None:
        if x.personal is None:
            x.personal = x.sticky
            self._timer(f"s|{x.id}", x.sticky_until_ms or 0)

    def _let_go(self, x: Interaction, queue: Queue) -> None:
        """On in its pool's line."""
        if x.sticky_until_ms is None:
            return
        x.sticky_until_ms = None
        if x.personal:
            self._leave_line(x)
            self._choose_pool(x, queue)

    def _look_again(self, agent: Agent, channel: Channel, behind: tuple[int, str] = FIRST) -> None:
        """Those who wait for the agent are tried again, a page at a time."""
        line = self._personal_line(agent.id, channel)
        page = [x for x in line if (self._stands(x), x.id) > behind][:PAGE]
        for x in page:
            if not x.transfer:
                self._orphans.append(x)
            elif agent.availability[channel] is not Availability.AVAILABLE:
                self._give_back(x, "agent_left")
        if len(page) == PAGE:
            self._timer(
                f"s|@{agent.id}/{channel}|{self._stands(page[-1])}:{page[-1].id}", self.now_ms
            )

    def _give_back(self, x: Interaction, reason: str) -> None:
        """The target of a transfer did not take it; see sharing.py."""
        raise NotImplementedError

    def _patience_due(self, _at_ms: int, thing: str, rest: str) -> None:
        name, _, kind = thing.removeprefix("@").partition("/")
        if thing.startswith("@"):
            channel = next(channel for channel in CHANNELS if channel == kind)
            if name in self.agents:
                score, _, last = rest.partition(":")
                self._look_again(self.agents[name], channel, (int(score), last))
            return
        self._orphans.append(self.interactions[thing])
