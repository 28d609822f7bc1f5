"""Supervisors assign, agents pull and open, and finish before a break."""

from __future__ import annotations

import pytest

from acd.domain.errors import AgentUnknown, BadRequest, NotFound, QueueUnknown
from acd.domain.interaction import Opening
from acd.routing.results import Changed, Opened
from tests.integration.routing.world import CALL, CHAT, World


async def test_a_supervisor_assigns_over_capacity_and_it_is_said(world: World) -> None:
    await world.queue()
    await world.agent("anna", chat=1)
    first, second = await world.arrive(), await world.arrive()
    await world.answer(first)
    done = await world.router.assign(second, "anna", "sam", command="c", **world.at)
    assert done.changed
    assert await world.router.assign(second, "anna", "sam", command="c", **world.at) == done
    found = await world.look(second)
    assert (found.state, found.agent) == ("active", "anna")
    assert (await world.see("anna")).over == "assigned"
    [event] = await world.heard("interaction.assigned")
    assert (event.data["cause"], event.data["by"]) == ("assigned", "sam")
    await world.settled()
    third = await world.arrive()
    await world.finish(first)
    assert (await world.see("anna")).over == ""
    assert not await world.ring(third), "full, but not over"
    await world.settled()
    assert (await world.router.assign(second, "anna", "sam", **world.at)).reason == "there"


@pytest.mark.parametrize("state", ["waiting", "ringing", "parked", "active", "idle"])
async def test_it_is_assigned_wherever_it_is(world: World, state: str) -> None:
    await world.queue(idle_s=10, wrap_up_s=5)
    await world.agent("anna", "support/chat", here=state not in ("waiting", "parked"))
    name = await world.arrive(leased=False)
    if state == "parked":
        await world.router.contact_lost(name, **world.at)
    if state in ("active", "idle"):
        await world.answer(name)
    if state == "idle":
        await world.wait(10)
    assert (await world.look(name)).state == state
    await world.queue("other/chat")
    await world.agent("bruno", "other/chat")
    assert (await world.router.assign(name, "bruno", "sam", **world.at)).changed
    found = await world.look(name)
    assert (found.state, found.agent, found.offers) == ("active", "bruno", ())
    held = [h.role for h in (await world.see("anna")).held]
    assert held == (["giver"] if state == "active" else [])
    await world.settled()
    await world.finish(name)
    await world.wait(70)
    await world.settled()


