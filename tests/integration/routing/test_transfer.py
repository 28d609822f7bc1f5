"""Handing on: to an agent, to a queue, to a department; consulting and inviting."""

from __future__ import annotations

import pytest

from acd.domain.errors import AgentUnknown, BadRequest, NotFound, QueueUnknown
from tests.integration.routing.world import CALL, CHAT, World


async def begun(world: World, *others: str, **settings: object) -> str:
    """A chat that anna has; the others are there."""
    await world.queue(**settings)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name, "anna")
    for agent in others:
        await world.agent(agent)
    return name


async def offer_of(world: World, name: str) -> tuple[str, str]:
    [(agent, offer)] = (await world.ring(name)).items()
    return agent, offer


async def test_the_giver_has_it_until_the_target_accepts(world: World) -> None:
    name = await begun(world, "bruno", wrap_up_s=10)
    done = await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    assert (done.changed, done.reason) == (True, "offered")
    found = await world.look(name)
    assert (found.state, found.agent, found.transfer_to) == ("active", "anna", "bruno")
    assert [(await world.see(a)).channels[CHAT].count for a in ("anna", "bruno")] == [1, 1]
    assert (await world.see("anna")).held[0].transfer_to == "bruno"
    assert (await world.see("bruno")).offers[0].why["strategy"] == "transfer"
    await world.settled()
    await world.wait(3)
    agent, offer = await offer_of(world, name)
    accepted = await world.router.accept(offer, agent, **world.at)
    assert (accepted.outcome, accepted.winner) == ("accepted", "bruno")
    found = await world.look(name)
    assert (found.state, found.agent, found.transfer_to) == ("active", "bruno", None)
    [held] = (await world.see("anna")).held
    assert (held.role, held.state, held.wrap_up_until_ms) == (
        "giver", "ended", world.now_ms + 10_000,
    )  # fmt: skip
    event = (await world.heard("offer.accepted"))[-1]
    assert event.data == {"waited_ms": 3000, "transfer": "anna"}, "not the customer's wait"
    assert (await world.heard("transfer.completed"))[0].agent == "anna"
    await world.settled()
    await world.finish(name)
    await world.settled()
    await world.wait(10)
    assert (await world.see("anna")).held == ()
    await world.settled()


async def test_the_givers_replayed_accept_and_finish_change_nothing(world: World) -> None:
    name = await begun(world, "bruno")
    first = f"{name}.1"
    await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    agent, offer = await offer_of(world, name)
    await world.router.accept(offer, agent, **world.at)
    again = await world.router.accept(first, "anna", **world.at)
    assert (again.outcome, again.winner) == ("taken", "bruno")
    late = await world.router.finish(name, by="agent", agent="anna", **world.at)
    assert (late.changed, late.reason) == (False, "not_owner")
    await world.settled()


@pytest.mark.parametrize(
    ("how", "reason"),
    [("decline", "declined"), ("silent", "failed"), ("expire", "expired"),
     ("away", "agent_left"), ("fail", "failed"), ("cancel", "cancelled"), ("lost", "unreachable"),
     ("outage", "outage"), ("remove", "agent_left")],
)  # fmt: skip
async def test_unanswered_it_is_the_givers_again(  # noqa: C901 - one case a way
    world: World, how: str, reason: str
) -> None:
    name = await begun(world, "bruno", delivery_s=4, ring_time_s=20, grace_s=3, lease_s=5)
    world.contacts.clear()
    assert (await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)).changed
    offer = (await world.look(name)).offers[0].offer
    if how not in ("silent", "remove"):
        await world.router.delivered(offer, "bruno", **world.at)
    match how:
        case "decline":
            await world.router.decline(offer, "bruno", "busy", **world.at)
        case "silent":
            await world.wait(4)
        case "expire":
            await world.wait(20)
        case "away":
            await world.say("bruno", "away")
        case "fail":
            await world.router.fail(offer, "bruno", "busy", **world.at)
        case "cancel":
            assert (await world.router.transfer_cancel(name, "anna", **world.at)).changed
        case "lost":
            await world.router.close_session("bruno", world.consoles.pop("bruno"), **world.at)
            await world.wait(3)
        case "outage":
            world.now_ms += 30_000
            await world.heartbeat()
            await world.run_timers()
        case "remove":
            await world.router.remove_agent("bruno", 10**6, **world.at)
    found = await world.look(name)
    assert (found.state, found.agent, found.transfer_to) == ("active", "anna", None)
    assert found.offers == ()
    [event] = await world.heard("transfer.returned")
    assert (event.agent, event.data) == ("anna", {"to": "bruno", "reason": reason})
    await world.settled()
    await world.finish(name)
    await world.settled()


