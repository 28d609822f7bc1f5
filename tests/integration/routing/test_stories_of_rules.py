"""Rules, callbacks and pools in rare turns, told to the scripts and to the model side by side."""

from __future__ import annotations

import pytest

from acd.domain.agent import Availability
from acd.domain.interaction import Arrival, Channel, InteractionState, Outcome
from acd.domain.queue import Diversion, Divert, LastAgent, RelaxStep
from tests.integration.routing.story import CALL, CHAT, SALES, Story

S = InteractionState


async def test_a_callback_is_tried_again_and_answered(story: Story) -> None:
    await story.queue(CALL, callback_tries=3, callback_retry_s=30, dial_s=5)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    await story.dialled(name, "anna", answered=False)
    await story.later(31)
    await story.answer(name)
    await story.later(16)  # nobody says what came of it
    await story.later(31)
    await story.answer(name)
    assert not (await story.dialled(name, "bruno", answered=True)).changed
    assert (await story.dialled(name, "anna", answered=True)).changed
    assert story.model.interactions[name].state is S.ACTIVE
    for verb, more in (("request_callback", ("nr_2",)), ("request_callback", ("Nr 2",))):
        await story.do(verb, name, *more)
    await story.do("request_callback", "ix_0", "")
    await story.dialled("ix_0", "anna", answered=True)


@pytest.mark.parametrize("end", ["abandon", "finish", "queue"])
async def test_a_callback_that_is_given_up(story: Story, end: str) -> None:
    await story.queue(CALL, callback_retry_s=30)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    if end == "abandon":
        await story.do("abandon", name)
    elif end == "finish":
        await story.do("finish", name, by="agent", agent="anna")
    else:
        await story.dialled(name, "anna", answered=False)
        await story.do("remove_queue", CALL, 99)
        await story.later(31)
    assert story.model.interactions[name].state is S.ENDED


async def test_who_is_being_called_back_does_not_fall_silent(story: Story) -> None:
    await story.queue(idle_s=3, dial_s=30)
    await story.agent("anna")
    name = await story.arrive()
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    await story.later(12)
    assert story.model.interactions[name].state is S.CONNECTING
    await story.dialled(name, "anna", answered=True)
    await story.later(4)
    assert story.model.interactions[name].state is S.IDLE


async def test_nobody_is_passed_on_for_ever(story: Story) -> None:
    there = Divert(to=Diversion.OVERFLOW, queue=SALES)
    back = Divert(to=Diversion.OVERFLOW, queue=CHAT)
    await story.queue(on_max_wait=there, max_wait_s=5)
    await story.queue(SALES, on_max_wait=back, max_wait_s=5)
    name = await story.arrive()
    await story.do("contact_lost", name)
    await story.do("contact_back", name)
    await story.later(12)
    assert story.model.interactions[name].outcome == "rejected"
    assert story.model.interactions[name].hops == [CHAT]


async def test_nobody_is_there(story: Story) -> None:
    await story.queue(on_nobody=Divert(to=Diversion.FORM))
    await story.agent("anna")
    await story.say("anna", "away")
    refused = await story.arrive()
    assert story.model.interactions[refused].outcome == "form"
    await story.say("anna", "available")
    waiting = [await story.arrive() for _ in range(6)]
    await story.say("anna", "away")
    story.now_ms += 60_000
    await story.run_timers()
    await story.later(40)
    assert {story.model.interactions[name].outcome for name in waiting} == {"form"}


async def test_new_rules_hold_for_those_in_line(story: Story) -> None:
    await story.queue()
    waiting = [await story.arrive(), await story.arrive()]
    await story.later(3)
    end = Divert(to=Diversion.REJECT)
    await story.queue(max_wait_s=5, on_max_wait=end, on_nobody=end, at_close=end)
    await story.do("set_hours", CHAT, ((story.now_ms - 1000, story.now_ms + 60_000),))
    await story.do("set_hours", CHAT, ((story.now_ms - 1000, story.now_ms + 60_000),))
    await story.do("set_hours", "it/chat", None)
    await story.later(4)
    assert {story.model.interactions[name].outcome for name in waiting} == {"rejected"}


async def test_a_level_that_is_none_and_a_queue_that_is_not_there(story: Story) -> None:
    await story.queue()
    await story.queue(CALL)
    await story.queue(SALES)
    name = await story.arrive()
    for level in (0, 5, 1, 10):
        await story.do("reprioritise", name, level, "sofia")
    await story.do("reprioritise", "ix_0", 1, "sofia")
    for queue in ("it/chat", CALL, CHAT, SALES):
        await story.do("move", name, queue, "sofia")
    await story.do("move", "ix_0", CHAT, "sofia")
    await story.do("finish", name, by="system")
    await story.do("move", name, CHAT, "sofia")
    await story.do("reprioritise", name, 1, "sofia")


async def test_a_pool_goes_when_nobody_required_it_for_an_hour(story: Story) -> None:
    await story.do("configure_skills", ["french", "welding"], 1)
    await story.queue(relax=(RelaxStep(after_s=5, level=1), RelaxStep(after_s=10)))
    await story.agent("anna")
    await story.arrive(requires={"french": 3})
    await story.later(12)
    story.now_ms += 3_700_000
    for _ in range(3):
        await story.run_timers()
        story.now_ms += 3_700_000
    assert not story.model.queues[CHAT].pools
    await story.arrive(requires={"juggling": 1})


