"""A SIP node is killed: who waits and who talks notices nothing, and is served by the next one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ, MUSIC_HZ
from tests.integration.telephony.sip.process import Process, picked_up
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine, udp_port

WAITING, TALKING = 20, 10


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
            "prefix": f"acd:{{{tenant}}}:", "desk": f"sip:anna@127.0.0.1:{agent_phone.port}",
        })  # fmt: skip
        running.append(process)
        await process.start()
        return process

    yield open_
    await running[-1].end()
    assert rtpengine.pairings() == []


async def test_who_waits_and_who_talks_outlive_the_node(
    node: Open, rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    caller.is_mute = agent_phone.is_mute = True  # but for the two that are listened to
    talking = [await caller.call("talk", first.place, wait=False) for _ in range(TALKING)]
    agents = await picked_up(agent_phone, TALKING)
    await first.told("Bridged", TALKING)
    waiting = [await caller.call("wait", first.place, wait=False) for _ in range(WAITING)]
    for call in waiting:
        await call.got(200)
    before = sorted(rtpengine.pairings())
    assert len(before) == TALKING + WAITING

    await first.kill()
    await waiting[0].voice.hears(MUSIC_HZ)
    second = await node()
    standing = (await second.told("Standing"))["calls"]
    assert len(standing) == TALKING + WAITING
    assert [agent for _, agent in standing if agent] == ["anna"] * TALKING
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


async def test_who_waits_and_who_talks_outlive_an_orderly_end(
    node: Open, rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    talking = await caller.call("talk", first.place, wait=False)
    (agent,) = await picked_up(agent_phone, 1)
    await first.told("Bridged")
    waiting = await caller.call("wait", first.place, wait=False)
    await waiting.voice.hears(MUSIC_HZ)
    before = sorted(rtpengine.pairings())
    await first.leave()
    assert "CallerEnded" not in {kind for kind, _ in first.events}
    await waiting.voice.hears(MUSIC_HZ)
    await talking.voice.hears(AGENT_HZ)
    await agent.voice.hears(CALLER_HZ)

    second = await node()
    assert sorted(rtpengine.pairings()) == before
    second.say("serve")
    (served,) = await picked_up(agent_phone, 1)
    await waiting.voice.hears(AGENT_HZ)
    assert await talking.bye_now() == 200
    await agent.is_over()
    assert await waiting.bye_now() == 200
    await served.is_over()
    await second.told("CallerEnded", 2)
    assert caller.strays == agent_phone.strays == 0


async def test_who_was_ringing_is_hung_up_and_rung_again(
    node: Open, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    calling = await caller.call("talk", first.place, wait=False)
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
    calling = await caller.call("talk", first.place, wait=False)
    (agent,) = await picked_up(agent_phone, 1)
    await first.told("Bridged")
    await first.kill()
    bye = asyncio.create_task(calling.bye_now())  # it is repeated until somebody answers
    second = await node()
    assert await bye == 200
    await second.told("CallerEnded")
    await agent.is_over()


async def test_who_was_not_let_in_yet_is_the_same_call_when_they_arrive_anew(
    node: Open, caller: Phone
) -> None:
    first = await node()
    calling = await caller.call("undecided", first.place, wait=False)
    before = await first.told("CallArrived")
    await first.kill()
    second = await node()
    assert (await second.told("CallArrived"))["call"] == before["call"]
    caller.cancel(calling)
    await second.told("CallerEnded")


async def test_a_call_whose_record_cannot_be_read_ends_and_the_others_go_on(
    node: Open, redis_url: str, tenant: str, caller: Phone, agent_phone: Phone
) -> None:
    first = await node()
    talking = await caller.call("talk", first.place, wait=False)
    (agent,) = await picked_up(agent_phone, 1)
    await first.told("Bridged")
    waiting = await caller.call("wait", first.place, wait=False)
    await waiting.got(200)
    lost = (await first.told("Bridged"))["call"]
    await first.kill()
    redis = Redis.from_url(redis_url, decode_responses=True)
    key = f"acd:{{{tenant}}}:sip:{first.place[0]}:{first.place[1]}"
    record = json.loads(str(await redis.hget(key, f"c:{lost}")))
    del record["devices"][0]["leg"]["pairing"]
    assert await redis.hset(key, f"c:{lost}", json.dumps(record)) == 0
    await redis.aclose()

    second = await node()
    assert len((await second.told("Standing"))["calls"]) == 1
    assert (await second.told("CallerEnded"))["call"] == lost
    await talking.is_over()
    await agent.is_over()
    await waiting.voice.hears(MUSIC_HZ)
    second.say("serve")
    await picked_up(agent_phone, 1)
    await waiting.voice.hears(AGENT_HZ)
    await waiting.bye_now()
    await second.told("CallerEnded", 2)
    await second.empty()
