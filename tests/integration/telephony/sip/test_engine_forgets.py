"""rtpengine has forgotten a call, and nobody has looked yet: what ends all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd.domain.ids import InteractionId, new_id
from acd.telephony import port
from tests.integration.telephony.sip.desk import Desk, desk_phone, trunk_to
from tests.peers.phone import Phone


def forget(desk: Desk) -> None:
    """Behind the adapter's back."""
    for name in desk.engine.pairings():
        desk.engine.ask("delete", **{"call-id": name, "delete-delay": 0})


async def test_a_telephone_that_hung_up(desk: Desk, caller: Phone, agent_phone: Phone) -> None:
    talk = await desk.talking(caller, agent_phone)
    forget(desk)
    await talk.ringing.bye_now()
    ended = await desk.told(port.LegEnded)
    assert (ended.offer, ended.device) == (talk.offer, "desk")
    await talk.calling.bye_now()
    await desk.empty()


async def test_a_telephone_that_is_withdrawn(desk: Desk, caller: Phone, agent_phone: Phone) -> None:
    talk = await desk.talking(caller, agent_phone)
    forget(desk)
    await desk.do(
        port.Withdraw(call=talk.call, epoch=1, offer=talk.offer, device="desk", reason="moved")
    )
    await talk.ringing.is_over()
    await talk.calling.bye_now()
    await desk.empty()


async def test_a_transfer_to_a_number(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(trunk=trunk_to(caller))
    talk = await desk.talking(caller, agent_phone)
    forget(desk)
    await desk.do(port.Transfer(call=talk.call, epoch=1, number="+33199005555"))
    result = await desk.told(port.TransferResult)
    assert (result.ok, result.code) == (False, 503)
    await talk.calling.bye_now()
    await desk.empty()


async def test_a_customer_who_picks_up(desk: Desk, agent_phone: Phone) -> None:
    call = InteractionId(new_id("ix"))
    number = desk_phone(agent_phone).address
    await desk.do(port.Dial(call=call, epoch=0, number=number, caller_id="", timeout_ms=9000))
    ringing = await agent_phone.ringing.get()
    forget(desk)
    await agent_phone.pick_up(ringing)
    dialled = await desk.told(port.Dialled)
    assert (dialled.ok, dialled.code, dialled.called) == (False, 503, False)
    await ringing.is_over()
    await desk.do(port.HangUp(call=call, epoch=0, cause="done"))
    await desk.empty()
