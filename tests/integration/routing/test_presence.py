"""Presence by evidence: sessions, leases, graces; and the contact's own."""

from __future__ import annotations

import pytest

from acd.domain.errors import AgentUnknown
from tests.integration.routing.world import CALL, CHAT, World


@pytest.fixture
async def anna(world: World) -> str:
    await world.queue()
    await world.agent("anna")
    return "anna"


async def test_going_away_takes_back_the_rings_of_that_channel_without_blame(
    world: World, anna: str
) -> None:
    await world.queue("support/call")
    await world.agent(anna, "support/chat", "support/call", here=False)
    chat, call = await world.arrive(), await world.arrive("support/call")
    await world.say(anna, "away", CHAT, "break")
    await world.settled()
    assert (await world.look(chat)).state == "waiting"
    assert (await world.look(call)).state == "ringing"
    assert (await world.heard("offer.withdrawn"))[0].data == {"reason": "agent_left"}
    await world.router.abandon(call, **world.at)
    await world.say(anna, "available", CHAT)
    assert list(await world.ring(chat)) == [anna], "not excluded"
    await world.settled()


async def test_an_older_presence_is_refused(world: World, anna: str) -> None:
    at = {"agent": anna, "channel": None, **world.at}
    assert (await world.router.set_presence(availability="away", seq=7, **at)).changed
    late = await world.router.set_presence(availability="available", seq=6, **at)
    assert (late.changed, late.reason, late.presence_seq) == (False, "stale", 7)
    assert (await world.see(anna)).channels[CHAT].availability == "away"
    assert (await world.router.set_presence(availability="available", **at)).presence_seq == 8


async def test_an_unknown_agent_is_said_so(world: World) -> None:
    with pytest.raises(AgentUnknown):
        await world.say("nobody", "available")
    with pytest.raises(AgentUnknown):
        await world.console("nobody")
    assert await world.router.agent("nobody", **world.at) is None
    assert await world.router.agent("no:body", **world.at) is None


async def test_the_last_console_closed_begins_the_grace(world: World, anna: str) -> None:
    await world.console(anna, "ss_other")
    assert (await world.router.close_session(anna, "ss_other", **world.at)).reason == "closed"
    assert (await world.see(anna)).grace_until_ms is None
    done = await world.router.close_session(anna, "ss_anna", **world.at)
    assert done.reason == "last_closed"
    world.consoles.clear()
    name = await world.arrive()
    assert not await world.ring(name), "nothing new in the grace"
    assert (await world.see(anna)).grace_until_ms == world.now_ms + 20_000
    await world.settled()
    await world.wait(5)
    await world.console(anna)
    assert list(await world.ring(name)) == [anna], "back in time: as before"
    await world.settled()


async def test_a_lapsed_lease_moves_rings_after_the_grace(world: World, anna: str) -> None:
    await world.queue(ring_time_s=90)
    await world.agent("bruno", chat=1)
    busy = await world.arrive()
    await world.answer(busy, "anna")
    name = await world.arrive()
    ringing = await world.ring(name)
    if list(ringing) == ["bruno"]:
        await world.router.decline(ringing["bruno"], "bruno", **world.at)
    assert list(await world.ring(name)) == ["anna"]
    del world.consoles[anna]
    await world.wait(16)
    assert (await world.see(anna)).grace_until_ms
    assert list(await world.ring(name)) == ["anna"], "a ring goes on in the grace"
    await world.wait(20)
    assert (await world.heard("offer.failed"))[-1].data == {"cause": "unreachable"}
    assert (await world.see(anna)).channels[CHAT].availability == "offline"
    assert (await world.look(busy)).agent == "anna", "the chat has a grace of its own"
    await world.settled()


async def test_chats_of_a_lost_agent_go_back_with_their_first_arrival(
    world: World, anna: str
) -> None:
    await world.queue(chat_grace_s=60)
    name = await world.arrive()
    await world.answer(name)
    enqueued_ms = (await world.look(name)).enqueued_ms
    del world.consoles[anna]
    await world.router.close_session(anna, "ss_anna", **world.at)
    await world.wait(59)
    assert (await world.look(name)).agent == anna
    later = await world.arrive()
    await world.wait(1)
    found = await world.look(name)
    assert (found.state, found.agent, found.position) == ("waiting", None, 1)
    assert found.enqueued_ms == enqueued_ms
    assert (await world.look(later)).position == 2
    await world.wait(1)
    await world.settled()
    await world.console(anna)
    assert (await world.see(anna)).channels[CHAT].availability == "offline", "they choose anew"


