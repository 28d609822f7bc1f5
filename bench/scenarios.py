"""Five scenarios by which routing engines can be compared, whatever they are made of.

1 decision rate, 2 free to offer under a backlog, 3 time to offer at an open load, 4 growth,
5 fan-out with agents who decline and do not answer. CPU is that of the store and of the process
that plays the node, the agents and the customers. Each run ends with everybody served; double
winners, lost customers and agents above their capacity are counted and must be none.
"""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

import uvloop

from acd.domain.events import EventType
from bench.floor import STRATEGIES
from bench.play import Manners, Play, faults, inversions, playing, spread
from bench.report import Figure, Param, percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    Values = dict[tuple[str, str], float]
    """A run's values, by id and unit."""

DECISION_AGENTS = (10, 100, 1_000, 10_000)
BACKLOG_AGENTS = (10, 100, 1_000)
LOADS = (0.5, 0.8, 0.95)
GROWTH_WAITING = (10, 1_000, 100_000)
FAN_OUT = (10, 50)
SECONDS = 3.0
BACKLOG_S = 8.0


def measure(runs: int = 1) -> list[Figure]:
    """All five; about three minutes a run. Of several runs the median is told, with the range."""
    found: list[Figure] = []
    for agents in DECISION_AGENTS:
        # the whole list at one size, the default alone at the others
        for strategy in STRATEGIES if agents == 100 else ("longest_idle",):
            params: dict[str, Param] = {"strategy": strategy, "agents": agents}
            found += _repeat(runs, params, partial(_decisions, strategy, agents))
    for agents in BACKLOG_AGENTS:
        found += _repeat(runs, {"agents": agents}, partial(_backlog, agents))
    for load in LOADS:
        found += _repeat(runs, {"rate": load, "agents": 100}, partial(_open_load, load))
    for waiting in GROWTH_WAITING:
        found += _repeat(runs, {"waiting": waiting}, partial(_growth, waiting))
    found += _exponents(found)
    for agents in FAN_OUT:
        found += _repeat(runs, {"agents": agents}, partial(_fan_out, agents))
    return found


def _repeat(
    runs: int, params: Mapping[str, Param], play: Callable[[], Coroutine[object, object, Values]]
) -> list[Figure]:
    """The runs of one scenario as figures; a key's `id@50` becomes the parameter `percentile`."""
    taken = [uvloop.run(play()) for _ in range(runs)]
    figures = []
    for name, unit in taken[0]:
        values = sorted(run[name, unit] for run in taken)
        id_, _, percent = name.partition("@")
        figures.append(
            Figure(
                id=f"scenario.{id_}",
                params=dict(params) | ({"percentile": float(percent)} if percent else {}),
                value=statistics.median(values),
                unit=unit,
                low=values[0],
                high=values[-1],
            )
        )
    told = ", ".join(f"{f.id.removeprefix('scenario.')} {f.value:.4g} {f.unit}" for f in figures)
    print(f"  {dict(params)}: {told}", flush=True)
    return figures


def _checked(play: Play, values: Values) -> Values:
    wrong = {name: number for name, number in faults(play).items() if number}
    if wrong:
        raise AssertionError(f"a scenario went wrong: {wrong}")
    return values


async def _decisions(strategy: str, agents: int) -> Values:
    """A closed loop: as many customers as agents, at most 256, each followed by another."""
    async with playing(strategy, agents, Manners()) as play:
        play.refill = True
        await play.arrive(min(agents, 256))
        await asyncio.sleep(0.5)
        done, spent, began = play.done, play.spent_s(), time.perf_counter()
        await asyncio.sleep(SECONDS)
        done, spent = play.done - done, play.spent_s() - spent
        rate = done / (time.perf_counter() - began)
    return _checked(
        play,
        {
            ("decisions_per_s", "1/s"): rate,
            ("cpu_ms_per_decision", "ms"): 1000 * spent / done,
            ("offers_cv", "ratio"): spread(play),
        },
    )


