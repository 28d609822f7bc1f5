"""Silent customers' chats give their slot back, and get it again."""

from __future__ import annotations

import pytest

from tests.integration.routing.world import CHAT, World

DAY_S = 86_400


async def silent(world: World, **settings: object) -> str:
    """Anna's chat, idle since her customer said nothing for 30 s."""
    await world.queue(idle_s=30, **settings)
    await world.agent("anna", chat=1)
    name = await world.arrive()
    await world.answer(name)
    await world.wait(30)
    return name


async def test_a_silent_chat_gives_its_slot_back_and_stays_open(world: World) -> None:
    name = await silent(world)
    found = await world.look(name)
    assert (found.state, found.agent) == ("idle", "anna")
    seen = await world.see("anna")
    assert seen.channels[CHAT].count == 0
    assert [(h.interaction, h.state, h.role) for h in seen.held] == [(name, "idle", "owner")]
    assert seen.idle_since_ms == world.now_ms
    await world.settled()
    following = await world.arrive()
    assert list(await world.ring(following)) == ["anna"]
    await world.settled()


async def test_messages_put_it_off_at_most_every_ten_seconds(world: World) -> None:
    await world.queue(idle_s=30)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await world.wait(5)
    assert (await world.router.heard(name, **world.at)).effect == "nothing", "moved just now"
    await world.wait(5)
    assert (await world.router.heard(name, **world.at)).effect == "moved"
    await world.wait(29)
    assert (await world.look(name)).state == "active"
    await world.wait(1)
    assert (await world.look(name)).state == "idle"
    await world.settled()


