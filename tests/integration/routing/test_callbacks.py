"""Callbacks: the place is kept with nobody on the line, the customer is called, and tried again."""

from __future__ import annotations

import pytest

from acd.domain.errors import BadRequest, NotFound
from acd.domain.queue import Diversion, Divert
from tests.integration.routing.world import START_MS, World

SALES = "sales/call"
CALLBACK = Divert(to=Diversion.CALLBACK)


async def asked_back(world: World, queue: str = SALES) -> str:
    interaction = await world.arrive(queue)
    kept = await world.router.request_callback(interaction, "nr_1", **world.at)
    assert kept.changed
    world.contacts.discard(interaction)
    return interaction


async def talk(world: World, interaction: str) -> None:
    offer = (await world.ring(interaction))["anna"]
    await world.answer(interaction)
    assert (await world.router.connected(offer, "anna", **world.at)).changed


async def test_the_place_is_kept_with_nobody_on_the_line(world: World) -> None:
    await world.queue(SALES, max_wait_s=60)
    first = await asked_back(world)
    await world.wait(1)
    second = await world.arrive(SALES)
    await world.wait(600)
    x = await world.look(first)
    assert (x.state, x.position, x.diverted) == ("waiting", 1, "callback")
    assert x.callback
    assert (x.callback.tries, x.callback.number_ref, x.callback.answered) == (0, "nr_1", False)
    assert (await world.look(second)).outcome == "rejected"
    lost = await world.router.contact_lost(first, **world.at)
    assert not lost.changed
    [event] = await world.heard("interaction.callback")
    assert event.data == {"reason": "asked", "state": "waiting"}
    await world.settled()


async def test_it_is_offered_in_its_turn_and_the_customer_is_called(world: World) -> None:
    await world.queue(SALES, wrap_up_s=30, dial_s=25, connect_s=5)
    first = await asked_back(world)
    await world.wait(1)
    later = await world.arrive(SALES)
    await world.agent("anna", SALES, call=1)
    assert set(await world.ring(first)) == {"anna"}
    assert not await world.ring(later)
    await world.answer(first)
    assert (await world.look(first)).state == "connecting"
    await world.wait(24)
    assert (await world.look(first)).state == "connecting"
    await world.settled()
    dialled = await world.dialled(first, "anna", answered=True)
    assert (dialled.changed, dialled.reason) == (True, "active")
    x = await world.look(first)
    assert (x.state, x.agent) == ("active", "anna")
    assert x.callback
    assert x.callback.answered
    await world.wait(60)
    assert (await world.look(first)).state == "active"
    again = await world.dialled(first, "anna", answered=True)
    assert (again.changed, again.reason) == (False, "late")
    await world.finish(first)
    ended = await world.look(first)
    assert (ended.outcome, ended.wrap_up_until_ms) == ("handled", world.now_ms + 30_000)
    await world.settled()


async def test_connected_means_that_the_customer_answered(world: World) -> None:
    await world.queue(SALES)
    first = await asked_back(world)
    await world.agent("anna", SALES)
    offer = (await world.ring(first))["anna"]
    await world.answer(first)
    assert (await world.router.connected(offer, "anna", **world.at)).changed
    assert (await world.look(first)).state == "active"
    await world.settled()


async def test_no_answer_frees_the_agent_and_is_tried_again(world: World) -> None:
    await world.queue(SALES, wrap_up_s=30, callback_tries=2, callback_retry_s=300)
    first = await asked_back(world)
    await world.wait(5)
    await world.agent("anna", SALES, call=1)
    await world.answer(first)
    await world.wait(3)
    dialled = await world.dialled(first, "anna", answered=False)
    assert (dialled.reason, dialled.next_try_ms) == ("parked", world.now_ms + 300_000)
    x = await world.look(first)
    assert (x.state, x.agent, x.parked_until_ms) == ("parked", None, world.now_ms + 300_000)
    assert x.callback
    assert (x.callback.tries, x.callback.next_try_ms) == (1, world.now_ms + 300_000)
    assert (await world.see("anna")).used == 0
    assert not x.contact_lost
    await world.settled()
    young = await world.arrive(SALES)
    await talk(world, young)
    await world.wait(300)
    waiting = await world.look(first)
    assert (waiting.state, waiting.enqueued_ms) == ("waiting", START_MS)
    await world.settled()
    await world.finish(young, wrap_up=False)
    await world.answer(first)
    await world.wait(39)  # connected in 10 s at most, then their telephone rings for 30
    assert (await world.look(first)).state == "connecting"
    await world.wait(1)
    ended = await world.look(first)
    assert ended.outcome == "unreached"
    assert (await world.see("anna")).used == 0
    [*_, event] = await world.heard("interaction.ended")
    assert event.data["reason"] == "no_answer"
    assert event.data["handled_ms"] == 0
    await world.settled()


