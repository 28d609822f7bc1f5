"""What is answered before it becomes a call, and what strangers send."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip import guard
from acd.telephony.sip.thread import sip_thread
from tests.integration.telephony.sip.desk import PATIENCE_S, Desk
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.said import request

VIDEO = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
)
G729 = VIDEO.replace("m=video 4000 RTP/AVP 96", "m=audio 4000 RTP/AVP 18").replace(
    "96 VP8/90000", "18 G729/8000"
)


async def refused(phone: Phone, desk: Desk, **more: Any) -> int:
    call = await phone.call("support", desk.address, wait=False, **more)
    await call.is_over()
    assert desk.heard(port.CallArrived) == []
    return call.answers[-1]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (488, {"sdp": VIDEO}),
        (488, {"sdp": G729}),
        (488, {"sdp": "this is no description"}),
        (420, {"headers": ("Require: 100rel",)}),
    ],
    ids=["no-audio", "no-common-codec", "malformed", "100rel"],
)
async def test_an_invite_that_cannot_be_taken(
    desk: Desk, caller: Phone, code: int, more: dict[str, Any]
) -> None:
    assert await refused(caller, desk, **more) == code


async def test_what_the_guard_cannot_read_is_refused(
    desk: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise TypeError

    monkeypatch.setattr(guard, "_described", fails)
    assert await refused(caller, desk) == 400


async def test_a_call_that_comes_by_two_ways_is_one(desk: Desk, caller: Phone) -> None:
    _, calling = await desk.waiting(caller, port.AnswerHow.RINGING)
    await calling.got(180)
    calling.number -= 1  # the same number again, with another branch
    again = await caller.request(calling, "INVITE", calling.voice.sdp())
    assert again.first.startswith("SIP/2.0 482")
    assert len(desk.heard(port.CallArrived)) == 1


async def test_who_is_not_on_the_list_is_refused(
    open_desk: Callable[..., Any], caller: Phone
) -> None:
    desk = await open_desk(networks=())
    assert await refused(caller, desk) == 403


async def test_options_tell_that_we_are_here(desk: Desk, caller: Phone) -> None:
    async def asked(method: str) -> str:
        call = PhoneCall(caller, desk.address, "probe", await caller.voice(), "sip:x@127.0.0.1")
        call.local, call.remote = "<sip:pbx@127.0.0.1>;tag=1", "<sip:acd@127.0.0.1>"
        return (await caller.request(call, method)).first

    assert (await asked("OPTIONS")).startswith("SIP/2.0 200")
    assert (await asked("REGISTER")).startswith("SIP/2.0 405")


async def test_a_request_of_no_call_is_answered_with_481(desk: Desk, caller: Phone) -> None:
    call = PhoneCall(caller, desk.address, "gone", await caller.voice(), "sip:x@127.0.0.1")
    call.local, call.remote = "<sip:pbx@127.0.0.1>;tag=1", "<sip:acd@127.0.0.1>;tag=2"
    assert (await caller.request(call, "BYE")).first.startswith("SIP/2.0 481")
    assert (await caller.request(call, "INVITE", call.voice.sdp())).first.startswith("SIP/2.0 481")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\r\n\r\n",
        b"\x00\xff" * 40,
        b"INVITE sip:x@y SIP/2.0\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\nVia: x\r\nFrom: x\r\nTo: x\r\nCall-ID: 1\r\n"
        b"CSeq: 1 INVITE\r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z\r\nFrom: <x>\r\nTo: <x>\r\nCall-ID: 1\r\n"
        b"CSeq: 99999999999 INVITE\r\n\r\n",
        b"OPTIONS sip:x@y SIP/2.0\r\n" + b"X: " + b"y" * 7000 + b"\r\n\r\n",
    ],
    ids=["keep-alive", "noise", "bare", "nonsense", "number", "oversized"],
)
async def test_what_is_no_message_disturbs_nobody(
    desk: Desk, caller: Phone, agent_phone: Phone, garbage: bytes
) -> None:
    talk = await desk.talking(caller, agent_phone)
    caller.put(garbage, desk.address)
    await talk.calling.bye_now()
    await desk.told(port.CallerEnded)
    await desk.empty()


async def test_an_answer_to_a_port_that_is_none_takes_no_other_of_its_turn_with_it(
    desk: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = PhoneCall(caller, desk.address, "probe", await caller.voice(), "sip:x@127.0.0.1")
    call.local, call.remote = "<sip:pbx@127.0.0.1>;tag=1", "<sip:acd@127.0.0.1>"
    bad = request(call, "OPTIONS", "", (), number=9, branch="", contact="<sip:x@127.0.0.1>")
    bad = bad.replace(f"{caller.host}:{caller.port}", "10.0.0.9:99999")
    loop, post, free = asyncio.get_running_loop(), sip_thread.post, threading.Event()
    came = asyncio.Semaphore(0)

    def counted(work: Callable[..., object], *given: object) -> None:
        post(work, *given)
        loop.call_soon_threadsafe(came.release)

    monkeypatch.setattr(sip_thread, "post", counted)
    monkeypatch.setattr("tests.peers.phone._FIRST_S", PATIENCE_S * 2)  # it asks but once
    post(free.wait)
    try:
        caller.put(bad, desk.address)
        await came.acquire()
        asking = asyncio.create_task(caller.request(call, "OPTIONS"))
        await came.acquire()
    finally:
        free.set()
    answer = await asyncio.wait_for(asking, PATIENCE_S)
    assert answer.first.startswith("SIP/2.0 200")


async def test_who_is_at_a_port_that_is_none_keeps_nobody_from_being_looked_up(
    desk: Desk, caller: Phone
) -> None:
    for place in (99999, caller.port):
        caller.contact = f"<sip:phone@localhost:{place}>"
        call, calling = await desk.waiting(caller)
        await calling.answered()
        await desk.do(port.HangUp(call=call, epoch=0, cause="closed"))
    await calling.is_over()
