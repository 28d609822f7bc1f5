"""Chats whose customer is silent, told to the scripts and to the model side by side."""

from __future__ import annotations

import pytest

from acd.domain.interaction import InteractionState
from tests.integration.routing.story import SALES, Story

S = InteractionState


async def test_a_silent_chat_makes_room_and_its_customer_comes_back(story: Story) -> None:
    await story.queue(idle_s=3)
    await story.agent("anna", chat=1)
    silent = await story.served()
    waiting = await story.arrive()
    await story.later(4)
    assert (story.look(silent).state, story.rung(waiting)) == (S.IDLE, ["anna"])
    await story.answer(waiting)
    assert (await story.do("heard", silent)).effect == "regained"
    assert story.model.agents["anna"].over == "customer_returned"
    await story.do("finish", waiting, by="agent", agent="anna", wrap_up=False)
    assert not story.model.agents["anna"].over
    await story.later(4)
    assert story.look(silent).state is S.IDLE, "it is watched again"


async def test_only_so_many_are_silent_at_once(story: Story) -> None:
    await story.queue(idle_s=3)
    await story.agent("anna", chat=1)
    names = []
    for _ in range(3):
        names.append(await story.served())
        await story.later(4)
    states = [story.look(name).state for name in names]
    assert states == [S.IDLE, S.IDLE, S.ACTIVE]


async def test_a_silent_chat_ends_after_a_day(story: Story) -> None:
    await story.queue(idle_s=3)
    await story.agent("anna")
    name = await story.served()
    await story.later(4)
    story.now_ms += 86_400_000
    await story.run_timers()
    assert story.look(name).state is S.ENDED


@pytest.mark.parametrize("then", ["sent on", "heard", "taken", "lost"])
async def test_a_silent_chat_outlives_the_time_of_its_queue(story: Story, then: str) -> None:
    await story.queue(idle_s=3)
    await story.queue(SALES)
    await story.agent("anna")
    await story.agent("bruno")
    name = await story.served()
    owner = str(story.look(name).agent)
    await story.later(4)
    assert story.look(name).state is S.IDLE
    await story.queue(idle_s=0)
    match then:
        case "sent on":
            assert (await story.do("transfer_to_queue", name, owner, SALES)).reason == "moved"
            assert f"i|{name}" not in story.model.timers
        case "heard":
            assert (await story.do("heard", name)).effect == "regained"
        case "taken":
            other = "bruno" if owner == "anna" else "anna"
            await story.do("assign", name, other, "sofia")
            assert story.look(name).agent == other
        case _:
            await story.do("remove_agent", owner, 9)
    await story.later(4)


async def test_who_comes_back_during_wrap_up_has_the_same_slot(story: Story) -> None:
    await story.queue(wrap_up_s=60)
    await story.agent("anna", chat=1)
    name = await story.served()
    await story.do("finish", name, by="agent", agent="anna")
    assert (await story.do("heard", name)).effect == "regained"
    await story.later(61)
    assert story.look(name).state is S.ACTIVE
    assert not story.model.agents["anna"].over
