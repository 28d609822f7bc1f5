"""Handing on to a queue or a department: the giver is done with it."""

from __future__ import annotations

import pytest

from acd.domain.errors import BadRequest, QueueUnknown
from tests.integration.routing.world import CHAT, World


@pytest.mark.parametrize("wrap_up_s", [0, 10])
async def test_to_a_queue_the_giver_is_done_with_it_at_once(world: World, wrap_up_s: int) -> None:
    name = await world.begun(wrap_up_s=wrap_up_s)
    arrived = (await world.look(name)).enqueued_ms
    await world.queue("sales/chat", decline_s=30)
    await world.agent("anna", "support/chat", "sales/chat", here=False)
    await world.wait(5)
    done = await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (done.changed, done.reason) == (True, "moved")
    found = await world.look(name)
    assert (found.state, found.queue, found.agent) == ("waiting", "sales/chat", None)
    assert found.enqueued_ms == arrived, "the age is kept"
    held = (await world.see("anna")).held
    assert [h.role for h in held] == (["giver"] if wrap_up_s else [])
    await world.settled()
    await world.wait(29)
    assert (await world.look(name)).state == "waiting", "the giver is not asked for it"
    await world.agent("bruno", "sales/chat")
    assert await world.answer(name) == "bruno"
    await world.settled()


async def test_the_giver_may_be_asked_again_after_a_while(world: World) -> None:
    name = await world.begun(wrap_up_s=40, wrap_up_extend_s=30)
    await world.queue("sales/chat", decline_s=20)
    await world.agent("anna", "support/chat", "sales/chat", here=False)
    await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (await world.router.wrap_up_extend(name, "anna", **world.at)).changed
    again = await world.router.wrap_up_extend(name, "anna", **world.at)
    assert again.reason == "extended_before"
    until = (await world.see("anna")).held[0].wrap_up_until_ms
    assert until == world.now_ms + 70_000, "the queue of now extends by its own"
    await world.wait(69)
    assert (await world.look(name)).state == "waiting", "not while they wrap it up"
    await world.settled()
    await world.wait(3)
    assert await world.answer(name) == "anna"
    await world.settled()


async def test_wrap_up_of_what_was_given_away_ends_by_its_agent(world: World) -> None:
    name = await world.begun(wrap_up_s=40)
    await world.queue("sales/chat")
    await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    assert not (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    seen = await world.see("anna")
    assert (seen.held, seen.channels[CHAT].count) == ((), 0)
    await world.settled()


async def test_to_a_department_it_goes_to_its_queue_on_the_channel(world: World) -> None:
    name = await world.begun()
    await world.queue("sales/chat")
    await world.queue("sales/call")
    at = world.at
    with pytest.raises(QueueUnknown):
        await world.router.transfer_to_department(name, "anna", "nowhere", **at)
    with pytest.raises(BadRequest):
        await world.router.transfer_to_queue(name, "anna", "sales/call", **at)
    refused = await world.router.transfer_to_department(name, "anna", "support", **at)
    assert refused.reason == "there"
    assert (await world.look(name)).agent == "anna"
    for _ in range(2):
        done = await world.router.transfer_to_department(name, "anna", "sales", command="c1", **at)
        assert done.changed
    assert (await world.look(name)).queue == "sales/chat"
    assert len(await world.heard("interaction.moved")) == 1
    await world.settled()


async def test_what_would_be_turned_away_there_is_not_sent_there(world: World) -> None:
    name = await world.begun()
    await world.queue("sales/chat", max_length=1)
    await world.router.set_hours("sales/chat", [(0, world.now_ms)], **world.at)
    refused = await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (refused.changed, refused.reason) == (False, "closed")
    await world.router.set_hours("sales/chat", None, **world.at)
    await world.arrive("sales/chat")
    refused = await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (refused.changed, refused.reason) == (False, "full")
    assert (await world.look(name)).agent == "anna"
    await world.settled()