async def test_back_within_the_chat_grace_all_is_as_before(world: World, anna: str) -> None:
    name = await world.arrive()
    await world.answer(name)
    await world.say(anna, "away", CALL, "training")
    session = world.consoles.pop(anna)
    await world.router.close_session(anna, session, **world.at)
    await world.wait(40)
    assert (await world.see(anna)).channels[CHAT].availability == "offline"
    opened = await world.router.open_session(anna, session, **world.at)
    assert opened.returned
    world.consoles[anna] = session
    seen = await world.see(anna)
    assert (seen.channels[CHAT].availability, seen.channels[CALL].reason) == (
        "available",
        "training",
    )
    await world.wait(60)
    assert (await world.look(name)).agent == anna
    await world.settled()


async def test_a_heartbeat_after_a_lapse_is_evidence_enough(world: World, anna: str) -> None:
    session = world.consoles.pop(anna)
    await world.wait(17)
    assert (await world.see(anna)).grace_until_ms
    world.consoles[anna] = session
    await world.heartbeat()
    assert (await world.see(anna)).grace_until_ms is None
    await world.settled()


async def test_an_agent_without_console_is_exempt_from_the_lease(world: World) -> None:
    await world.queue()
    await world.agent("dina", here=False)
    await world.say("dina", "available")
    await world.wait(120)
    assert (await world.see("dina")).channels[CHAT].availability == "available"


async def test_a_contact_who_is_lost_is_parked_and_then_abandoned(world: World) -> None:
    await world.queue()
    first, second = await world.arrive(), await world.arrive()
    world.contacts.discard(first)
    await world.router.contact_lost(first, **world.at)
    found = await world.look(first)
    assert (found.state, found.parked_until_ms) == ("parked", world.now_ms + 60_000)
    assert (await world.look(second)).position == 1
    await world.settled()
    await world.wait(30)
    world.contacts.add(first)
    assert (await world.router.contact_back(first, **world.at)).changed
    assert (await world.look(first)).position == 1, "the place was kept"
    world.contacts.discard(first)
    await world.wait(15)
    assert (await world.look(first)).state == "parked", "the lease ran out"
    await world.wait(60)
    assert (await world.look(first)).outcome == "abandoned"
    await world.settled()


async def test_a_grace_of_its_own_for_whom_nothing_else_holds(world: World) -> None:
    await world.queue()
    name = await world.arrive()
    world.contacts.discard(name)
    await world.router.contact_lost(name, grace_s=5, **world.at)
    assert (await world.look(name)).parked_until_ms == world.now_ms + 5_000
    await world.wait(6)
    assert (await world.look(name)).outcome == "abandoned"
    await world.settled()


async def test_a_ring_goes_on_while_the_contact_is_away(world: World, anna: str) -> None:
    name = await world.arrive()
    offer = (await world.ring(name))[anna]
    world.contacts.discard(name)
    await world.router.contact_lost(name, **world.at)
    assert (await world.look(name)).state == "ringing"
    assert (await world.look(name)).contact_lost
    assert [offer.contact_lost for offer in (await world.see(anna)).offers] == [True]
    await world.router.decline(offer, anna, **world.at)
    assert (await world.look(name)).state == "parked"
    await world.settled()
    await world.router.contact_back(name, **world.at)
    assert (await world.look(name)).state == "waiting"
    other = await world.arrive()
    await world.router.contact_lost(other, **world.at)
    world.contacts.discard(other)
    await world.answer(other)
    await world.wait(70)
    assert (await world.look(other)).state == "active", "who was answered is not abandoned"
    await world.settled()


async def test_after_an_outage_every_lease_lives_and_nobody_is_blamed(
    world: World, anna: str
) -> None:
    await world.agent("bruno", chat=0)
    ringing, waiting = await world.arrive(), await world.arrive()
    for offer in (ringing, waiting):
        await world.ring(offer)
    await world.say("bruno", "available")
    world.now_ms += 300_000
    await world.run_timers()
    assert [e.data for e in await world.heard("offer.failed")] == [{"cause": "outage"}] * 2
    assert list(await world.ring(ringing)) == [anna], "not excluded, asked again"
    seen = await world.see(anna)
    assert (seen.grace_until_ms, seen.channels[CHAT].missed_in_a_row) == (None, 0)
    await world.settled()
    for _ in range(14):
        world.now_ms += 1000
        await world.run_timers()
    assert (await world.see(anna)).grace_until_ms is None
    world.now_ms += 1000
    await world.run_timers()
    assert (await world.see(anna)).grace_until_ms, "without heartbeats the new lease ends, too"
    await world.settled()


async def test_time_never_runs_back(world: World, anna: str) -> None:
    name = await world.arrive()
    before = (await world.look(name)).enqueued_ms
    world.now_ms -= 10_000
    later = await world.arrive()
    assert (await world.look(later)).enqueued_ms == before
    await world.settled()
