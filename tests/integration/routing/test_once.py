"""A command with an id, sent again: the first answer, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.agent import Availability
from acd.domain.errors import BadRequest
from acd.routing.results import PresenceSet
from tests.integration.routing.world import World


async def say(world: World, availability: str, command: str, **more: Any) -> PresenceSet:
    return await world.router.set_presence(
        more.pop("agent", "anna"), channel=None, availability=Availability(availability),
        command=command, **more, **world.at,
    )  # fmt: skip


async def test_a_repeated_command_gives_the_first_answer_and_changes_nothing(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    first = await say(world, "away", "c1")
    assert first.changed
    await say(world, "available", "c2")
    before = len(await world.heard("presence.changed"))
    assert await say(world, "away", "c1") == first
    assert len(await world.heard("presence.changed")) == before
    assert (await world.see("anna")).eligible_somewhere
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
    assert (await world.see("anna")).eligible_somewhere, "the first answer was given"
    world.now_ms += 1_200_000
    await say(world, "away", "c1")
    assert not (await world.see("anna")).eligible_somewhere, "done anew"


async def test_what_is_kept_goes_by_itself(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await say(world, "away", "c1")
    client = world.router.link.client
    kept = [k async for k in client.scan_iter(f"acd:{{{world.router.tenant}}}:once:*")]
    assert len(kept) == 1
    assert 0 < await client.pttl(kept[0]) <= 1_800_000


@pytest.mark.parametrize("command", ["A B", "x" * 65, "a|b"])
async def test_an_id_that_is_none_is_refused(world: World, command: str) -> None:
    await world.queue()
    await world.agent("anna")
    with pytest.raises(BadRequest) as refused:
        await say(world, "away", command)
    assert refused.value.field == "command"
    assert (await world.see("anna")).eligible_somewhere
