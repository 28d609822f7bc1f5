"""A real node behind Kamailio: sipp's calls reach it, end from either side, and leave nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from acd.telephony import port
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import Trunk
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MOBILE, MUSIC_HZ, Desk
from tests.peers.kamailio import (
    NODE,
    PRIVATE,
    STRANGER,
    TRUNK,
    Edge,
    running_edge,
)
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine, udp_port
from tests.peers.tones import Voice
from tests.peers.wire import Heard, Wire, credentials, routes
from tests.servers import free_port

SCENARIO = Path(__file__).parents[4] / "acd" / "demo" / "call.xml"
PATIENCE_S = 15


@pytest.fixture
def place() -> Place:
    return Place(host=NODE, port=udp_port())


@pytest.fixture
def edge(tmp_path: Path, peer: Callable[[str], Path], place: Place) -> Iterator[Edge]:
    nodes = [f"{place.host}:{place.port}"]
    with running_edge(peer("kamailio"), tmp_path, nodes, node_s=2.0) as edge:
        yield edge


def scenario(folder: Path, *, caller_ends: bool) -> Path:
    """The demonstration's caller, who keeps to the way of the call, and may hang up at once."""
    text = SCENARIO.read_text()
    routed = text.replace(
        "Max-Forwards: 70\nContent-Length: 0", "Max-Forwards: 70\n[routes]\nContent-Length: 0"
    )
    assert routed.count("[routes]") == 3
    text = routed.replace("[last_To:]\nCall-ID", "[last_To:]\nCall-ID")
    if caller_ends:
        text = text.replace('timeout="180000"', 'timeout="200"')
    file = folder / f"call-{caller_ends}.xml"
    file.write_text(text)
    return file


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Kamailio, a node behind it, and sipp before it."""

    edge: Edge
    place: Place
    rtpengine: Rtpengine
    sipp: Path
    folder: Path

    async def serves(self, calls: int, *, a_second: int, caller_ends: bool) -> None:
        """That all of them are answered and ended, and nothing is left."""
        networks = (IPv4Network(f"{PRIVATE}/32"),)
        options = replace(Desk.options(self.rtpengine), place=self.place, networks=networks)
        desk = Desk(options, self.rtpengine)
        await desk.start()
        try:
            caller = await asyncio.create_subprocess_exec(
                self.sipp, f"{self.edge.public[0]}:{self.edge.public[1]}",
                "-sf", scenario(self.folder, caller_ends=caller_ends), "-s", "support",
                "-i", TRUNK, "-p", str(free_port()), "-mi", TRUNK, "-mp", str(udp_port()),
                "-m", str(calls), "-r", str(a_second), "-nostdin", "-timeout", "120s",
                "-timeout_error",
                cwd=self.folder, env={"TERM": "dumb"},
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            told = asyncio.create_task(caller.communicate())
            arrived = []
            for _ in range(calls):
                arrived.append((await desk.told(port.CallArrived)).call)
                await desk.answer(arrived[-1])
            if not caller_ends:
                await self._music_for(calls)
                for call in arrived:
                    await desk.do(port.HangUp(call=call, epoch=0, cause="finished"))
            said, _ = await told
            assert caller.returncode == 0, said.decode(errors="replace")[-3000:]
            await desk.empty()
            assert self.edge.counted("acd_edge_calls", way="in") == calls
        finally:
            await desk.stop()

    async def _music_for(self, calls: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.rtpengine.pairings()) < calls:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.05)


@pytest.fixture
def stand(
    edge: Edge, place: Place, rtpengine: Rtpengine, peer: Callable[[str], Path], tmp_path: Path
) -> Stand:
    return Stand(edge=edge, place=place, rtpengine=rtpengine, sipp=peer("sipp"), folder=tmp_path)


@pytest.mark.parametrize("caller_ends", [True, False], ids=["caller", "node"])
async def test_calls_are_served_and_nothing_is_left(stand: Stand, *, caller_ends: bool) -> None:
    await stand.serves(40, a_second=20, caller_ends=caller_ends)


@pytest.mark.parametrize("callee_ends", [True, False], ids=["callee", "node"])
async def test_calls_out_pass_it_both_ways(
    edge: Edge, place: Place, rtpengine: Rtpengine, *, callee_ends: bool
) -> None:
    async with Phone.open(CALLER_HZ) as caller, Phone.open(AGENT_HZ, TRUNK) as callee:
        trunk = Trunk(host=TRUNK, port=callee.port, via=edge.private)
        desk = Desk(replace(Desk.options(rtpengine), place=place, trunk=trunk), rtpengine)
        await desk.start()
        try:
            call, calling = await desk.waiting(caller)
            offer = await desk.ring(call, MOBILE)
            rung = await callee.ringing.get()
            await callee.pick_up(rung)
            await desk.told(port.LegAnswered)
            await desk.bridge(call, offer, MOBILE.device)
            await rung.voice.hears(CALLER_HZ)
            assert rung.peer == edge.public
            if callee_ends:
                assert await rung.bye_now() == 200
                await desk.told(port.LegEnded)
            await desk.do(port.HangUp(call=call, epoch=1, cause="agent"))
            await rung.is_over()
            await calling.is_over()
            await desk.empty()
            assert edge.counted("acd_edge_calls", way="out") == 1
        finally:
            await desk.stop()


async def test_who_is_behind_a_router_hears_and_is_hung_up_on(
    edge: Edge, place: Place, rtpengine: Rtpengine
) -> None:
    """Neither their Contact nor their description says where they really are."""
    networks = (IPv4Network(f"{PRIVATE}/32"),)
    desk = Desk(replace(Desk.options(rtpengine), place=place, networks=networks), rtpengine)
    await desk.start()
    home, voice, uri = Wire(STRANGER), await Voice.open(CALLER_HZ), "sip:support@acd.example"
    home.claims = "192.168.1.20:5062"
    sdp = voice.sdp().replace("c=IN IP4 127.0.0.1", "c=IN IP4 192.168.1.20")

    async def hears(start: str) -> Heard:
        return await asyncio.to_thread(home.hears, start)

    try:
        home.request("INVITE", uri, edge.public, call="c1", body=sdp)
        proof = credentials(
            await hears("SIP/2.0 401"), name="office", password="s3cret", method="INVITE", uri=uri
        )
        home.request("INVITE", uri, edge.public, call="c1", number=2, body=sdp, headers=(proof,))
        call = (await desk.told(port.CallArrived)).call
        await desk.answer(call)
        ok = await hears("SIP/2.0 200")
        home.request(
            "ACK", ok.contact, edge.public, call="c1", number=2,
            tag=ok.one("To").partition("tag=")[2], headers=routes(ok, reverse=True),
        )  # fmt: skip
        voice.talk_to(ok)
        await voice.hears(MUSIC_HZ)
        await desk.do(port.HangUp(call=call, epoch=0, cause="closed"))
        home.answer(await hears("BYE"), "200 OK", edge.public)
        await desk.empty()
    finally:
        await desk.stop()
        await voice.close()
        home.close()


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("calls", "a_second"), [(600, 10), (800, 40)], ids=["10/s", "40/s"])
async def test_many_calls_are_all_served(stand: Stand, calls: int, a_second: int) -> None:
    await stand.serves(calls, a_second=a_second, caller_ends=True)
