"""Callers from anywhere prove who they are; calls whose other end vanished end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip import session
from acd.telephony.sip.gateway import Place
from tests.integration.telephony.sip.desk import MUSIC_HZ, Desk
from tests.peers.phone import Phone
from tests.peers.rtpengine import udp_port
from tests.unit.telephony.sip.test_digest import credentials

Open = Callable[..., Any]


async def test_who_knows_the_password_may_call(open_desk: Open, caller: Phone) -> None:
    desk: Desk = await open_desk(networks=(), users={"pbx": "secret"})
    stranger = await caller.call("support", desk.address, wait=False)
    await stranger.got(401)
    await stranger.is_over()
    asked = stranger.refusal.all("www-authenticate")
    assert ["SHA-256" in asked[0], "MD5" in asked[1]] == [True, True]

    proof = (f"Authorization: {credentials(asked[0])}",)
    vouched = ("P-Asserted-Identity: <sip:+33199005678@pbx>", "Diversion: <sip:600@pbx>")
    calling = await caller.call("support", desk.address, headers=(*proof, *vouched), wait=False)
    arrived = await desk.told(port.CallArrived)
    assert (arrived.caller, dict(arrived.headers)) == ("+33199001234", {})
    await desk.answer(arrived.call)
    await calling.voice.hears(MUSIC_HZ)

    replayed = await caller.call("support", desk.address, headers=proof, wait=False)
    await replayed.got(401)
    await replayed.is_over()
    assert "stale=true" in replayed.refusal.header("www-authenticate")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals that a test can wait for."""
    monkeypatch.setattr(session, "LEAST_S", 1)


@pytest.mark.usefixtures("hurried")
async def test_who_said_they_would_refresh_and_do_not_is_gone(
    open_desk: Open, caller: Phone
) -> None:
    desk = await _timed(open_desk)
    _, calling = await desk.waiting(caller, headers=("Supported: timer",))
    assert "refresher=uac" in (await calling.answered()).header("session-expires")
    ended = await desk.told(port.CallerEnded)
    assert ended.code == 408
    await calling.is_over()


@pytest.mark.usefixtures("hurried")
async def test_who_knows_no_timers_is_asked_whether_they_are_there(
    open_desk: Open, caller: Phone
) -> None:
    desk = await _timed(open_desk)
    _, calling = await desk.waiting(caller)
    await calling.voice.hears(MUSIC_HZ)
    await calling.reinvited(2)
    await calling.voice.hears(MUSIC_HZ)
    calling.reply = lambda _: (481, "")
    await desk.told(port.CallerEnded)


async def _timed(open_desk: Open) -> Desk:
    desk: Desk = await open_desk(place=Place(host="127.0.0.1", port=udp_port(), session_s=2))
    return desk
