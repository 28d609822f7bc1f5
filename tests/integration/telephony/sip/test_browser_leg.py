"""A browser's leg, as its page sees it: what it is told, and what is let through when."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.domain.ids import InteractionId, OfferId
from acd.telephony import port
from acd.telephony.sip.media import Pairing
from acd.telephony.sip.ng import EngineRefused
from tests.integration.telephony.sip.desk import MUSIC_HZ, Desk
from tests.peers.phone import Phone
from tests.peers.webpage import silent_answer, silent_offer

BROWSER = port.Target(device="browser", kind=port.TargetKind.BROWSER)


async def said(desk: Desk, call: InteractionId, offer: OfferId, **signal: Any) -> None:
    await desk.do(
        port.PageSaid(
            call=call, epoch=1, offer=offer, device="browser", agent="anna", signal=signal
        )
    )


async def answered(desk: Desk, told: port.PageTold, *, tab: str = "tab-1", to: str = "") -> None:
    sdp = silent_answer(told.signal["description"]["sdp"])
    await said(
        desk, told.call, told.offer, tab=tab, to=to or told.signal["tab"], kind="description",
        description={"type": "answer", "sdp": sdp},
    )  # fmt: skip


async def waiting(desk: Desk, caller: Phone) -> InteractionId:
    await caller.call("support", desk.address, wait=False)
    arrived = await desk.told(port.CallArrived)
    await desk.answer(arrived.call)
    return arrived.call


async def test_a_page_prepares_while_it_rings_and_is_bridged_when_it_won(
    desk: Desk, caller: Phone
) -> None:
    call = await waiting(desk, caller)
    offer = await desk.ring(call, BROWSER)
    told = await desk.told(port.PageTold)
    assert (told.signal["kind"], told.signal["to"]) == ("description", None)
    sdp = told.signal["description"]["sdp"]
    assert all(part in sdp for part in ("RTP/SAVPF", "a=candidate", "a=fingerprint"))

    await answered(desk, told)
    await desk.told(port.LegRinging)
    calling = next(iter(caller.calls.values()))
    await calling.voice.hears(MUSIC_HZ)
    assert calling.reinvites == 0

    await desk.bridge(call, offer, "browser")
    await desk.told(port.Bridged)
    assert calling.reinvites == 1
    assert len(desk.engine.pairings()) == 1
    await calling.bye_now()
    await desk.empty()


async def test_a_page_that_prepares_late_is_bridged_then(desk: Desk, caller: Phone) -> None:
    call = await waiting(desk, caller)
    offer = await desk.ring(call, BROWSER)
    first = await desk.told(port.PageTold)
    await desk.bridge(call, offer, "browser")
    await said(desk, call, offer, tab="tab-2", kind="hello")
    again = await desk.told(port.PageTold)
    assert again.signal["to"] == "tab-2"
    assert again.signal["description"] == first.signal["description"]
    await answered(desk, again, tab="tab-2")
    await desk.told(port.Bridged)


async def test_an_answer_to_another_offer_counts_for_nothing(desk: Desk, caller: Phone) -> None:
    call = await waiting(desk, caller)
    await desk.ring(call, BROWSER)
    told = await desk.told(port.PageTold)
    await answered(desk, told, to="server-of-yesterday")
    await answered(desk, told, tab="tab-2")
    await desk.told(port.LegRinging)
    assert len(desk.heard(port.LegRinging)) == 1


async def test_a_page_that_was_reloaded_gets_a_fresh_connection(desk: Desk, caller: Phone) -> None:
    call = await waiting(desk, caller)
    offer = await desk.ring(call, BROWSER)
    await answered(desk, await desk.told(port.PageTold))
    await desk.bridge(call, offer, "browser")
    await desk.told(port.Bridged)

    await said(desk, call, offer, tab="tab-2", kind="hello")
    fresh = await desk.told(port.PageTold)
    assert fresh.signal["to"] == "tab-2"
    calling = next(iter(caller.calls.values()))
    await calling.voice.hears(MUSIC_HZ)
    await answered(desk, fresh, tab="tab-2")
    await desk.told(port.Bridged)
    assert calling.reinvites == 2
    assert len(desk.engine.pairings()) == 1


async def test_a_page_that_could_not_be_connected_anew_is_when_it_asks_again(
    desk: Desk, caller: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await waiting(desk, caller)
    offer = await desk.ring(call, BROWSER)
    await answered(desk, await desk.told(port.PageTold))
    await desk.bridge(call, offer, "browser")
    await desk.told(port.Bridged)

    refused = asyncio.Event()

    async def refuse(_: Pairing, __: str) -> str:
        refused.set()
        raise EngineRefused

    with monkeypatch.context() as refusing:
        refusing.setattr(Pairing, "offer", refuse)
        await said(desk, call, offer, tab="tab-2", kind="hello")
        await refused.wait()
    await said(desk, call, offer, tab="tab-2", kind="hello")
    fresh = await desk.told(port.PageTold)
    assert fresh.signal["description"]["sdp"]
    await answered(desk, fresh, tab="tab-2")
    await desk.told(port.Bridged)


async def test_what_a_page_says_that_is_no_webrtc_is_not_heard(desk: Desk, caller: Phone) -> None:
    call = await waiting(desk, caller)
    offer = await desk.ring(call, BROWSER)
    told = await desk.told(port.PageTold)
    plain = (await caller.voice()).sdp()
    await said(
        desk, call, offer, tab="tab-1", to=told.signal["tab"], kind="description",
        description={"type": "answer", "sdp": plain},
    )  # fmt: skip
    await desk.do(port.Announce(call=call, epoch=1, file="none"))
    await desk.told(port.Announced)
    assert desk.heard(port.LegRinging) == []
    await answered(desk, told)
    await desk.told(port.LegRinging)


SDES = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"


async def test_a_visitor_who_speaks_no_webrtc_is_sent_nothing(desk: Desk, caller: Phone) -> None:
    """Or anybody could have music sent to whom they like: without ICE nobody there is asked."""
    voice = await caller.voice()
    for call, sdp in {
        "ix_flood": voice.sdp(SDES).replace("RTP/AVP", "RTP/SAVP"),
        "ix_page": silent_offer(),
    }.items():
        signal = {"tab": "tab-1", "description": {"type": "offer", "sdp": sdp}}
        await desk.do(port.VisitorSaid(call=InteractionId(call), epoch=0, signal=signal))
    assert (await desk.told(port.VisitorTold)).call == "ix_page"
    assert sorted(desk.engine.pairings()) == ["ix_page-q", "ix_page-v"]
