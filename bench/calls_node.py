"""A SIP node under load, in a process of its own: every caller is connected with a page at once.

Says one line when it listens; asked by a line on stdin, says what it holds and what it has used.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
from ipaddress import IPv4Network
from typing import Any

import structlog
import uvloop

from acd.domain.ids import AgentId, OfferId
from acd.telephony import port
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions
from acd.telephony.sip.redis_ledger import RedisLedger

PAGE = port.Target(device="browser", kind=port.TargetKind.BROWSER)
RINGS_S = 0.3
_SDP = """v=0\r
o=- 4611 2 IN IP4 127.0.0.1\r
s=-\r
t=0 0\r
a=group:BUNDLE {mid}\r
m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r
c=IN IP4 0.0.0.0\r
a=rtcp:9 IN IP4 0.0.0.0\r
a=ice-ufrag:abcd\r
a=ice-pwd:abcdefghijklmnopqrstuvwx\r
a=fingerprint:sha-256 {fingerprint}\r
a=setup:active\r
a=mid:{mid}\r
a=sendrecv\r
a=rtcp-mux\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:101 telephone-event/8000\r
"""


def page_answer(offer: str) -> str:
    """What a page would answer; nobody is behind it."""
    mid = next(line[6:] for line in offer.splitlines() if line.startswith("a=mid:"))
    return _SDP.format(mid=mid, fingerprint=":".join(["AB"] * 32))


class Node:
    """The adapter, and a core of a few lines."""

    def __init__(self, said: dict[str, Any]) -> None:
        options = SipOptions(
            place=Place(host="127.0.0.1", port=said["port"], session_s=1800),
            engine=tuple(said["engine"]),
            keys=tuple(said["keys"]),
            music=said["music"],
            networks=(IPv4Network("127.0.0.0/8"),),
            max_calls=10_000,
        )
        self.adapter = SipAdapter(options, RedisLedger(said["redis"], "acd:{bench}:", "bench"))
        self.bridged = self.ended = 0

    async def hear(self, event: port.Event) -> None:
        """The least a core can do."""
        do = self.adapter.execute
        match event:
            case port.CallArrived(call=call):
                await do(port.Answer(call=call, epoch=0))
                offer = OfferId(f"{call}.1")
                ring = port.Ring(
                    call=call, epoch=0, offer=offer, agent=AgentId("anna"), target=PAGE,
                    timeout_ms=20_000,
                )  # fmt: skip
                await do(ring)
            case port.PageTold(call=call, offer=offer, signal=signal):
                answer = {
                    "tab": "tab", "to": signal["tab"], "kind": "description",
                    "description": {
                        "type": "answer", "sdp": page_answer(signal["description"]["sdp"])
                    },
                }  # fmt: skip
                said = port.PageSaid(
                    call=call, epoch=0, offer=offer, device="browser", agent=AgentId("anna"),
                    signal=answer,
                )  # fmt: skip
                await do(said)
            case port.LegRinging(call=call, offer=offer):
                bridge = port.Bridge(call=call, epoch=1, offer=offer, device="browser")
                loop = asyncio.get_running_loop()
                loop.call_later(RINGS_S, lambda: loop.create_task(do(bridge)))
            case port.Bridged():
                self.bridged += 1
            case port.CallerEnded():
                self.ended += 1

    async def run(self) -> None:
        """Until stdin ends."""
        await self.adapter.start(self.hear)
        print(json.dumps("listening"), flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while await reader.readline():
            used = resource.getrusage(resource.RUSAGE_SELF)
            held = await self.adapter.counts()
            held |= {"bridged": self.bridged, "ended": self.ended}
            cpu_s = used.ru_utime + used.ru_stime
            print(json.dumps({"held": held, "cpu_s": cpu_s}), flush=True)
        await self.adapter.stop()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(Node(json.loads(sys.argv[1])).run())
