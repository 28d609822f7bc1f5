"""Several nodes on one tenant: one ticks, and what a release leaves behind is removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from acd.domain.errors import StoreUnavailable
from acd.routing.admission import LeftToANode, refuse
from acd.routing.libraries import remove_libraries_forever, unused_libraries
from acd.routing.results import TimersRun
from acd.routing.router import Router
from acd.routing.scripts import load_library
from acd.routing.timers import run_timers_forever
from tests.integration.routing.world import World


class Counted(Router):
    """Counts its turns, and those in which it held the lease to tick."""

    turns = 0
    ticks = 0

    async def run_timers(self, *, node: str = "", now_ms: int = 0) -> TimersRun:
        turn = await super().run_timers(node=node, now_ms=now_ms)
        self.turns += 1
        self.ticks += not turn.ticker_left_ms
        return turn


@pytest.fixture
async def nodes(redis_url: str, tenant: str) -> AsyncIterator[list[Counted]]:
    opened = [await Counted.open(redis_url, tenant) for _ in range(3)]
    yield opened
    for router in opened:
        await router.close()


async def test_one_node_ticks_and_another_takes_over(nodes: list[Counted]) -> None:
    stops = [asyncio.Event() for _ in nodes]
    loops = [
        asyncio.create_task(run_timers_forever(router, stop), name="timers")
        for router, stop in zip(nodes, stops, strict=True)
    ]
    world = World(nodes[0])
    world.now_ms = 0
    await world.queue(ring_time_s=0.4, delivery_s=9, decline_s=60)
    await asyncio.sleep(1.2)
    assert sorted(bool(router.ticks) for router in nodes) == [False, False, True]
    ticker = next(n for n, router in enumerate(nodes) if router.ticks)
    stops[ticker].set()
    await loops[ticker]
    await world.agent("anna")
    await world.agent("bruno")
    name = await world.arrive()
    first = (await world.look(name)).offers[0]
    while (await world.look(name)).offers[0].offer == first.offer:
        assert await nodes[0].clock() < first.deadline_ms + 2000
        await asyncio.sleep(0.01)
    await asyncio.sleep(2.5)
    left = [router for n, router in enumerate(nodes) if n != ticker]
    assert sum(bool(router.ticks) for router in left) == 1
    for stop in stops:
        stop.set()
    await asyncio.gather(*loops)


async def test_one_that_does_not_tick_meets_what_is_due_at_once(nodes: list[Counted]) -> None:
    assert not (await nodes[0].run_timers(node="one")).ticker_left_ms
    stop = asyncio.Event()
    loop = asyncio.create_task(run_timers_forever(nodes[1], stop), name="timers")
    world = World(nodes[1])
    world.now_ms = 0
    await world.queue(ring_time_s=30)
    await world.agent("anna")
    await asyncio.sleep(0.1)
    turns = nodes[1].turns
    await world.arrive()
    await asyncio.sleep(0.2)
    assert nodes[1].turns == turns, "its deadline is far: the other one meets it"
    for handler in nodes[1]._due:
        handler(await nodes[1].clock() + 50)
    await asyncio.sleep(0.2)
    assert nodes[1].turns == turns + 1
    stop.set()
    await loop


async def test_libraries_that_no_node_names_are_removed(router: Router) -> None:
    own, client = load_library().name, router.link.client
    for name in ("acd_of_the_past", "acd_of_a_node_that_runs", "somebody_elses"):
        await client.function_load(
            f"#!lua name={name}\nredis.register_function('{name}_f', function() return 1 end)",
            replace=True,
        )
    other = await router.link.dedicated()
    await other.client_setname("acd_of_a_node_that_runs")  # type: ignore[no-untyped-call]
    assert await unused_libraries(router.link) == {"acd_of_the_past"}
    work = asyncio.create_task(remove_libraries_forever(router.link, every_s=0.05), name="old")
    while await unused_libraries(router.link):  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    work.cancel()
    await asyncio.wait({work})
    loaded = str(await client.function_list())
    assert all(name in loaded for name in (own, "acd_of_a_node_that_runs", "somebody_elses"))
    await other.aclose()
    await client.function_delete("acd_of_a_node_that_runs")
    await client.function_delete("somebody_elses")


async def test_what_only_looks_makes_sure_of_nothing(redis_url: str, tenant: str) -> None:
    looking = await Router.open(redis_url, tenant)
    looking.admit_by(refuse)
    with pytest.raises(StoreUnavailable, match="start one"):
        await looking.queue("support/chat")
    serving = await Router.open(redis_url, tenant)
    await World(serving).queue()
    assert (await looking.queue("support/chat")).configured
    for router in (looking, serving):
        await router.close()


async def test_what_a_process_wrote_may_not_be_gone(router: Router) -> None:
    """An older copy under a server that served it: nothing is written before a look."""
    world = World(router)
    await world.queue()
    clock = f"acd:{{{router.tenant}}}:clock"
    before = await router.link.client.dump(clock)
    await world.agent("anna")
    await router.link.client.restore(clock, 0, before, replace=True)
    asked: list[str] = []

    async def admit() -> None:
        asked.append("asked")
        raise LeftToANode

    router.admit_by(admit)
    with pytest.raises(StoreUnavailable):
        await world.arrive()
    assert asked == ["asked"]