async def test_an_assigned_call_connects(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call", call=1)
    name = await world.arrive("support/call", leased=False)
    for offer in (await world.look(name)).offers:
        await world.router.decline(offer.offer, "anna", **world.at)
    await world.router.assign(name, "anna", "sam", **world.at)
    assert (await world.look(name)).state == "connecting"
    [event] = await world.heard("interaction.assigned")
    await world.settled()
    assert (await world.router.connected(event.data["offer"], "anna", **world.at)).changed
    assert (await world.look(name)).state == "active"
    await world.settled()


async def test_what_cannot_be_assigned(world: World) -> None:
    await world.queue()
    await world.agent("anna", here=False)
    await world.agent("bruno")
    name = await world.arrive()
    router, at = world.router, world.at
    assert (await router.assign(name, "anna", "sam", **at)).reason == "not_here"
    with pytest.raises(AgentUnknown):
        await router.assign(name, "nobody", "sam", **at)
    with pytest.raises(NotFound):
        await router.assign("ix_none", "bruno", "sam", **at)
    await world.answer(name)
    await world.finish(name)
    assert (await router.assign(name, "bruno", "sam", **at)).reason == "ended"
    await world.settled()


async def test_members_pull_where_the_queue_allows_it(world: World) -> None:
    await world.queue(pull=True)
    await world.queue("sales/chat")
    await world.agent("anna", "support/chat", "sales/chat", chat=1)
    await world.agent("bruno", "sales/chat", here=False)
    first = await world.arrive()
    await world.answer(first)
    older, wanted, not_this = (
        await world.arrive(), await world.arrive(), await world.arrive("sales/chat"),
    )  # fmt: skip
    router, at = world.router, world.at
    assert (await router.pull(not_this, "anna", **at)).reason == "not_allowed"
    assert (await router.pull(wanted, "bruno", **at)).reason == "not_here"
    await world.sign_in("bruno")
    assert (await router.pull(wanted, "bruno", **at)).reason == "not_member"
    assert (await router.pull(first, "anna", **at)).reason == "active"
    for _ in range(2):
        assert (await router.pull(wanted, "anna", command="c", **at)).changed
    assert (await world.look(wanted)).agent == "anna"
    assert (await world.look(older)).state == "waiting", "out of turn"
    assert (await world.see("anna")).over == "pulled"
    await world.settled()


def opening(name: str, queue: str = "support/call", agent: str = "anna", **more: str) -> Opening:
    return Opening(
        interaction=name, queue=queue, contact="ct_9", conversation="cv_9", agent=agent, **more,
    )  # fmt: skip


async def test_an_agent_opens_one_active_at_once_with_capacity_checked(world: World) -> None:
    await world.queue("support/call", wrap_up_s=5)
    await world.agent("anna", "support/call", call=1)
    await world.say("anna", "away")
    opened = await world.router.open_interaction(opening("ix_o"), **world.at)
    assert opened == Opened(interaction="ix_o", known=False, state="active")
    again = await world.router.open_interaction(opening("ix_o"), **world.at)
    assert isinstance(again, Opened)
    assert again.known
    found = await world.look("ix_o")
    assert (found.state, found.agent, found.offers) == ("active", "anna", ())
    assert (await world.see("anna")).channels[CALL].count == 1
    await world.settled()
    refused = await world.router.open_interaction(opening("ix_p"), **world.at)
    assert refused == Changed(changed=False, reason="full")
    await world.finish("ix_o")
    assert (await world.heard("interaction.ended"))[0].data["outcome"] == "handled"
    await world.settled()


async def test_what_cannot_be_opened(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call", here=False)
    refused = await world.router.open_interaction(opening("ix_o"), **world.at)
    assert refused == Changed(changed=False, reason="not_here")
    for bad, error in (
        (opening("ix_o", agent="nobody"), AgentUnknown),
        (opening("ix_o", queue="no/call"), QueueUnknown),
        (opening("ix o"), BadRequest),
        (opening("ix_o", card="[]"), BadRequest),
        (opening("ix_o", agent="A B"), BadRequest),
    ):
        with pytest.raises(error):
            await world.router.open_interaction(bad, **world.at)
    assert await world.router.interaction("ix_o", **world.at) is None


@pytest.mark.parametrize("after", ["away", "offline"])
async def test_finishing_takes_nothing_new_and_ends_with_the_last_slot(
    world: World, after: str
) -> None:
    await world.queue(wrap_up_s=5)
    await world.agent("anna")
    first, second = await world.arrive(), await world.arrive()
    for name in (first, second):
        await world.answer(name)
    ringing = await world.arrive()
    assert await world.ring(ringing)
    await world.say("anna", after, reason="lunch", when="finished")
    state = (await world.see("anna")).channels[CHAT]
    assert (state.availability, state.after, state.reason) == ("finishing", after, "lunch")
    assert not await world.ring(ringing), "nothing new"
    assert (await world.router.queue("support/chat", **world.at)).here == 0
    await world.settled()
    await world.finish(first, wrap_up=False)
    assert (await world.see("anna")).channels[CHAT].availability == "finishing"
    await world.finish(second)
    assert (await world.see("anna")).channels[CHAT].availability == "finishing", "in wrap-up"
    await world.settled()
    await world.wait(5)
    state = (await world.see("anna")).channels[CHAT]
    assert (state.availability, state.after) == (after, None)
    assert (await world.heard("presence.changed"))[-1].data["cause"] == "finished"
    await world.settled()
    await world.say("anna", "available")
    assert list(await world.ring(ringing)) == ["anna"]


async def test_finishing_with_nothing_to_finish_is_over_at_once(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.say("anna", "away", reason="break", when="finished")
    assert (await world.see("anna")).channels[CHAT].availability == "away"
    await world.settled()
    with pytest.raises(BadRequest):
        await world.say("anna", "available", when="finished")
    with pytest.raises(BadRequest):
        await world.say("anna", "finishing")


async def test_finishing_on_one_channel_waits_for_that_channel_alone(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.agent("anna", "support/chat", "support/call")
    name = await world.arrive()
    await world.answer(name)
    await world.say("anna", "away", CALL, when="finished")
    assert (await world.see("anna")).channels[CALL].availability == "away"
    await world.say("anna", "away", CHAT, when="finished")
    await world.say("anna", "available", CHAT)
    assert list(await world.ring(await world.arrive())) == ["anna"], "one may change one's mind"
    await world.settled()


async def test_a_finishing_agent_who_is_lost_and_back_finishes_still(world: World) -> None:
    await world.queue(grace_s=3, lease_s=5, chat_grace_s=60)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await world.say("anna", "away", when="finished")
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(4)
    assert (await world.see("anna")).channels[CHAT].availability == "offline"
    await world.settled()
    await world.console("anna")
    assert (await world.see("anna")).channels[CHAT].availability == "finishing"
    await world.settled()
    await world.finish(name)
    assert (await world.see("anna")).channels[CHAT].availability == "away"
    await world.settled()
