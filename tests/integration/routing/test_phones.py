"""Who has a telephone for it takes calls without a console; chats need one."""

from __future__ import annotations

from tests.integration.routing.world import CALL, CHAT, World

BOTH = ("support/chat", "support/call")


async def at_a_phone(world: World) -> None:
    """Anna's consoles are closed for longer than the grace."""
    for queue in BOTH:
        await world.queue(queue, grace_s=20)
    await world.agent("anna", *BOTH, phone=True)
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(21)


async def test_calls_go_on_and_chats_do_not(world: World) -> None:
    await at_a_phone(world)
    seen = await world.see("anna")
    assert (seen.sessions, seen.grace_until_ms) == (0, None)
    assert [seen.channels[c].availability for c in (CHAT, CALL)] == ["offline", "available"]
    chat, call = await world.arrive("support/chat"), await world.arrive("support/call")
    assert (await world.look(chat)).state == "waiting"
    await world.answer(call, "anna")
    await world.settled()


async def test_what_waited_in_the_grace_rings_after_it(world: World) -> None:
    for queue in BOTH:
        await world.queue(queue, grace_s=20)
    await world.agent("anna", *BOTH, phone=True)
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    call = await world.arrive("support/call")
    assert (await world.look(call)).state == "waiting"
    await world.wait(21)
    assert list(await world.ring(call)) == ["anna"]
    await world.settled()


async def test_a_ring_is_not_taken_away_by_the_grace(world: World) -> None:
    for queue in BOTH:
        await world.queue(queue, grace_s=5, ring_time_s=30)
    await world.agent("anna", *BOTH, phone=True)
    call = await world.arrive("support/call")
    offer = (await world.ring(call))["anna"]
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(10)
    assert await world.ring(call) == {"anna": offer}
    await world.settled()


async def test_who_went_offline_is_not_called(world: World) -> None:
    for queue in BOTH:
        await world.queue(queue)
    await world.agent("anna", *BOTH, phone=True)
    await world.say("anna", "offline")
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(25)
    call = await world.arrive("support/call")
    assert (await world.look(call)).state == "waiting"
    await world.settled()


async def test_back_at_the_console_all_is_as_before(world: World) -> None:
    await at_a_phone(world)
    await world.console("anna")
    seen = await world.see("anna")
    assert [seen.channels[c].availability for c in (CHAT, CALL)] == ["available", "available"]
    await world.settled()


async def test_misses_at_the_phone_send_away(world: World) -> None:
    await at_a_phone(world)
    await world.queue("support/call", ring_time_s=5, decline_s=1, max_missed=2)
    for _ in range(2):
        call = await world.arrive("support/call")
        await world.ring(call)
        await world.wait(7)
        await world.router.abandon(call, **world.at)
    seen = await world.see("anna")
    assert (seen.channels[CALL].availability, seen.channels[CALL].reason) == ("away", "missed")
    await world.settled()


async def test_without_the_telephone_the_grace_begins(world: World) -> None:
    await at_a_phone(world)
    await world.agent("anna", *BOTH, here=False)
    assert (await world.see("anna")).grace_until_ms is not None
    await world.wait(25)
    seen = await world.see("anna")
    assert seen.channels[CALL].availability == "offline"
    await world.settled()
