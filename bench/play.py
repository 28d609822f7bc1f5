"""Agents and customers who play a scenario, and what the log of the core says of it afterwards.

Agents hear of offers by reading the event log on a connection of their own, so that every time is
the core's own; what they do goes through the typed router, as a node's commands do.
"""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.domain.events import EventType
from acd.domain.ids import AgentId, InteractionId, OfferId
from acd.domain.offer import AcceptOutcome
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from bench.floor import Floor
from bench.stores import Store, private_valkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from acd.domain.events import Event
    from acd.domain.interaction import Arrival
    from bench.readings import Values


@dataclass(slots=True, kw_only=True)
class Manners:
    """How agents answer: work in seconds, uniformly; shares who decline and who do not answer.

    react_s: so long after an interaction first rang, all whom it rings answer at once.
    """

    work_s: tuple[float, float] = (0.05, 0.05)
    decline: float = 0.0
    ignore: float = 0.0
    react_s: float = 0.0


@dataclass(slots=True)
class Play:
    """One floor under load, and its log."""

    store: Store
    router: Router
    floor: Floor
    manners: Manners
    log: list[Event] = field(default_factory=list)
    heard_s: dict[str, float] = field(default_factory=dict)
    """When this process heard of an event, by its id."""
    sent_s: dict[InteractionId, float] = field(default_factory=dict)
    """When `enqueue` was sent."""
    freed_s: dict[AgentId, float] = field(default_factory=dict)
    """When each agent last sent `finish`."""
    rung_s: dict[InteractionId, float] = field(default_factory=dict)
    """When this process heard of the first offer of an interaction."""
    taken_s: dict[InteractionId, float] = field(default_factory=dict)
    """When the accept that won was sent."""
    rings_s: list[float] = field(default_factory=list)
    """From sending `finish` to hearing of the agent's next offer."""
    clock_ahead_s: float = 0.0
    """From `heard_s` to the time of day."""
    done: int = 0
    came: int = 0
    left: int = 0
    hasty: bool = False
    """The end does not wait for those who are still there."""
    refill: bool = False
    """Each customer who is done is followed by another."""
    _dice: random.Random = field(default_factory=lambda: random.Random(7))
    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    async def listen(self) -> None:
        """Follow the log for ever and let the agents act on it."""
        async for batch in self.router.events(block_ms=1000, count=1000):
            now = time.perf_counter()
            for event in batch:
                self.log.append(event)
                self.heard_s[event.id] = now
                self.came += event.type is EventType.INTERACTION_QUEUED
                self.left += event.type is EventType.INTERACTION_ENDED
                if event.type is EventType.OFFER_MADE and event.agent and event.offer:
                    if (freed := self.freed_s.pop(event.agent, None)) is not None:
                        self.rings_s.append(now - freed)
                    self._group.create_task(self._answer(event.offer, event.agent))

    async def _answer(self, offer: OfferId, agent: AgentId) -> None:
        luck, interaction = self._dice.random(), InteractionId(offer.rpartition(".")[0])
        if self.manners.react_s:
            first_s = self.rung_s.setdefault(interaction, time.perf_counter())
            await asyncio.sleep(first_s + self.manners.react_s - time.perf_counter())
        if luck < self.manners.ignore:
            return
        if luck < self.manners.ignore + self.manners.decline:
            await self.router.decline(offer, agent)
            return
        sent = time.perf_counter()
        accepted = await self.router.accept(offer, agent)
        if accepted.outcome is not AcceptOutcome.ACCEPTED:
            return
        self.taken_s[interaction] = sent
        await asyncio.sleep(self._dice.uniform(*self.manners.work_s))
        self.freed_s[agent] = time.perf_counter()
        await self.router.finish(interaction, by="agent", agent=agent, wrap_up=False)
        self.done += 1
        if self.refill:
            await self._enqueue(self.floor.arrival())

    def begin(self) -> None:
        """What was before is forgotten; nobody may be there any more."""
        self.store.forget_events("bench")
        self.log.clear()
        self.heard_s.clear()
        self.sent_s.clear()
        self.freed_s.clear()
        self.rings_s.clear()
        self.done = self.came = self.left = 0

    async def settle(self, seconds: float = 30.0) -> None:
        """Wait until everybody who came has left, at most that long."""
        self.refill = False
        await asyncio.sleep(0.1)
        for _ in range(round(10 * seconds)):
            if self.hasty or self.left >= self.came:
                return
            await asyncio.sleep(0.1)

    async def arrive(self, number: int, *, at_once: int = 128) -> list[Arrival]:
        """That many customers now."""
        arrivals = [self.floor.arrival() for _ in range(number)]
        for at in range(0, number, at_once):
            await asyncio.gather(*map(self._enqueue, arrivals[at : at + at_once]))
        return arrivals

    async def arrive_at(self, times_s: Sequence[float]) -> dict[str, float]:
        """One customer at each of these times from now; returns the ms at which each was due.

        One that is late by the fault of this process is told by its due time all the same.
        """
        began, due_ms = time.time(), {}
        self.clock_ahead_s = began - time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for at in times_s:
                if (early := began + at - time.time()) > 0:
                    await asyncio.sleep(early)
                arrival = self.floor.arrival()
                due_ms[str(arrival.interaction)] = 1000 * (began + at)
                group.create_task(self._enqueue(arrival))
        return due_ms

    async def _enqueue(self, arrival: Arrival) -> None:
        self.sent_s[arrival.interaction] = time.perf_counter()
        await self.router.enqueue(arrival)

    def spent_s(self) -> float:
        """CPU of the store and of this process, which stands for a node."""
        return self.store.cpu_us() / 1e6 + time.process_time()


