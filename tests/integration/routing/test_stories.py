"""Rare turns of events, told to the scripts and to the model side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.domain.interaction import Arrival, Channel
from acd.domain.queue import Diversion, Divert
from tests.integration.routing.story import CALL, CHAT, Story


async def test_nothing_is_known_of_the_unknown(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    for verb in ("abandon", "contact_lost", "contact_back"):
        assert (await story.do(verb, "ix_0")).reason == "unknown"
    await story.do("connected", "ix_0.1", "anna")
    await story.do("decline", "ix_0.1", "anna")
    await story.do("fail", "ix_0.1", "anna", "busy")
    await story.do("remove_queue", "it/chat", 1)
    await story.do("delivered", "ix_0.1", "anna")
    await story.do("close_session", "anna", "ss_0")
    await story.do("remove_agent", "anna", 0)
    await story.do("remove_queue", CHAT, 0)
    await story.do("configure_skills", ["french"], 2)
    await story.do("configure_skills", ["english"], 1)


async def test_an_old_word_of_the_directory_is_refused(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    agent, queue = story.model.agents["anna"].profile, story.model.queues[CHAT].settings
    old = await story.do("configure_agent", replace(agent, version=0, total=20))
    assert old.reason == "stale"
    assert (await story.do("configure_queue", replace(queue, version=0, ring=2))).reason == "stale"
    assert (await story.do("configure_agent", agent)).reason == "unchanged"
    assert (await story.do("configure_queue", queue)).reason == "unchanged"


async def test_too_late_for_an_expired_offer_and_a_wrap_up_that_is_over(story: Story) -> None:
    await story.queue(ring_time_s=3, wrap_up_s=5, max_missed=9)
    await story.agent("anna")
    name = await story.arrive()
    await story.heard(name)
    await story.later(4)
    assert (await story.do("accept", f"{name}.1", "anna")).outcome == "expired"
    while not story.model.interactions[name].live:
        await story.later(1)
    await story.answer(name)
    assert not (await story.do("wrap_up_extend", name, "anna")).changed
    await story.do("finish", name, by="agent", agent="anna")
    assert (await story.do("wrap_up_extend", name, "anna")).changed
    assert not (await story.do("wrap_up_extend", name, "anna")).changed
    await story.do("wrap_up_end", name, "anna")
    assert not (await story.do("wrap_up_end", name, "anna")).changed


async def test_who_leaves_in_wrap_up_needs_it_no_longer(story: Story) -> None:
    await story.queue(wrap_up_s=5)
    await story.agent("anna")
    name = await story.arrive()
    await story.answer(name)
    await story.do("abandon", name)
    await story.do("remove_agent", "anna", 99)
    assert await story.do("agent", "anna") is None


@pytest.mark.parametrize("end", ["abandon", "fail", "timeout"])
async def test_a_removed_agent_goes_with_the_last_call(story: Story, end: str) -> None:
    await story.queue(CALL)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    await story.answer(name)
    await story.do("remove_agent", "anna", 99)
    if end == "abandon":
        await story.do("abandon", name)
    elif end == "fail":
        await story.do("fail", f"{name}.1", "anna", "no media")
    else:
        await story.later(11)
    assert "anna" not in story.model.agents


@pytest.mark.parametrize("end", ["fail", "away", "remove"])
async def test_a_ring_whose_contact_left_ends_aside(story: Story, end: str) -> None:
    await story.queue()
    await story.agent("anna")
    name = await story.arrive()
    await story.do("contact_lost", name)
    if end == "fail":
        await story.do("fail", f"{name}.1", "anna", "busy")
    elif end == "away":
        await story.say("anna", "away")
    else:
        await story.do("remove_agent", "anna", 99)
    assert story.model.interactions[name].state == "parked"
    await story.do("contact_back", name)
    await story.do("contact_lost", name)
    await story.later(61)
    assert story.model.interactions[name].outcome == "abandoned"


async def test_three_failures_send_away_from_all_rings(story: Story) -> None:
    await story.queue(delivery_s=30)
    await story.agent("anna")
    names = [await story.arrive() for _ in range(4)]
    for name in names[:3]:
        await story.do("fail", f"{name}.1", "anna", "busy")
    assert not story.model.interactions[names[3]].live


async def test_two_misses_send_away_from_all_rings(story: Story) -> None:
    await story.queue(ring_time_s=3, max_missed=1)
    await story.agent("anna")
    await story.heard(await story.arrive())
    await story.later(1)
    second = await story.arrive()
    await story.heard(second)
    await story.later(2)
    assert story.model.interactions[second].state == "waiting"


async def test_an_accept_ends_the_misses_in_a_row(story: Story) -> None:
    await story.queue(ring_time_s=3, max_missed=3, decline_s=1)
    await story.agent("anna")
    name = await story.arrive()
    for _ in range(2):
        await story.heard(name)
        await story.later(3)
        while not story.model.interactions[name].live:
            await story.later(1)
    await story.answer(name)
    second = await story.arrive()
    await story.heard(second)
    await story.later(3)
    assert story.model.agents["anna"].missed[Channel.CHAT] == 1
    assert story.model.interactions[second].past == {1: "expired"}


async def test_a_queue_that_comes_back_serves_who_stayed(story: Story) -> None:
    await story.queue(decline_s=0.001)
    await story.agent("anna")
    name = await story.arrive()
    await story.do("remove_queue", CHAT, 99)
    await story.do("decline", f"{name}.1", "anna")
    story.version = 99
    await story.queue()
    story.now_ms += 1
    await story.run_timers()
    assert story.model.interactions[name].state == "ringing"


@pytest.mark.parametrize("to", [Diversion.OVERFLOW, Diversion.CALLBACK])
async def test_closing_sends_on_who_waits(story: Story, to: Diversion) -> None:
    await story.queue("sales/chat")
    await story.agent("anna", "sales/chat")
    await story.queue(at_close=Divert(to=to, queue="sales/chat"))
    name = await story.arrive()
    await story.later(1)
    await story.do("set_hours", CHAT, ())
    x = story.model.interactions[name]
    assert x.live if to is Diversion.OVERFLOW else x.callback


async def test_a_removed_queue_sends_on_who_waits(story: Story) -> None:
    await story.queue("sales/chat")
    await story.agent("anna", "sales/chat")
    await story.queue(at_close=Divert(to=Diversion.OVERFLOW, queue="sales/chat"))
    name = await story.arrive()
    await story.do("remove_queue", CHAT, 99)
    assert story.model.interactions[name].live


async def test_a_callback_that_nobody_answers(story: Story) -> None:
    await story.queue(CALL, callback_tries=1)
    await story.agent("anna", CALL)
    name = await story.arrive(CALL)
    waiting = await story.arrive(CALL)
    await story.do("request_callback", name, "nr_1")
    await story.answer(name)
    assert (await story.dialled(name, "anna", answered=False)).reason == "unreached"
    assert story.model.interactions[waiting].live


async def test_a_callback_instead_of_an_absence(story: Story) -> None:
    await story.queue(CALL)
    name = await story.arrive(CALL)
    await story.do("contact_lost", name)
    await story.agent("anna", CALL)
    await story.do("request_callback", name, "nr_1")
    assert story.model.interactions[name].live
    await story.answer(name)
    await story.do("remove_agent", "anna", 99)
    await story.dialled(name, "anna", answered=False)
    assert "anna" not in story.model.agents


async def test_chats_of_a_lost_agent_wait_for_them_for_a_while(story: Story) -> None:
    await story.queue(chat_grace_s=60, grace_s=20)
    await story.agent("anna")
    open_one, ringing = await story.arrive(), await story.arrive()
    await story.answer(open_one)
    await story.do("close_session", "anna", "ss_anna")
    await story.wait(21, 1000, [], [])
    assert story.model.interactions[ringing].state == "waiting"
    await story.do("open_session", "anna", "ss_anna")
    await story.do("close_session", "anna", "ss_anna")
    await story.wait(59, 1000, [], [])
    assert story.model.interactions[open_one].agent == "anna"
    await story.wait(2, 1000, [], [])
    assert story.model.interactions[open_one].agent is None


async def test_an_outage_gives_everybody_their_time_again(story: Story) -> None:
    await story.queue(grace_s=20, delivery_s=4, ring_time_s=20)
    await story.queue(CALL)
    await story.agent("anna", CHAT, CALL)
    await story.agent("bruno")
    call, ringing, chat = await story.arrive(CALL), await story.arrive(), await story.arrive()
    await story.answer(call)
    await story.answer(chat)
    await story.do("contact_lost", ringing)
    await story.do("close_session", "anna", "ss_anna")
    story.now_ms += 6000
    await story.run_timers()
    story.now_ms += 100_000
    await story.run_timers()
    await story.wait(130, 1000, [("bruno", "ss_bruno")], [])


async def test_a_heartbeat_brings_back_who_was_missed(story: Story) -> None:
    await story.queue()
    name = "ix_1"
    story.interactions.add(name)
    arrival = Arrival(interaction=name, queue=CHAT, contact="ct_1", conversation="cv_1")
    await story.do("enqueue", arrival)
    await story.wait(16, 1000, [], [])
    assert story.model.interactions[name].state == "parked"
    await story.agent("anna")
    await story.do("heartbeat", [("anna", "ss_anna")], [name])
    assert story.model.interactions[name].live


async def test_a_new_profile_says_when_less_is_held_than_it_allows(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    for _ in range(2):
        await story.answer(await story.arrive())
    profile = story.model.agents["anna"].profile
    for version, total in ((50, 20), (51, 100)):
        await story.do("configure_agent", replace(profile, version=version, total=total))
    assert story.model.events[-1].type == "capacity.within"


async def test_who_is_called_back_on_a_chat_answers_by_being_there(story: Story) -> None:
    await story.queue()
    await story.agent("anna")
    name = await story.arrive()
    await story.do("request_callback", name)
    await story.answer(name)
    await story.do("contact_back", name)
    assert story.model.interactions[name].state == "active"


async def test_everything_is_forgotten_a_day_after_it_is_recorded(story: Story) -> None:
    await story.queue()
    name = await story.arrive()
    await story.do("finish", name, by="system")
    story.now_ms += 86_500_000
    await story.run_timers()
    assert name in story.model.interactions, "it is not recorded"


async def test_who_comes_later_joins_a_ring_that_is_short(story: Story) -> None:
    await story.queue(strategy=("ring_all",), ring_limit=2)
    await story.agent("anna")
    name = await story.arrive()
    assert story.rung(name) == ["anna"]
    await story.agent("bruno")
    assert story.rung(name) == ["anna", "bruno"]
    await story.agent("chloe")
    assert story.rung(name) == ["anna", "bruno"], "it is full"
