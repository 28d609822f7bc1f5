"""Session timers in a call that lives: whoever refreshes it, it goes on while both are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip import session
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.message import Message
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ, Desk, Talk
from tests.peers.phone import Phone
from tests.peers.rtpengine import udp_port

Open = Callable[..., Any]
TIMER = ("Supported: timer",)
SHORT = (*TIMER, "Session-Expires: 30")


@pytest.fixture
async def desk(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """With intervals that a test can wait for."""
    monkeypatch.setattr(session, "LEAST_S", 1)
    desk: Desk = await open_desk(place=Place(host="127.0.0.1", port=udp_port(), session_s=1))
    return desk


async def bridged(desk: Desk, talk: Talk) -> Message:
    """The re-INVITE that told the caller of the agent."""
    await desk.bridge(talk.call, talk.offer, "desk")
    await desk.told(port.Bridged)
    return talk.calling.asked[0]


async def test_a_bridge_keeps_the_session_of_who_refreshes_it(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone, headers=TIMER)
    asked = await bridged(desk, talk)
    assert asked.words("supported") == ["timer"]
    assert asked.header("session-expires") == "1;refresher=uas"


async def test_who_forgets_the_session_in_the_bridge_is_asked_by_us(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone, headers=TIMER)
    assert "refresher=uac" in (await talk.calling.answered()).header("session-expires")
    await bridged(desk, talk)  # answered without a word of the session, as an exchange may
    await talk.calling.reinvited(4)  # longer than it would have lasted
    await talk.calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)
    assert desk.heard(port.CallerEnded) == []


async def test_what_the_answer_to_a_later_invite_says_of_the_session_holds(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.claimed(caller, agent_phone, headers=TIMER)
    talk.calling.adds = lambda _: ("Session-Expires: 1;refresher=uac",)
    await bridged(desk, talk)
    await talk.calling.reinvited(3)
    assert talk.calling.asked[2].header("session-expires") == "1;refresher=uac"


async def test_who_asks_for_a_change_may_leave_the_session_to_us(desk: Desk, caller: Phone) -> None:
    _, calling = await desk.waiting(caller, headers=TIMER)
    assert "refresher=uac" in (await calling.answered()).header("session-expires")
    answer = await caller.request(
        calling, "INVITE", calling.voice.sdp("a=sendonly\r\n"),
        (*TIMER, "Session-Expires: 1;refresher=uas"),
    )  # fmt: skip
    caller.acknowledge(calling)
    assert answer.header("session-expires") == "1;refresher=uas"
    await calling.reinvited(2)


async def test_a_refresh_says_nothing_new(desk: Desk, caller: Phone) -> None:
    _, calling = await desk.waiting(caller)
    said = (await calling.answered()).body
    await calling.reinvited(2)
    assert [one.body for one in calling.asked] == [said, said]


async def test_who_refuses_a_refresh_is_there_and_asked_again(
    desk: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from acd.telephony.sip.stack import leg  # noqa: PLC0415 - in the thread of the stack first

    monkeypatch.setattr(leg, "_GLARE_S", (0.1, 0.2))
    _, calling = await desk.waiting(caller)
    codes = iter((491, 488, 302, 491))
    calling.reply = lambda _: (next(codes, 200), calling.voice.sdp())
    await calling.reinvited(6)
    await calling.voice.hears(MUSIC_HZ)
    assert desk.heard(port.CallerEnded) == []


async def test_a_change_with_a_session_that_is_too_short_is_refused_and_told_the_least(
    open_desk: Open, caller: Phone
) -> None:
    desk: Desk = await open_desk(place=Place(host="127.0.0.1", port=udp_port(), session_s=1800))
    refused = await caller.call("support", desk.address, headers=SHORT, wait=False)
    await refused.is_over()
    assert refused.refusal.first.startswith("SIP/2.0 422")
    assert refused.refusal.header("min-se") == "90"

    call, calling = await desk.waiting(caller, headers=TIMER)
    await calling.answered()
    hold = calling.voice.sdp("a=sendonly\r\n")
    answer = await caller.request(calling, "INVITE", hold, SHORT)
    caller.send(calling, "ACK", number=calling.number, branch=calling.branch)
    assert answer.first.startswith("SIP/2.0 422")
    assert answer.header("min-se") == "90"
    assert [one.call for one in await desk.adapter.calls()] == [call]
    await calling.voice.hears(MUSIC_HZ)

    longer = (*TIMER, "Session-Expires: 90", "Min-SE: 90")
    answer = await caller.request(calling, "INVITE", hold, longer)
    caller.acknowledge(calling)
    assert answer.first.startswith("SIP/2.0 200")
    assert answer.header("session-expires") == "90;refresher=uac"


async def test_without_timers_nobody_is_promised_any(
    open_desk: Open, caller: Phone, agent_phone: Phone
) -> None:
    desk: Desk = await open_desk(place=Place(host="127.0.0.1", port=udp_port(), session_s=0))
    talk = await desk.claimed(caller, agent_phone, headers=TIMER)
    assert talk.ringing.invite is not None
    asked = await bridged(desk, talk)
    for message in (talk.ringing.invite, asked, await talk.calling.answered()):
        assert "timer" not in message.words("supported")
        assert message.header("session-expires") == ""
