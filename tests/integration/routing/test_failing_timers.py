"""A timer whose work always fails: it is put off and told of, and all behind it run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from structlog.testing import capture_logs

from acd.routing import keys
from acd.routing.results import TimersRun
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from tests.integration.routing.world import World


@asynccontextmanager
async def broken(world: World, name: str) -> AsyncIterator[None]:
    """What is stored under this key cannot be read, until it is mended."""
    client: Any = world.router.link.client
    key = (keys.prefix(world.router.tenant) + name).encode()
    await client.rename(key, key + b":whole")
    await client.set(key, "x")
    yield
    await client.rename(key + b":whole", key)


async def turns(world: World) -> list[TimersRun]:
    """Turns until nothing more is due."""
    taken = []
    for _ in range(100):
        taken.append(await world.router.run_timers(**world.at))
        if not taken[-1].more:
            return taken
    raise AssertionError("the timers do not come to an end")


async def test_what_is_due_behind_a_broken_timer_runs_and_it_runs_when_mended(world: World) -> None:
    await world.queue(wrap_up_s=10)
    await world.agent("anna")
    chats = [await world.arrive() for _ in range(5)]
    for chat in chats:
        await world.answer(chat, "anna")
        await world.finish(chat)
    world.now_ms += 10_000
    async with broken(world, f"ix:{chats[1]}"):
        taken = await turns(world)
        assert [turn.ran for turn in taken] == [1, 3]
        failed = taken[0].failed
        assert failed
        assert (failed.timer, failed.times) == (f"timers/w|{chats[1]}", 1)
        assert "_lib/interaction.lua:" in failed.error, "file and line of ours"
        assert len(await world.heard("wrap_up.ended")) == 4, "those before it were not lost"
        world.now_ms += 1000
        later = await turns(world)
        assert later[0].failed
        assert later[0].failed.times == 2
        assert later[0].next_due_ms == world.now_ms + 2000, "the pause grows"
        known = await world.router.failing_timers()
        assert [(one.timer, one.times, one.since_ms) for one in known] == [
            (f"timers/w|{chats[1]}", 2, world.now_ms - 1000)
        ]
    world.now_ms += 2000
    await world.run_timers()
    assert await world.router.failing_timers() == []
    await world.settled()


async def test_a_broken_lease_holds_nobody_up(world: World) -> None:
    await world.queue()
    for name in ("anna", "bruno", "sofia"):
        await world.agent(name)
    world.now_ms += 1000
    await world.heartbeat()
    await world.run_timers()
    leases = keys.prefix(world.router.tenant) + "leases"
    client: Any = world.router.link.client
    await client.zadd(leases, {"a|bruno": world.now_ms})
    async with broken(world, "live:bruno"):
        await client.zadd(leases, {"a|sofia": world.now_ms, "a|anna": world.now_ms})
        taken = await turns(world)
        assert [turn.failed and turn.failed.timer for turn in taken] == [
            "leases/a|bruno",
            None,
        ]
    world.now_ms += 1000
    await world.run_timers()
    assert await world.router.failing_timers() == []
    await world.settled()


async def test_the_pause_grows_to_ten_minutes(world: World) -> None:
    await world.queue()
    await world.agent("anna")
    chat = await world.arrive()
    await world.ring(chat)
    timers = keys.prefix(world.router.tenant) + "timers"
    pauses = []
    client: Any = world.router.link.client
    await client.zadd(timers, {"z|nothing": world.now_ms})
    for _ in range(12):
        turn = await world.router.run_timers(**world.at)
        assert turn.failed
        at_ms = int(await client.zscore(timers, "z|nothing"))
        pauses.append((at_ms - world.now_ms) // 1000)
        await client.zadd(timers, {"z|nothing": world.now_ms})
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    await client.zrem(timers, "z|nothing")
    await world.run_timers()
    assert await world.router.failing_timers() == [], "one that was removed fails no longer"


async def test_so_many_that_fail_are_counted_and_the_others_wait_for_the_longest(
    world: World,
) -> None:
    await world.queue()
    timers = keys.prefix(world.router.tenant) + "timers"
    client: Any = world.router.link.client
    await client.zadd(timers, {f"z|{n:03}": world.now_ms for n in range(257)})
    while (turn := await world.router.run_timers(**world.at)).failed:
        last = turn.failed
    assert len(await world.router.failing_timers()) == 256
    assert int(await client.zscore(timers, last.timer.removeprefix("timers/"))) == (
        world.now_ms + 600_000
    )


async def test_the_loop_tells_of_a_failure_and_goes_on(router: Router) -> None:
    client: Any = router.link.client
    await client.zadd(keys.prefix(router.tenant) + "timers", {"z|nothing": 1})
    told, stop = [], asyncio.Event()

    def failed() -> None:
        told.append(True)
        stop.set()

    with capture_logs() as logs:
        async with asyncio.timeout(5):
            await run_timers_forever(router, stop, on_failed=failed)
    assert told == [True]
    line = next(one for one in logs if one["log_level"] == "error")
    assert (line["event"], line["timer"]) == ("a timer failed and was put off", "timers/z|nothing")
