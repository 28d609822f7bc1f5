"""rtpengine dies and comes back with nothing: calls are mended, new ones wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from acd.telephony import port
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ, Desk
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine


@pytest.fixture
async def mortal(
    peer: Callable[[str], Path], tmp_path: Path, caller: Phone, agent_phone: Phone
) -> AsyncIterator[Desk]:
    """A desk whose rtpengine may be killed."""
    engine = Rtpengine(peer("rtpengine"), tmp_path)
    engine.start()
    desk = Desk(replace(Desk.options(engine), look_s=0.2), engine)
    await desk.start()
    yield desk
    await desk.stop()
    engine.kill()


async def test_who_waits_and_who_talks_hear_again(
    mortal: Desk, caller: Phone, agent_phone: Phone
) -> None:
    talk = await mortal.talking(caller, agent_phone)
    _, waiting = await mortal.waiting(caller)
    await waiting.voice.hears(MUSIC_HZ)
    mortal.engine.kill()
    mortal.engine.start()
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
