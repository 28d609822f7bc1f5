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


@pytest.mark.parametrize("far", ["sales/chat", "support/chat"])
async def test_at_the_bound_of_a_walk_nobody_younger_is_served_first(
    world: World, far: str
) -> None:
    near = "support/chat" if far == "sales/chat" else "sales/chat"
    for queue in (far, near):
        await world.queue(queue, decline_s=6000, ring_time_s=6000, delivery_s=6000)
    await world.agent("anna", far, near, chat=1)
    for _ in range(MANY):
        name = await world.arrive(far)
        await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    held = await world.arrive(near)
    await world.answer(held)
    world.now_ms += 1000
    older = await world.arrive(far)
    world.now_ms += 1000
    younger = await world.arrive(near)
    await world.finish(held)
    await turns(world)
    assert list(await world.ring(older)) == ["anna"]
    assert (await world.look(younger)).state == "waiting"
    await world.settled()


async def test_a_freed_agent_of_many_pools_looks_at_each(world: World) -> None:
    """The heads of more lines than a walk is long are compared, which is no walk."""
    names = [f"s{n}" for n in range(60)]
    await world.skills(*names)
    for queue in ("sales/chat", "support/chat"):
        await world.queue(queue)
    await world.agent("anna", "sales/chat", "support/chat", chat=1, skills=dict.fromkeys(names, 1))
    held = await world.arrive()
    await world.answer(held)
    waiting = []
    for name in names:
        for queue in ("support/chat", "sales/chat"):
            waiting.append(await world.arrive(queue, requires={name: 1}))
            world.now_ms += 1
    await turns(world)
    for expected in (*waiting[:3], waiting[3]):
        await world.finish(held)
        assert list(await world.ring(expected)) == ["anna"]
        await world.answer(expected)
        held = expected
    await world.settled()


async def test_whoever_waits_for_one_agent_goes_on_however_many_they_are(world: World) -> None:
    await world.queue(last_agent="wait", last_agent_wait_s=600)
    await world.queue("sales/chat")
    await world.agent("anna", chat=1)
    await world.answer(await world.arrive())
    for _ in range(150):
        await world.arrive(last_agent="anna", leased=False)
    await world.agent("anna", "sales/chat", here=False, chat=1)
    await world.run_timers()
    await world.settled()
    await world.agent("bruno", chat=1)
    assert len((await world.see("bruno")).offers) == 1


async def test_behind_many_who_wait_in_a_queue_that_is_rebuilt_one_of_another_is_seen(
    world: World,
) -> None:
    waits = {"last_agent": "wait", "last_agent_wait_s": 600}
    await world.queue(**waits)
    await world.queue("sales/chat", **waits)
    await world.agent("anna", "support/chat", "sales/chat", chat=1)
    for number in range(201):
        await world.agent(f"a{number:03}", chat=0)
    held = await world.arrive()
    await world.answer(held)
    for _ in range(MANY):
        await world.arrive(last_agent="anna", leased=False)
    name = await world.arrive("sales/chat", last_agent="anna")
    await world.queue(**waits, strategy=("priority",))
    assert not (await world.router.queue("support/chat", **world.at)).ready
    await world.finish(held, wrap_up=False)
    assert list(await world.ring(name)) == ["anna"]
    await world.run_timers()
    await world.settled()