async def test_who_could_not_be_called_loses_no_try(world: World) -> None:
    await world.queue(SALES, wrap_up_s=30, callback_tries=1, callback_retry_s=300)
    first = await asked_back(world)
    await world.agent("anna", SALES, call=1)
    await world.answer(first)
    parked = await world.dialled(first, "anna", answered=False, called=False)
    assert (parked.reason, parked.next_try_ms) == ("parked", world.now_ms + 300_000)
    x = await world.look(first)
    assert x.callback
    assert (x.state, x.callback.tries) == ("parked", 0)
    assert (await world.see("anna")).used == 0
    [event] = await world.heard("interaction.parked")
    assert (event.data["reason"], event.data["tries"]) == ("not_called", 0)
    await world.settled()
    await world.wait(300)
    await world.answer(first)
    assert (await world.dialled(first, "anna", answered=False)).reason == "unreached"
    await world.settled()


async def test_while_no_call_can_be_made_the_pauses_grow_up_to_an_hour(world: World) -> None:
    await world.queue(SALES, callback_retry_s=600)
    first = await asked_back(world)
    await world.agent("anna", SALES, call=1)

    async def pause_s(**came: bool) -> int:
        await world.answer(first)
        told = await world.dialled(first, "anna", answered=False, **came)
        assert told.next_try_ms
        pause = (told.next_try_ms - world.now_ms) // 1000
        await world.settled()
        await world.wait(pause)
        return pause

    in_vain = [await pause_s(called=False) for _ in range(5)]
    assert in_vain == [600, 1200, 2400, 3600, 3600]
    assert await pause_s() == 600, "their telephone rang: what was in the way is gone"
    assert await pause_s(called=False) == 600


async def test_what_can_never_be_called_is_given_up(world: World) -> None:
    await world.queue(SALES, callback_retry_s=1)
    first = await asked_back(world)
    await world.agent("anna", SALES, call=1)

    async def try_once() -> str:
        await world.answer(first)
        told = await world.dialled(first, "anna", answered=False, called=False)
        world.now_ms = told.next_try_ms or world.now_ms
        await world.run_timers()
        return told.reason

    assert {await try_once() for _ in range(23)} == {"parked"}
    assert await try_once() == "unreached"
    [*_, ended] = await world.heard("interaction.ended")
    assert ended.data["reason"] == "not_called"
    assert (await world.see("anna")).used == 0
    await world.settled()


async def test_a_queue_that_waits_for_longer_than_an_hour_does_so(world: World) -> None:
    await world.queue(SALES, callback_retry_s=7200)
    first = await asked_back(world)
    await world.agent("anna", SALES, call=1)
    for _ in range(2):
        await world.answer(first)
        told = await world.dialled(first, "anna", answered=False, called=False)
        assert told.next_try_ms == world.now_ms + 7_200_000
        await world.wait(7200)
    await world.settled()


async def test_an_agent_who_cannot_dial_is_no_try(world: World) -> None:
    await world.queue(SALES)
    first = await asked_back(world)
    await world.agent("anna", SALES)
    offer = (await world.ring(first))["anna"]
    await world.answer(first)
    assert (await world.router.fail(offer, "anna", "busy", **world.at)).changed
    x = await world.look(first)
    assert x.state == "waiting"
    assert x.callback
    assert x.callback.tries == 0
    await world.settled()
    await world.wait(600)
    assert (await world.look(first)).state in ("waiting", "ringing")
    await world.settled()


async def test_a_ring_goes_on_for_one_who_asks_for_a_callback(world: World) -> None:
    await world.queue(SALES)
    await world.agent("anna", SALES)
    asked = await world.arrive(SALES)
    ringing = await world.ring(asked)
    await world.router.contact_lost(asked, **world.at)
    await world.router.request_callback(asked, **world.at)
    assert await world.ring(asked) == ringing
    await world.settled()
    await world.router.accept(ringing["anna"], "anna", **world.at)
    assert (await world.look(asked)).state == "connecting"
    await world.settled()


async def test_a_parked_one_waits_again(world: World) -> None:
    await world.queue(SALES)
    asked = await world.arrive(SALES)
    await world.router.contact_lost(asked, **world.at)
    await world.settled()
    await world.router.request_callback(asked, **world.at)
    assert (await world.look(asked)).position == 1
    await world.settled()
    await world.wait(120, beat=False)
    assert (await world.look(asked)).state == "waiting"
    await world.settled()


async def test_a_chat_is_taken_up_again_in_its_turn(world: World) -> None:
    await world.queue(max_length=1, on_full=CALLBACK)
    await world.arrive()
    kept = await world.enter()
    assert (kept.state, kept.diverted) == ("waiting", "callback")
    await world.settled()
    world.contacts.discard(kept.interaction)
    await world.agent("anna")
    await world.answer(kept.interaction)
    assert (await world.look(kept.interaction)).state == "connecting"
    await world.settled()
    await world.dialled(kept.interaction, "anna", answered=True)
    assert (await world.look(kept.interaction)).state == "active"
    await world.settled()
    # their agent is lost: now somebody is on the line
    await world.router.remove_agent("anna", 99, **world.at)
    await world.wait(16)
    assert (await world.look(kept.interaction)).state == "parked"
    await world.settled()


