"""Calls out: a transfer to a number, a callback, a number that is told something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from acd.domain.ids import InteractionId, OfferId, new_id
from acd.telephony import port
from acd.telephony.sip.call import SipCall
from tests.integration.telephony.sip.desk import (
    AGENT_HZ,
    CALLER_HZ,
    MUSIC_HZ,
    Desk,
    desk_phone,
    trunk_to,
)
from tests.peers.phone import Phone

CUSTOMER, COLLEAGUE = "+33199001234", "+33199005555"


def dial(call: InteractionId, epoch: int) -> port.Dial:
    return port.Dial(call=call, epoch=epoch, number=CUSTOMER, caller_id="", timeout_ms=9000)


async def test_a_transfer_to_a_number_that_is_busy_comes_back(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    async with Phone.open(520) as outside:
        desk: Desk = await open_desk(trunk=trunk_to(outside))
        talk = await desk.talking(caller, agent_phone)
        outside.refuses = 486
        await desk.do(port.Transfer(call=talk.call, epoch=1, number=COLLEAGUE))
        result = await desk.told(port.TransferResult)
        assert (result.ok, result.code) == (False, 486)
        await talk.calling.voice.hears(AGENT_HZ)
        await talk.ringing.voice.hears(CALLER_HZ)
        await desk.do(port.HangUp(call=talk.call, epoch=1, cause="agent"))
        await desk.empty()


async def test_a_number_that_only_rings_is_given_up_and_asked_once(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    async with Phone.open(520) as outside:
        desk: Desk = await open_desk(trunk=trunk_to(outside))
        talk = await desk.talking(caller, agent_phone)
        for _ in range(2):
            await desk.do(port.Transfer(call=talk.call, epoch=1, number=COLLEAGUE))
        ringing = await outside.ringing.get()
        await talk.calling.voice.hears(MUSIC_HZ)
        await desk.do(port.TakeBack(call=talk.call, epoch=1))
        result = await desk.told(port.TransferResult)
        assert (result.ok, result.code) == (False, 487)
        await ringing.is_over()
        await talk.calling.voice.hears(AGENT_HZ)
        await talk.ringing.voice.hears(CALLER_HZ)
        assert outside.ringing.empty()
        await desk.do(port.TakeBack(call=talk.call, epoch=1))  # nothing is given away
        await desk.do(port.HangUp(call=talk.call, epoch=1, cause="agent"))
        await desk.empty()
        assert len(desk.heard(port.TransferResult)) == 1


async def test_a_number_that_takes_the_call_has_it(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    async with Phone.open(520) as outside:
        desk: Desk = await open_desk(trunk=trunk_to(outside))
        talk = await desk.talking(caller, agent_phone)
        outside.picks_up = {COLLEAGUE}
        await desk.do(port.Transfer(call=talk.call, epoch=1, number=COLLEAGUE))
        assert (await desk.told(port.TransferResult)).ok
        await talk.ringing.is_over()
        await talk.calling.voice.hears(520)
        await outside.up.voice.hears(CALLER_HZ)
        await outside.up.bye_now()
        await desk.told(port.CallerEnded)
        await talk.calling.is_over()
        await desk.empty()


async def test_without_a_trunk_no_number_is_reached(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    await desk.do(port.Transfer(call=talk.call, epoch=1, number=COLLEAGUE))
    assert not (await desk.told(port.TransferResult)).ok
    await desk.do(dial(InteractionId(new_id("ix")), 0))
    dialled = await desk.told(port.Dialled)
    assert (dialled.ok, dialled.called) == (False, False)
    await talk.calling.voice.hears(AGENT_HZ)


async def test_a_customer_is_called_back_once_an_agent_is_there(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    call = InteractionId(new_id("ix"))
    offer = OfferId(f"{call}.1")
    await desk.do(
        port.Ring(
            call=call, epoch=0, offer=offer, agent="anna", target=desk_phone(agent_phone),
            timeout_ms=9000, outgoing=True,
        )
    )  # fmt: skip
    ringing = await agent_phone.ringing.get()
    await agent_phone.pick_up(ringing)
    await desk.told(port.LegAnswered)
    await desk.bridge(call, offer, "desk")
    await desk.told(port.Bridged)

    for code, called in ((503, False), (486, True)):
        caller.refuses = code
        await desk.do(dial(call, 1))
        dialled = await desk.told(port.Dialled)
        assert (dialled.ok, dialled.code, dialled.called) == (False, code, called)

    caller.refuses, caller.picks_up = None, {CUSTOMER}
    await desk.do(dial(call, 1))
    assert (await desk.told(port.Dialled)).ok
    await caller.up.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    await caller.up.bye_now()
    await desk.told(port.CallerEnded)
    await desk.empty()


async def test_the_next_attempt_does_not_meet_the_end_of_the_one_before(
    desk: Desk, agent_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, cleared, clear = InteractionId(new_id("ix")), asyncio.Event(), SipCall._clear

    async def clear_late(one: SipCall) -> None:
        await cleared.wait()
        await clear(one)

    def ring(number: int) -> port.Ring:
        return port.Ring(
            call=call, epoch=0, offer=OfferId(f"{call}.{number}"), agent="anna",
            target=desk_phone(agent_phone), timeout_ms=9000, outgoing=True,
        )  # fmt: skip

    monkeypatch.setattr(SipCall, "_clear", clear_late)
    await desk.do(ring(1))
    first = await agent_phone.ringing.get()
    await desk.do(port.HangUp(call=call, epoch=0, cause="callback"))
    await first.is_over()
    again = asyncio.create_task(desk.do(ring(2)))
    await asyncio.sleep(0)  # it has begun
    cleared.set()
    await again
    await agent_phone.ringing.get()
    assert desk.heard(port.LegFailed) == []
    await desk.do(port.HangUp(call=call, epoch=0, cause="done"))
    await desk.empty()


async def test_a_number_is_called_and_told_something(
    open_desk: Callable[..., Any], caller: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    caller.picks_up = {CUSTOMER}
    call = InteractionId(new_id("ix"))
    await desk.do(dial(call, 0))
    assert (await desk.told(port.Dialled)).ok
    customer = caller.up
    await desk.do(port.Announce(call=call, epoch=0, file=desk.engine.tone(860, 1.0)))
    await customer.voice.hears(860)
    await desk.told(port.Announced)
    await customer.voice.hears(MUSIC_HZ)
    await desk.do(port.HangUp(call=call, epoch=0, cause="done"))
    await customer.is_over()
    await desk.empty()


async def test_a_number_that_does_not_answer_is_left_alone(
    open_desk: Callable[..., Any], caller: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    call = InteractionId(new_id("ix"))
    late = port.Dial(call=call, epoch=0, number=CUSTOMER, caller_id="", timeout_ms=300)
    await desk.do(late)
    ringing = await caller.ringing.get()
    dialled = await desk.told(port.Dialled)
    assert (dialled.ok, dialled.code, dialled.called) == (False, 408, True)
    assert dialled.rang
    await ringing.is_over()
    await desk.do(port.HangUp(call=call, epoch=0, cause="callback_failed"))
    await desk.empty()


async def test_a_trunk_that_says_nothing_of_a_telephone_has_called_nobody(
    open_desk: Callable[..., Any], caller: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    call = InteractionId(new_id("ix"))
    late = port.Dial(call=call, epoch=0, number=CUSTOMER, caller_id="", timeout_ms=300)
    caller.is_silent = True
    await desk.do(late)
    dialled = await desk.told(port.Dialled)
    assert (dialled.ok, dialled.code, dialled.called) == (False, 408, False)
    assert not dialled.rang

    caller.is_silent, caller.refuses = False, 408  # of a proxy before it
    await desk.do(late)
    dialled = await desk.told(port.Dialled)
    assert (dialled.ok, dialled.code, dialled.called) == (False, 408, False)
    await desk.do(port.HangUp(call=call, epoch=0, cause="callback_failed"))
    await desk.empty()


async def test_nobody_is_called_any_more_by_one_that_stops(
    open_desk: Callable[..., Any], caller: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    _, calling = await desk.waiting(caller)
    stopping = asyncio.create_task(desk.adapter.stop(hands_over=False))
    await desk.told(port.CallerEnded)
    assert not stopping.done()
    await desk.do(dial(InteractionId(new_id("ix")), 0))
    await stopping
    await calling.is_over()
    assert caller.ringing.empty()