async def test_without_the_rule_nothing_is_watched(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    assert (await world.router.heard(name, **world.at)).effect == "nothing"
    await world.answer(name)
    assert (await world.router.heard(name, **world.at)).state == "active"
    await world.wait(100)
    assert (await world.look(name)).state == "active"
    assert (await world.router.heard("ix_none", **world.at)).state is None


async def test_the_next_message_regains_it_over_the_maximum(world: World) -> None:
    name = await silent(world)
    other = await world.arrive()
    await world.answer(other)
    heard = await world.router.heard(name, **world.at)
    assert (heard.effect, heard.state) == ("regained", "active")
    seen = await world.see("anna")
    assert (seen.channels[CHAT].count, seen.over) == (2, "customer_returned")
    [event] = await world.heard("capacity.over")
    assert event.data == {"cause": "customer_returned"}
    await world.settled()
    await world.finish(other)
    assert (await world.see("anna")).over == "", "not over any more"
    assert len(await world.heard("capacity.within")) == 1
    await world.settled()
    await world.wait(30)
    assert (await world.look(name)).state == "idle", "its time began anew"
    await world.settled()


@pytest.mark.parametrize("gone", ["offline", "lost", "removed"])
async def test_without_its_owner_it_waits_anew_and_prefers_them(world: World, gone: str) -> None:
    name = await silent(world, grace_s=3, lease_s=5, chat_grace_s=5)
    arrived = (await world.look(name)).enqueued_ms
    match gone:
        case "offline":
            await world.say("anna", "offline")
        case "lost":
            await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
            await world.wait(10)
        case _:
            await world.router.remove_agent("anna", 10**6, **world.at)
    assert (await world.look(name)).state == "idle"
    await world.settled()
    heard = await world.router.heard(name, **world.at)
    assert (heard.effect, heard.state) == ("requeued", "waiting")
    found = await world.look(name)
    assert (found.agent, found.position) == (None, 1)
    assert found.enqueued_ms == world.now_ms > arrived, "since that message"
    await world.settled()
    if gone == "offline":
        await world.agent("bruno")
        assert list(await world.ring(name)) == ["bruno"]
    else:
        await world.agent("bruno", here=False)
        await world.agent("anna", here=False)
        await world.console("bruno")
        await world.sign_in("anna")
        assert list(await world.ring(name)) == ["anna"]
    await world.settled()


async def test_a_preferred_owner_who_is_free_again_is_rung_first(world: World) -> None:
    name = await silent(world)
    await world.say("anna", "offline")
    await world.router.heard(name, **world.at)
    await world.say("anna", "available")
    [ring] = (await world.look(name)).offers
    assert ring.agent == "anna"
    assert ring.why["strategy"] == "longest_idle"


async def test_ending_an_idle_chat_holds_no_slot_and_no_wrap_up(world: World) -> None:
    name = await silent(world, wrap_up_s=20)
    done = await world.router.finish(name, by="agent", agent="anna", **world.at)
    assert (done.changed, done.outcome, done.wrap_up_until_ms) == (True, "handled", None)
    assert (await world.see("anna")).held == ()
    await world.settled()
    await world.wait(60)
    await world.settled()


async def test_a_return_during_wrap_up_makes_the_slot_active_again(world: World) -> None:
    await world.queue(wrap_up_s=20, idle_s=30)
    await world.agent("anna", chat=1)
    name = await world.arrive()
    await world.answer(name)
    await world.finish(name)
    assert (await world.see("anna")).held[0].state == "ended"
    heard = await world.router.heard(name, **world.at)
    assert (heard.effect, heard.state) == ("regained", "active")
    found = await world.look(name)
    assert (found.state, found.outcome, found.wrap_up_until_ms) == ("active", None, None)
    assert (await world.see("anna")).channels[CHAT].count == 1
    await world.settled()
    await world.wait(25)
    assert (await world.look(name)).state == "active", "the wrap-up's timer is gone"
    await world.finish(name)
    await world.settled()
    await world.wait(21)
    heard = await world.router.heard(name, **world.at)
    assert (heard.effect, heard.state) == ("nothing", "ended"), "after it, it has ended"
    await world.settled()


async def test_at_most_three_times_the_maximum_are_open(world: World) -> None:
    await world.queue(idle_s=10)
    await world.agent("anna", chat=1)
    for _ in range(5):
        name = await world.arrive()
        if await world.ring(name):
            await world.answer(name)
        await world.wait(11)
    states = sorted(h.state for h in (await world.see("anna")).held)
    assert states == ["active", "idle", "idle"]
    await world.settled()


async def test_one_that_nobody_comes_back_to_ends_after_a_day(world: World) -> None:
    name = await silent(world)
    world.now_ms += DAY_S * 1000
    await world.heartbeat()
    await world.run_timers()
    found = await world.look(name)
    assert (found.state, found.outcome) == ("ended", "handled")
    await world.settled()


async def test_an_outage_makes_nobody_silent(world: World) -> None:
    await world.queue(idle_s=30)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    world.now_ms += 60_000
    await world.heartbeat()
    await world.run_timers()
    assert (await world.look(name)).state == "active"
    await world.wait(30)
    assert (await world.look(name)).state == "idle"
    await world.settled()


async def test_a_chat_of_a_lost_agent_keeps_its_first_arrival(world: World) -> None:
    await world.queue(idle_s=300, grace_s=3, lease_s=5, chat_grace_s=5)
    await world.agent("anna")
    name = await world.arrive()
    arrived = world.now_ms
    await world.answer(name)
    await world.wait(60)
    await world.router.close_session("anna", world.consoles.pop("anna"), **world.at)
    await world.wait(8)
    found = await world.look(name)
    assert (found.state, found.enqueued_ms) == ("waiting", arrived)
    await world.settled()


async def test_assigned_to_who_has_it_idle_it_changes_no_hands(world: World) -> None:
    await world.queue(idle_s=30)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    await world.wait(30)
    assert (await world.look(name)).state == "idle"
    assert (await world.router.assign(name, "anna", "sofia", **world.at)).changed
    found = await world.look(name)
    assert (found.state, found.agent) == ("active", "anna")
    assert not await world.heard("transfer.completed")
    await world.settled()