async def test_callbacks_are_kept_by_every_rule(world: World) -> None:
    await world.queue(
        SALES, max_wait_s=30, on_max_wait=CALLBACK, on_nobody=CALLBACK, at_close=CALLBACK,
        on_closed=CALLBACK,
    )  # fmt: skip
    await world.agent("anna", SALES, call=1)
    hours = [(START_MS - 1, START_MS + 20_000)]
    await world.router.set_hours(SALES, hours, **world.at)
    await talk(world, await world.arrive(SALES))
    at_close = await world.arrive(SALES)
    await world.wait(20)
    closed = await world.enter(SALES)
    assert closed.diverted == "callback"
    await world.router.set_hours(SALES, None, **world.at)
    too_long = await world.arrive(SALES)
    await world.wait(30)
    await world.say("anna", "away")
    nobody = await world.arrive(SALES)
    await world.wait(60)
    for one in (at_close, closed.interaction, too_long, nobody):
        x = await world.look(one)
        assert (x.state, x.diverted) == ("waiting", "callback")
    reasons = [event.data["reason"] for event in await world.heard("interaction.callback")]
    assert reasons == ["closing", "closed", "max_wait", "nobody"]
    await world.settled()


async def test_a_ring_that_ends_too_late_leaves_a_callback_in_the_line(world: World) -> None:
    await world.queue(SALES, max_wait_s=10, on_max_wait=CALLBACK, ring_time_s=15)
    await world.agent("anna", SALES)
    asked = await world.arrive(SALES)
    offer = (await world.ring(asked))["anna"]
    await world.wait(12)
    await world.router.decline(offer, "anna", **world.at)
    x = await world.look(asked)
    assert (x.state, x.diverted, x.position) == ("waiting", "callback", 1)
    await world.settled()
    await world.wait(3)
    assert set(await world.ring(asked)) == {"anna"}
    await world.settled()


async def test_the_end_of_a_callback(world: World) -> None:
    await world.queue(SALES)
    await world.agent("anna", SALES, call=1)
    asked = await asked_back(world)
    await world.answer(asked)
    ended = await world.router.finish(asked, by="agent", agent="anna", **world.at)
    assert (ended.outcome, ended.wrap_up_until_ms) == ("unreached", None)
    gone = await asked_back(world)
    await world.answer(gone)
    await world.router.abandon(gone, **world.at)
    assert (await world.look(gone)).outcome == "abandoned"
    waits = await asked_back(world)
    await world.answer(waits)
    await world.dialled(waits, "anna", answered=False)
    await world.router.abandon(waits, **world.at)
    assert (await world.look(waits)).outcome == "abandoned"
    await world.wait(700)
    assert len(await world.heard("interaction.ended")) == 3
    await world.settled()


async def test_parked_while_its_queue_goes(world: World) -> None:
    await world.queue(SALES)
    await world.agent("anna", SALES, call=1)
    asked = await asked_back(world)
    await world.answer(asked)
    await world.dialled(asked, "anna", answered=False)
    await world.router.remove_queue(SALES, 99, **world.at)
    await world.wait(601)
    assert (await world.look(asked)).outcome == "rejected"
    await world.settled()


async def test_a_move_takes_a_callback_along(world: World) -> None:
    await world.queue(SALES)
    await world.queue("support/call", on_nobody=Divert(to=Diversion.REJECT))
    asked = await asked_back(world)
    await world.router.move(asked, "support/call", "boss", **world.at)
    await world.wait(60)
    x = await world.look(asked)
    assert (x.state, x.queue, x.diverted) == ("waiting", "support/call", "callback")
    await world.settled()


async def test_what_cannot_be_called_back_is_refused(world: World) -> None:
    await world.queue(SALES)
    await world.agent("anna", SALES)
    asked = await world.arrive(SALES)
    with pytest.raises(BadRequest):
        await world.router.request_callback(asked, "+33 1 23", **world.at)
    with pytest.raises(NotFound):
        await world.router.request_callback("ix_99", **world.at)
    with pytest.raises(NotFound):
        await world.dialled("ix_99", "anna", answered=True)
    await world.router.request_callback(asked, "nr_1", **world.at)
    again = await world.router.request_callback(asked, "nr_2", **world.at)
    assert (again.changed, again.reason) == (False, "kept_before")
    kept = (await world.look(asked)).callback
    assert kept
    assert kept.number_ref == "nr_2"
    early = await world.dialled(asked, "anna", answered=True)
    assert early.reason == "late"
    await world.answer(asked)
    foreign = await world.dialled(asked, "boris", answered=True)
    assert foreign.reason == "late"
    late = await world.router.request_callback(asked, **world.at)
    assert (late.changed, late.reason) == (False, "late")
    await world.settled()
