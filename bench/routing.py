"""What routing costs Redis, and how many full cycles Python gets through.

A full cycle is one interaction's life: enqueue, offer, accept, finish, with all
events and publishes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import uvloop

from acd.domain.ids import OfferId
from acd.domain.offer import AcceptOutcome
from acd.routing.router import Router
from bench.floor import STRATEGIES, Floor, first_offer
from bench.report import Figure, said
from bench.stores import Store, private_valkey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from multiprocessing.synchronize import Barrier

    from acd.domain.ids import InteractionId

AGENTS = (10, 1_000, 10_000, 100_000)
WAITING = (1, 100_000)
AT_ONCE = 64
"""Cycles under way at once: few enough for ten agents to have somebody free, ring_all included."""
CYCLES = 13 * AT_ONCE
TURNS = 5
"""So often each size is measured, in turns: a machine that slows down slows all sizes alike."""
THROUGHPUT_S = 5.0


def measure() -> list[Figure]:
    """All figures of this module; about five minutes."""
    by_agents = uvloop.run(_cost_by_agents())
    by_waiting = uvloop.run(_cost_by_waiting())
    throughput = [_throughput(processes) for processes in (1, 4)]
    return [*by_agents, *by_waiting, *_growth(by_agents, by_waiting), *throughput]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A floor of one size, with a store of its own; `turn` does that many cycles."""

    store: Store
    floor: Floor
    waiting: int
    turn: Callable[[int], Awaitable[None]]

    async def cost_us(self, cycles: int) -> float:
        """What one cycle costs the store."""
        self.store.forget_events("bench")
        spent = self.store.cpu_us()
        await self.turn(cycles)
        return (self.store.cpu_us() - spent) / cycles


async def _cost_by_agents() -> list[Figure]:
    with ExitStack() as stores:
        sizes = []
        for agents in AGENTS:
            store, floor = await _open(stores, agents, STRATEGIES[0], chats=64)
            turn = partial(floor.cycles, at_once=AT_ONCE)
            sizes.append(Size(store=store, floor=floor, waiting=0, turn=turn))
        return await _costs(sizes, STRATEGIES)


async def _cost_by_waiting(agents: int = 1_000) -> list[Figure]:
    """Lines that stay as long as they are: each finish serves the head, and one more arrives."""
    with ExitStack() as stores:
        sizes = []
        for waiting in WAITING:
            store, floor = await _open(stores, agents, "longest_idle", chats=1)
            line = Backlog(floor)
            await line.fill(waiting)
            sizes.append(Size(store=store, floor=floor, waiting=waiting, turn=line.turn))
        # with one agent free at a time ring_all rings one, as the others do
        return await _costs(sizes, [name for name in STRATEGIES if name != "ring_all"])


async def _open(stores: ExitStack, agents: int, strategy: str, chats: int) -> tuple[Store, Floor]:
    store = stores.enter_context(private_valkey())
    floor = Floor(router=await Router.open(store.url, "bench"), agents=agents, chats=chats)
    await floor.open(strategy)
    return store, floor


