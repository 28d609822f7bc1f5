"""Five scenarios by which routing engines can be compared, whatever they are made of.

1 decision rate, 2 free to offer under a backlog, 3 time to offer at an open load, 4 growth
(growth.py), 5 faults and fan-out (fan_out.py, crash.py). CPU is that of the store and of the
process that plays the node, the agents and the customers. Each run ends with everybody served;
double winners, lost customers and agents above their capacity are counted and must be none.
"""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial
from typing import TYPE_CHECKING

from acd.domain.events import EventType
from bench import crash, fan_out, growth
from bench.floor import STRATEGIES
from bench.play import Manners, Play, checked, inversions, offered_ms, playing, spread
from bench.readings import Reading, Values, percentiles, repeat
from bench.report import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from bench.report import Figure, Param

TITLES = {
    1: "Decision rate",
    2: "Free to offer under a backlog",
    3: "Time to offer at an open load",
    4: "Growth",
    5: "Faults and fan-out",
}
DECISION_AGENTS = (10, 100, 1_000, 10_000)
BACKLOG_AGENTS = (10, 100, 1_000)
LOADS = (0.5, 0.8, 0.95)
DECIDE_S = 2.0
BACKLOG_S = 8.0
OPEN_S = 9.0
QUICK_AGENTS = 100
QUICK = 0.2


def measure(number: int, runs: int = 1, *, quick: bool = False) -> list[Figure]:
    """One of the TITLES; all five take about six minutes a run, plus one for the crash.

    Of several runs the median is told, with the range. quick: small sizes and short times, to see
    that everything runs; the figures mean nothing.
    """
    most, share = (QUICK_AGENTS, QUICK) if quick else (10**9, 1.0)
    if number == 4:
        return growth.measure(runs, most, share)
    if number == 5:
        return [*fan_out.measure(runs, most, share), *crash.measure(runs, share)]
    plays: list[tuple[Mapping[str, Param], Callable[[], Coroutine[object, object, Values]]]]
    if number == 1:
        plays = [
            ({"agents": agents}, partial(_decisions, agents, share * DECIDE_S))
            for agents in DECISION_AGENTS
            if agents <= most
        ]
    elif number == 2:
        plays = [
            ({"agents": agents}, partial(_backlog, agents, share * BACKLOG_S))
            for agents in BACKLOG_AGENTS
            if agents <= most
        ]
    else:
        plays = [
            ({"rate": load, "agents": 100}, partial(_open_load, load, share * OPEN_S))
            for load in LOADS
        ]
    return [figure for params, play in plays for figure in repeat(runs, params, play)]


async def _decisions(agents: int, seconds: float) -> Values:
    """A closed loop: as many customers as agents, at most 256, each followed by another."""
    found: Values = {}
    async with playing("longest_idle", agents, Manners()) as play:
        for strategy in STRATEGIES:
            await play.floor.use(strategy)
            play.begin()
            play.refill = True
            await play.arrive(min(agents, 256))
            await asyncio.sleep(0.3)
            done, spent, began = play.done, play.spent_s(), time.perf_counter()
            await asyncio.sleep(seconds)
            done, spent = play.done - done, play.spent_s() - spent
            rate = done / (time.perf_counter() - began)
            await play.settle()
            by = (("strategy", strategy),)
            found |= checked(
                play,
                {
                    Reading("decisions_per_s", "1/s", by): rate,
                    Reading("cpu_ms_per_decision", "ms", by): 1000 * spent / done,
                    Reading("decision_offer_ms", "ms", (*by, ("percentile", 99.0))): percentile(
                        offered_ms(play), 99
                    ),
                    Reading("offers_cv", "ratio", by): spread(play),
                },
            )
    return found


async def _backlog(agents: int, seconds: float) -> Values:
    """Ten waiting for each agent, work of one to two seconds."""
    async with playing("longest_idle", agents, Manners(work_s=(1.0, 2.0))) as play:
        await play.arrive(10 * agents)
        await asyncio.sleep(2)
        play.rings_s.clear()
        from_ms = await play.router.clock()
        await asyncio.sleep(seconds)
        to_ms = await play.router.clock()
        rings_ms = [1000 * ring_s for ring_s in play.rings_s]
        await _drop_the_line(play)
    served, busy_ms = _between(play, from_ms, to_ms)
    return checked(
        play,
        {
            **percentiles("free_to_offer_ms", rings_ms, 50, 99),
            Reading("served_per_s", "1/s"): 1000 * served / (to_ms - from_ms),
            Reading("utilisation", "ratio"): busy_ms / ((to_ms - from_ms) * agents),
            Reading("inversions", "offers"): float(inversions(play)),
            Reading("backlog_offers_cv", "ratio"): spread(play, from_ms, to_ms),
        },
    )


def _between(play: Play, from_ms: int, to_ms: int) -> tuple[int, int]:
    """How many were accepted in that time, and for how long in it anybody was served."""
    accepted: dict[str, int] = {}
    served = busy_ms = 0
    for event in play.log:
        name = str(event.interaction)
        if event.type is EventType.OFFER_ACCEPTED:
            accepted[name] = event.at_ms
            served += from_ms <= event.at_ms < to_ms
        elif event.type is EventType.INTERACTION_ENDED and name in accepted:
            busy_ms += max(0, min(event.at_ms, to_ms) - max(accepted[name], from_ms))
    return served, busy_ms


async def _drop_the_line(play: Play) -> None:
    """Those who still wait leave, so that a run has an end."""
    served = {e.interaction for e in play.log if e.type is EventType.OFFER_MADE}
    left = [
        e.interaction
        for e in play.log
        if e.type is EventType.INTERACTION_QUEUED and e.interaction not in served
    ]
    for interaction in left:
        if interaction:
            await play.router.abandon(interaction)


async def _open_load(load: float, seconds: float, agents: int = 100, work_s: float = 0.5) -> Values:
    """Poisson arrivals at a share of the capacity; waits count from the scheduled arrival."""
    dice = random.Random(11)
    rate, at = load * agents / work_s, 0.0
    times = []
    while (at := at + dice.expovariate(rate)) < seconds:
        times.append(at)
    async with playing("longest_idle", agents, Manners(work_s=(work_s, work_s))) as play:
        due_ms = await play.arrive_at(times)
    first: dict[str, float] = {}
    for event in play.log:
        if event.type is EventType.OFFER_MADE:
            name = str(event.interaction)
            first.setdefault(name, max(0.0, event.at_ms - due_ms[name]))
    return checked(
        play,
        {
            **percentiles("time_to_offer_ms", list(first.values()), 50, 99, 99.9),
            Reading("open_offers_cv", "ratio"): spread(play),
        },
    )
