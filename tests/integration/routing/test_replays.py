"""Commands that come again after their outcome was unknown, or much later."""

from __future__ import annotations

from tests.integration.routing.world import CHAT, World


async def test_an_old_failure_does_not_end_a_later_connection(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    old = f"{call}.1"
    assert (await world.router.fail(old, "anna", "no media", **world.at)).changed
    await world.wait(15)
    await world.answer(call)
    assert not (await world.router.fail(old, "anna", "no media", **world.at)).changed
    assert (await world.look(call)).state == "connecting"
    await world.settled()


async def test_an_agent_is_removed_once(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call")
    call = await world.arrive("support/call")
    await world.answer(call)
    assert (await world.router.remove_agent("anna", 99, **world.at)).changed
    before = len(await world.heard("presence.changed"))
    assert not (await world.router.remove_agent("anna", 99, **world.at)).changed
    assert len(await world.heard("presence.changed")) == before
    await world.settled()


async def test_failures_are_in_a_row_only_if_nothing_reached_the_agent(world: World) -> None:
    await world.queue(decline_s=1, ring_time_s=2)
    await world.agent("anna")
    name = await world.arrive()
    for _ in range(3):
        offer = (await world.ring(name))["anna"]
        await world.router.fail(offer, "anna", "busy", **world.at)
        await world.wait(15)
        offer = (await world.ring(name))["anna"]
        await world.router.decline(offer, "anna", **world.at)
        await world.wait(2)
    assert (await world.see("anna")).channels[CHAT].availability == "available"
    await world.settled()
