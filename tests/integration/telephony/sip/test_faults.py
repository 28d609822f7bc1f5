"""Careless exchanges and bad luck in a call: each has a defined end and leaves nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip.media import Pairing
from acd.telephony.sip.message import Message
from tests.contract.telephony.rig import eventually
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ, Desk, desk_phone
from tests.peers.phone import Phone

WORDS_HZ = 860


async def test_who_cancels_early_is_gone(desk: Desk, caller: Phone) -> None:
    call, calling = await desk.waiting(caller, port.AnswerHow.RINGING)
    await calling.got(180)
    caller.cancel(calling)
    assert (await desk.told(port.CallerEnded)).call == call
    await calling.got(487)
    await desk.empty()


async def test_of_two_announcements_the_later_is_heard_to_its_end(
    desk: Desk, caller: Phone
) -> None:
    call, calling = await desk.waiting(caller)
    first, second = desk.engine.tone(620, 0.3), desk.engine.tone(WORDS_HZ, 1.2)
    await desk.do(port.Announce(call=call, epoch=0, file=first))
    await desk.do(port.Announce(call=call, epoch=0, file=second))
    assert (await desk.told(port.Announced)).file == first
    await calling.voice.hears(WORDS_HZ)
    assert (await desk.told(port.Announced)).file == second
    await calling.voice.hears(MUSIC_HZ)


async def test_who_leaves_it_to_us_to_speak_first_hears_music(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone, sdp="")
    await talk.calling.voice.hears(MUSIC_HZ)
    await desk.bridge(talk.call, talk.offer, "desk")
    await talk.ringing.voice.hears(CALLER_HZ)
    await talk.calling.voice.hears(AGENT_HZ)


async def test_refer_is_declined_and_unknown_methods_are_answered(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    for method, code in (("REFER", 603), ("PUBLISH", 405), ("OPTIONS", 200), ("INFO", 200)):
        answer = await caller.request(talk.calling, method)
        assert answer.first.startswith(f"SIP/2.0 {code}")
    await talk.calling.voice.hears(AGENT_HZ)


async def test_the_exchange_puts_us_on_hold_and_back(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    answer = await talk.calling.reinvite(talk.calling.voice.sdp("a=sendonly\r\n"))
    assert "a=recvonly" in answer.body
    await talk.calling.voice.hears(0)
    answer = await talk.calling.reinvite(talk.calling.voice.sdp())
    assert "a=sendrecv" in answer.body
    await talk.calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)


async def test_a_re_invite_without_a_change_or_without_an_offer_changes_nothing(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    same = await talk.calling.reinvite(talk.calling.voice.sdp())
    assert same.first.startswith("SIP/2.0 200")
    late = await caller.request(talk.calling, "INVITE")
    assert "m=audio" in late.body
    caller.send(talk.calling, "ACK", talk.calling.voice.sdp(), number=talk.calling.number)
    await talk.calling.voice.hears(AGENT_HZ)


async def test_a_re_invite_while_the_call_is_bridged_gives_way(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    calling = talk.calling
    held = calling.voice.sdp("a=sendonly\r\n")
    own: list[asyncio.Task[Message]] = []

    def reply(_: Any) -> tuple[int, str]:
        if own:
            return 200, calling.voice.sdp()
        own.append(asyncio.create_task(calling.reinvite(held)))
        return 491, ""

    calling.reply = reply
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    assert (await own[0]).first.startswith("SIP/2.0 491")
    await calling.voice.hears(AGENT_HZ)
    assert (await calling.reinvite(held)).first.startswith("SIP/2.0 200")


async def test_a_re_invite_that_is_refused_for_a_moment_is_tried_again(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    calling = talk.calling
    calling.reply = lambda _: (491, "") if calling.reinvites < 3 else (200, calling.voice.sdp())
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    assert calling.reinvites == 3
    await calling.voice.hears(AGENT_HZ)


async def test_a_bridge_that_fails_gives_the_device_up_and_the_music_goes_on(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    talk.calling.reply = lambda _: (488, "")
    await desk.bridge(talk.call, talk.offer, "desk")
    assert (await desk.told(port.LegFailed)).fault is port.LegFault.UNREACHABLE
    await talk.ringing.is_over()
    await talk.calling.voice.hears(MUSIC_HZ)

    talk.calling.reply = None
    again = await desk.ring(talk.call, desk_phone(agent_phone), number=2)
    await agent_phone.pick_up(await agent_phone.ringing.get())
    await desk.told(port.LegAnswered)
    await desk.bridge(talk.call, again, "desk")
    await talk.calling.voice.hears(AGENT_HZ)


async def test_who_hangs_up_in_the_bridge_is_gone(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    byes: list[asyncio.Task[int]] = []

    def hang_up(_: object) -> tuple[int, str]:
        byes.append(asyncio.create_task(talk.calling.bye_now()))
        return 500, ""

    talk.calling.reply = hang_up
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.CallerEnded)
    await talk.ringing.is_over()
    await asyncio.gather(*byes)
    await desk.empty()
    assert desk.heard(port.Bridged) == []


async def test_a_pick_up_that_crosses_the_withdrawal_is_hung_up(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    call, _ = await desk.waiting(caller)
    offer = await desk.ring(call, desk_phone(agent_phone))
    ringing = await agent_phone.ringing.get()
    agent_phone.hears_cancel = False  # ours is on its way when it is picked up
    await desk.do(port.Withdraw(call=call, epoch=0, offer=offer, device="desk", reason="taken"))
    await agent_phone.pick_up(ringing)
    await ringing.is_over()
    assert ringing.bye is not None
    assert ringing.bye.method == "BYE"


async def test_a_device_that_is_withdrawn_learns_that_it_was_taken_elsewhere(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    call, _ = await desk.waiting(caller)
    offer = await desk.ring(call, desk_phone(agent_phone))
    ringing = await agent_phone.ringing.get()
    await desk.do(port.Withdraw(call=call, epoch=0, offer=offer, device="desk", reason="taken"))
    await ringing.is_over()
    assert ringing.bye is not None
    assert "completed elsewhere" in ringing.bye.header("reason")


async def test_a_silent_exchange_rings_no_longer_than_it_may(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    call, _ = await desk.waiting(caller)
    agent_phone.is_silent = True
    await desk.ring(call, desk_phone(agent_phone), timeout_ms=300)
    assert (await desk.told(port.LegFailed)).fault is port.LegFault.NO_ANSWER
    assert len(desk.engine.pairings()) == 1


async def test_keys_are_told_in_the_audio_and_beside_it(desk: Desk, caller: Phone) -> None:
    _, calling = await desk.waiting(caller)
    await calling.voice.hears(MUSIC_HZ)
    calling.voice.press("5")
    assert (await desk.told(port.Digit)).digit == "5"
    await caller.request(calling, "INFO", "Signal=7\r\nDuration=160\r\n")
    assert (await desk.told(port.Digit)).digit == "7"


async def test_keys_that_a_stranger_tells_of_are_not_pressed(desk: Desk, caller: Phone) -> None:
    call, calling = await desk.waiting(caller)
    await calling.voice.hears(MUSIC_HZ)
    key = {"callid": f"{call}-q", "source_tag": "A", "event": 5}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.9", 0))
        stranger.sendto(json.dumps(key).encode(), desk.settings.keys)
    calling.voice.press("7")
    assert (await desk.told(port.Digit)).digit == "7"


@pytest.mark.parametrize(
    ("contact", "headers"),
    [
        ("<sip:phone@127.0.0.1:nowhere>", ()),
        ("<sip:phone@127.0.0.1>", ("Authorization: Digest nonsense",)),
    ],
    ids=["contact", "authorization"],
)
async def test_what_the_stack_cannot_read_leaves_nothing(
    desk: Desk, caller: Phone, contact: str, headers: tuple[str, ...]
) -> None:
    caller.contact = contact
    call = await caller.call("support", desk.address, headers=headers, wait=False)
    await call.is_over()
    assert call.answers[-1] == 400
    await desk.empty()

    async def nothing_is_held() -> bool:  # once their ACK is here
        held = await desk.adapter.counts()
        return (held["server_transactions"], held["dialogs"]) == (0, 0)

    await eventually(nothing_is_held)


async def test_a_progress_answer_lets_music_through_before_it_costs(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone, port.AnswerHow.PROGRESS)
    await talk.calling.voice.hears(MUSIC_HZ)
    assert 200 not in talk.calling.answers
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    assert talk.calling.answers[-1] == 200
    await talk.calling.voice.hears(AGENT_HZ)


async def test_who_is_rung_while_a_former_call_is_cleared_away_is_said_to_be_out_of_reach(
    desk: Desk, caller: Phone, agent_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared = asyncio.Event()
    delete = Pairing.delete

    async def delete_late(pairing: Pairing) -> None:
        await cleared.wait()
        await delete(pairing)

    call, calling = await desk.waiting(caller)
    monkeypatch.setattr(Pairing, "delete", delete_late)
    await calling.answered()
    await calling.bye_now()
    await desk.told(port.CallerEnded)
    await desk.ring(call, desk_phone(agent_phone))
    assert (await desk.told(port.LegFailed)).fault is port.LegFault.UNREACHABLE
    await desk.do(port.Dial(call=call, epoch=0, number="+33199001234", caller_id="", timeout_ms=1))
    assert not (await desk.told(port.Dialled)).ok
    cleared.set()
    await desk.empty()
