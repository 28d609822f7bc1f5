"""Queues that are rebuilt, change again meanwhile, or go, with people in them."""

from __future__ import annotations

from typing import Any

from acd.domain.queue import Diversion, Divert, LastAgent
from tests.integration.routing.world import World


async def line_up(world: World, number: int, **more: Any) -> list[str]:
    names = []
    for _ in range(number):
        world.now_ms += 1
        names.append(await world.arrive(**more))
    return names


async def test_who_is_parked_when_the_queue_goes_is_rejected_on_return(world: World) -> None:
    await world.queue()
    first, second, third = [await world.arrive() for _ in range(3)]
    for name in (first, second, third):
        world.contacts.discard(name)
        await world.router.contact_lost(name, **world.at)
    await world.router.remove_queue("support/chat", 99, **world.at)
    await world.run_timers()
    assert (await world.router.contact_back(first, **world.at)).changed
    assert (await world.look(first)).outcome == "rejected"
    world.contacts.add(second)
    await world.heartbeat()
    assert (await world.look(second)).outcome == "rejected"
    world.now_ms += 100_000  # an outage on top
    await world.run_timers()
    await world.wait(70)
    assert (await world.look(third)).outcome == "abandoned"
    await world.settled()


async def test_a_removed_queue_that_nobody_is_served_in_goes_with_the_last_in_line(
    world: World,
) -> None:
    await world.queue()
    names = await line_up(world, 100)
    await world.router.remove_queue("support/chat", 99, **world.at)
    await world.run_timers()
    assert {(await world.look(name)).outcome for name in names} == {"rejected"}
    assert not (await world.router.queue("support/chat", **world.at)).configured
    await world.settled()


async def test_a_queue_removed_while_it_is_scored_anew_loses_nobody(world: World) -> None:
    await world.queue()
    names = await line_up(world, 450)
    await world.queue(order="strict")
    await world.router.remove_queue("support/chat", 999, **world.at)
    await world.run_timers()
    assert {(await world.look(name)).outcome for name in names} == {"rejected"}
    assert not (await world.router.queue("support/chat", **world.at)).configured


async def test_a_retry_while_the_line_is_scored_anew_does_not_double_the_place(
    world: World,
) -> None:
    times = {"decline_s": 30, "ring_time_s": 30}
    await world.queue(**times)
    await world.agent("anna")
    last = await world.arrive(level=9)
    await world.router.decline((await world.ring(last))["anna"], "anna", **world.at)
    await world.say("anna", "away")
    names = await line_up(world, 250)
    for _ in range(10):
        world.now_ms += 3_000
        await world.heartbeat()
    # due now: the end of the exclusion, and the rebuild's second chunk
    await world.queue(**times, order="strict")
    await world.run_timers()
    await world.settled()
    for name in [*names, last]:
        await world.router.abandon(name, **world.at)
    figures = await world.router.queue("support/chat", **world.at)
    assert figures.waiting == 0
    await world.settled()


async def test_a_queue_changed_again_while_it_is_rebuilt_misses_nobody(world: World) -> None:
    await world.queue()
    for number in range(650):
        await world.agent(f"a{number:03}")
    await world.queue(strategy=("priority",))
    for _ in range(2):
        await world.router.run_timers(**world.at)
    await world.queue(strategy=("round_robin",))
    await world.run_timers()
    figures = await world.router.queue("support/chat", **world.at)
    assert figures.ready
    assert figures.available == 650
    await world.settled()


async def test_a_ring_that_shrinks_while_the_queue_is_rebuilt_is_filled_later(
    world: World,
) -> None:
    await world.queue(ring=2)
    for number in range(250):
        await world.agent(f"a{number:03}", here=number < 3)
        if number >= 3:
            await world.say(f"a{number:03}", "available")
            await world.say(f"a{number:03}", "away", reason="lunch")
    name = await world.arrive()
    ringing = await world.ring(name)
    assert len(ringing) == 2
    for number in range(3, 250):
        await world.say(f"a{number:03}", "available")
    await world.queue(ring=2, strategy=("priority",))
    assert not (await world.router.queue("support/chat", **world.at)).ready
    agent, offer = next(iter(ringing.items()))
    await world.router.decline(offer, agent, **world.at)
    await world.settled()
    await world.run_timers()
    assert len(await world.ring(name)) == 2
    await world.settled()


