"""Two nodes behind Kamailio, one of them overrun: the other one has the calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from acd.telephony.sip.lag import LATE_S
from tests.integration.telephony.sip.desk import CALLER_HZ, MUSIC_HZ
from tests.integration.telephony.sip.process import Process
from tests.peers.kamailio import NODE, OTHER_NODE, TRUNK, Edge, running_edge
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine, udp_port

CALLS = 4


@pytest.fixture
async def nodes(rtpengine: Rtpengine, redis_url: str, tenant: str) -> AsyncIterator[list[Process]]:
    nodes = [
        Process({
            "place": (host, udp_port()), "engine": rtpengine.ng, "keys": (host, udp_port()),
            "music": rtpengine.tone(MUSIC_HZ), "redis": redis_url, "desk": "",
            "late_s": LATE_S,
            "prefix": f"acd:{{{tenant}}}:",
        })
        for host in (NODE, OTHER_NODE)
    ]  # fmt: skip
    for node in nodes:
        await node.start()
    yield nodes
    for node in nodes:
        await node.end()


async def call(edge: Edge, trunk: Phone) -> None:
    """So many, one after the other; each is answered and hung up."""
    for _ in range(CALLS):
        calling = await trunk.call("support", edge.public)
        assert await calling.bye_now() == 200


def arrived(node: Process) -> int:
    return len([kind for kind, _ in node.events if kind == "CallArrived"])


async def test_calls_go_to_the_other_node_and_come_back_when_it_is_over(
    tmp_path: Path, peer: Callable[[str], Path], nodes: list[Process]
) -> None:
    busy, other = nodes
    places = [f"{host}:{port}" for host, port in (busy.place, other.place)]
    with running_edge(peer("kamailio"), tmp_path, places, node_s=2.0) as edge:
        async with Phone.open(CALLER_HZ, TRUNK) as trunk:
            busy.say("late")
            await busy.told("Overrun")
            await call(edge, trunk)
            assert (arrived(busy), arrived(other)) == (0, CALLS)
            busy.say("in time")
            await busy.told("InTime")
            await call(edge, trunk)
            assert (arrived(busy), arrived(other)) == (CALLS / 2, 1.5 * CALLS)
