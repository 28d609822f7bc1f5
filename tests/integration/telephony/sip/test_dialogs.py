"""Offers, answers and ends of dialogs as RFC 3261 and RFC 3264 have them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip import dialog
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.media import Pairing
from acd.telephony.sip.thread import sip_thread
from tests.integration.telephony.sip.desk import (
    AGENT_HZ,
    CALLER_HZ,
    MOBILE,
    MUSIC_HZ,
    Desk,
    desk_phone,
    trunk_to,
)
from tests.peers.phone import Phone

VIDEO = "m=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
G722 = "m=audio 4000 RTP/AVP 9 101\r\na=rtpmap:101 telephone-event/8000\r\n"


def lines(description: str, kind: str) -> list[str]:
    return [line for line in description.splitlines() if line.startswith(kind)]


async def test_what_is_offered_beside_the_audio_is_refused_line_by_line(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    voice = await caller.voice()
    talk = await desk.claimed(caller, agent_phone, sdp=voice.sdp() + VIDEO)
    answer = await talk.calling.answered()
    assert talk.ringing.invite is not None
    assert len(lines(talk.ringing.invite.body, "m=")) == 1
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    for said in (answer.body, talk.calling.asked[0].body):
        _, video = lines(said, "m=")
        assert video == "m=video 0 RTP/AVP 96"
    again = await talk.calling.reinvite(voice.sdp("a=sendonly\r\n") + VIDEO)
    assert lines(again.body, "m=")[1:] == ["m=video 0 RTP/AVP 96"]


async def test_a_dialog_has_one_origin_and_a_version_for_each_change(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    said = [(await talk.calling.answered()).body]
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    said.append(talk.calling.asked[0].body)
    said.append((await talk.calling.reinvite(talk.calling.voice.sdp("a=sendonly\r\n"))).body)
    said.append((await talk.calling.reinvite(talk.calling.voice.sdp())).body)
    origins = [lines(one, "o=")[0].split() for one in said]
    assert len({(one[1], *one[3:]) for one in origins}) == 1
    first = int(origins[0][2])
    assert [int(one[2]) - first for one in origins] == [0, 1, 2, 3]


async def test_a_codec_that_the_line_does_not_speak_is_refused(desk: Desk, caller: Phone) -> None:
    voice = await caller.voice()
    head = voice.sdp().partition("m=")[0]
    call = await caller.call("support", desk.address, wait=False, sdp=head + G722)
    await call.is_over()
    assert call.answers[-1] == 488


@pytest.mark.parametrize("answer", ["", G722], ids=["none", "no-common-codec"])
async def test_who_does_not_answer_our_offer_is_hung_up(
    desk: Desk, caller: Phone, answer: str
) -> None:
    head = (await caller.voice()).sdp().partition("m=")[0]
    caller.says_late = answer and head + answer
    _, calling = await desk.waiting(caller, sdp="")
    assert (await desk.told(port.CallerEnded)).code == 488
    await calling.is_over()
    assert calling.bye is not None
    assert "cause=488" in calling.bye.header("reason").replace(" ", "")
    await desk.empty()


@pytest.mark.parametrize("code", [302, 403, 480])
async def test_a_device_that_is_not_there_did_not_get_through(
    desk: Desk, caller: Phone, agent_phone: Phone, code: int
) -> None:
    agent_phone.refuses = code
    call, calling = await desk.waiting(caller)
    await desk.ring(call, desk_phone(agent_phone))
    failed = await desk.told(port.LegFailed)
    assert (failed.fault, failed.code) == (port.LegFault.UNREACHABLE, code)
    await calling.voice.hears(MUSIC_HZ)


async def test_who_never_answers_a_change_is_hung_up(
    desk: Desk, caller: Phone, agent_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialog, "_UPDATE_S", 0.3)
    talk = await desk.claimed(caller, agent_phone)
    talk.calling.reply = lambda _: (100, "")  # and nothing more
    await desk.bridge(talk.call, talk.offer, "desk")
    assert (await desk.told(port.CallerEnded)).code == 408
    await talk.calling.is_over()
    await talk.ringing.is_over()
    await desk.empty()


async def test_a_bye_waits_for_the_acknowledgement(desk: Desk, caller: Phone) -> None:
    caller.withholds_ack = True
    call, calling = await desk.waiting(caller)
    await calling.answered()
    await desk.do(port.HangUp(call=call, epoch=0, cause="closed"))
    await desk.empty()
    await caller.request(calling, "OPTIONS")  # whatever was to be sent is sent by now
    assert caller.byes == []
    calling.number -= 1
    caller.acknowledge(calling)
    await calling.is_over()


async def test_changes_come_one_at_a_time_and_may_be_taken_back(
    desk: Desk, caller: Phone, agent_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await desk.talking(caller, agent_phone)
    calling, changed = talk.calling, Caller.changed
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(self: Caller) -> None:
        reached.set()
        await go_on.wait()
        await changed(self)

    monkeypatch.setattr(Caller, "changed", slowly)
    hold = calling.voice.sdp("a=sendonly\r\n")
    asking = asyncio.create_task(caller.request(calling, "INVITE", hold))
    try:
        await reached.wait()
        first = {"number": calling.number, "branch": calling.branch}

        second = await caller.request(calling, "INVITE", calling.voice.sdp())
        assert second.first.startswith("SIP/2.0 500")
        assert second.header("retry-after")
        caller.send(calling, "ACK", number=calling.number, branch=calling.branch)

        caller.send(calling, "CANCEL", **first)
        assert (await asking).first.startswith("SIP/2.0 487")
        caller.send(calling, "ACK", **first)
    finally:
        asking.cancel()
        go_on.set()
    await calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)
    assert (await calling.reinvite(hold)).first.startswith("SIP/2.0 200")


async def test_a_bye_that_is_asked_for_a_password_is_said_again_with_it(
    open_desk: Callable[..., Any], caller: Phone, agent_phone: Phone
) -> None:
    trunk = replace(trunk_to(agent_phone), name="acd", secret="secret")
    desk: Desk = await open_desk(trunk=trunk)
    agent_phone.challenge = 'Digest realm="trunk", nonce="1", algorithm=MD5, qop="auth"'
    call, _ = await desk.waiting(caller)
    offer = await desk.ring(call, MOBILE)
    ringing = await agent_phone.ringing.get()
    await agent_phone.pick_up(ringing)
    await desk.told(port.LegAnswered)
    await desk.do(port.Withdraw(call=call, epoch=0, offer=offer, device="mobile", reason=""))
    await ringing.is_over()
    first, second = agent_phone.byes
    assert first.header("authorization") == ""
    assert 'username="acd"' in second.header("authorization")


async def test_a_stale_number_does_not_move_the_call(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    calling = talk.calling
    calling.number = -1
    caller.contact = "<sip:else@127.0.0.1:9>"
    stale = await caller.request(calling, "INVITE", calling.voice.sdp())
    assert stale.first.startswith("SIP/2.0 500")
    caller.send(calling, "ACK", number=calling.number, branch=calling.branch)
    await desk.do(port.HangUp(call=talk.call, epoch=desk.epoch, cause="agent"))
    await calling.is_over()


async def test_who_is_hung_up_before_an_answer_is_told_so_and_no_proxy_tries_elsewhere(
    desk: Desk, caller: Phone
) -> None:
    call, calling = await desk.waiting(caller, port.AnswerHow.RINGING)
    await calling.got(180)
    await desk.do(port.HangUp(call=call, epoch=0, cause="max_wait"))
    await calling.is_over()
    assert calling.answers[-1] == 480
    assert "Q.850" in calling.refusal.header("reason")


async def test_who_is_hung_up_while_we_prepare_our_offer_is_told_the_same(
    desk: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, reached, go_on = Pairing.ask, asyncio.Event(), asyncio.Event()

    async def slowly(self: Pairing) -> str:
        reached.set()
        await go_on.wait()
        return await ask(self)

    monkeypatch.setattr(Pairing, "ask", slowly)
    call, calling = await desk.waiting(caller, sdp="")
    try:
        await reached.wait()
        await desk.do(port.HangUp(call=call, epoch=0, cause="max_wait"))
        await calling.is_over()
    finally:
        go_on.set()
    assert calling.answers[-1] == 480
    await desk.empty()


@pytest.fixture
async def hurried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Five minutes last a second, and whoever is called says at once again that it rings."""

    def hurry() -> None:
        # of the stack's thread: it wakes whoever imported it
        from sippy import SipTransactionManager as sippy  # noqa: N813, PLC0415

        from acd.telephony.sip.stack.transactions import Transactions  # noqa: PLC0415

        timeout = sippy.Timeout
        monkeypatch.setattr(
            sippy, "Timeout", lambda job, s, *more: timeout(job, 1.0 if s == 300 else s, *more)
        )
        monkeypatch.setattr(Transactions, "provisional_retr", 0.1)

    await sip_thread.do(hurry)
    return desk


async def test_it_rings_for_as_long_as_the_caller_waits(hurried: Desk, caller: Phone) -> None:
    _, patient = await hurried.waiting(caller, port.AnswerHow.RINGING)
    await patient.got(180)
    _, limited = await hurried.waiting(caller, port.AnswerHow.RINGING, headers=("Expires: 300",))
    await limited.got(487)
    assert patient.answers.count(180) > 2
    assert 487 not in patient.answers
    assert len(hurried.heard(port.CallerEnded)) == 1
