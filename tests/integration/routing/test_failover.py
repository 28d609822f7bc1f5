"""Another server holds what was copied; a node makes sure of it, and all goes on from there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from acd.domain.queue import Diversion, Divert
from acd.routing import keys
from acd.routing.router import Router
from tests.integration.routing.world import World

REJECT = Divert(to=Diversion.REJECT)


@asynccontextmanager
async def made_sure_of(world: World) -> AsyncIterator[Router]:
    """All that is stored is restated; then whatever the history has to say."""
    router = world.router
    await router.link.client.hset(keys.meta(router.tenant), "server", "another")
    own = router.reconciler("rc_1")
    unsure = await own.reconcile_begin(60_000)
    assert unsure
    await own.reconcile_advance(unsure.generation + 1, unsure.seq)
    async for page in own.stored("flow"):
        for queue in page:
            await own.reconcile_queue(queue)
    async for page in own.stored("agent"):
        await own.reconcile_agents(page)
    async for page in own.stored("ix"):
        await own.reconcile_interactions(page)
    yield own
    await own.reconcile_end()


async def fail_over(world: World) -> None:
    async with made_sure_of(world):
        pass


async def test_a_call_that_connects_has_the_rest_of_its_time(world: World) -> None:
    await world.queue("support/call", connect_s=10)
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    await world.wait(4)
    await fail_over(world)
    await world.run_timers()
    await world.settled()
    await world.wait(5)
    assert (await world.look(call)).state == "connecting"
    await world.wait(1)
    assert (await world.look(call)).state == "waiting", "nobody was connected in ten seconds"
    await world.settled()


async def test_the_time_of_one_that_did_not_connect_is_not_that_of_the_next(world: World) -> None:
    await world.queue("support/call", connect_s=10)
    for agent in ("anna", "bruno"):
        await world.agent(agent, "support/call")
    call = await world.arrive("support/call")
    first = await world.answer(call)
    await world.wait(4)
    await fail_over(world)
    await world.run_timers()
    await world.router.fail(f"{call}.1", first, "busy", **world.at)
    second = await world.answer(call)
    assert second != first
    await world.wait(8)
    found = await world.look(call)
    assert (found.state, found.agent) == ("connecting", second)
    await world.settled()


async def test_a_queue_that_closed_before_it_is_rebuilt_lets_its_line_go(world: World) -> None:
    await world.queue(at_close=REJECT)
    later = (world.now_ms + 60_000, world.now_ms + 90_000)
    await world.router.set_hours("support/chat", [(0, world.now_ms + 4_000), later], **world.at)
    name = await world.arrive()
    world.now_ms += 4_500  # it closed, and no timer ran
    await world.heartbeat()
    await fail_over(world)
    await world.wait(2)
    assert (await world.look(name)).outcome == "rejected"
    await world.settled()
