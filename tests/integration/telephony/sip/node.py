"""A SIP node in a process of its own, so that it can be killed. Its core is a few lines.

It takes every caller into the line, rings the desk for who called `talk`, and the desk again for
everybody who waits once it is told `serve`. It says each event on a line.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from ipaddress import IPv4Network
from typing import Any

import structlog

from acd.domain.ids import InteractionId, OfferId
from acd.telephony import port
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.ledger import RedisLedger
from acd.telephony.sip.options import SipOptions

EPOCH = 1 << 20
"""Above what a former life said."""


class Node:
    def __init__(self, said: dict[str, Any]) -> None:
        host, sip_port = said["place"]
        options = SipOptions(
            place=Place(host=host, port=sip_port),
            engine=tuple(said["engine"]),
            keys=tuple(said["keys"]),
            music=str(said["music"]),
            networks=(IPv4Network("127.0.0.0/8"),),
        )
        self.adapter = SipAdapter(options, RedisLedger(str(said["redis"]), str(said["key"])))
        self.desk = port.Target(device="desk", kind=port.TargetKind.SIP, address=str(said["desk"]))
        self.waiting: list[str] = []
        self.epoch = EPOCH if said["again"] else 0

    async def hear(self, event: port.Event) -> None:
        say(type(event).__name__, asdict(event))
        match event:
            case port.CallArrived():
                await self.adapter.execute(port.Answer(call=event.call, epoch=0))
                if event.called == "talk":
                    await self.ring(event.call)
                else:
                    self.waiting.append(event.call)
            case port.LegAnswered():
                await self.adapter.execute(
                    port.Bridge(
                        call=event.call, epoch=self.epoch + 1, offer=event.offer, device="desk"
                    )
                )
            case port.LegEnded():
                await self.adapter.execute(
                    port.HangUp(call=event.call, epoch=EPOCH * 2, cause="agent")
                )

    async def ring(self, call: str) -> None:
        offer = OfferId(f"{call}.{self.epoch + 1}")
        await self.adapter.execute(
            port.Ring(
                call=InteractionId(call), epoch=self.epoch, offer=offer, agent="anna",
                target=self.desk, timeout_ms=20_000,
            )
        )  # fmt: skip

    async def run(self) -> None:
        await self.adapter.start(self.hear)
        standing = await self.adapter.calls()
        self.waiting += [one.call for one in standing if one.offer is None]
        say("Standing", {"calls": [[one.call, one.offer] for one in standing]})
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            if line.strip() == b"serve":
                for call in self.waiting:
                    await self.ring(call)
                self.waiting.clear()
            elif line.strip() == b"counts":
                say("Counts", await self.adapter.counts())
        await self.adapter.stop()


def say(kind: str, said: object) -> None:
    print(json.dumps([kind, said], default=str), flush=True)  # noqa: T201


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(Node(json.loads(sys.argv[1])).run())
