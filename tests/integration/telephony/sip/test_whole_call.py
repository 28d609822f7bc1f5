"""A call from end to end, heard."""

from __future__ import annotations

from acd.telephony import port
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ, Desk, desk_phone
from tests.peers.phone import Phone


async def test_a_caller_waits_with_music_and_talks_to_who_picks_up(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    calling = await caller.call("support", desk.address, wait=False)
    arrived = await desk.told(port.CallArrived)
    assert (arrived.caller, arrived.called, arrived.display) == (
        "+33199001234",
        "support",
        "Camille",
    )
    await desk.answer(arrived.call)
    await calling.voice.hears(MUSIC_HZ)

    offer = await desk.ring(arrived.call, desk_phone(agent_phone))
    ringing = await agent_phone.ringing.get()
    await desk.told(port.LegRinging)
    await calling.voice.hears(MUSIC_HZ)
    await agent_phone.pick_up(ringing)
    await desk.told(port.LegAnswered)
    await ringing.voice.hears(0)  # only who won is let through
    await calling.voice.hears(MUSIC_HZ)

    await desk.bridge(arrived.call, offer, "desk")
    await desk.told(port.Bridged)
    await calling.voice.hears(AGENT_HZ)
    await ringing.voice.hears(CALLER_HZ)

    assert await calling.bye_now() == 200
    ended = await desk.told(port.CallerEnded)
    assert ended.call == arrived.call
    await ringing.is_over()
    await desk.empty()


async def test_the_agent_hangs_up(desk: Desk, caller: Phone, agent_phone: Phone) -> None:
    talk = await desk.talking(caller, agent_phone)
    await talk.ringing.bye_now()
    ended = await desk.told(port.LegEnded)
    await talk.calling.voice.hears(MUSIC_HZ)  # until the core says what becomes of the caller
    await desk.do(port.HangUp(call=ended.call, epoch=1, cause="agent"))
    await talk.calling.is_over()
    await desk.empty()
