"""Growth: what more agents, and more who wait, cost.

Agents at a fixed rate of arrivals, and lines of a length with one agent freed every 100 ms. The
exponents are fitted over the sizes: 0 is flat, 1 is proportional.
"""

from __future__ import annotations

import asyncio
import statistics
from functools import partial
from typing import TYPE_CHECKING

from acd.domain.events import EventType
from bench.play import Manners, Play, checked, playing
from bench.readings import Reading, Values, percentiles, repeat, slope
from bench.report import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

AGENTS = (10, 1_000, 100_000)
WAITING = (10, 1_000, 100_000)
RATE = 100
"""Arrivals a second, evenly, whatever the number of agents."""
WORK_S = 0.02
SECONDS = 4.0


def measure(runs: int, most: int, share: float) -> list[Figure]:
    """By agents and by waiting, up to `most` of them, for that share of the time."""
    by_agents, by_waiting, seconds = [], [], share * SECONDS
    for agents in (size for size in AGENTS if size <= max(most, AGENTS[1])):
        by_agents += repeat(runs, {"agents": agents}, partial(_agents, agents, seconds))
    for waiting in (size for size in WAITING if size <= max(most, WAITING[1])):
        by_waiting += repeat(runs, {"waiting": waiting}, partial(_waiting, waiting, seconds))
    return [
        *by_agents,
        *by_waiting,
        _exponent("growth_agents_cpu_exponent", by_agents, "agents_cpu_ms", "agents"),
        _exponent("growth_agents_latency_exponent", by_agents, "agents_to_offer_ms", "agents"),
        _exponent("growth_waiting_cpu_exponent", by_waiting, "waiting_cpu_us", "waiting"),
        _exponent(
            "growth_waiting_latency_exponent", by_waiting, "waiting_free_to_offer_ms", "waiting"
        ),
    ]


def _exponent(name: str, figures: Sequence[Figure], of: str, by: str) -> Figure:
    points = [
        (float(one.params[by]), one.value)
        for one in figures
        if one.id == f"scenario.{of}" and one.params.get("percentile", 50.0) == 50.0
    ]
    figure = Figure(id=f"scenario.{name}", value=slope(points), unit="exponent")
    print(f"  {name} {figure.value:.3f}")
    return figure


async def _agents(agents: int, seconds: float) -> Values:
    """Arrivals at a fixed rate; times from the scheduled arrival to hearing of the first offer."""
    async with playing("longest_idle", agents, Manners(work_s=(WORK_S, WORK_S))) as play:
        play.begin()
        idle_us = await _idle_us(play)
        spent = play.spent_s()
        due_ms = await play.arrive_at([number / RATE for number in range(round(RATE * seconds))])
        spent = play.spent_s() - spent
    first: dict[str, float] = {}
    for event in play.log:
        if event.type is EventType.OFFER_MADE:
            name = str(event.interaction)
            heard_ms = 1000 * (play.heard_s[event.id] + play.clock_ahead_s)
            first.setdefault(name, heard_ms - due_ms[name])
    return checked(
        play,
        {
            Reading("agents_cpu_ms", "ms"): 1000 * spent / len(due_ms),
            **percentiles("agents_to_offer_ms", list(first.values()), 50, 99),
            Reading("agents_idle_cpu", "ms a second"): idle_us / 1000,
        },
    )


async def _idle_us(play: Play) -> float:
    """What the store spends in a second in which nothing happens."""
    before = play.store.cpu_us()
    await asyncio.sleep(1.0)
    return play.store.cpu_us() - before


async def _waiting(waiting: int, seconds: float) -> Values:
    """A line of that length, one agent freed every 100 ms."""
    async with playing("longest_idle", 1, Manners(work_s=(0.1, 0.1))) as play:
        empty = await _memory(play, 0)
        await play.arrive(waiting + 64)
        full = await _memory(play, waiting + 64)
        play.rings_s.clear()
        done, spent = play.done, play.store.cpu_us()
        await asyncio.sleep(seconds)
        done, spent = play.done - done, play.store.cpu_us() - spent
        rings_s = list(play.rings_s)
        play.manners.ignore = 1.0
        await asyncio.sleep(0.5)
        idle_us = await _idle_us(play)
        play.hasty = True  # nobody waits for the end of such a line
    return {
        Reading("waiting_cpu_us", "us"): spent / max(1, done),
        Reading("waiting_free_to_offer_ms", "ms"): 1000 * statistics.median(rings_s),
        Reading("waiting_bytes", "bytes"): (full - empty) / (waiting + 64),
        Reading("waiting_idle_cpu", "ms a second"): idle_us / 1000,
    }


async def _memory(play: Play, came: int) -> float:
    """What those who came cost, without the log, which the recorder takes away once it is read."""
    for _ in range(3000):
        if play.came >= came:
            break
        await asyncio.sleep(0.01)
    play.store.forget_events("bench")
    return float(play.store.admin.info("memory")["used_memory"])
