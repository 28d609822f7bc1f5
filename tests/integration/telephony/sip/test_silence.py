"""Nobody hung up, and yet somebody is not heard any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from acd.domain.ids import InteractionId, OfferId
from acd.telephony import port
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ, Desk, desk_phone
from tests.integration.telephony.sip.website import Website
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.rtpengine import Rtpengine
from tests.peers.webpage import WebPage

BROWSER = port.Target(device="browser", kind=port.TargetKind.BROWSER)
LOST_S = 2.5


@dataclass
class Talk:
    """A caller and an agent's page."""

    desk: Desk
    call: InteractionId
    calling: PhoneCall
    offer: OfferId
    page: WebPage

    async def says(self, **signal: Any) -> None:
        await self.desk.do(
            port.PageSaid(
                call=self.call, epoch=1, offer=self.offer, device="browser", agent="anna",
                signal=signal,
            )
        )  # fmt: skip

    async def answers(self) -> None:
        """The page answers what the server offers next."""
        told = (await self.desk.told(port.PageTold)).signal
        description = {"type": "answer", "sdp": await self.page.answer(told["description"]["sdp"])}
        await self.says(tab="tab", to=told["tab"], kind="description", description=description)

    async def both_hear(self) -> None:
        await self.calling.voice.hears(AGENT_HZ)
        await self.page.voice.hears(CALLER_HZ)


@pytest.fixture
async def desk(open_desk: Callable[..., Any]) -> Desk:
    return await open_desk(
        look_s=0.1, page_silence_s=0.5, media_lost_s=LOST_S, silence_s=0.8, engine_lost_s=1.0
    )


@pytest.fixture
async def talk(desk: Desk, caller: Phone, rtpengine: Rtpengine) -> AsyncIterator[Talk]:
    call, calling = await desk.waiting(caller)
    offer = await desk.ring(call, BROWSER)
    talk = Talk(desk, call, calling, offer, await WebPage.open(rtpengine.ng, AGENT_HZ))
    await talk.answers()
    await desk.bridge(call, offer, "browser")
    await desk.told(port.Bridged)
    await talk.both_hear()
    yield talk
    await talk.page.close()
    if calling.is_up:
        await calling.bye_now()
    await desk.empty()


async def test_while_the_page_is_cut_off_the_caller_hears_music_and_then_the_agent(
    talk: Talk,
) -> None:
    talk.page.voice.is_mute = True
    assert (await talk.desk.told(port.MediaLost)).offer == talk.offer
    await talk.calling.voice.hears(MUSIC_HZ)
    talk.page.voice.is_mute = False
    await talk.both_hear()
    assert not talk.desk.heard(port.LegEnded)


async def test_a_page_that_comes_back_with_a_fresh_connection_is_heard(
    talk: Talk, rtpengine: Rtpengine
) -> None:
    talk.page.voice.is_mute = True
    await talk.desk.told(port.MediaLost)
    await talk.page.close()
    talk.page = await WebPage.open(rtpengine.ng, AGENT_HZ)
    await talk.says(tab="tab", kind="hello")
    await talk.answers()
    await talk.desk.told(port.Bridged)
    await talk.both_hear()


async def test_a_page_that_does_not_come_back_has_lost_the_call(talk: Talk) -> None:
    talk.page.voice.is_mute = True
    ended = await talk.desk.told(port.LegEnded)
    assert (ended.offer, ended.cause) == (talk.offer, "media_lost")
    await talk.calling.voice.hears(MUSIC_HZ)
    await talk.desk.do(port.HangUp(call=talk.call, epoch=1, cause="agent"))
    await talk.calling.is_over()


async def test_on_hold_a_page_is_lost_as_well_and_the_music_goes_on(talk: Talk) -> None:
    await talk.desk.do(port.Hold(call=talk.call, epoch=1))
    await talk.desk.told(port.Held)
    await asyncio.sleep(1)  # nobody is silent: it says nothing of it
    assert not talk.desk.heard(port.MediaLost)
    talk.page.voice.is_mute = True
    await talk.desk.told(port.MediaLost)
    talk.page.voice.is_mute = False
    await asyncio.sleep(0.5)
    await talk.calling.voice.hears(MUSIC_HZ)
    await talk.desk.do(port.Resume(call=talk.call, epoch=1))
    await talk.both_hear()


async def test_a_telephone_that_is_silent_is_asked_and_goes_on(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await desk.talking(caller, agent_phone)
    before = talk.calling.reinvites
    talk.calling.voice.is_mute = talk.ringing.voice.is_mute = True
    lost = [(await desk.told(port.MediaLost)).offer for _ in range(2)]
    assert set(lost) == {None, talk.offer}
    await talk.calling.reinvited(before + 1)
    await talk.ringing.reinvited(1)
    talk.calling.voice.is_mute = talk.ringing.voice.is_mute = False
    await talk.calling.voice.hears(AGENT_HZ)
    await talk.ringing.voice.hears(CALLER_HZ)
    await talk.calling.bye_now()
    await desk.empty()


async def test_a_caller_that_is_gone_without_a_word_is_noticed(desk: Desk, caller: Phone) -> None:
    _, calling = await desk.waiting(caller)
    await calling.voice.hears(MUSIC_HZ)
    calling.voice.is_mute = True
    calling.reply = lambda _: (481, "")
    assert (await desk.told(port.CallerEnded)).code == 481
    await desk.empty()


async def test_who_talks_with_a_visitor_whose_page_is_gone_is_not_left_alone(
    desk: Desk, agent_phone: Phone, rtpengine: Rtpengine
) -> None:
    page = await WebPage.open(rtpengine.ng, CALLER_HZ)
    website = Website(desk, page)
    await website.offers()
    offer = await desk.ring(website.call, desk_phone(agent_phone))
    rung = await agent_phone.ringing.get()
    await agent_phone.pick_up(rung)
    await desk.told(port.LegAnswered)
    await desk.bridge(website.call, offer, "desk")
    await rung.voice.hears(CALLER_HZ)

    page.voice.is_mute = True
    await asyncio.sleep(LOST_S * 0.6)
    await page.end()
    await website.offers()  # after a reload
    await asyncio.sleep(LOST_S * 0.6)
    assert not desk.heard(port.CallerEnded)
    ended = await desk.told(port.CallerEnded)
    assert (ended.call, ended.cause) == (website.call, "media_lost")
    await rung.is_over()
    await page.close()
    await desk.empty()