async def _costs(sizes: Sequence[Size], strategies: Sequence[str]) -> list[Figure]:
    """The median of the turns of each, with their range."""
    figures = []
    for strategy in strategies:
        for size in sizes:
            await size.floor.use(strategy)
            await size.turn(CYCLES // 2)
        taken = [[await size.cost_us(CYCLES) for size in sizes] for _ in range(TURNS)]
        for size, costs_us in zip(sizes, zip(*taken, strict=True), strict=True):
            figure = Figure(
                id="routing.redis_us_per_cycle",
                params={
                    "strategy": strategy, "agents": size.floor.agents, "waiting": size.waiting
                },
                value=statistics.median(costs_us),
                unit="us",
                low=min(costs_us),
                high=max(costs_us),
            )  # fmt: skip
            print(f"  {said(figure.params)}: {figure.value:.1f} µs a cycle", flush=True)
            figures.append(figure)
    for size in sizes:
        await size.floor.router.close()
    return figures


class Backlog:
    """A full floor with a line behind it; knows the line's order, so that Redis need not be asked.

    Commands reach Redis in the order they are issued here, one connection carrying them all.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._busy: deque[tuple[InteractionId, int]] = deque()
        self._line: deque[InteractionId] = deque()

    async def fill(self, waiting: int) -> None:
        """Gives every agent one interaction, then lets `waiting` more line up."""
        for number in range(self._floor.agents):
            arrival = self._floor.arrival()
            enqueued = await self._floor.router.enqueue(arrival)
            await self._floor.router.accept(first_offer(arrival.interaction), enqueued.agents[0])
            self._busy.append((arrival.interaction, int(enqueued.agents[0][1:])))
            assert number < self._floor.agents
        for _ in range(0, waiting, 100):
            arrivals = [self._floor.arrival() for _ in range(min(100, waiting))]
            await asyncio.gather(*(self._floor.router.enqueue(arrival) for arrival in arrivals))
            self._line.extend(arrival.interaction for arrival in arrivals)

    async def turn(self, cycles: int) -> None:
        """That many times: an agent finishes, the head of the line rings them, they accept."""
        for _ in range(0, cycles, AT_ONCE):
            await asyncio.gather(*(self._one() for _ in range(AT_ONCE)))

    async def _one(self) -> None:
        router = self._floor.router
        done, number = self._busy.popleft()
        agent = self._floor.agent_id(number)
        arrival = self._floor.arrival()
        self._line.append(arrival.interaction)
        enqueued = router.enqueue(arrival)
        finished = router.finish(done, by="agent", agent=agent)
        head = self._line.popleft()
        await asyncio.gather(enqueued, finished)
        accepted = await router.accept(OfferId(first_offer(head)), agent)
        assert accepted.outcome is AcceptOutcome.ACCEPTED, (accepted, head, agent)
        self._busy.append((head, number))


def _growth(by_agents: Iterable[Figure], by_waiting: Iterable[Figure]) -> list[Figure]:
    """The worst strategy with one winner, largest ÷ smallest."""
    agents = {(f.params["strategy"], f.params["agents"]): f.value for f in by_agents}
    waiting = {(f.params["strategy"], f.params["waiting"]): f.value for f in by_waiting}
    single = [strategy for strategy in STRATEGIES if strategy != "ring_all"]
    return [
        Figure(
            id="routing.growth_agents",
            value=max(agents[s, AGENTS[-1]] / agents[s, AGENTS[0]] for s in single),
            unit="ratio",
        ),
        Figure(
            id="routing.growth_waiting",
            value=max(waiting[s, WAITING[-1]] / waiting[s, WAITING[0]] for s in single),
            unit="ratio",
        ),
    ]


def _throughput(processes: int, agents: int = 1_000) -> Figure:
    """Full cycles a second through the Python router, each process with a connection of its own."""
    with private_valkey() as store:
        uvloop.run(_prepare(store, agents))
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(processes)
        counts: multiprocessing.Queue[float] = context.Queue()
        workers = [
            context.Process(target=_spin, args=(store.url, agents, number, start, counts))
            for number in range(processes)
        ]
        for worker in workers:
            worker.start()
        total = sum(counts.get(timeout=120) for _ in workers)
        for worker in workers:
            worker.join(30)
    print(f"  {processes} process(es): {total:,.0f} cycles/s", flush=True)
    return Figure(
        id="routing.cycles_per_s",
        params={"processes": processes, "agents": agents},
        value=total,
        unit="1/s",
    )


async def _prepare(store: Store, agents: int) -> None:
    router = await Router.open(store.url, "bench")
    await Floor(router=router, agents=agents, chats=64).open("longest_idle")
    await router.close()


def _spin(
    url: str,
    agents: int,
    number: int,
    start: Barrier,
    counts: multiprocessing.Queue[float],
) -> None:
    async def run() -> float:
        router = await Router.open(url, "bench")
        floor = Floor(router=router, agents=agents, chats=64, prefix=f"p{number}")
        await floor.cycles(200)
        start.wait(30)
        until = time.perf_counter() + THROUGHPUT_S
        done = 0

        async def worker() -> None:
            nonlocal done
            while time.perf_counter() < until:
                await floor.cycle()
                done += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(64):
                group.create_task(worker())
        await router.close()
        return done / THROUGHPUT_S

    counts.put(uvloop.run(run()))
