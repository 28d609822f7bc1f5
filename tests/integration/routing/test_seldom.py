"""Turns that random commands meet only now and then."""

from __future__ import annotations

from tests.integration.routing.world import World


async def test_what_was_never_there_is_unknown(world: World) -> None:
    await world.queue()
    await world.agent("anna", "support/chat")
    ended = await world.router.fail("ix_none.1", "anna", "busy", **world.at)
    assert (ended.changed, ended.outcome) == (False, None)
    gone = await world.router.remove_queue("sales/chat", 10**6, **world.at)
    assert (gone.changed, gone.reason) == (False, "unknown")


async def test_a_queue_that_comes_back_serves_whoever_returned_to_its_line(world: World) -> None:
    await world.queue()
    await world.agent("anna", "support/chat")
    ix = await world.arrive()
    await world.answer(ix)
    await world.agent("bruno", "support/chat")
    await world.router.remove_queue("support/chat", next(world.versions), **world.at)
    await world.router.remove_agent("anna", next(world.versions), **world.at)
    assert (await world.look(ix)).state == "waiting"
    await world.queue()
    assert set(await world.ring(ix)) == {"bruno"}
    await world.settled()