async def test_a_pool_too_many_is_refused(story: Story) -> None:
    skills = [f"s{number}" for number in range(70)]
    await story.do("configure_skills", skills, 1)
    await story.queue()
    with story.hurried():
        for skill in skills[:66]:
            await story.arrive(requires={skill: 1})
    assert story.model.events[-1].type == "pool.refused"


@pytest.mark.parametrize("away", ["away", "closed", "removed"])
async def test_who_waits_for_one_agent_waits_no_longer_when_they_leave(
    story: Story, away: str
) -> None:
    await story.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    await story.agent("anna")
    for _ in range(5):
        await story.answer(await story.arrive())
    name = await story.arrive(last_agent="anna")
    assert story.model.interactions[name].personal == "anna"
    if away == "away":
        await story.say("anna", "away")
    elif away == "removed":
        await story.do("remove_agent", "anna", 99)
    else:
        await story.do("close_session", "anna", "ss_anna")
        await story.wait(21, 1000, [], [])
    assert story.model.interactions[name].personal is None


async def test_one_who_waits_for_nobody_any_more_is_found(story: Story) -> None:
    await story.queue()
    story.interactions.add("ix_9")
    arrival = Arrival(interaction="ix_9", queue=CHAT, contact="ct_9", conversation="cv_9")
    await story.do("enqueue", arrival)
    await story.do("contact_lost", "ix_9")
    await story.do("remove_queue", CHAT, 99)
    await story.do("contact_back", "ix_9")
    assert story.model.interactions["ix_9"].outcome == "rejected"


async def test_one_called_back_for_longer_than_silence_lasts(story: Story) -> None:
    await story.queue(idle_s=10, dial_s=60)
    await story.agent("anna")
    name = await story.arrive()
    await story.do("request_callback", name)
    await story.answer(name)
    await story.later(15)
    await story.do("contact_back", name)
    await story.later(15)
    assert story.model.interactions[name].state is S.IDLE


async def test_how_offers_ended_is_forgotten_alike(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    name = await story.arrive()
    await story.answer(name)
    await story.agent("bela")
    at = {"now_ms": story.now_ms}
    for _ in range(128):
        await story.router.transfer_to_agent(name, "anna", "bela", **at)
        await story.router.transfer_cancel(name, "anna", **at)
        story.model.transfer_to_agent(name, "anna", "bela", **at)
        story.model.transfer_cancel(name, "anna", **at)
    ended = {
        number: (await story.do("decline", f"{name}.{number}", "bela")).outcome
        for number in (1, 65, 66, 129)
    }
    assert ended == {1: "expired", 65: "expired", 66: "withdrawn", 129: "withdrawn"}


async def test_an_accept_that_is_told_again_says_who_has_it_now(story: Story) -> None:
    await story.queue(CALL)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.answer(name)
    offer = f"{name}.1"
    assert (await story.do("accept", offer, "anna")).outcome == "accepted"
    await story.do("fail", offer, "anna", "connect_failed")
    assert (await story.do("accept", offer, "anna")).outcome == "withdrawn", "it rings on"
    await story.later(16)
    await story.answer(name)
    await story.do("connected", f"{name}.2", "anna")
    await story.do("finish", name, by="agent", agent="anna", wrap_up=False)
    assert (await story.do("accept", f"{name}.2", "anna")).outcome == "accepted"


async def test_an_earlier_try_that_is_told_again_ends_no_later_one(story: Story) -> None:
    await story.queue(callback_retry_s=1)
    await story.agent("anna")
    name = await story.arrive()
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    assert (await story.dialled(name, "anna", answered=False)).reason == "parked"
    await story.later(2)
    await story.answer(name)
    first = f"{name}.1"
    for answered in (False, True):
        again = await story.do("callback_dialled", first, "anna", answered=answered)
        assert again.reason == "late"
    assert story.model.interactions[name].state is S.CONNECTING
    await story.do("callback_dialled", "ix", "anna", answered=True)


async def test_whose_telephone_rings_has_not_answered_by_reloading_the_page(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    name = await story.arrive()
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    assert not (await story.do("contact_back", name)).changed
    assert story.model.interactions[name].state is S.CONNECTING


async def test_nobody_is_blamed_for_a_ring_that_rang_at_several(story: Story) -> None:
    await story.queue(ring=2, ring_time_s=5, max_missed=1)
    await story.agent("anna")
    await story.agent("bruno")
    name = await story.arrive()
    rings = list(story.model.interactions[name].live)
    assert len(rings) == 2
    for ring in rings:
        await story.do("delivered", f"{name}.{ring.number}", ring.agent)
    await story.later(6)
    for agent in ("anna", "bruno"):
        assert story.model.agents[agent].availability[Channel.CHAT] is Availability.AVAILABLE


async def test_an_accept_that_nobody_was_connected_by(story: Story) -> None:
    await story.queue(CALL, connect_s=5)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    first = f"{name}.{story.model.interactions[name].live[0].number}"
    await story.answer(name)
    await story.do("fail", first, "anna", "connect_failed")
    await story.do("abandon", name)
    assert story.model.interactions[name].outcome is Outcome.ABANDONED
