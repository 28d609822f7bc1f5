"""Agents who are lost and come back, several times and in between; and the leases that say so."""

from __future__ import annotations

from tests.integration.routing.world import CHAT, World


async def leave(world: World, agent: str) -> str:
    session = world.consoles.pop(agent)
    await world.router.close_session(agent, session, **world.at)
    return session


async def test_a_second_loss_has_a_chat_grace_of_its_own(world: World) -> None:
    await world.queue(chat_grace_s=60, grace_s=20)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await leave(world, "anna")
    await world.wait(25)
    assert (await world.see("anna")).channels[CHAT].availability == "offline"
    await world.console("anna")
    await world.wait(25)
    await leave(world, "anna")
    await world.wait(59)
    assert (await world.look(name)).agent == "anna", "it counts from the second loss"
    await world.wait(1)
    assert (await world.look(name)).state == "waiting"
    await world.settled()


async def test_a_chat_is_not_taken_from_who_took_it_over(world: World) -> None:
    await world.queue(chat_grace_s=60, grace_s=20)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await leave(world, "anna")
    await world.wait(25)
    await world.console("anna")
    await world.router.remove_agent("anna", 99, **world.at)
    await world.agent("bruno")
    await world.answer(name, "bruno")
    await world.wait(25)
    await leave(world, "bruno")
    await world.wait(15)
    assert (await world.look(name)).agent == "bruno", "his grace has only begun"
    await world.settled()


async def test_a_console_that_fell_silent_does_not_delay_the_grace(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.router.open_session("anna", "ss_laptop", **world.at)
    await world.wait(20)
    assert (await world.see("anna")).grace_until_ms is None
    done = await world.router.close_session("anna", "ss_anna", **world.at)
    assert done.reason == "last_closed", "the laptop was closed long ago"
    assert (await world.see("anna")).grace_until_ms == world.now_ms + 20_000
    await world.settled()


async def test_after_a_short_outage_a_lease_that_had_not_run_out_lives_on_too(
    world: World,
) -> None:
    await world.queue(lease_s=15)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    waiting = await world.arrive("support/chat")
    await world.say("anna", "away")
    await world.wait(1)
    world.now_ms += 13_000  # both leases would end two seconds from here
    await world.run_timers()
    for _ in range(14):
        world.now_ms += 1000
        await world.run_timers()
        assert (await world.see("anna")).grace_until_ms is None
        assert (await world.look(waiting)).state != "parked"
    world.now_ms += 1000
    await world.run_timers()
    assert (await world.see("anna")).grace_until_ms
    assert (await world.look(waiting)).contact_lost
    await world.settled()


async def test_changed_times_reach_the_agents(world: World) -> None:
    await world.queue(grace_s=20)
    await world.agent("anna")
    await world.queue(grace_s=40)
    await leave(world, "anna")
    assert (await world.see("anna")).grace_until_ms == world.now_ms + 40_000
    await world.settled()


async def test_who_was_connecting_in_an_outage_gets_the_time_to_say_so(world: World) -> None:
    await world.queue("support/call", connect_s=10)
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    world.now_ms += 60_000
    await world.run_timers()
    assert (await world.look(call)).state == "connecting", "nobody is blamed"
    assert (await world.router.connected(f"{call}.1", "anna", **world.at)).changed
    await world.settled()


async def test_who_comes_back_first_gets_the_lost_chat_again(world: World) -> None:
    await world.queue(chat_grace_s=30, grace_s=20)
    await world.agent("anna", chat=1)
    await world.agent("bruno", chat=1)
    name = await world.arrive()
    owner = await world.answer(name)
    other = await world.answer(await world.arrive())
    await leave(world, owner)
    await world.wait(31)
    assert (await world.look(name)).state == "waiting"
    held = (await world.see(other)).held[0].interaction
    # both have room in the same moment
    await world.console(owner)
    await world.router.contact_lost(name, **world.at)
    await world.say(owner, "available")
    await world.finish(held, wrap_up=False)
    await world.router.contact_back(name, **world.at)
    assert list(await world.ring(name)) == [owner]
    assert (await world.look(name)).offers[0].why["sticky"] == "prefer"
    await world.settled()