async def _backlog(agents: int) -> Values:
    """Ten waiting for each agent, work of one to two seconds."""
    async with playing("longest_idle", agents, Manners(work_s=(1.0, 2.0))) as play:
        await play.arrive(10 * agents)
        await asyncio.sleep(2)
        play.rings_s.clear()
        from_ms = await play.router.clock()
        await asyncio.sleep(BACKLOG_S)
        to_ms = await play.router.clock()
        rings = sorted(play.rings_s)
        await _drop_the_line(play)
    served, busy_ms = _between(play, from_ms, to_ms)
    return _checked(
        play,
        {
            ("free_to_offer_ms@50", "ms"): 1000 * percentile(rings, 50),
            ("free_to_offer_ms@99", "ms"): 1000 * percentile(rings, 99),
            ("served_per_s", "1/s"): 1000 * served / (to_ms - from_ms),
            ("utilisation", "ratio"): busy_ms / ((to_ms - from_ms) * agents),
            ("inversions", "offers"): float(inversions(play)),
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


async def _open_load(load: float, agents: int = 100, work_s: float = 0.5) -> Values:
    """Poisson arrivals at a share of the capacity; waits count from the scheduled arrival."""
    dice = random.Random(11)
    due_ms: dict[str, float] = {}
    async with playing("longest_idle", agents, Manners(work_s=(work_s, work_s))) as play:
        at, began = 0.0, time.time()
        async with asyncio.TaskGroup() as group:
            while (at := at + dice.expovariate(load * agents / work_s)) < 3 * SECONDS:
                if (early := began + at - time.time()) > 0:
                    await asyncio.sleep(early)
                arrival = play.floor.arrival()
                due_ms[arrival.interaction] = 1000 * (began + at)
                group.create_task(_enqueue(play, arrival))
    first: dict[str, float] = {}
    for event in play.log:
        if event.type is EventType.OFFER_MADE:
            name = str(event.interaction)
            first.setdefault(name, max(0.0, event.at_ms - due_ms[name]))
    waits = list(first.values())
    return _checked(
        play,
        {(f"time_to_offer_ms@{p}", "ms"): percentile(waits, p) for p in (50, 99, 99.9)},
    )


async def _enqueue(play: Play, arrival: object) -> None:
    await play.router.enqueue(arrival)  # type: ignore[arg-type]


async def _growth(waiting: int) -> Values:
    """A line of that length, one agent freed every 100 ms."""
    async with playing("longest_idle", 1, Manners(work_s=(0.1, 0.1))) as play:
        empty = _memory(play)
        await play.arrive(waiting + 64)
        full = _memory(play)
        play.rings_s.clear()
        done, spent = play.done, play.store.cpu_us()
        await asyncio.sleep(SECONDS)
        done, spent = play.done - done, play.store.cpu_us() - spent
        rings = list(play.rings_s)
        play.manners.ignore = 1.0
        await asyncio.sleep(0.5)
        idle = play.store.cpu_us()
        await asyncio.sleep(1.0)
        idle = play.store.cpu_us() - idle
        play.hasty = True  # nobody waits for the end of such a line
    return {
        ("waiting_cpu_us", "us"): spent / max(1, done),
        ("waiting_free_to_offer_ms", "ms"): 1000 * statistics.median(rings),
        ("waiting_bytes", "bytes"): (full - empty) / (waiting + 64),
        ("waiting_idle_cpu", "ms a second"): idle / 1000,
    }


def _memory(play: Play) -> float:
    """What the waiting cost, without the log, which the recorder takes away."""
    play.store.forget_events("bench")
    return float(play.store.admin.info("memory")["used_memory"])


def _exponents(found: list[Figure]) -> list[Figure]:
    """How cost grows: the slope of log cost over log size; 0 is flat, 1 is proportional."""
    lines = (
        ("growth_agents_exponent", "scenario.cpu_ms_per_decision", "agents"),
        ("growth_waiting_exponent", "scenario.waiting_cpu_us", "waiting"),
    )
    figures = []
    for name, of, by in lines:
        points = [
            (math.log(float(f.params[by])), math.log(f.value))
            for f in found
            if f.id == of and f.params.get("strategy", "longest_idle") == "longest_idle"
        ]
        slope = statistics.linear_regression(*zip(*points, strict=True)).slope
        figures.append(Figure(id=f"scenario.{name}", value=slope, unit="exponent"))
    return figures


async def _fan_out(agents: int, interactions: int = 40) -> Values:
    """All ring, a tenth declines and a fifth does not answer, everybody else takes it at once."""
    manners = Manners(decline=0.1, ignore=0.2)
    settings: dict[str, object] = {"ring_time_s": 1, "ring_limit": min(50, agents), "decline_s": 1}
    async with playing("ring_all", agents, manners, **settings) as play:
        for _ in range(interactions):
            await play.arrive(1)
            await asyncio.sleep(0.1)
    rings: dict[str, list[float]] = {}
    taken: dict[str, float] = {}
    withdrawn_ms = []
    for event in play.log:
        name, at = str(event.interaction), play.heard_s[event.id]
        if event.type is EventType.OFFER_MADE and name not in taken:
            rings.setdefault(name, []).append(at)
        elif event.type is EventType.OFFER_ACCEPTED:
            taken[name] = at
        elif event.type is EventType.OFFER_WITHDRAWN and name in taken:
            withdrawn_ms.append(1000 * (at - taken[name]))
    return _checked(
        play,
        {
            ("first_to_last_ring_ms@50", "ms"): 1000
            * statistics.median(max(each) - min(each) for each in rings.values()),
            ("withdrawal_ms@99", "ms"): percentile(withdrawn_ms or [0.0], 99),
        },
    )
