"""Who comes: once, as they are, and only where there is room to note it."""

from __future__ import annotations

import pytest

from acd.domain.errors import BadRequest, Overloaded, QueueUnknown
from acd.domain.interaction import Arrival
from acd.routing.router import Router
from tests.integration.routing.world import World


async def test_enqueue_is_idempotent_and_a_tombstone_is_not_revived(world: World) -> None:
    await world.queue()
    arrival = Arrival(
        interaction="ix_9", queue="support/chat", contact="ct_9", conversation="cv_9", leased=False
    )
    first = await world.router.enqueue(arrival, **world.at)
    world.now_ms += 1000
    again = await world.router.enqueue(arrival, **world.at)
    assert (first.known, again.known) == (False, True)
    assert again.enqueued_ms == first.enqueued_ms
    await world.router.finish("ix_9", by="system", **world.at)
    dead = await world.router.enqueue(arrival, **world.at)
    assert (dead.known, dead.state) == (True, "ended")
    done = await world.router.finish("ix_9", by="contact", **world.at)
    assert (done.changed, done.outcome) == (False, "rejected")
    await world.settled()
    await world.router.trim_events((await world.heard("interaction.ended"))[-1].id)
    world.now_ms += 86_400_000
    await world.run_timers()
    assert await world.router.interaction("ix_9", **world.at) is None


async def test_an_unrecorded_tombstone_stays(world: World) -> None:
    await world.queue()
    name = await world.arrive()
    await world.router.finish(name, by="system", **world.at)
    world.now_ms += 90_000_000
    await world.run_timers()
    assert await world.router.interaction(name, **world.at)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"interaction": "ix:1"}, id="a colon in an id"),
        pytest.param({"contact": "{x}"}, id="a brace in an id"),
        pytest.param({"queue": "support"}, id="no channel"),
        pytest.param({"level": 0}, id="level 0"),
        pytest.param({"level": 10}, id="level 10"),
        pytest.param({"card": "[]"}, id="a card that is no object"),
        pytest.param({"card": '{"a":'}, id="a card that is no JSON"),
        pytest.param({"card": '{"a":"' + "x" * 2048 + '"}'}, id="a card too large"),
    ],
)
async def test_a_malformed_arrival_is_refused(world: World, change: dict[str, object]) -> None:
    whole = {
        "interaction": "ix_1", "queue": "support/chat", "contact": "ct_1", "conversation": "cv_1",
    }  # fmt: skip
    with pytest.raises(BadRequest):
        await world.router.enqueue(Arrival(**{**whole, **change}), **world.at)


async def test_an_unknown_queue_is_said_so(world: World) -> None:
    with pytest.raises(QueueUnknown):
        await world.arrive("nowhere/chat")


async def test_a_full_log_refuses_arrivals(redis_url: str, tenant: str) -> None:
    router = await Router.open(redis_url, tenant, events_max=3)
    try:
        world = World(router)
        await world.queue()
        await world.arrive()
        await world.arrive()
        with pytest.raises(Overloaded):
            await world.arrive()
        await router.trim_events("1-2")
        await world.arrive()
    finally:
        await router.close()
