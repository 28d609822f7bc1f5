"""What is taken over at odd times: from a line, from a queue that is gone, from who is gone."""

from __future__ import annotations

import itertools

from tests.integration.routing.world import CHAT, World


async def test_who_is_lost_in_wrap_up_of_a_queue_that_is_gone(world: World) -> None:
    await world.queue(wrap_up_s=600, lease_s=5, grace_s=3)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await world.finish(name)
    await world.router.remove_queue("support/chat", 10**6, **world.at)
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(30)
    assert (await world.see("anna")).channels[CHAT].availability == "offline"
    await world.settled()


async def test_a_callback_is_not_asked_for_where_the_queue_is_gone(world: World) -> None:
    await world.queue()
    name = await world.arrive()
    await world.router.contact_lost(name, **world.at)
    await world.router.remove_queue("support/chat", 10**6, **world.at)
    asked = await world.router.request_callback(name, **world.at)
    assert (asked.changed, asked.reason) == (False, "late")
    assert (await world.look(name)).state == "parked"
    await world.settled()


async def test_an_idle_chat_taken_from_who_is_gone_is_theirs_no_more(world: World) -> None:
    await world.queue(idle_s=30)
    await world.agent("anna", chat=1)
    first = await world.arrive()
    await world.answer(first)
    await world.wait(30)
    await world.router.remove_agent("anna", 10**6, **world.at)
    await world.agent("bruno")
    assert (await world.router.assign(first, "bruno", "sofia", **world.at)).changed
    world.versions = itertools.count(10**6 + 1)
    await world.agent("anna", chat=1)
    await world.say("bruno", "away")
    for _ in range(2):
        await world.answer(await world.arrive(), "anna")
        await world.wait(30)
    idle = [held for held in (await world.see("anna")).held if held.state == "idle"]
    assert len(idle) == 2, "as many as may be"
    await world.settled()


async def test_assigned_from_a_second_wait_it_tells_how_long_that_one_was(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await world.wait(20)
    await world.router.remove_agent("anna", 10**6, **world.at)
    await world.agent("bruno", here=False)
    await world.console("bruno")
    await world.say("bruno", "away")
    await world.wait(10)
    assert (await world.router.assign(name, "bruno", "sofia", **world.at)).changed
    assigned = (await world.heard("interaction.assigned"))[-1]
    assert assigned.data["waited_ms"] == 10_000
    await world.settled()


async def test_whoever_takes_it_ends_the_wait_for_another(world: World) -> None:
    await world.queue(last_agent="wait", last_agent_wait_s=600, pull=True)
    await world.agent("anna", chat=1)
    await world.answer(await world.arrive())
    await world.agent("bruno")
    name = await world.arrive(last_agent="anna")
    assert (await world.look(name)).state == "waiting"
    assert (await world.router.pull(name, "bruno", **world.at)).changed
    await world.agent("chloe")
    await world.router.remove_agent("bruno", 10**6, **world.at)
    assert list(await world.ring(name)) == ["chloe"]
    await world.settled()