async def test_who_cannot_have_it_is_refused_and_nothing_changes(world: World) -> None:
    name = await begun(world, "bruno")
    await world.agent("chloe", chat=0)
    await world.agent("dina", here=False)
    before = len(await world.news())
    router, at = world.router, world.at
    for target, reason in (("anna", "there"), ("chloe", "full"), ("dina", "not_here")):
        refused = await router.transfer_to_agent(name, "anna", target, **at)
        assert (refused.changed, refused.reason) == (False, reason)
    assert (await router.transfer_to_agent(name, "bruno", "anna", **at)).reason == "not_owner"
    with pytest.raises(AgentUnknown):
        await router.transfer_to_agent(name, "anna", "nobody", **at)
    with pytest.raises(NotFound):
        await router.transfer_to_agent("ix_none", "anna", "bruno", **at)
    assert (await router.transfer_cancel(name, "anna", **at)).reason == "not_transferring"
    assert await world.news() == [], before
    assert (await router.transfer_to_agent(name, "anna", "bruno", **at)).changed
    await world.agent("eva")
    assert (await router.transfer_to_agent(name, "anna", "eva", **at)).reason == "transferring"
    await world.settled()


async def test_only_who_serves_the_channel_may_be_a_target(world: World) -> None:
    name = await begun(world, "bruno")
    for queue in ("sales/chat", "support/call"):
        await world.queue(queue)
    await world.agent("chloe", "sales/chat")
    await world.agent("dina", "support/call")
    await world.agent("eva", "support/call", here=False)
    before = await world.news()
    router, at = world.router, world.at
    for target in ("dina", "eva"):
        for verb in (router.transfer_to_agent, router.consult, router.invite):
            refused = await verb(name, "anna", target, **at)
            assert (refused.changed, refused.reason) == (False, "other_channel")
    assert before
    assert await world.news() == []
    assert (await router.transfer_to_agent(name, "anna", "chloe", **at)).changed
    await world.settled()


async def test_a_retried_transfer_is_made_once(world: World) -> None:
    name = await begun(world, "bruno")
    for _ in range(2):
        done = await world.router.transfer_to_agent(name, "anna", "bruno", command="c1", **world.at)
        assert done.changed
    assert len(await world.heard("transfer.started")) == 1


@pytest.mark.parametrize("ending", ["finish", "contact", "lost", "remove"])
async def test_the_end_takes_a_transfer_with_it(world: World, ending: str) -> None:
    name = await begun(world, "bruno", chat_grace_s=6, grace_s=3, lease_s=5)
    await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    await world.ring(name)
    match ending:
        case "finish":
            await world.finish(name)
        case "contact":
            await world.router.abandon(name, **world.at)
        case "lost":
            await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
            await world.wait(7)
            found = await world.look(name)
            assert [o.agent for o in found.offers] == ["bruno"], "from the line again"
            assert (found.state, found.agent) == ("ringing", None)
        case "remove":
            await world.router.remove_agent("anna", 10**6, **world.at)
            assert (await world.look(name)).state == "ringing"
    assert len(await world.heard("transfer.returned")) == 1
    await world.settled()


