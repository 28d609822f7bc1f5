"""What each strategy promises of fairness, and whether it keeps it.

A day's work in virtual time: customers arrive by chance, a little below capacity, and are served
for a time drawn by chance. The log tells who was offered what; a plain account of every agent,
kept here, tells who should have been.
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import uvloop

from acd.routing.router import Router
from bench.floor import STRATEGIES, Floor, first_offer
from bench.report import Figure
from bench.stores import private_valkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId

AGENTS = 20
CHATS = 3
ARRIVALS = 1_500
LOAD = 0.7
WORK_S = (60.0, 300.0)
START_MS = 1_800_000_000_000


@dataclass(slots=True)
class Account:
    """One agent as the strategies see them, and what came to them."""

    number: int
    running: int = 0
    idle_ms: int = 0
    last: int = 0
    offers: int = 0
    handled_s: float = 0.0

    @property
    def priority(self) -> int:
        """As `Floor` gives it."""
        return 1 + self.number % 100


PROMISES: dict[str, Callable[[Account], tuple[float, ...]]] = {
    "priority": lambda a: (a.priority, a.idle_ms),
    "max_utilization": lambda a: (-a.running, a.idle_ms),
    "average_utilization": lambda a: (a.running, a.idle_ms),
    "round_robin": lambda a: (a.last,),
    "longest_idle": lambda a: (a.idle_ms,),
}
"""The smallest is asked first; then the id."""


@dataclass(slots=True)
class Day:
    """Everybody's account, and how often the promise was kept."""

    accounts: list[Account] = field(default_factory=lambda: [Account(n) for n in range(AGENTS)])
    kept: int = 0
    judged: int = 0

    def judge(self, strategy: str, chosen: Account) -> None:
        """Note an offer before it is made; ring_all and lots promise no one agent."""
        if promise := PROMISES.get(strategy):
            free = [a for a in self.accounts if a.running < CHATS]
            best = min(free, key=lambda a: (*promise(a), a.number))
            self.judged += 1
            self.kept += best is chosen


def measure() -> list[Figure]:
    """Four figures a strategy; about a minute."""
    found = []
    with private_valkey() as store:
        for strategy in STRATEGIES:
            day = uvloop.run(_day(store.url, strategy))
            offers = [account.offers for account in day.accounts]
            figures = {
                "offers_cv": _cv(offers),
                "handled_cv": _cv([account.handled_s for account in day.accounts]),
                "busiest_share": max(offers) / sum(offers),
            }
            if day.judged:
                figures["promise_kept"] = day.kept / day.judged
            if strategy == "random":
                # what drawing with equal chances would give
                figures["expected_cv"] = math.sqrt((AGENTS - 1) / sum(offers))
            found += [
                Figure(
                    id=f"fairness.{name}",
                    params={"strategy": strategy, "agents": AGENTS},
                    value=value,
                    unit="ratio",
                )
                for name, value in figures.items()
            ]
            told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            print(f"  {strategy:20} {told}", flush=True)
    return found


def _cv(values: list[float] | list[int]) -> float:
    return statistics.pstdev(values) / statistics.fmean(values)


async def _day(url: str, strategy: str) -> Day:
    router = await Router.open(url, f"day_{strategy}")
    floor = Floor(router=router, agents=AGENTS, chats=CHATS, now_ms=START_MS)
    await floor.open(strategy, ring_limit=AGENTS)
    day, dice = Day(), random.Random(5)
    for account in day.accounts:
        account.idle_ms = START_MS
    ends: list[tuple[int, InteractionId, int, float]] = []
    gap_s = statistics.fmean(WORK_S) / (AGENTS * CHATS * LOAD)
    now, turn = START_MS, 0

    async def end_what_is_over(until_ms: float) -> None:
        while ends and ends[0][0] <= until_ms:
            at, interaction, number, work_s = heapq.heappop(ends)
            account = day.accounts[number]
            agent = floor.agent_id(number)
            done = await router.finish(interaction, by="agent", agent=agent, now_ms=at)
            assert done.changed
            account.running -= 1
            account.idle_ms = at
            account.handled_s += work_s

    for _ in range(ARRIVALS):
        now += 1 + round(1000 * dice.expovariate(1 / gap_s))
        await end_what_is_over(now)
        arrival = floor.arrival()
        enqueued = await router.enqueue(arrival, now_ms=now)
        if not enqueued.agents:  # everybody is full: this one is of no interest here
            await router.abandon(arrival.interaction, now_ms=now)
            continue
        rung = [day.accounts[int(agent[1:])] for agent in enqueued.agents]
        day.judge(strategy, rung[0])
        for account in rung:
            turn += 1
            account.offers += 1
            account.last = turn
        taker = rung[0] if len(rung) == 1 else dice.choice(rung)
        offer = first_offer(arrival.interaction, 1 + rung.index(taker))
        await router.accept(offer, floor.agent_id(taker.number), now_ms=now)
        taker.running += 1
        work_s = dice.uniform(*WORK_S)
        heapq.heappush(
            ends, (now + round(1000 * work_s), arrival.interaction, taker.number, work_s)
        )
    await end_what_is_over(math.inf)
    await router.close()
    counted = Counter(account.number for account in day.accounts if account.running)
    assert not counted, "everybody went home"
    return day
