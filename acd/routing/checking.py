"""The invariants of routing, compared with what is stored, page by page."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import RedisError

from acd.domain.errors import StoreUnavailable
from acd.routing import keys
from acd.routing.redis_link import AWAY
from acd.routing.results import FailingTimer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.routing.redis_link import RedisLink

PAGE: Final = 100


async def check(link: RedisLink, tenant: str, now_ms: int) -> list[str]:
    """One sentence a finding, each beginning with the number of the invariant.

    Pages are atomic, the whole is not: under traffic the counters of a queue may be reported once
    and be right the next time.

    Raises:
        StoreUnavailable: the server is away.
    """
    client: Any = link.client
    cut = len(keys.interactions(tenant)) - 1
    prefix = keys.prefix(tenant)
    found: list[str] = []
    try:
        agents = await client.zrange(keys.agents(tenant), 0, -1)
        queues = sorted(await client.smembers(keys.queues(tenant)))
        interactions = [
            name[cut:] async for name in client.scan_iter(keys.interactions(tenant), count=1000)
        ]
        for page in _pages(agents):
            found += await link.call("check", prefix, now_ms, len(page), 0, *page)
        for page in _pages(interactions):
            found += await link.call("check", prefix, now_ms, 0, len(page), *page)
        for page in _pages(queues):
            found += await link.call("check", prefix, now_ms, 0, 0, *page)
        found += await _count(link, prefix, queues, interactions, now_ms)
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
    return found


async def _count(
    link: RedisLink, prefix: str, queues: list[str], interactions: list[str], now_ms: int
) -> list[str]:
    """Compare the counters of the queues with the interactions there are."""
    states: Counter[tuple[str, str]] = Counter()
    for page in _pages(interactions):
        calls = [link.call("interaction_snapshot", prefix, now_ms, name) for name in page]
        for _, fields, *_ in await asyncio.gather(*calls):
            if fields:
                state, queue = fields[1:3]
                states[queue, state] += 1
    found = []
    for queue in queues:
        counted = tuple((await link.call("queue_snapshot", prefix, now_ms, queue))[3:5])
        there = (
            states[queue, "ringing"],
            sum(states[queue, state] for state in ("active", "connecting", "idle")),
        )
        if counted != there:
            found.append(f"5: {queue} counts {counted} ringing and active, has {there}")
    return found


async def failing_timers(link: RedisLink, tenant: str) -> list[FailingTimer]:
    """Those whose work fails, the longest first; at most 256 are known.

    Raises:
        StoreUnavailable: the server is away.
    """
    client: Any = link.client
    try:
        stored = await client.hgetall(keys.faults(tenant))
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
    found = []
    for timer, value in stored.items():
        times, since_ms = value.split("|")
        found.append(FailingTimer(timer=timer, times=int(times), since_ms=int(since_ms)))
    return sorted(found, key=lambda one: (one.since_ms, one.timer))


def _pages(names: list[str]) -> Iterator[list[str]]:
    return (names[at : at + PAGE] for at in range(0, len(names), PAGE))
