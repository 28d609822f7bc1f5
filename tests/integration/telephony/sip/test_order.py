"""Messages that overtake each other, as datagrams may: each has a defined end, nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip.thread import sip_thread
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, Desk, desk_phone
from tests.peers.phone import Phone
from tests.peers.wire import Heard, Wire

URI = "sip:support@acd.example"
BRANCH = "z9hG4bKfirst"
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0\r\n"
)


class Exchange:
    """Says each message when a test wants it said. It has one call."""

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self.wire = wire
        self._desk = desk

    def says(self, method: str, *, number: int = 1, **more: Any) -> None:
        more.setdefault("branch", BRANCH if method in {"INVITE", "CANCEL"} else "")
        self.wire.request(method, URI, self._desk.address, call="c1", number=number, **more)

    async def hears(self, start: str, of: str = "") -> Heard:
        """The next that begins so, where `of` is given: to that request; a 200 may be repeated."""
        while True:
            heard = await asyncio.to_thread(self.wire.hears, start)
            if not of or heard.one("CSeq") == of:
                return heard

    async def ends(self, tag: str) -> None:
        """Hangs up, and nothing is left."""
        self.says("BYE", number=2, tag=tag)
        assert await self.hears("SIP/2.0 200", "2 BYE")
        await self._desk.told(port.CallerEnded)
        await self._desk.empty()


@pytest.fixture
def exchange(desk: Desk) -> Iterator[Exchange]:
    wire = Wire("127.0.0.1")
    yield Exchange(wire, desk)
    wire.close()


def tag_of(heard: Heard) -> str:
    return heard.one("To").partition("tag=")[2]


async def test_a_cancel_before_its_invite_is_of_nothing_and_after_it_ends_the_call(
    desk: Desk, exchange: Exchange
) -> None:
    exchange.says("CANCEL")
    assert await exchange.hears("SIP/2.0 481")
    exchange.says("INVITE", body=SDP)
    call = (await desk.told(port.CallArrived)).call
    await desk.answer(call, port.AnswerHow.RINGING)
    await exchange.hears("SIP/2.0 180")

    exchange.says("CANCEL")  # the same once more, as who sent it does
    assert (await exchange.hears("SIP/2.0 200")).one("CSeq") == "1 CANCEL"
    refused = await exchange.hears("SIP/2.0 487")
    exchange.says("ACK", tag=tag_of(refused), branch=BRANCH)
    assert (await desk.told(port.CallerEnded)).call == call
    await desk.empty()


@pytest.mark.parametrize("acknowledged", [False, True], ids=["crossing", "late"])
async def test_a_cancel_after_the_200_changes_nothing(
    desk: Desk, exchange: Exchange, *, acknowledged: bool
) -> None:
    exchange.says("INVITE", body=SDP)
    call = (await desk.told(port.CallArrived)).call
    await desk.answer(call)
    tag = tag_of(await exchange.hears("SIP/2.0 200"))
    if acknowledged:
        exchange.says("ACK", tag=tag)
    exchange.says("CANCEL")
    assert (await exchange.hears("SIP/2.0 481")).one("CSeq") == "1 CANCEL"
    if not acknowledged:
        exchange.says("ACK", tag=tag)
    assert [one.call for one in await desk.adapter.calls()] == [call]
    await exchange.ends(tag)


async def test_an_ack_before_the_200_is_of_nothing_and_after_it_acknowledges(
    desk: Desk, exchange: Exchange, agent_phone: Phone
) -> None:
    exchange.says("INVITE", body=SDP)
    call = (await desk.told(port.CallArrived)).call
    await desk.answer(call, port.AnswerHow.RINGING)
    tag = tag_of(await exchange.hears("SIP/2.0 180"))
    exchange.says("ACK", tag=tag, branch="z9hG4bKack")

    offer = await desk.ring(call, desk_phone(agent_phone))
    await agent_phone.pick_up(await agent_phone.ringing.get())
    await desk.told(port.LegAnswered)
    await desk.bridge(call, offer, "desk")
    await exchange.hears("SIP/2.0 200")
    exchange.says("ACK", tag=tag, branch="z9hG4bKack")  # the same once more
    await desk.told(port.Bridged)
    await desk.do(port.HangUp(call=call, epoch=desk.epoch, cause="agent"))
    bye = await exchange.hears("BYE")  # who is not known to have our 200 is not hung up on
    exchange.wire.answer(bye, "200 OK", desk.address)
    await desk.empty()


async def test_who_never_acknowledges_is_hung_up_on(
    desk: Desk, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurry() -> None:
        # of the stack's thread: it wakes whoever imported it
        from sippy import SipTransactionManager as sippy  # noqa: N813, PLC0415

        timeout = sippy.Timeout
        monkeypatch.setattr(
            sippy, "Timeout", lambda job, s, *more: timeout(job, 1.0 if s == 32 else s, *more)
        )

    await sip_thread.do(hurry)
    exchange.says("INVITE", body=SDP)
    await desk.answer((await desk.told(port.CallArrived)).call)
    await exchange.hears("SIP/2.0 200")
    ended = await desk.told(port.CallerEnded)
    assert (ended.cause, ended.code) == ("not acknowledged", 408)
    exchange.wire.answer(await exchange.hears("BYE"), "200 OK", desk.address)
    await desk.empty()


async def test_a_change_before_the_ack_of_the_first_answer_is_made(
    desk: Desk, caller: Phone
) -> None:
    caller.withholds_ack = True
    call, calling = await desk.waiting(caller)
    await calling.answered()
    answer = await calling.reinvite(calling.voice.sdp("a=sendonly\r\n"))
    assert answer.first.startswith("SIP/2.0 200")
    caller.send(calling, "ACK", number=1)
    assert (await calling.reinvite(calling.voice.sdp())).first.startswith("SIP/2.0 200")
    await desk.do(port.HangUp(call=call, epoch=0, cause="closed"))
    await calling.is_over()
    await desk.empty()


async def test_a_ringing_that_comes_after_the_pick_up_changes_nothing(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone)
    agent_phone.say_that_it_rings(talk.ringing)
    await desk.bridge(talk.call, talk.offer, "desk")
    await talk.calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)
    assert len(desk.heard(port.LegAnswered)) == 1


async def test_a_bye_before_its_invite_ends_nothing(desk: Desk, exchange: Exchange) -> None:
    exchange.says("BYE", number=2, tag="unknown")
    assert await exchange.hears("SIP/2.0 481")
    exchange.says("INVITE", body=SDP)
    await desk.answer((await desk.told(port.CallArrived)).call)
    tag = tag_of(await exchange.hears("SIP/2.0 200"))
    exchange.says("ACK", tag=tag)
    exchange.says("BYE", number=2, tag=tag)
    assert await exchange.hears("SIP/2.0 200", "2 BYE")
    await desk.empty()
