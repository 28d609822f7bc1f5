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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import uvloop

from acd.routing.router import Router
from bench.floor import STRATEGIES, Floor
from bench.report import Figure, Param
from bench.stores import private_valkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import InteractionId
    from acd.routing.snapshots import OfferSnapshot

AGENTS = 20
MANY = 1_500
"""So many that each must be found in turn, twice."""
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
    expected: float = 0.0
    """Offers that equal chances among whoever was free would give, and their variance."""
    variance: float = 0.0
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

    def judge(self, strategy: str, rung: list[Account]) -> None:
        """Note an offer before it is made."""
        free = [account for account in self.accounts if account.running < CHATS]
        if strategy == "random":
            chance = 1 / len(free)
            for account in free:
                account.expected += chance
                account.variance += chance * (1 - chance)
            return
        self.judged += 1
        if strategy == "ring_all":
            self.kept += {a.number for a in rung} == {a.number for a in free}
            return
        promise = PROMISES[strategy]
        best = min(free, key=lambda a: (*promise(a), a.number))
        self.kept += best is rung[0]

    def dispersion(self) -> float:
        """Squared distance from what equal chances give, over its variance; fair is about 1."""
        return statistics.fmean(
            (account.offers - account.expected) ** 2 / account.variance for account in self.accounts
        )


def measure() -> list[Figure]:
    """Four figures a strategy, and how many of many round robin finds; about a minute."""
    with private_valkey() as store:
        found = [figure for strategy in STRATEGIES for figure in _fairness_of(store.url, strategy)]
        used = uvloop.run(_turns(store.url))
    print(f"  round_robin, {MANY:,} agents: {used:.3f} of them used", flush=True)
    params: dict[str, Param] = {"strategy": "round_robin", "agents": MANY}
    return [*found, Figure(id="fairness.agents_used", params=params, value=used, unit="ratio")]


def _fairness_of(url: str, strategy: str) -> list[Figure]:
    day = uvloop.run(_day(url, strategy))
    offers = [account.offers for account in day.accounts]
    figures = {
        "offers_cv": _cv(offers),
        "handled_cv": _cv([account.handled_s for account in day.accounts]),
        "busiest_share": max(offers) / sum(offers),
    }
    if strategy == "random":
        figures["dispersion"] = day.dispersion()
    else:
        figures["promise_kept"] = day.kept / day.judged
    told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
    print(f"  {strategy:20} {told}", flush=True)
    return [
        Figure(
            id=f"fairness.{name}",
            params={"strategy": strategy, "agents": AGENTS},
            value=value,
            unit="ratio",
        )
        for name, value in figures.items()
    ]


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
        offers = await _rings(router, arrival.interaction, now)
        rung = [day.accounts[int(offer.agent[1:])] for offer in offers]
        day.judge(strategy, rung)
        for account in rung:
            turn += 1
            account.offers += 1
            account.last = turn
        taken = offers[0] if len(offers) == 1 else dice.choice(offers)
        taker = day.accounts[int(taken.agent[1:])]
        await router.accept(taken.offer, taken.agent, now_ms=now)
        taker.running += 1
        work_s = dice.uniform(*WORK_S)
        heapq.heappush(
            ends, (now + round(1000 * work_s), arrival.interaction, taker.number, work_s)
        )
    await end_what_is_over(math.inf)
    await router.close()
    assert not any(account.running for account in day.accounts), "everybody went home"
    return day


async def _rings(
    router: Router, interaction: InteractionId, now_ms: int
) -> tuple[OfferSnapshot, ...]:
    """Everybody whom it rings; a wide ring is made by several steps, all of them due now."""
    while (await router.run_timers(now_ms=now_ms)).more:
        pass
    seen = await router.interaction(interaction, now_ms=now_ms)
    assert seen is not None
    return seen.offers


async def _turns(url: str) -> float:
    """Customers one by one, twice as many as agents: the share of agents who were asked."""
    router = await Router.open(url, "turns")
    floor = Floor(router=router, agents=MANY, chats=1)
    await floor.open("round_robin")
    asked = set()
    for _ in range(2 * MANY):
        asked.add(await floor.cycle())
    await router.close()
    return len(asked) / MANY
