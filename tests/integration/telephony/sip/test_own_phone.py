"""An agent's own telephone: a person presses 1, a voicemail never does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd.telephony import port
from tests.integration.telephony.sip.desk import (
    AGENT_HZ,
    CALLER_HZ,
    MOBILE,
    MUSIC_HZ,
    PROMPT_HZ,
    Desk,
    trunk_to,
)
from tests.peers.phone import Phone

Open = Callable[..., Any]


async def test_who_presses_the_digit_has_the_call(
    open_desk: Open, caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(agent_phone))
    call, calling = await desk.waiting(caller)
    offer = await desk.ring(call, MOBILE)
    ringing = await agent_phone.ringing.get()
    assert ringing.invite is not None
    assert "+33199000000" in ringing.invite.header("from")  # what the trunk is to show
    assert ringing.invite.called == MOBILE.address
    await agent_phone.pick_up(ringing)
    await desk.told(port.LegAnswered)
    await ringing.voice.hears(PROMPT_HZ)
    ringing.voice.press("7")
    await ringing.voice.hears(PROMPT_HZ)
    assert desk.heard(port.LegConfirmed) == []
    await calling.voice.hears(MUSIC_HZ)

    ringing.voice.press("1")
    await desk.told(port.LegConfirmed)
    await ringing.voice.hears(0)
    await desk.bridge(call, offer, "mobile")
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)
    assert desk.heard(port.Digit) == []  # those were for us
    ringing.voice.press("4")
    assert (await desk.told(port.Digit)).offer == offer


async def test_a_voicemail_answers_and_never_presses(
    open_desk: Open, caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(agent_phone), confirm_s=0.3)
    call, calling = await desk.waiting(caller)
    await desk.ring(call, MOBILE)
    ringing = await agent_phone.ringing.get()
    await agent_phone.pick_up(ringing)
    failed = await desk.told(port.LegFailed)
    assert failed.fault is port.LegFault.UNCONFIRMED
    await ringing.is_over()
    await calling.voice.hears(MUSIC_HZ)
    assert len(desk.engine.pairings()) == 1


async def test_two_press_at_once_and_both_are_told(
    open_desk: Open, caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(agent_phone))
    call, calling = await desk.waiting(caller)
    offers = [await desk.ring(call, MOBILE, number=number) for number in (1, 2)]
    ringing = [await agent_phone.ringing.get() for _ in offers]
    for one in ringing:
        await agent_phone.pick_up(one)
        await desk.told(port.LegAnswered)
    for one in ringing:
        one.voice.press("1")
    for _ in ringing:
        await desk.told(port.LegConfirmed)
    await desk.bridge(call, offers[1], "mobile")
    await desk.do(
        port.Withdraw(call=call, epoch=1, offer=offers[0], device="mobile", reason="taken")
    )
    await calling.voice.hears(AGENT_HZ)
    assert len([one for one in ringing if one.is_up]) == 1
    assert len(desk.engine.pairings()) == 1


async def test_who_hangs_up_instead_did_not_take_it(
    open_desk: Open, caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(agent_phone))
    call, calling = await desk.waiting(caller)
    offer = await desk.ring(call, MOBILE)
    ringing = await agent_phone.ringing.get()
    await agent_phone.pick_up(ringing)
    await desk.told(port.LegAnswered)
    await ringing.bye_now()
    assert (await desk.told(port.LegEnded)).offer == offer
    await calling.voice.hears(MUSIC_HZ)
