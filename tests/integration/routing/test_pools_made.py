"""Pools come and go: made on demand, filled in chunks, built anew, dropped unused."""

from __future__ import annotations

import pytest

from acd.domain.queue import LineOrder
from acd.routing import keys
from tests.integration.routing.world import World

FRENCH = {"french": 3}
POOL = "support/chat[french>=3]"


async def test_a_pool_of_many_is_filled_in_chunks_and_serves_from_the_first(skilled: World) -> None:
    for n in range(450):
        await skilled.agent(f"a{n:03}", skills={"french": 1 + 2 * (n in (10, 300))}, chat=1)
    waiting = [await skilled.arrive(requires=FRENCH) for _ in range(2)]
    await skilled.router.run_timers(**skilled.at)
    states = [(await skilled.look(x)).state for x in waiting]
    assert states == ["ringing", "waiting"]
    await skilled.run_timers()
    assert await skilled.stored("here", POOL) == ["a010", "a300"]
    assert {next(iter(await skilled.ring(x))) for x in waiting} <= {"a010", "a300"}
    await skilled.settled()


async def test_at_most_64_pools_a_queue(skilled: World) -> None:
    names = [f"s{n}" for n in range(70)]
    await skilled.skills(*names)
    await skilled.agent("anna", chat=0)
    arrived = [await skilled.arrive(requires={name: 1}) for name in names]
    refused = await skilled.heard("pool.refused")
    assert [e.interaction for e in refused] == arrived[64:]
    assert refused[0].data == {"pool": "support/chat[s64>=1]"}
    assert (await skilled.look(arrived[64])).position == 1, "in the bare queue's line"
    assert (await skilled.router.queue("support/chat", **skilled.at)).waiting == 70
    await skilled.run_timers()
    await skilled.settled()
    await skilled.agent("anna", chat=1)
    assert list(await skilled.ring(arrived[64])) == ["anna"]
    await skilled.settled()


async def test_a_pool_that_nothing_required_for_an_hour_is_dropped(skilled: World) -> None:
    await skilled.agent("bela", skills=FRENCH, chat=1)
    one = await skilled.arrive(requires=FRENCH, leased=False)
    await skilled.run_timers()
    await skilled.answer(one)
    two = await skilled.arrive(requires=FRENCH, leased=False)
    for _ in range(3):
        skilled.now_ms += 1_800_000
        await skilled.heartbeat()
        await skilled.run_timers()
    assert await skilled.stored("line", POOL) == [two], "it stays while somebody waits in it"
    await skilled.heartbeat()
    await skilled.sign_in("bela")
    await skilled.finish(one)
    await skilled.answer(two)
    for _ in range(4):
        await skilled.wait(1)
        skilled.now_ms += 1_800_000
        await skilled.heartbeat()
        await skilled.run_timers()
    keyspace = [
        k
        async for k in skilled.router.link.client.scan_iter(
            keys.prefix(skilled.router.tenant) + "*"
        )
    ]
    assert not [k for k in keyspace if "french" in k]
    await skilled.settled()
    # and the chat that is taken back makes it anew
    await skilled.sign_in("bela")
    await skilled.router.remove_agent("bela", next(skilled.versions), **skilled.at)
    await skilled.run_timers()
    assert await skilled.stored("line", POOL) == [two]
    await skilled.agent("carl", skills=FRENCH)
    assert list(await skilled.ring(two)) == ["carl"]
    await skilled.settled()


@pytest.mark.parametrize("strategy", ["priority", "ring_all", "random"])
async def test_a_queue_rebuilds_and_rescores_its_pools_too(skilled: World, strategy: str) -> None:
    await skilled.agent("bela", skills=FRENCH, chat=1)
    await skilled.agent("anna", chat=1)
    busy = [await skilled.arrive(requires=FRENCH), await skilled.arrive()]
    await skilled.run_timers()
    for x in busy:
        await skilled.answer(x)
    low = await skilled.arrive(requires=FRENCH, level=9)
    skilled.now_ms += 5_000
    await skilled.heartbeat()
    high = await skilled.arrive(requires=FRENCH, level=8)
    await skilled.queue(strategy=(strategy,), order=LineOrder.STRICT, credit_s=1)
    await skilled.run_timers()
    assert (await skilled.look(high)).position == 1
    await skilled.settled()
    await skilled.finish(busy[0])
    assert list(await skilled.ring(high)) == ["bela"]
    assert (await skilled.look(low)).position == 1
    await skilled.settled()


async def test_a_removed_queue_empties_its_pools_and_may_come_back(skilled: World) -> None:
    await skilled.agent("bela", skills=FRENCH, chat=1)
    ringing = await skilled.arrive(requires=FRENCH)
    await skilled.run_timers()
    waiting = [await skilled.arrive(requires=FRENCH) for _ in range(70)]
    await skilled.router.remove_queue("support/chat", next(skilled.versions), **skilled.at)
    await skilled.queue()
    await skilled.run_timers()
    assert (await skilled.look(waiting[0])).outcome == "rejected"
    assert (await skilled.look(waiting[-1])).state == "waiting", "it came back before their turn"
    await skilled.settled()
    await skilled.router.remove_queue("support/chat", next(skilled.versions), **skilled.at)
    await skilled.run_timers()
    offer = (await skilled.ring(ringing))["bela"]
    await skilled.router.decline(offer, "bela", **skilled.at)
    await skilled.run_timers()
    assert (await skilled.look(ringing)).outcome == "rejected"
    await skilled.router.remove_agent("bela", next(skilled.versions), **skilled.at)
    left = [
        k
        async for k in skilled.router.link.client.scan_iter(
            keys.prefix(skilled.router.tenant) + "*"
        )
    ]
    assert not [k for k in left if "support" in k]
