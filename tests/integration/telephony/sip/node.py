"""A SIP node in a process of its own, so that it can be killed. Its core is a few lines.

It takes every caller into the line, rings the desk for who called `talk…`, and the desk again for
everybody who waits once it is told `serve`; it never answers who called `undecided`. It says each
event on a line.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from dataclasses import asdict
from ipaddress import IPv4Network
from typing import Any

import structlog

from acd.domain.ids import InteractionId, OfferId
from acd.telephony import port
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions
from acd.telephony.sip.redis_ledger import RedisLedger
from tests.integration.telephony.sip.desk import UNHURRIED_S


class Node:
    def __init__(self, said: dict[str, Any]) -> None:
        host, sip_port = said["place"]
        options = SipOptions(
            place=Place(host=host, port=sip_port),
            engine=tuple(said["engine"]),
            keys=tuple(said["keys"]),
            music=str(said["music"]),
            networks=(IPv4Network("127.0.0.0/8"),),
            max_calls=said.get("max_calls", 400),
            late_s=said.get("late_s", UNHURRIED_S),
            look_s=0.5,
            beat_s=0.5,
        )
        ledger = RedisLedger(
            str(said["redis"]),
            str(said["prefix"]),
            f"{host}:{sip_port}",
            lease_s=said.get("lease_s", 3),
        )
        self.adapter = SipAdapter(options, ledger)
        self.desk = port.Target(device="desk", kind=port.TargetKind.SIP, address=str(said["desk"]))
        self.waiting: list[str] = []
        self.epochs: dict[str, int] = {}
        self.in_time = asyncio.Event()

    async def hear(self, event: port.Event) -> None:
        say(type(event).__name__, asdict(event))
        match event:
            case port.CallArrived(called="undecided"):
                pass
            case port.CallArrived():
                await self.adapter.execute(port.Answer(call=event.call, epoch=0))
                if event.called.startswith("talk"):
                    await self.ring(event.call)
                else:
                    self.waiting.append(event.call)
            case port.CallStands():
                self.stands(event.standing)
            case port.CallerEnded():
                await self.adapter.done(event.call)
            case port.LegAnswered(call=call):
                self.epochs[call] = epoch = self.epochs.get(call, 0) + 1
                await self.adapter.execute(
                    port.Bridge(call=call, epoch=epoch, offer=event.offer, device="desk")
                )
            case port.LegEnded(call=call):
                epoch = self.epochs.get(call, 0)
                await self.adapter.execute(port.HangUp(call=call, epoch=epoch, cause="agent"))
                await self.adapter.done(call)

    def stands(self, standing: port.Standing) -> None:
        """It goes on here."""
        self.epochs[standing.call] = standing.epoch
        if standing.offer is None:
            self.waiting.append(standing.call)

    async def ring(self, call: str) -> None:
        epoch = self.epochs.get(call, 0)
        await self.adapter.execute(
            port.Ring(
                call=InteractionId(call), epoch=epoch, offer=OfferId(f"{call}.{epoch + 1}"),
                agent="anna", target=self.desk, timeout_ms=20_000,
            )
        )  # fmt: skip

    async def be_late(self) -> None:
        """As if there were too much to do, until told `in time`. Says when it is overrun or not."""
        while not (self.in_time.is_set() and self.overrun()):
            if self.overrun():
                say("Overrun", {})
            time.sleep(1.5 * self.adapter.lag.late_s)  # noqa: ASYNC251 - nothing else runs meanwhile
            await asyncio.sleep(0)
        while self.overrun():  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.02)
        say("InTime", {})

    def overrun(self) -> bool:
        return self.adapter.lag.is_overrun

    async def run(self) -> None:
        await self.adapter.start(self.hear)
        standing = await self.adapter.calls()
        for one in standing:
            self.stands(one)
        say("Standing", {"calls": [[one.call, one.agent] for one in standing]})
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        hands_over = False
        while not hands_over and (line := await reader.readline()):
            hands_over = line.strip() == b"leave"
            if line.strip() == b"serve":
                for call in self.waiting:
                    await self.ring(call)
                self.waiting.clear()
            elif line.strip() == b"late":
                late = asyncio.create_task(self.be_late())
            elif line.strip() == b"in time":
                self.in_time.set()
                await late
            elif line.strip() == b"counts":
                say("Counts", await self.adapter.counts())
        await self.adapter.stop(hands_over=hands_over)


def say(kind: str, said: object) -> None:
    print(json.dumps([kind, said], default=str), flush=True)  # noqa: T201


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(Node(json.loads(sys.argv[1])).run())
