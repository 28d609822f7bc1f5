"""A SIP node is killed: who waits and who talks notices nothing, and is served by the next one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ
from tests.peers.phone import Phone, PhoneCall
from tests.peers.rtpengine import Rtpengine, udp_port

ROOT = Path(__file__).parents[4]
WAITING, TALKING = 20, 10


class Process:
    """A node, what it said, and its end."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said
        self.events: list[tuple[str, Any]] = []
        self._news = asyncio.Event()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.telephony.sip.node", json.dumps(self.said),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._task = asyncio.create_task(self._read(), name="node")
        await self.told("Standing")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            kind, said = json.loads(line)
            self.events.append((kind, said))
            self._news.set()

    async def told(self, kind: str, many: int = 1, within_s: float = 20.0) -> Any:
        """The last of so many."""

        def found() -> list[Any]:
            return [said for one, said in self.events if one == kind]

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(found()) < many:
                    self._news.clear()
                    await self._news.wait()
        assert len(found()) >= many, Counter(one for one, _ in self.events)
        return found()[-1]

    def say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._task

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(10):
            await self._process.wait()
        await self._task


Open = Callable[..., Any]


@pytest.fixture
async def node(
    rtpengine: Rtpengine, redis_url: str, tenant: str, caller: Phone, agent_phone: Phone
) -> AsyncIterator[Open]:
    """`await node()` starts one; each has the place of the former, which was killed."""
    where = ("127.0.0.1", udp_port())
    running: list[Process] = []

    async def open_() -> Process:
        process = Process({
            "place": where, "engine": rtpengine.ng, "keys": rtpengine.keys,
            "music": rtpengine.tone(MUSIC_HZ), "redis": redis_url,
            "key": f"acd:{{{tenant}}}:sip:test", "desk": f"sip:anna@127.0.0.1:{agent_phone.port}",
            "again": bool(running),
        })  # fmt: skip
        running.append(process)
        await process.start()
        return process

    yield open_
    await running[-1].end()
    assert rtpengine.pairings() == []


def place(process: Process) -> tuple[str, int]:
    host, port = process.said["place"]
    return host, port


async def picked_up(phone: Phone, many: int) -> list[PhoneCall]:
    calls = [await asyncio.wait_for(phone.ringing.get(), 20) for _ in range(many)]
    for call in calls:
        await phone.pick_up(call)
    return calls


async def test_who_waits_and_who_talks_outlive_the_node(
    node: Open, rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    caller.is_mute = agent_phone.is_mute = True  # but for the two that are listened to
    talking = [await caller.call("talk", place(first), wait=False) for _ in range(TALKING)]
    agents = await picked_up(agent_phone, TALKING)
    await first.told("Bridged", TALKING)
    waiting = [await caller.call("wait", place(first), wait=False) for _ in range(WAITING)]
    for call in waiting:
        await call.got(200)
    before = sorted(rtpengine.pairings())
    assert len(before) == TALKING + WAITING

    await first.kill()
    await waiting[0].voice.hears(MUSIC_HZ)
    second = await node()
    standing = (await second.told("Standing"))["calls"]
    assert len(standing) == TALKING + WAITING
    assert len([offer for _, offer in standing if offer]) == TALKING
    assert sorted(rtpengine.pairings()) == before
    await waiting[0].voice.hears(MUSIC_HZ)

    second.say("serve")
    served = await picked_up(agent_phone, WAITING)
    await second.told("Bridged", WAITING)
    waiting[0].voice.is_mute = served[0].voice.is_mute = False
    for one in (*waiting, *served):
        one.voice.is_mute = False
    await waiting[0].voice.hears(AGENT_HZ)
    await served[0].voice.hears(CALLER_HZ)
    for one in (*waiting, *served):
        one.voice.is_mute = True

    await second.kill()  # and once more, while all talk
    third = await node()
    for call in (*talking[:5], *waiting):
        assert await call.bye_now() == 200
    await third.told("CallerEnded", 5 + WAITING)
    for agent in agents:
        if agent.is_up:
            with contextlib.suppress(TimeoutError):
                await agent.is_over(0.3)
        if agent.is_up:
            assert await agent.bye_now() == 200
    for one in (*talking, *agents, *waiting, *served):
        await one.is_over()
    assert caller.strays == agent_phone.strays == 0


async def test_who_was_ringing_is_hung_up_and_rung_again(
    node: Open, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    calling = await caller.call("talk", place(first), wait=False)
    ringing = await agent_phone.ringing.get()
    await first.kill()
    second = await node()
    await ringing.is_over()  # cancelled
    await calling.voice.hears(MUSIC_HZ)
    second.say("serve")
    await picked_up(agent_phone, 1)
    await calling.voice.hears(AGENT_HZ)
    await calling.bye_now()
    await second.told("CallerEnded")


async def test_who_hung_up_while_nobody_was_there_is_gone(
    node: Open, rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    calling = await caller.call("talk", place(first), wait=False)
    (agent,) = await picked_up(agent_phone, 1)
    await first.told("Bridged")
    await first.kill()
    bye = asyncio.create_task(calling.bye_now())  # it is repeated until somebody answers
    second = await node()
    assert await bye == 200
    await second.told("CallerEnded")
    await agent.is_over()
