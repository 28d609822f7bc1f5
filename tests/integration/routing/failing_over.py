"""The server is taken for another, and one node makes sure of what it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from acd.routing import keys
from acd.routing.router import Router
from tests.integration.routing.world import World


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
        assert not await own.reconcile_agents(page), "what agents hold was counted right"
    async for page in own.stored("ix"):
        await own.reconcile_interactions(page)
    yield own
    await own.reconcile_end()
