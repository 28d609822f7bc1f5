"""Work that changes hands, told to the scripts and to the model side by side."""

from __future__ import annotations

import pytest

from acd.domain.interaction import InteractionState
from acd.routing.model.consulting import GUESTS_MAX
from tests.integration.routing.story import CALL, CHAT, SALES, Story

S = InteractionState


async def annas(story: Story, *others: str, **settings: object) -> str:
    """A chat that anna has; the others are there."""
    await story.queue(**settings)
    await story.agent("anna")
    name = await story.served()
    for agent in others:
        await story.agent(agent)
    return name


async def test_a_guest_holds_a_slot_until_they_leave(story: Story) -> None:
    name = await annas(story)
    await story.agent("bruno", chat=1)
    await story.say("anna", "away")
    assert (await story.do("invite", name, "anna", "bruno")).reason == "joined"
    other = await story.arrive()
    assert not story.rung(other)
    await story.do("leave", name, "bruno")
    assert story.rung(other) == ["bruno"]


@pytest.mark.parametrize("end", ["finish", "abandon"])
async def test_with_the_end_everybody_else_has_nothing_of_it(story: Story, end: str) -> None:
    name = await annas(story, "bruno", "chloe")
    await story.do("invite", name, "anna", "bruno")
    await story.do("transfer_to_agent", name, "anna", "chloe")
    assert story.rung(name) == ["chloe"]
    if end == "finish":
        await story.do("finish", name, by="agent", agent="anna")
    else:
        await story.do("abandon", name)
    assert not story.look(name).guests
    assert not story.model.agents["bruno"].held


async def test_with_the_owner_a_guest_and_a_target_go(story: Story) -> None:
    name = await annas(story, "bruno", "chloe", chat_grace_s=5, grace_s=3, lease_s=5)
    await story.do("invite", name, "anna", "bruno")
    await story.do("transfer_to_agent", name, "anna", "chloe")
    await story.do("delivered", f"{name}.{story.look(name).live[0].number}", "chloe")
    await story.do("close_session", "anna", "ss_anna")
    await story.wait(8, 1000, [("bruno", "ss_bruno"), ("chloe", "ss_chloe")], [])
    assert not story.look(name).guests
    assert story.look(name).agent != "anna"


async def test_a_call_assigned_in_vain_leaves_its_guest(story: Story) -> None:
    await story.queue(CALL)
    await story.agent("anna", CALL)
    name = await story.served(CALL)
    await story.do("connected", f"{name}.1", "anna")
    for agent in ("bruno", "chloe"):
        await story.agent(agent, CALL)
    await story.do("invite", name, "anna", "bruno")
    await story.do("assign", name, "chloe", "sofia")
    assert story.look(name).state is S.CONNECTING
    await story.do("fail", f"{name}.{story.look(name).won}", "chloe", "no media")
    assert not story.look(name).guests


async def test_a_call_that_is_assigned_rings_as_long_as_an_offer_before_it_connects(
    story: Story,
) -> None:
    await story.queue(CALL, ring_time_s=20, connect_s=10)
    await story.agent("anna", CALL)
    await story.say("anna", "away")
    name = await story.arrive(CALL)
    await story.do("assign", name, "anna", "sofia")
    await story.later(29)
    assert story.look(name).state is S.CONNECTING
    await story.later(2)
    assert story.look(name).state is S.WAITING
    assert not story.model.agents["anna"].held


async def test_who_gave_it_away_wraps_up(story: Story) -> None:
    name = await annas(story, "bruno", wrap_up_s=5)
    await story.do("transfer_to_agent", name, "anna", "bruno")
    await story.answer(name)
    assert list(story.look(name).wraps) == ["anna"]
    await story.later(6)
    assert not story.model.agents["anna"].held
    await story.do("transfer_to_agent", name, "bruno", "anna")
    await story.answer(name)
    await story.do("transfer_to_agent", name, "anna", "bruno")
    assert not story.look(name).wraps, "whoever is asked again needs no wrap-up"


@pytest.mark.parametrize("end", ["decline", "fail", "cancel", "time", "away"])
async def test_a_transfer_that_is_not_taken_comes_back(story: Story, end: str) -> None:
    name = await annas(story, "bruno", ring_time_s=5)
    await story.do("transfer_to_agent", name, "anna", "bruno")
    offer = f"{name}.{story.look(name).live[0].number}"
    match end:
        case "decline":
            await story.do("decline", offer, "bruno")
        case "fail":
            await story.do("fail", offer, "bruno", "busy")
        case "cancel":
            await story.do("transfer_cancel", name, "anna")
        case "away":
            await story.say("bruno", "away")
        case _:
            await story.do("delivered", offer, "bruno")
            await story.later(6)
    assert (story.look(name).agent, story.look(name).transfer) == ("anna", None)
    assert (await story.do("accept", offer, "bruno")).outcome != "accepted"