async def test_a_ring_that_shrinks_while_the_contact_is_away_is_filled_on_return(
    world: World,
) -> None:
    await world.queue(ring=2)
    for agent in ("anna", "bruno", "chloe"):
        await world.agent(agent)
    name = await world.arrive()
    ringing = await world.ring(name)
    world.contacts.discard(name)
    await world.router.contact_lost(name, **world.at)
    agent, offer = next(iter(ringing.items()))
    await world.router.decline(offer, agent, **world.at)
    await world.settled()
    await world.router.contact_back(name, **world.at)
    assert len(await world.ring(name)) == 2
    await world.settled()


async def test_many_of_one_moment_are_walked_past(world: World) -> None:
    times = {"decline_s": 600, "ring_time_s": 600}
    await world.queue(**times)
    await world.agent("anna", chat=5)
    for number in range(240):
        await world.agent(f"a{number:03}", chat=0)
    for _ in range(12):
        name = await world.arrive()
        await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    await world.queue(**times, strategy=("priority",))
    world.now_ms += 1
    last = await world.arrive()
    assert (await world.look(last)).state == "waiting", "the queue is being rebuilt"
    await world.run_timers()
    assert list(await world.ring(last)) == ["anna"]
    await world.settled()


async def test_an_exclusion_is_not_forgotten_because_the_queue_was_rebuilt(world: World) -> None:
    times = {"decline_s": 60, "ring_time_s": 30}
    await world.queue(**times)
    await world.agent("anna", chat=1)
    for number in range(240):
        await world.agent(f"a{number:03}", chat=0)
    name = await world.arrive()
    await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    busy = await world.arrive()
    await world.answer(busy, "anna")
    for _ in range(10):
        world.now_ms += 3_000
        await world.heartbeat()
    world.now_ms += 1
    # due before that: another try, as the ring began a ring time ago; the queue cannot be asked
    await world.queue(**times, strategy=("priority",))
    await world.run_timers()
    await world.wait(5)
    await world.finish(busy)
    assert (await world.look(name)).state == "waiting", "she declined it half a minute ago"
    await world.wait(25)
    assert list(await world.ring(name)) == ["anna"]
    await world.settled()


async def test_closing_while_the_queue_is_rebuilt_is_not_forgotten(world: World) -> None:
    at_close = Divert(to=Diversion.REJECT)
    await world.queue(at_close=at_close)
    for number in range(201):
        await world.agent(f"a{number:03}", chat=0)
    name = await world.arrive()
    world.now_ms += 1
    await world.queue(at_close=at_close, strategy=("priority",))
    assert not (await world.router.queue("support/chat", **world.at)).ready
    tomorrow = world.now_ms + 86_400_000
    await world.router.set_hours(
        "support/chat", [(0, world.now_ms), (tomorrow, 2 * tomorrow)], **world.at
    )
    await world.wait(2)
    assert (await world.look(name)).outcome == "rejected"
    await world.settled()


async def test_who_waits_for_one_agent_is_offered_once_it_is_built(world: World) -> None:
    """Both agents were freed between two chunks, when the queue offered nothing."""
    await world.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    for agent in ("anna", "bela"):
        await world.agent(agent, chat=1)
    held = [await world.arrive(last_agent=agent) for agent in ("anna", "bela")]
    for name in held:
        await world.answer(name)
    first = await world.arrive(last_agent="anna")
    await line_up(world, 95, last_agent="anna")
    last = await world.arrive(last_agent="bela")
    assert last == "ix_99", "in the order of names, the last of all"
    await line_up(world, 104, last_agent="anna")
    await world.queue(order="strict", last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    assert not (await world.router.queue("support/chat", **world.at)).ready
    for name in held:
        await world.finish(name, wrap_up=False)
    assert (await world.look(first)).state == "waiting"
    await world.run_timers()
    assert (set(await world.ring(first)), set(await world.ring(last))) == ({"anna"}, {"bela"})
    await world.settled()
