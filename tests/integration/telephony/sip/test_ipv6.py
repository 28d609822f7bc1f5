"""SIP over IPv6: as over IPv4, in brackets where it stands in a message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import IPv6Network
from pathlib import Path
from typing import Any

import pytest

from acd.telephony import port
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import Trunk
from tests.integration.telephony.sip.desk import (
    AGENT_HZ,
    CALLER_HZ,
    MOBILE,
    MUSIC_HZ,
    Desk,
)
from tests.peers.phone import Phone
from tests.peers.rtpengine import HOST, Rtpengine, udp_port

LOOPBACK = "::1"


@pytest.fixture
async def caller() -> AsyncIterator[Phone]:
    async with Phone.open(CALLER_HZ, LOOPBACK) as phone:
        yield phone


@pytest.fixture
async def agent_phone() -> AsyncIterator[Phone]:
    async with Phone.open(AGENT_HZ, LOOPBACK) as phone:
        yield phone


@pytest.fixture(params=["ipv4", "ipv6"])
def rtpengine(
    request: pytest.FixtureRequest, peer: Callable[[str], Path], tmp_path: Path
) -> Iterator[Rtpengine]:
    """One whose audio goes over either."""
    host = {"ipv4": HOST, "ipv6": LOOPBACK}[request.param]
    engine = Rtpengine(peer("rtpengine"), tmp_path, hosts=(host,))
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture
async def desk(
    open_desk: Callable[..., Any], rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> Desk:
    caller.voice_host = agent_phone.voice_host = rtpengine.hosts[0]
    trunk = Trunk(host=agent_phone.host, port=agent_phone.port, caller_id="+33199000000")
    return await open_desk(
        place=Place(host=LOOPBACK, port=udp_port(), session_s=1800),
        networks=(IPv6Network("::1/128"),),
        trunk=trunk,
    )


async def test_a_call_is_taken_bridged_changed_and_ended(
    desk: Desk, caller: Phone, agent_phone: Phone
) -> None:
    call, calling = await desk.waiting(caller)
    await calling.voice.hears(MUSIC_HZ)
    offer = await desk.ring(call, MOBILE)
    rung = await agent_phone.ringing.get()
    await agent_phone.pick_up(rung)
    await desk.told(port.LegAnswered)
    await desk.bridge(call, offer, MOBILE.device)
    await desk.told(port.Bridged)
    await calling.voice.hears(AGENT_HZ)
    await rung.voice.hears(CALLER_HZ)
    for message in (rung.invite, await calling.answered()):
        assert message is not None
        assert f"[{LOOPBACK}]:{desk.address[1]}" in message.header("contact")
    assert (await calling.reinvite(calling.voice.sdp())).first.startswith("SIP/2.0 200")
    assert await rung.bye_now() == 200
    await desk.told(port.LegEnded)
    await desk.do(port.HangUp(call=call, epoch=desk.epoch, cause="agent"))
    await calling.is_over()
    await desk.empty()