async def test_only_the_owner_hands_on(story: Story) -> None:
    name = await annas(story, "bruno", "chloe")
    await story.queue(SALES)
    for verb in ("transfer_to_agent", "invite", "consult"):
        assert (await story.do(verb, name, "bruno", "chloe")).reason == "not_owner"
    assert (await story.do("transfer_to_queue", name, "bruno", SALES)).reason == "not_owner"
    await story.do("consult", name, "anna", "chloe")
    assert (await story.do("consult_complete", name, "bruno")).reason == "not_owner"
    assert (await story.do("consult_cancel", name, "bruno")).reason == "not_owner"


async def test_a_full_colleague_is_asked_when_they_have_room(story: Story) -> None:
    name = await annas(story)
    await story.agent("bruno", chat=1)
    await story.say("anna", "away")
    his = await story.served()
    for verb in ("invite", "consult", "transfer_to_agent"):
        assert (await story.do(verb, name, "anna", "bruno")).reason == "full"
    waits = await story.do("transfer_to_agent", name, "anna", "bruno", wait=True)
    assert waits.reason == "waits"
    await story.later(1)
    later = await story.arrive()
    await story.do("finish", his, by="agent", agent="bruno", wrap_up=False)
    assert (story.rung(name), story.rung(later)) == (["bruno"], [])


async def test_nobody_waits_for_a_full_colleague_for_ever(story: Story) -> None:
    name = await annas(story)
    await story.agent("bruno", chat=1)
    await story.say("anna", "away")
    await story.served()
    await story.do("transfer_to_agent", name, "anna", "bruno", wait=True)
    here = [(agent, f"ss_{agent}") for agent in ("anna", "bruno")]
    await story.wait(301, 4000, here, [])
    assert story.look(name).transfer is None


@pytest.mark.parametrize("stay", [False, True])
async def test_a_consultation_changes_the_owner(story: Story, stay: bool) -> None:
    name = await annas(story, "bruno", "chloe", wrap_up_s=5)
    await story.do("consult", name, "anna", "bruno")
    assert (await story.do("consult", name, "anna", "chloe")).reason == "consulting"
    await story.do("transfer_to_agent", name, "anna", "chloe")
    assert (await story.do("consult_complete", name, "anna", stay=stay)).changed
    found = story.look(name)
    assert (found.agent, list(found.guests)) == ("bruno", ["anna"] if stay else [])
    await story.later(6)


async def test_to_another_queue_the_giver_is_done_with_it(story: Story) -> None:
    await story.queue(decline_s=10)
    await story.queue(SALES, decline_s=10)
    await story.agent("anna", CHAT, SALES)
    name = await story.served()
    await story.later(2)
    younger = await story.arrive(SALES)
    await story.do("decline", f"{younger}.1", "anna")
    assert (await story.do("transfer_to_queue", name, "anna", SALES)).reason == "moved"
    assert not story.rung(name), "they just gave it away"
    await story.later(10)
    assert story.rung(name) == ["anna"]


async def test_what_is_moved_keeps_its_age(story: Story) -> None:
    await story.queue()
    await story.queue(SALES)
    elder = await story.arrive()
    await story.later(2)
    younger = await story.arrive(SALES)
    assert (await story.do("move", elder, SALES, "sofia")).reason == "moved"
    await story.agent("anna", SALES, chat=1)
    assert (story.rung(elder), story.rung(younger)) == (["anna"], [])


async def test_a_supervisor_assigns_over_capacity(story: Story) -> None:
    await story.queue()
    await story.agent("anna", chat=1)
    mine = await story.served()
    waiting = await story.arrive()
    assert (await story.do("assign", waiting, "anna", "sofia")).reason == "assigned"
    assert story.model.agents["anna"].over == "assigned"
    await story.do("finish", mine, by="agent", agent="anna", wrap_up=False)
    assert not story.model.agents["anna"].over


async def test_what_is_assigned_rings_no_more(story: Story) -> None:
    await story.queue(ring=2)
    await story.agent("anna")
    await story.agent("bruno")
    name = await story.arrive()
    assert len(story.rung(name)) == 2
    await story.do("assign", name, "bruno", "sofia")
    assert (story.look(name).agent, story.rung(name)) == ("bruno", [])
    assert (await story.do("accept", f"{name}.1", "anna")).outcome == "taken"
    assert (await story.do("assign", name, "anna", "sofia")).changed
    assert list(story.model.agents["bruno"].held) == []


async def test_members_pull_where_they_may(story: Story) -> None:
    await story.queue()
    await story.queue(SALES)
    name = await story.arrive()
    await story.agent("anna", SALES)
    assert (await story.do("pull", name, "anna")).reason == "not_allowed"
    await story.queue(pull=True)
    assert (await story.do("pull", name, "anna")).reason == "not_member"
    await story.agent("bruno")
    assert (await story.do("pull", name, "bruno")).reason == S.RINGING
    await story.say("bruno", "away")
    assert (await story.do("pull", name, "bruno")).reason == "pulled"


async def test_so_many_guests_and_no_more(story: Story) -> None:
    guests = [f"guest_{number}" for number in range(GUESTS_MAX + 1)]
    with story.hurried():
        name = await annas(story, *guests)
    told = [(await story.do("invite", name, "anna", guest)).reason for guest in guests]
    assert told == ["joined"] * GUESTS_MAX + ["too_many"]


# silence
