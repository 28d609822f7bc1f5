"""A command with an id, sent again: the first answer, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.agent import Availability
from acd.domain.errors import BadRequest, Overloaded
from acd.routing import keys
from acd.routing.results import PresenceSet
from tests.integration.routing.world import CHAT, World


async def say(world: World, availability: str, command: str, **more: Any) -> PresenceSet:
    return await world.router.set_presence(
        more.pop("agent", "anna"), channel=None, availability=Availability(availability),
        command=command, **more, **world.at,
    )  # fmt: skip


async def is_here(world: World) -> bool:
    return (await world.see("anna")).channels[CHAT].availability == "available"


async def test_a_repeated_command_gives_the_first_answer_and_changes_nothing(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    first = await say(world, "away", "c1")
    assert first.changed
    await say(world, "available", "c2")
    before = len(await world.heard("presence.changed"))
    assert await say(world, "away", "c1") == first
    assert len(await world.heard("presence.changed")) == before
    assert await is_here(world)
    assert (await say(world, "away", "c3")).presence_seq == first.presence_seq + 2


async def test_the_same_id_of_another_agent_or_verb_is_another_command(world: World) -> None:
    await world.queue(wrap_up_s=30)
    await world.agent("anna", chat=1)
    await world.agent("bruno")
    name = await world.arrive()
    await world.answer(name, "anna")
    await world.finish(name)
    assert (await say(world, "away", "c1")).changed
    assert (await say(world, "away", "c1", agent="bruno")).changed
    assert len(await world.heard("presence.changed")) == 4
    for _ in range(2):
        extended = await world.router.wrap_up_extend(name, "anna", command="c1", **world.at)
        assert extended.changed, "without an id it would have been extended before"


async def test_an_answer_is_kept_for_ten_minutes_and_then_forgotten(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await say(world, "away", "c1")
    await say(world, "available", "")
    world.now_ms += 600_000
    await say(world, "away", "c1")
    assert await is_here(world), "the first answer was given"
    world.now_ms += 1_200_000
    await say(world, "away", "c1")
    assert not await is_here(world), "done anew"


async def test_what_is_kept_goes_by_itself(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await say(world, "away", "c1")
    client = world.router.link.client
    kept = [k async for k in client.scan_iter(f"acd:{{{world.router.tenant}}}:once:*")]
    assert len(kept) == 1
    assert 0 < await client.pttl(kept[0]) <= 1_800_000


async def test_a_finish_sent_again_does_not_end_a_chat_whose_customer_came_back(
    world: World,
) -> None:
    await world.queue(idle_s=30, wrap_up_s=60)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat)
    end: dict[str, Any] = {"by": "agent", "agent": "anna", "command": "c1"}
    first = await world.router.finish(chat, **end, **world.at)
    assert first.changed
    assert (await world.router.heard(chat, **world.at)).effect == "regained"
    assert await world.router.finish(chat, **end, **world.at) == first
    assert (await world.look(chat)).state == "active"
    await world.settled()


async def test_an_abandonment_sent_again_does_not_end_a_chat_that_was_regained(
    world: World,
) -> None:
    await world.queue(wrap_up_s=60)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat)
    first = await world.router.abandon(chat, command="c1", **world.at)
    await world.router.heard(chat, **world.at)
    assert await world.router.abandon(chat, command="c1", **world.at) == first
    assert (await world.look(chat)).state == "active"


async def test_moves_levels_and_callbacks_sent_again_are_not_done_twice(world: World) -> None:
    for queue in ("support/chat", "sales/chat"):
        await world.queue(queue)
    chat, router = await world.arrive(), world.router
    moved = await router.move(chat, "sales/chat", "boss", command="c1", **world.at)
    await router.move(chat, "support/chat", "boss", **world.at)
    assert await router.move(chat, "sales/chat", "boss", command="c1", **world.at) == moved
    raised = await router.reprioritise(chat, 1, "boss", command="c1", **world.at)
    await router.reprioritise(chat, 7, "boss", **world.at)
    assert await router.reprioritise(chat, 1, "boss", command="c1", **world.at) == raised
    asked = await router.request_callback(chat, "old", command="c1", **world.at)
    await router.request_callback(chat, "new", **world.at)
    assert await router.request_callback(chat, "old", command="c1", **world.at) == asked
    found = await world.look(chat)
    assert (found.queue, found.level) == ("support/chat", 7)
    assert found.callback
    assert found.callback.number_ref == "new"
    await world.settled()


async def test_what_guests_and_transfers_end_sent_again_is_not_done_twice(world: World) -> None:
    await world.queue()
    for name in ("anna", "bruno"):
        await world.agent(name)
    chat, router = await world.arrive(), world.router
    await world.answer(chat, (await world.look(chat)).offers[0].agent)
    mine = str((await world.look(chat)).agent)
    other = "bruno" if mine == "anna" else "anna"
    await router.transfer_to_agent(chat, mine, other, **world.at)
    back = await router.transfer_cancel(chat, mine, command="c1", **world.at)
    await router.transfer_to_agent(chat, mine, other, **world.at)
    assert await router.transfer_cancel(chat, mine, command="c1", **world.at) == back
    assert (await world.look(chat)).transfer_to == other
    await router.transfer_cancel(chat, mine, **world.at)
    await router.consult(chat, mine, other, **world.at)
    ended = await router.consult_cancel(chat, mine, command="c2", **world.at)
    await router.consult(chat, mine, other, **world.at)
    assert await router.consult_cancel(chat, mine, command="c2", **world.at) == ended
    left = await router.leave(chat, other, command="c3", **world.at)
    await router.invite(chat, mine, other, **world.at)
    assert await router.leave(chat, other, command="c3", **world.at) == left
    assert set((await world.look(chat)).guests) == {other}
    await world.settled()


async def test_an_end_of_wrap_up_sent_again_does_not_end_the_next(world: World) -> None:
    await world.queue(wrap_up_s=60)
    await world.agent("anna")
    chat = await world.arrive()
    await world.answer(chat)
    await world.finish(chat)
    ended = await world.router.wrap_up_end(chat, "anna", command="c1", **world.at)
    other = await world.arrive()
    await world.answer(other)
    assert ended.changed
    again = await world.router.wrap_up_end(chat, "anna", command="c1", **world.at)
    assert again == ended
    assert not (await world.router.wrap_up_end(chat, "anna", command="c2", **world.at)).changed


async def test_where_no_more_answers_are_kept_work_still_ends(world: World) -> None:
    await world.queue(wrap_up_s=60)
    for name in ("anna", "bruno"):
        await world.agent(name)
    chat, router = await world.arrive(), world.router
    mine = await world.answer(chat)
    other = "bruno" if mine == "anna" else "anna"
    kept = f"{keys.prefix(router.tenant)}once:{world.now_ms // 600_000}"
    await router.link.client.hset(kept, mapping=dict.fromkeys(map(str, range(200_000)), "1"))
    with pytest.raises(Overloaded):
        await router.invite(chat, mine, other, command="c1", **world.at)
    await router.invite(chat, mine, other, **world.at)
    assert (await router.leave(chat, other, command="c2", **world.at)).changed
    await router.transfer_to_agent(chat, mine, other, **world.at)
    assert (await router.transfer_cancel(chat, mine, command="c3", **world.at)).changed
    ended = await router.finish(chat, by="agent", agent=mine, command="c4", **world.at)
    assert ended.changed
    assert (await router.wrap_up_end(chat, mine, command="c5", **world.at)).changed
    assert (await router.abandon(await world.arrive(), command="c6", **world.at)).changed
    await world.settled()


async def test_what_is_refused_is_not_kept(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.agent("bruno", here=False)
    chat = await world.arrive()
    await world.answer(chat)
    ask: dict[str, Any] = {"command": "c1", **world.at}
    refused = await world.router.transfer_to_agent(chat, "anna", "bruno", **ask)
    assert refused.reason == "not_here"
    client = world.router.link.client
    assert [k async for k in client.scan_iter(f"acd:{{{world.router.tenant}}}:once:*")] == []
    await world.sign_in("bruno")
    assert (await world.router.transfer_to_agent(chat, "anna", "bruno", **ask)).changed
    assert not (await world.router.transfer_to_agent(chat, "anna", "bruno", **world.at)).changed


@pytest.mark.parametrize("command", ["A B", "x" * 65, "a|b"])
async def test_an_id_that_is_none_is_refused(world: World, command: str) -> None:
    await world.queue()
    await world.agent("anna")
    with pytest.raises(BadRequest) as refused:
        await say(world, "away", command)
    assert refused.value.field == "command"
    assert await is_here(world)
