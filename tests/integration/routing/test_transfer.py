"""Handing on to a colleague, who is asked; the giver has it until they accept."""

from __future__ import annotations

import pytest

from acd.domain.errors import AgentUnknown, NotFound
from tests.integration.routing.world import CALL, CHAT, World


async def offer_of(world: World, name: str) -> tuple[str, str]:
    [(agent, offer)] = (await world.ring(name)).items()
    return agent, offer


async def test_the_giver_has_it_until_the_target_accepts(world: World) -> None:
    name = await world.begun("bruno", wrap_up_s=10)
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
    name = await world.begun("bruno")
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
    name = await world.begun("bruno", delivery_s=4, ring_time_s=20, grace_s=3, lease_s=5)
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
    name = await world.begun("bruno")
    await world.agent("chloe", total=10)
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
    name = await world.begun("bruno")
    for queue in ("sales/chat", "support/call"):
        await world.queue(queue)
    await world.agent("chloe", "sales/chat")
    await world.agent("dina", "support/call")
    await world.agent("eva", "support/call", here=False)
    await world.agent("farid", chat=0)
    before = await world.news()
    router, at = world.router, world.at
    for target in ("dina", "eva", "farid"):
        for verb in (router.transfer_to_agent, router.consult, router.invite):
            refused = await verb(name, "anna", target, **at)
            assert (refused.changed, refused.reason) == (False, "other_channel")
    waits = await router.transfer_to_agent(name, "anna", "farid", wait=True, **at)
    assert waits.reason == "other_channel", "they will never have room"
    assert before
    assert await world.news() == []
    assert (await router.transfer_to_agent(name, "anna", "chloe", **at)).changed
    await world.settled()


async def test_a_retried_transfer_is_made_once(world: World) -> None:
    name = await world.begun("bruno")
    for _ in range(2):
        done = await world.router.transfer_to_agent(name, "anna", "bruno", command="c1", **world.at)
        assert done.changed
    assert len(await world.heard("transfer.started")) == 1


@pytest.mark.parametrize("ending", ["finish", "contact", "lost", "remove"])
async def test_the_end_takes_a_transfer_with_it(world: World, ending: str) -> None:
    name = await world.begun("bruno", chat_grace_s=6, grace_s=3, lease_s=5)
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


async def full(world: World) -> str:
    """Anna has a chat, bruno is full with one of his."""
    name = await world.begun()
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
    told = await world.heard("transfer.started")
    assert [(event.agent, event.data["waits"]) for event in told] == [
        ("anna", True), ("anna", False),
    ]  # fmt: skip
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
