"""Every end of an offer, exclusions, starting over, and commands sent twice."""

from __future__ import annotations

import asyncio

import pytest

from acd.domain.errors import BadRequest
from acd.domain.interaction import Channel
from tests.integration.routing.world import CHAT, World


async def test_accept_is_idempotent_and_foreign_accepts_change_nothing(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.agent("bruno")
    name = await world.arrive()
    offer = (await world.ring(name))["anna"]
    assert (await world.router.accept(offer, "bruno", **world.at)).outcome == "unknown"
    for _ in range(2):
        done = await world.router.accept(offer, "anna", **world.at)
        assert (done.outcome, done.winner, done.interaction) == ("accepted", "anna", name)
    late = await world.router.accept(offer, "bruno", **world.at)
    assert (late.outcome, late.winner) == ("taken", "anna")
    await world.finish(name)
    assert (await world.router.accept(offer, "anna", **world.at)).outcome == "accepted"
    assert len(await world.heard("offer.accepted")) == 1
    await world.settled()


async def test_what_is_no_offer_is_refused(world: World) -> None:
    assert (await world.router.accept("ix_nobody.1", "anna", **world.at)).outcome == "unknown"
    for wrong in ("", "ix_1", "ix_1.", "ix_1.x", "ix 1.1", "ix_1.-1", "{}.1"):
        with pytest.raises(BadRequest):
            await world.router.accept(wrong, "anna", **world.at)


async def test_an_accept_that_finds_the_offer_live_wins_past_the_deadline(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    offer = (await world.ring(name))["anna"]
    world.now_ms += 20_500 - 15_500  # no timers in between
    await world.heartbeat()
    world.now_ms += 4_000
    await world.heartbeat()
    for _ in range(3):
        world.now_ms += 4_000
        await world.heartbeat()
    assert (await world.router.accept(offer, "anna", **world.at)).outcome == "accepted"
    await world.settled()


async def test_a_declined_offer_rings_the_next_at_once_and_keeps_its_age(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.wait(1)
    await world.agent("bruno")
    name = await world.arrive()
    enqueued_ms = (await world.look(name)).enqueued_ms
    offer = (await world.ring(name))["anna"]
    await world.wait(1)
    ended = await world.router.decline(offer, "anna", "in a <meeting>", **world.at)
    assert ended.changed
    assert ended.outcome == "declined"
    again = await world.router.decline(offer, "anna", **world.at)
    assert (again.changed, again.outcome) == (False, "declined")
    assert (await world.heard("offer.declined"))[0].data == {"reason": "in a <meeting>"}
    assert list(await world.ring(name)) == ["bruno"]
    assert (await world.look(name)).enqueued_ms == enqueued_ms
    assert (await world.router.accept(offer, "anna", **world.at)).outcome == "withdrawn"
    await world.settled()


async def test_when_all_have_been_asked_the_ring_starts_over_once_a_ring_time(world: World) -> None:
    await world.queue(ring_time_s=20, decline_s=600)
    await world.agent("anna")
    name = await world.arrive()
    offer = (await world.ring(name))["anna"]
    await world.wait(5)
    await world.router.decline(offer, "anna", **world.at)
    await world.settled()
    assert (await world.look(name)).state == "waiting"
    await world.wait(14)
    assert (await world.look(name)).state == "waiting", "no sooner than a ring time"
    await world.wait(1)
    assert list(await world.ring(name)) == ["anna"]
    await world.settled()


async def test_a_full_colleague_not_yet_asked_is_waited_for(world: World) -> None:
    await world.queue(ring_time_s=5, decline_s=600)
    await world.agent("anna", chat=1)
    await world.agent("bruno", chat=1)
    busy = await world.arrive()
    await world.answer(busy, "anna")
    name = await world.arrive()
    await world.router.decline((await world.ring(name))["bruno"], "bruno", **world.at)
    await world.wait(30)
    assert (await world.look(name)).state == "waiting"
    await world.finish(busy)
    assert list(await world.ring(name)) == ["anna"]
    await world.settled()


async def test_an_exclusion_ends_by_its_own_timer(world: World) -> None:
    await world.queue(ring_time_s=5, decline_s=7)
    await world.agent("anna")
    await world.agent("bruno", chat=1)
    busy = await world.arrive()
    await world.router.decline((await world.ring(busy))["anna"], "anna", **world.at)
    await world.answer(busy, "bruno")
    name = await world.arrive()
    await world.router.decline((await world.ring(name))["anna"], "anna", **world.at)
    await world.wait(6)
    assert (await world.look(name)).state == "waiting"
    await world.wait(1)
    assert list(await world.ring(name)) == ["anna"]
    await world.settled()


async def test_no_answer_sends_away_after_max_missed_and_one_click_returns(world: World) -> None:
    await world.queue(max_missed=2)
    await world.agent("anna")
    for expected in (1, 2):
        name = await world.arrive()
        await world.ring(name)
        await world.wait(20)
        missed = await world.heard("offer.expired")
        assert missed[-1].data == {"missed": expected}
        await world.router.abandon(name, **world.at)
        await world.settled()
    chat = (await world.see("anna")).channels[Channel.CHAT]
    assert (chat.availability, chat.reason) == ("away", "missed")
    assert (await world.see("anna")).channels[Channel.CALL].availability == "available"
    waiting = await world.arrive()
    assert not await world.ring(waiting)
    await world.say("anna", "available", None)
    assert list(await world.ring(waiting)) == ["anna"]
    assert (await world.see("anna")).missed[Channel.CHAT] is False
    await world.settled()


async def test_an_accept_forgets_the_misses(world: World) -> None:
    await world.queue(max_missed=2, decline_s=1, ring_time_s=2)
    await world.agent("anna")
    name = await world.arrive()
    await world.ring(name)
    await world.wait(2)
    assert (await world.see("anna")).channels[Channel.CHAT].missed_in_a_row == 1
    await world.wait(1)
    await world.answer(name)
    assert (await world.see("anna")).channels[Channel.CHAT].missed_in_a_row == 0


async def test_an_unheard_offer_fails_after_the_delivery_bound_without_blame(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    await world.agent("bruno")
    name = await world.arrive()
    await world.wait(3)
    assert [o.agent for o in (await world.look(name)).offers] == ["anna"]
    await world.wait(1)
    assert [o.agent for o in (await world.look(name)).offers] == ["bruno"]
    assert (await world.heard("offer.failed"))[0].data == {"cause": "unreachable"}
    assert (await world.see("anna")).channels[Channel.CHAT].missed_in_a_row == 0
    assert (await world.router.accept(f"{name}.1", "anna", **world.at)).outcome == "withdrawn"
    await world.settled()


async def test_three_failures_in_a_row_are_unreachable(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    for number, pause in ((1, 15), (2, 30), (3, 60)):
        await world.router.fail(f"{name}.{number}", "anna", "busy", **world.at)
        await world.settled()
        if number < 3:
            await world.wait(pause - 1)
            assert (await world.look(name)).state == "waiting"
            await world.wait(1)
            await world.ring(name)
    chat = (await world.see("anna")).channels[Channel.CHAT]
    assert (chat.availability, chat.reason) == ("away", "unreachable")


async def test_a_customer_who_leaves_withdraws_the_ring(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    name = await world.arrive()
    offer = (await world.ring(name))["anna"]
    await world.wait(3)
    assert (await world.router.abandon(name, **world.at)).changed
    assert not (await world.router.abandon(name, **world.at)).changed
    assert (await world.heard("offer.withdrawn"))[0].data == {"reason": "customer_left"}
    ended = (await world.heard("interaction.ended"))[0].data
    assert ended == {"outcome": "abandoned", "by": "contact", "waited_ms": 3000, "handled_ms": 0}
    assert (await world.router.accept(offer, "anna", **world.at)).outcome == "withdrawn"
    await world.settled()


async def test_fifty_accepts_at_once_have_one_winner(world: World) -> None:
    await world.queue(strategy=("ring_all",), ring_limit=50)
    for n in range(50):
        await world.agent(f"a{n:02}")
    name = await world.arrive()
    await world.run_timers()
    ringing = await world.ring(name)
    assert len(ringing) == 50, "sixteen a script, the rest by timers due now"
    done = await asyncio.gather(
        *(world.router.accept(offer, agent, **world.at) for agent, offer in ringing.items())
    )
    assert sorted(d.outcome for d in done) == ["accepted"] + ["taken"] * 49
    assert len({d.winner for d in done}) == 1
    await world.run_timers()
    await world.settled()


async def test_who_declined_is_asked_again_by_a_ring_that_is_not_full(world: World) -> None:
    await world.queue(ring=2, ring_time_s=60, decline_s=10)
    for agent in ("anna", "bruno"):
        await world.agent(agent)
    name = await world.arrive()
    ringing = await world.ring(name)
    await world.router.decline(ringing["bruno"], "bruno", **world.at)
    await world.wait(9)
    assert list(await world.ring(name)) == ["anna"]
    await world.wait(1)
    assert set(await world.ring(name)) == {"anna", "bruno"}
    await world.settled()


async def test_no_device_that_never_rang_is_taken_for_an_agent_who_missed_it(world: World) -> None:
    await world.queue(ring_time_s=5, delivery_s=10, max_missed=1)
    await world.agent("anna")
    name = await world.arrive()
    await world.wait(5)
    assert [event.data["cause"] for event in await world.heard("offer.failed")] == ["unreachable"]
    assert (await world.see("anna")).channels[CHAT].availability == "available"
    assert (await world.look(name)).state == "waiting"
    await world.settled()
