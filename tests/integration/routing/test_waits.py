"""How long contacts waited and were served, where that happened more than once."""

from __future__ import annotations

import itertools
from typing import Any

from acd.reporting.metrics import Metrics
from tests.integration.routing.world import World


async def lose(world: World, agent: str) -> None:
    await world.router.remove_agent(agent, next(world.versions), **world.at)


async def told(world: World, kind: str, name: str) -> list[Any]:
    return [event.data for event in await world.heard(kind) if event.interaction == name]


async def waits_counted(world: World, queue: str) -> tuple[float, float]:
    """How many waits, and how long in all, as the metrics have it."""
    await world.news()
    metrics = Metrics("1")
    metrics.events_recorded(world.log, lag_s=0)
    found = [
        metrics.registry.get_sample_value(f"acd_wait_seconds_{name}", {"queue": queue}) or 0.0
        for name in ("count", "sum")
    ]
    return found[0], found[1]


async def test_a_chat_served_twice_tells_each_wait_once_and_adds_up_the_service(
    world: World,
) -> None:
    await world.queue(wrap_up_s=0)
    name = await world.arrive()
    await world.wait(10)
    await world.agent("anna")
    await world.answer(name)
    await world.wait(100)
    await lose(world, "anna")
    await world.wait(30)
    await world.agent("bruno")
    await world.answer(name)
    await world.wait(50)
    await world.finish(name)
    accepted = await told(world, "offer.accepted", name)
    assert [one["waited_ms"] for one in accepted] == [10_000, 30_000]
    ended = (await told(world, "interaction.ended", name))[0]
    assert (ended["waited_ms"], ended["handled_ms"]) == (10_000, 150_000)
    assert await waits_counted(world, "support/chat") == (2, 40)
    await world.settled()


async def test_a_transferred_chat_waits_anew_in_the_other_queue(world: World) -> None:
    await world.queue(wrap_up_s=0)
    await world.queue("sales/chat", wrap_up_s=0)
    await world.agent("anna")
    name = await world.arrive()
    await world.ring(name)
    await world.wait(5)
    await world.answer(name)
    await world.wait(60)
    await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    await world.wait(20)
    await world.agent("bruno", "sales/chat")
    await world.answer(name)
    await world.wait(40)
    await world.finish(name)
    ended = (await told(world, "interaction.ended", name))[0]
    assert (ended["waited_ms"], ended["handled_ms"]) == (5_000, 100_000)
    assert await waits_counted(world, "support/chat") == (1, 5)
    assert await waits_counted(world, "sales/chat") == (1, 20)
    await world.settled()


async def test_a_call_that_did_not_connect_at_first_has_waited_once(world: World) -> None:
    await world.queue("support/call")
    for agent in ("anna", "bruno"):
        await world.agent(agent, "support/call")
    call = await world.arrive("support/call")
    await world.ring(call)
    await world.wait(3)
    first = await world.answer(call)
    await world.wait(2)
    await world.router.fail(f"{call}.1", first, "busy", **world.at)
    await world.ring(call)
    await world.wait(4)
    second = await world.answer(call)
    await world.wait(1)
    assert (await world.router.connected(f"{call}.2", second, **world.at)).changed
    assert await waits_counted(world, "support/call") == (1, 9)
    await world.wait(30)
    # to a colleague: nobody waits
    await world.console(first)
    await world.router.transfer_to_agent(call, second, first, **world.at)
    await world.answer(call, first)
    assert (await world.router.connected(f"{call}.3", first, **world.at)).changed
    assert await waits_counted(world, "support/call") == (1, 9)
    await world.wait(9)
    await world.finish(call)
    ended = (await told(world, "interaction.ended", call))[0]
    assert (ended["waited_ms"], ended["handled_ms"]) == (9_000, 40_000)


async def test_one_assigned_from_the_line_has_waited_and_one_taken_over_has_not(
    world: World,
) -> None:
    await world.queue(wrap_up_s=0)
    name = await world.arrive()
    await world.wait(7)
    for agent in ("anna", "bruno"):
        await world.agent(agent, here=False)
        await world.console(agent)
        await world.say(agent, "away")
    assert (await world.router.assign(name, "anna", "sofia", **world.at)).changed
    await world.wait(9)
    assert (await world.router.assign(name, "bruno", "sofia", **world.at)).changed
    assert await waits_counted(world, "support/chat") == (1, 7)
    await world.settled()


async def test_silence_is_no_service(world: World) -> None:
    await world.queue(idle_s=30, wrap_up_s=60)
    await world.agent("anna")
    name = await world.arrive()
    await world.wait(2)
    await world.answer(name)
    await world.wait(630)  # idle since the thirtieth second
    assert (await world.router.heard(name, **world.at)).effect == "regained"
    await world.wait(20)
    await world.finish(name)
    await world.wait(15)
    assert (await world.router.heard(name, **world.at)).effect == "regained"
    await world.wait(10)
    await world.finish(name)
    ended = await told(world, "interaction.ended", name)
    assert [one["handled_ms"] for one in ended] == [50_000, 60_000]
    assert {one["waited_ms"] for one in ended} == {2_000}


async def test_one_that_was_served_and_leaves_before_the_next_connects_was_handled(
    world: World,
) -> None:
    await world.queue("support/call")
    await world.queue("sales/call")
    await world.agent("anna", "support/call")
    await world.agent("bruno", "sales/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    await world.router.connected(f"{call}.1", "anna", **world.at)
    await world.wait(25)
    await world.router.transfer_to_queue(call, "anna", "sales/call", **world.at)
    await world.answer(call, "bruno")
    await world.router.fail(f"{call}.2", "bruno", "busy", **world.at)
    await world.router.abandon(call, **world.at)
    ended = (await told(world, "interaction.ended", call))[0]
    assert (ended["outcome"], ended["handled_ms"]) == ("handled", 25_000)
    await world.settled()


async def test_a_service_between_two_waits_is_not_taken_for_a_slow_line(world: World) -> None:
    """Else one lost agent would make every estimate an hour."""
    await world.queue(ring_time_s=3600, delivery_s=3600)
    await world.agent("anna", chat=1)
    first, *others = [await world.arrive() for _ in range(4)]
    await world.answer(first)
    for name, then in itertools.pairwise((first, *others)):
        await world.wait(10)
        await world.finish(name, wrap_up=False)
        await world.answer(then)
    second = others[-1]
    before = (await world.router.queue("support/chat", **world.at)).expected
    await world.wait(60)
    await lose(world, "anna")
    await world.wait(5)
    await world.agent("bruno", chat=1)
    await world.answer(second)
    after = (await world.router.queue("support/chat", **world.at)).expected
    assert before
    assert after
    assert after.p50_s <= before.p50_s
    await world.settled()
