"""rtpengine dies and comes back with nothing: calls are mended, new ones wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acd.domain.ids import InteractionId, new_id
from acd.telephony import port
from acd.telephony.sip.media import Pairing
from acd.telephony.sip.ng import EngineRefused
from acd.telephony.sip.sdp import SINK
from tests.integration.telephony.sip.desk import (
    AGENT_HZ,
    CALLER_HZ,
    MUSIC_HZ,
    Desk,
    desk_phone,
)
from tests.integration.telephony.sip.test_browser_leg import BROWSER, answered
from tests.integration.telephony.sip.website import Website
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine
from tests.peers.webpage import WebPage


@pytest.fixture
async def mortal(
    peer: Callable[[str], Path], tmp_path: Path, caller: Phone, agent_phone: Phone
) -> AsyncIterator[Desk]:
    """A desk whose rtpengine may be killed."""
    engine = Rtpengine(peer("rtpengine"), tmp_path)
    engine.start()
    desk = Desk(replace(Desk.options(engine), look_s=0.2, engine_lost_s=5.0), engine)
    await desk.start()
    yield desk
    await desk.stop()
    engine.kill()


async def test_who_waits_and_who_talks_hear_again(
    mortal: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await mortal.talking(caller, agent_phone)
    call, waiting = await mortal.waiting(caller)
    await waiting.voice.hears(MUSIC_HZ)
    mortal.engine.kill()
    mortal.engine.start()
    lost = [await mortal.told(port.MediaLost) for _ in range(3)]
    assert {(one.call, one.offer) for one in lost} == {
        (talk.call, None), (talk.call, talk.offer), (call, None),
    }  # fmt: skip
    await waiting.voice.hears(MUSIC_HZ)
    await talk.calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)
    await talk.calling.bye_now()
    await waiting.bye_now()
    await mortal.empty()


async def test_while_it_is_away_new_callers_are_told_to_come_again(
    mortal: Desk, caller: Phone, agent_phone: Phone
) -> None:
    mortal.engine.kill()
    assert (await mortal.told(port.AdapterDown)).cause == "media_engine_silent"
    refused = await caller.call("support", mortal.address, wait=False)
    await refused.got(503)
    mortal.engine.start()
    await mortal.told(port.AdapterUp)
    _, waiting = await mortal.waiting(caller)
    await waiting.voice.hears(MUSIC_HZ)
    await waiting.bye_now()
    await mortal.empty()


async def test_a_call_that_comes_just_then_is_refused_and_leaves_nothing(
    mortal: Desk, caller: Phone, agent_phone: Phone
) -> None:
    calling = await caller.call("support", mortal.address, wait=False)
    call = (await mortal.told(port.CallArrived)).call
    mortal.engine.kill()
    await mortal.answer(call)
    assert (await mortal.told(port.CallerEnded)).code == 503
    await calling.got(503)
    mortal.engine.start()
    await mortal.told(port.AdapterUp)
    await mortal.empty()


async def test_without_it_for_long_calls_end(
    mortal: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await mortal.talking(caller, agent_phone)
    mortal.engine.kill()
    ended = await mortal.told(port.CallerEnded, within_s=20)
    assert (ended.call, ended.cause, ended.code) == (talk.call, "media_engine_silent", 503)
    await talk.calling.is_over()
    await talk.ringing.is_over()
    mortal.engine.start()
    await mortal.empty()


async def test_a_website_caller_hears_again_once_their_page_offers_anew(
    mortal: Desk, rtpengine: Rtpengine, agent_phone: Phone
) -> None:
    page = await WebPage.open(rtpengine.ng, CALLER_HZ)
    website = Website(mortal, page)
    await website.offers()
    await page.voice.hears(MUSIC_HZ)
    mortal.engine.kill()
    mortal.engine.start()
    await mortal.told(port.MediaLost)
    await page.end()
    await website.offers()
    await page.voice.hears(MUSIC_HZ)

    offer = await mortal.ring(website.call, desk_phone(agent_phone))
    rung = await agent_phone.ringing.get()
    await agent_phone.pick_up(rung)
    await mortal.told(port.LegAnswered)
    await mortal.bridge(website.call, offer, "desk")
    told = await mortal.told(port.VisitorTold)
    assert told.signal["kind"] == "resumed", "whoever had them may have left them on hold"
    await page.voice.hears(AGENT_HZ)
    mortal.engine.kill()
    mortal.engine.start()
    await rung.reinvited(1)
    await page.end()
    await website.offers()
    await page.voice.hears(AGENT_HZ)
    await rung.voice.hears(CALLER_HZ)
    await mortal.do(port.HangUp(call=website.call, epoch=0, cause="contact"))
    await page.close()
    await mortal.empty()


async def test_a_number_that_would_hear_nothing_is_not_called(
    mortal: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acd.telephony.sip.ng._WAITS_S", (0.05,))
    mortal.engine.kill()
    call = InteractionId("ix_out")
    number = desk_phone(caller).address
    dial = port.Dial(call=call, epoch=0, number=number, caller_id="", timeout_ms=9000)
    await mortal.do(dial)
    dialled = await mortal.told(port.Dialled)
    assert (dialled.ok, dialled.code) == (False, 503)
    mortal.engine.start()
    await mortal.do(dial)
    ringing = await caller.ringing.get()
    await mortal.do(port.HangUp(call=call, epoch=0, cause="done"))
    await ringing.is_over()
    await mortal.empty()


async def test_a_page_whose_offer_failed_half_way_hears_music_once_it_offers_again(
    desk: Desk, rtpengine: Rtpengine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await WebPage.open(rtpengine.ng, CALLER_HZ)
    website, answer = Website(desk, page), Pairing.answer

    async def refused(pairing: Pairing, sdp: str) -> str:
        if pairing.name.endswith("-v"):
            monkeypatch.undo()
            raise EngineRefused
        return await answer(pairing, sdp)

    monkeypatch.setattr(Pairing, "answer", refused)
    await website.says_its_offer()
    async with asyncio.timeout(5):
        while Pairing.answer is refused or {"ix_visitor-v", "ix_visitor-q"} & set(  # noqa: ASYNC110
            rtpengine.pairings()
        ):
            await asyncio.sleep(0.02)
    await page.end()
    await website.offers()
    await page.voice.hears(MUSIC_HZ)
    await desk.do(port.HangUp(call=website.call, epoch=0, cause="contact"))
    await page.close()
    await desk.empty()


async def test_a_hold_that_fails_is_told_to_the_page(mortal: Desk, caller: Phone) -> None:
    call, calling = await mortal.waiting(caller)
    offer = await mortal.ring(call, BROWSER)
    await answered(mortal, await mortal.told(port.PageTold))
    await mortal.bridge(call, offer, "browser")
    await mortal.told(port.Bridged)
    mortal.engine.kill()
    await mortal.do(port.Hold(call=call, epoch=1))
    told = await mortal.told(port.PageTold)
    assert (told.signal["kind"], told.signal["to"]) == ("resumed", "tab-1")
    mortal.engine.start()
    await calling.bye_now()
    await mortal.empty()


async def test_more_pairings_than_one_answer_names(
    open_desk: Callable[..., Any], rtpengine: Rtpengine, caller: Phone
) -> None:
    desk: Desk = await open_desk(look_s=0.1, silence_s=0.8)
    call, waiting = await desk.waiting(caller)
    others = [f"{new_id('ix')}-{number:08}" for number in range(2000)]
    for name in others:  # without audio they need no ports
        sdp = SINK.replace("m=audio 9", "m=audio 0")
        rtpengine.ask("offer", **{"call-id": name, "from-tag": "A", "sdp": sdp})
    try:
        await waiting.voice.hears(MUSIC_HZ)
        rtpengine.ask("delete", **{"call-id": f"{call}-q", "delete-delay": 0})
        lost = await desk.told(port.MediaLost)  # by its own look: it may be named in no answer
        assert (lost.call, lost.offer) == (call, None)
        await waiting.voice.hears(MUSIC_HZ)
        assert not desk.heard(port.AdapterDown)
    finally:
        for name in others:
            rtpengine.ask("delete", **{"call-id": name, "delete-delay": 0})
    await waiting.bye_now()
    await desk.empty()


async def test_what_is_missed_by_mistake_is_left_as_it_is(desk: Desk, caller: Phone) -> None:
    call, waiting = await desk.waiting(caller)
    await waiting.answered()
    await desk.ring(call, BROWSER)
    await desk.told(port.PageTold)
    names = set(desk.engine.pairings())
    assert len(names) == 2
    looked = asyncio.Event()

    async def done() -> None:
        looked.set()

    sip_call = desk.adapter._calls[call]
    sip_call.mend_soon(names)
    sip_call.do(done)
    await looked.wait()
    assert not desk.heard(port.MediaLost)
    assert set(desk.engine.pairings()) == names
    await waiting.bye_now()
    await desk.empty()
