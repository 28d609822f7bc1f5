"""Callers who are turned away: with a code, with words before it costs, or gone meanwhile."""

from __future__ import annotations

import pytest

from acd.telephony import port
from tests.integration.telephony.sip.desk import Desk
from tests.peers.phone import Phone

WORDS_HZ = 860


async def test_a_call_is_turned_away_with_a_reason(desk: Desk, caller: Phone) -> None:
    calling = await caller.call("nobody", desk.address, wait=False)
    call = (await desk.told(port.CallArrived)).call
    await desk.do(port.Reject(call=call, epoch=0, code=404, reason="unknown_number"))
    await calling.got(404)
    assert calling.refusal.first == "SIP/2.0 404 Not Found"
    await desk.empty()


async def test_a_call_is_turned_away_with_words_before_it_costs(desk: Desk, caller: Phone) -> None:
    calling = await caller.call("closed", desk.address, wait=False)
    call = (await desk.told(port.CallArrived)).call
    file = desk.engine.tone(WORDS_HZ, 1.0)
    await desk.do(port.Reject(call=call, epoch=0, code=480, reason="closed", file=file))
    await calling.voice.hears(WORDS_HZ)
    await calling.got(480)
    assert "Q.850;cause=20" in calling.refusal.header("reason")
    assert 200 not in calling.answers
    await desk.empty()
    assert desk.heard(port.CallerEnded) == []


async def test_who_hangs_up_while_they_are_turned_away_is_gone(desk: Desk, caller: Phone) -> None:
    calling = await caller.call("closed", desk.address, wait=False)
    call = (await desk.told(port.CallArrived)).call
    file = desk.engine.tone(WORDS_HZ, 30.0)
    await desk.do(port.Reject(call=call, epoch=0, code=480, reason="closed", file=file))
    await calling.voice.hears(WORDS_HZ)
    caller.cancel(calling)
    await calling.got(487)
    await desk.empty()


async def test_who_speaks_last_is_turned_away_without_words(desk: Desk, caller: Phone) -> None:
    calling = await caller.call("closed", desk.address, wait=False, sdp="")
    call = (await desk.told(port.CallArrived)).call
    file = desk.engine.tone(WORDS_HZ, 30.0)
    await desk.do(port.Reject(call=call, epoch=0, code=486, reason="full", file=file))
    await calling.got(486)
    await desk.empty()


@pytest.mark.parametrize(("cause", "code"), [("rejected", 480), ("failed", 503)])
async def test_who_was_not_answered_and_is_let_go_gets_a_code(
    desk: Desk, caller: Phone, cause: str, code: int
) -> None:
    call, calling = await desk.waiting(caller, port.AnswerHow.RINGING)
    await calling.got(180)
    await desk.do(port.HangUp(call=call, epoch=0, cause=cause))
    await calling.got(code)
    assert bool(calling.refusal.header("retry-after")) == (code == 503)
    await desk.empty()