async def test_a_call_handed_on_connects_anew(world: World) -> None:
    await world.queue("support/call", wrap_up_s=5)
    await world.agent("anna", "support/call")
    name = await world.arrive("support/call")
    await world.answer(name)
    await world.router.connected(f"{name}.1", "anna", **world.at)
    await world.agent("bruno", "support/call")
    await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    agent, offer = await offer_of(world, name)
    await world.router.accept(offer, agent, **world.at)
    assert (await world.look(name)).state == "connecting"
    assert not (await world.router.connected(f"{name}.1", "anna", **world.at)).changed
    await world.settled()
    assert (await world.router.connected(offer, "bruno", **world.at)).changed
    assert (await world.see("anna")).channels[CALL].count == 1, "in wrap-up"
    await world.settled()


@pytest.mark.parametrize("wrap_up_s", [0, 10])
async def test_to_a_queue_the_giver_is_done_with_it_at_once(world: World, wrap_up_s: int) -> None:
    name = await begun(world, wrap_up_s=wrap_up_s)
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
    name = await begun(world, wrap_up_s=40, wrap_up_extend_s=30)
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
    name = await begun(world, wrap_up_s=40)
    await world.queue("sales/chat")
    await world.router.transfer_to_queue(name, "anna", "sales/chat", **world.at)
    assert (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    assert not (await world.router.wrap_up_end(name, "anna", **world.at)).changed
    seen = await world.see("anna")
    assert (seen.held, seen.channels[CHAT].count) == ((), 0)
    await world.settled()


async def test_to_a_department_it_goes_to_its_queue_on_the_channel(world: World) -> None:
    name = await begun(world)
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


@pytest.mark.parametrize("stay", [False, True])
async def test_a_consultation_completed_swaps_owner_and_guest(world: World, stay: bool) -> None:
    name = await begun(world, "bruno", wrap_up_s=10)
    router = world.router
    assert (await router.consult(name, "anna", "bruno", **world.at)).changed
    found = await world.look(name)
    assert (found.agent, found.guests, found.consulted) == ("anna", ("bruno",), "bruno")
    assert (await world.see("bruno")).held[0].role == "consult"
    assert (await world.see("bruno")).channels[CHAT].count == 1
    await world.settled()
    assert (await router.finish(name, by="agent", agent="bruno", **world.at)).reason == "not_owner"
    done = await router.consult_complete(name, "anna", stay=stay, command="c", **world.at)
    assert done.changed
    assert (await router.consult_complete(name, "anna", stay=stay, command="c", **world.at)) == done
    found = await world.look(name)
    assert (found.state, found.agent, found.consulted) == ("active", "bruno", None)
    assert found.guests == (("anna",) if stay else ())
    assert [h.role for h in (await world.see("anna")).held] == ["guest" if stay else "giver"]
    await world.settled()
    await world.finish(name)
    await world.settled()


async def test_a_consultation_cancelled_leaves_all_as_before(world: World) -> None:
    name = await begun(world, "bruno", "chloe")
    router = world.router
    assert (await router.consult_cancel(name, "anna", **world.at)).reason == "not_guest"
    assert (await router.consult_complete(name, "anna", **world.at)).reason == "not_consulting"
    await router.consult(name, "anna", "bruno", **world.at)
    assert (await router.consult(name, "anna", "chloe", **world.at)).reason == "consulting"
    assert (await router.consult_cancel(name, "bruno", **world.at)).reason == "not_owner"
    assert (await router.consult_cancel(name, "anna", **world.at)).changed
    found = await world.look(name)
    assert (found.agent, found.guests) == ("anna", ())
    assert (await world.see("bruno")).channels[CHAT].count == 0
    await world.settled()


async def test_guests_hold_a_slot_never_win_and_leave_with_the_end(world: World) -> None:
    name = await begun(world, "bruno", "chloe")
    router = world.router
    for guest in ("bruno", "chloe"):
        assert (await router.invite(name, "anna", guest, **world.at)).changed
    assert (await router.invite(name, "anna", "bruno", **world.at)).reason == "guest"
    assert (await router.invite(name, "bruno", "chloe", **world.at)).reason == "not_owner"
    refused = await router.transfer_to_agent(name, "anna", "bruno", **world.at)
    assert refused.reason == "guest"
    assert (await world.look(name)).guests == ("bruno", "chloe")
    await world.settled()
    assert (await router.leave(name, "chloe", **world.at)).changed
    assert (await router.leave(name, "anna", **world.at)).reason == "not_guest"
    assert (await world.see("chloe")).channels[CHAT].count == 0
    await world.finish(name)
    assert (await world.see("bruno")).channels[CHAT].count == 0
    await world.settled()


async def test_a_full_guest_is_refused_and_a_held_slot_frees_nothing(world: World) -> None:
    name = await begun(world)
    await world.agent("bruno", chat=1)
    await world.router.invite(name, "anna", "bruno", **world.at)
    await world.say("anna", "away")
    following = await world.arrive()
    assert not await world.ring(following), "the guest's slot counts"
    await world.settled()
    await world.router.leave(name, "bruno", **world.at)
    assert list(await world.ring(following)) == ["bruno"], "in the same step"
    await world.settled()


@pytest.mark.parametrize("how", ["lost", "remove", "owner_lost"])
async def test_a_guest_who_is_gone_holds_nothing(world: World, how: str) -> None:
    name = await begun(world, "bruno", chat_grace_s=5, grace_s=3, lease_s=5)
    await world.router.invite(name, "anna", "bruno", **world.at)
    gone = "anna" if how == "owner_lost" else "bruno"
    if how == "remove":
        await world.router.remove_agent("bruno", 10**6, **world.at)
        assert await world.router.agent("bruno") is None
    else:
        await world.router.close_session(gone, world.consoles.pop(gone), **world.at)
        await world.wait(6)
    found = await world.look(name)
    assert found.guests == ()
    if how == "owner_lost":
        assert [o.agent for o in found.offers] == ["bruno"], "from the line, by an offer"
    else:
        assert (found.state, found.agent) == ("active", "anna")
    await world.settled()


async def full(world: World) -> str:
    """Anna has a chat, bruno is full with one of his."""
    name = await begun(world)
    await world.say("anna", "away")
    await world.agent("bruno", chat=1)
    his = await world.arrive()
    await world.answer(his, "bruno")
    return name


async def test_a_full_target_is_asked_when_they_have_room(world: World) -> None:
    name = await full(world)
    refused = await world.router.transfer_to_agent(name, "anna", "bruno", **world.at)
    assert (refused.changed, refused.reason) == (False, "full")
    done = await world.router.transfer_to_agent(name, "anna", "bruno", wait=True, **world.at)
    assert (done.changed, done.reason) == (True, "waits")
    found = await world.look(name)
    assert (found.state, found.agent, found.offers) == ("active", "anna", ())
    await world.settled()
    await world.wait(3)
    later = await world.arrive()
    [his] = (await world.see("bruno")).held
    await world.finish(his.interaction)
    assert list(await world.ring(name)) == ["bruno"], "it is older than what waits in the line"
    assert not await world.ring(later)
    await world.settled()
    await world.answer(name)
    assert (await world.look(name)).agent == "bruno"
    await world.settled()


@pytest.mark.parametrize(
    ("how", "reason"),
    [("away", "agent_left"), ("offline", "agent_left"), ("finishing", "agent_left"),
     ("remove", "agent_left"), ("time", "no_room"), ("cancel", "cancelled"), ("end", "ended")],
)  # fmt: skip
async def test_a_transfer_that_waits_in_vain_comes_back(
    world: World, how: str, reason: str
) -> None:
    name = await full(world)
    await world.router.transfer_to_agent(name, "anna", "bruno", wait=True, **world.at)
    match how:
        case "away" | "offline":
            await world.say("bruno", how)
        case "finishing":
            await world.say("bruno", "away", when="finished")
        case "remove":
            await world.router.remove_agent("bruno", 10**6, **world.at)
        case "time":
            await world.wait(300)
        case "cancel":
            await world.router.transfer_cancel(name, "anna", **world.at)
        case _:
            await world.finish(name)
    [event] = await world.heard("transfer.returned")
    assert (event.agent, event.data) == ("anna", {"to": "bruno", "reason": reason})
    assert (await world.look(name)).transfer_to is None
    await world.settled()
