"""Walks past many who may not be asked: bounded, and yet nobody is passed over."""

from __future__ import annotations

import pytest

from tests.integration.routing.world import World

MANY = 70


async def turns(world: World) -> int:
    """How many turns the timers take until nothing is due; 20 are too many."""
    for number in range(1, 20):
        if not (await world.router.run_timers(**world.at)).more:
            return number
    raise AssertionError("the timers go round and round")


@pytest.mark.parametrize("strategy", ["longest_idle", "random", "round_robin", "priority"])
async def test_behind_many_who_declined_the_next_is_asked(world: World, strategy: str) -> None:
    await world.queue(strategy=(strategy,), decline_s=600, ring_time_s=600, delivery_s=600)
    for number in range(MANY):
        await world.agent(f"a{number:02}", chat=1)
    name = await world.arrive()
    asked = []
    for _ in range(64):
        offer = (await world.look(name)).offers[0]
        asked.append(offer.agent)
        await world.router.decline(offer.offer, offer.agent, **world.at)
        await turns(world)
        assert (await world.look(name)).state == "ringing", len(asked)
    assert len(set(asked)) == 64
    await world.settled()


@pytest.mark.parametrize("strategy", ["longest_idle", "random"])
async def test_when_all_of_many_declined_the_timers_rest(world: World, strategy: str) -> None:
    await world.queue(strategy=(strategy,), decline_s=600, ring_time_s=600, delivery_s=600)
    for number in range(60):
        await world.agent(f"a{number:02}", chat=1)
    name = await world.arrive()
    for _ in range(60):
        offer = (await world.look(name)).offers[0]
        await world.router.decline(offer.offer, offer.agent, **world.at)
        await turns(world)
    assert (await world.look(name)).state == "waiting"
    await turns(world)
    await world.settled()


@pytest.mark.parametrize("second", [(), ("random",)])
async def test_a_second_wave_of_fifty_is_rung_behind_the_first(
    world: World, second: tuple[str, ...]
) -> None:
    await world.queue(
        strategy=("ring_all", *second), ring_limit=50, decline_s=600, ring_time_s=600,
        delivery_s=600,
    )  # fmt: skip
    for number in range(100):
        await world.agent(f"a{number:02}", chat=1)
    name = await world.arrive()
    await turns(world)
    first = (await world.look(name)).offers
    assert len(first) == 50
    for offer in first:
        await world.router.decline(offer.offer, offer.agent, **world.at)
        await turns(world)
    now_ringing = {offer.agent for offer in (await world.look(name)).offers}
    assert len(now_ringing) == 50
    assert not now_ringing & {offer.agent for offer in first}
    await world.settled()
