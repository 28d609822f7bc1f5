"""Whom a queue does not keep: while it is closed, and while nobody is there."""

from __future__ import annotations

import pytest

from acd.domain.errors import ConfigInvalid
from acd.domain.queue import Diversion, Divert
from tests.integration.routing.world import START_MS, World

NIGHT = Divert(to=Diversion.OVERFLOW, queue="night/chat")
FORM, REJECT = Divert(to=Diversion.FORM), Divert(to=Diversion.REJECT)


# nobody there


async def test_nobody_there_is_asked_at_the_arrival(world: World) -> None:
    await world.queue(on_nobody=FORM)
    await world.agent("anna", here=False)
    assert (await world.enter()).diverted == "form"
    await world.sign_in("anna")
    kept = await world.enter()
    assert (kept.state, kept.agents) == ("ringing", ("anna",))
    await world.say("anna", "away")
    refused = await world.enter()
    assert refused.diverted == "form"
    assert (await world.look(kept.interaction)).state == "waiting"
    await world.settled()


async def test_nobody_there_is_asked_after_half_a_minute(world: World) -> None:
    await world.queue(on_nobody=FORM)
    await world.agent("anna", chat=1)
    await world.arrive()
    waiting = await world.arrive()
    await world.say("anna", "away")
    await world.wait(29)
    assert (await world.look(waiting)).state == "waiting"
    await world.say("anna", "available")
    await world.say("anna", "away")
    await world.wait(29)
    assert (await world.look(waiting)).state == "waiting"
    await world.settled()
    await world.wait(1)
    assert (await world.look(waiting)).outcome == "form"
    [first, _] = await world.heard("interaction.ended")
    assert first.data["reason"] == "nobody"
    await world.settled()


async def test_who_comes_back_into_an_empty_queue_is_asked_too(world: World) -> None:
    await world.queue(on_nobody=REJECT)
    await world.agent("anna")
    asked = await world.arrive()
    await world.answer(asked)
    await world.say("anna", "away")
    await world.wait(60)
    await world.router.remove_agent("anna", 99, **world.at)
    assert (await world.look(asked)).state == "waiting"
    await world.wait(29)
    assert (await world.look(asked)).state == "waiting"
    await world.wait(1)
    assert (await world.look(asked)).outcome == "rejected"
    await world.settled()


async def test_a_rule_for_nobody_made_later_and_a_membership_lost(world: World) -> None:
    await world.queue()
    await world.queue("sales/chat")
    waiting = await world.arrive()
    await world.queue(on_nobody=FORM)
    await world.wait(30)
    assert (await world.look(waiting)).outcome == "form"
    await world.agent("anna", chat=1)
    await world.arrive()
    left = await world.arrive()
    await world.agent("anna", "sales/chat", here=False, chat=1)
    await world.wait(31)
    assert (await world.look(left)).outcome == "form"
    await world.settled()


# hours


async def test_a_closed_queue_refuses_and_an_open_one_serves(world: World) -> None:
    await world.queue(on_closed=FORM)
    await world.agent("anna", chat=1)
    now = START_MS
    hours = [(now + 10_000, now + 20_000), (now + 30_000, now + 40_000)]
    assert (await world.router.set_hours("support/chat", hours, **world.at)).changed
    assert not (await world.router.set_hours("support/chat", hours, **world.at)).changed
    seen = await world.router.queue("support/chat", **world.at)
    assert (seen.open, seen.closes_ms) == (False, now + 20_000)
    assert (await world.enter()).diverted == "form"
    await world.wait(10)
    assert (await world.router.queue("support/chat", **world.at)).open
    kept = await world.enter()
    waiting = await world.enter()
    assert (kept.state, waiting.state) == ("ringing", "waiting")
    await world.wait(10)
    assert (await world.enter()).diverted == "form"
    assert (await world.look(waiting.interaction)).state == "waiting"
    await world.wait(10)
    assert (await world.enter()).diverted is None
    await world.wait(10)
    assert (await world.enter()).diverted == "form"
    assert (await world.router.queue("support/chat", **world.at)).closes_ms is None
    await world.router.set_hours("support/chat", None, **world.at)
    assert (await world.enter()).diverted is None
    await world.settled()


async def test_at_closing_time_those_in_line_are_dealt_with(world: World) -> None:
    await world.queue(on_closed=REJECT, at_close=NIGHT, order="strict")
    await world.queue("night/chat")
    await world.agent("anna", chat=1)
    now = START_MS
    await world.router.set_hours("support/chat", [(now - 1, now + 9_000)], **world.at)
    ringing = await world.arrive()
    await world.ring(ringing)
    line = [await world.arrive() for _ in range(70)]
    await world.wait(9)
    assert {(await world.look(one)).queue for one in line} == {"night/chat"}
    assert (await world.look(ringing)).state == "ringing"
    await world.settled()
    offer = (await world.ring(ringing))["anna"]
    await world.router.decline(offer, "anna", **world.at)
    assert (await world.look(ringing)).queue == "night/chat"
    assert {e.data["reason"] for e in await world.heard("interaction.moved")} == {"closing"}
    await world.settled()


async def test_one_moved_into_a_closed_queue_stays(world: World) -> None:
    await world.queue(at_close=FORM)
    await world.queue("sales/chat")
    await world.router.set_hours("support/chat", [], **world.at)
    asked = await world.arrive("sales/chat")
    await world.wait(1)
    await world.router.move(asked, "support/chat", "boss", **world.at)
    assert (await world.look(asked)).state == "waiting"
    await world.settled()


async def test_closed_before_its_time_counts_from_now(world: World) -> None:
    await world.queue(at_close=FORM)
    early = await world.arrive()
    await world.agent("anna")
    ringing = await world.ring(early)
    waiting = await world.arrive()
    await world.say("anna", "away")
    await world.wait(1)
    hours = [(world.now_ms + 50_000, world.now_ms + 60_000)]
    await world.router.set_hours("support/chat", hours, **world.at)
    assert ringing
    assert {(await world.look(one)).outcome for one in (early, waiting)} == {"form"}
    assert (await world.enter()).diverted == "reject"
    # told anew, it is still closed since then
    await world.wait(5)
    later = [*hours, (world.now_ms + 70_000, world.now_ms + 80_000)]
    assert (await world.router.set_hours("support/chat", later, **world.at)).changed
    await world.settled()
    await world.wait(45)
    assert (await world.enter()).diverted is None
    await world.wait(10)
    assert len(await world.heard("interaction.ended")) == 4
    await world.settled()


async def test_hours_that_cannot_be_are_refused(world: World) -> None:
    await world.queue()
    for wrong in ([(5, 5)], [(5, 4)], [(1, 5), (4, 6)], [(-1, 5)]):
        with pytest.raises(ConfigInvalid):
            await world.router.set_hours("support/chat", wrong, **world.at)
    assert (await world.router.set_hours("gone/chat", [], **world.at)).reason == "unknown"