@asynccontextmanager
async def playing(
    strategy: str, agents: int, manners: Manners, **settings: object
) -> AsyncIterator[Play]:
    """A floor of free agents with room for one chat each, whose timers run."""
    with private_valkey() as store:
        router = await Router.open(store.url, "bench")
        floor = Floor(router=router, agents=agents, chats=1)
        await floor.open(strategy, **settings)
        store.forget_events("bench")
        play = Play(store, router, floor, manners)
        stop = asyncio.Event()
        async with play._group as group:
            ears = group.create_task(play.listen())
            timers = group.create_task(run_timers_forever(router, stop))
            yield play
            await play.settle()
            ears.cancel()
            stop.set()
            await asyncio.wait({timers})
        await router.close()


def faults(play: Play) -> dict[str, int]:
    """What must be nothing: double winners, lost customers, agents above their one chat."""
    winners: Counter[str] = Counter()
    held: Counter[str] = Counter()
    over = 0
    for event in play.log:
        if event.type is EventType.OFFER_ACCEPTED:
            winners[str(event.interaction)] += 1
            held[str(event.agent)] += 1
            over += held[str(event.agent)] > 1
        elif event.type is EventType.INTERACTION_ENDED and event.agent:
            held[str(event.agent)] -= 1
    return {
        "double_winners": sum(number > 1 for number in winners.values()),
        "lost": play.came - play.left,
        "above_capacity": over,
    }


def checked(play: Play, values: Values) -> Values:
    """The values of a run in which nothing went wrong.

    Raises:
        AssertionError: something did; then they mean nothing.
    """
    wrong = {name: number for name, number in faults(play).items() if number}
    if wrong:
        raise AssertionError(f"a scenario went wrong: {wrong}")
    return values


def inversions(play: Play) -> int:
    """First offers made while somebody who came before still had none."""
    waiting: dict[str, None] = {}
    offered: set[str] = set()
    found = 0
    for event in play.log:
        name = str(event.interaction)
        if event.type is EventType.INTERACTION_QUEUED:
            waiting[name] = None
        elif event.type is EventType.INTERACTION_ENDED:
            waiting.pop(name, None)  # who left is overtaken by nobody
        elif event.type is EventType.OFFER_MADE and name not in offered:
            offered.add(name)
            found += next(iter(waiting)) != name
            waiting.pop(name)
    return found


def offered_ms(play: Play) -> list[float]:
    """From sending `enqueue` to hearing of the first offer."""
    first: dict[InteractionId, float] = {}
    for event in play.log:
        if event.type is EventType.OFFER_MADE and event.interaction in play.sent_s:
            name = event.interaction
            first.setdefault(name, 1000 * (play.heard_s[event.id] - play.sent_s[name]))
    return list(first.values())


def spread(play: Play, from_ms: float = 0, to_ms: float = math.inf) -> float:
    """The coefficient of variation of the offers of that time over all agents; 0: all alike."""
    offers = Counter(
        str(event.agent)
        for event in play.log
        if event.type is EventType.OFFER_MADE and from_ms <= event.at_ms < to_ms
    )
    each = [offers[play.floor.agent_id(number)] for number in range(play.floor.agents)]
    return statistics.pstdev(each) / mean if (mean := statistics.fmean(each)) else 0.0
