"""A SIP node under load, in a process of its own: every caller is connected with a page at once.

So many pages ring for each; the first that does wins, the others are told so.

Says one line when it listens; asked by a line on stdin, says what it holds and what it has used.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import time
from ipaddress import IPv4Network
from typing import Any

import structlog
import uvloop

from acd.domain.ids import AgentId, InteractionId, OfferId, offer_id
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


def _agent(offer: OfferId) -> AgentId:
    return AgentId(f"anna-{offer.rpartition('.')[2]}")


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
        self._rings = said["rings"]
        self._won: dict[InteractionId, OfferId] = {}
        self._bridged: dict[InteractionId, float] = {}
        self.twice = self.ended = 0

    async def hear(self, event: port.Event) -> None:
        """The least a core can do."""
        do = self.adapter.execute
        match event:
            case port.CallArrived(call=call):
                await do(port.Answer(call=call, epoch=0))
                for offer in self._offers(call):
                    ring = port.Ring(
                        call=call, epoch=0, offer=offer, agent=_agent(offer), target=PAGE,
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
                    call=call, epoch=0, offer=offer, device="browser", agent=_agent(offer),
                    signal=answer,
                )  # fmt: skip
                await do(said)
            case port.LegRinging(call=call, offer=offer):
                if self._won.setdefault(call, offer) == offer:
                    loop = asyncio.get_running_loop()
                    loop.call_later(RINGS_S, lambda: loop.create_task(self._connect(call, offer)))
            case port.Bridged(call=call):
                self.twice += call in self._bridged
                self._bridged[call] = time.monotonic()
            case port.CallerEnded():
                self.ended += 1

    async def _connect(self, call: InteractionId, offer: OfferId) -> None:
        bridge = port.Bridge(call=call, epoch=1, offer=offer, device=PAGE.device)
        await self.adapter.execute(bridge)
        for other in self._offers(call):
            if other == offer:
                continue
            withdraw = port.Withdraw(
                call=call, epoch=1, offer=other, device=PAGE.device, reason="taken"
            )
            await self.adapter.execute(withdraw)

    def _offers(self, call: InteractionId) -> list[OfferId]:
        return [offer_id(call, number) for number in range(1, 1 + self._rings)]

    def set_up_s(self) -> float:
        """From the first connection to the last."""
        at_s = sorted(self._bridged.values())
        return at_s[-1] - at_s[0] if at_s else 0.0

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
            told = {
                "held": held,
                "ended": self.ended,
                "bridged": len(self._bridged),
                "twice": self.twice,
                "set_up_s": self.set_up_s(),
                "cpu_s": used.ru_utime + used.ru_stime,
            }
            print(json.dumps(told), flush=True)
        await self.adapter.stop()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(Node(json.loads(sys.argv[1])).run())
