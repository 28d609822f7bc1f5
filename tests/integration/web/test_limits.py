"""Rate limits over a real Redis: bursts pass, floods do not, and the answer says when."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from acd.domain.errors import TooMany
from acd.routing.keys import prefix
from acd.routing.limits import Limits, Rate
from acd.routing.redis_link import RedisLink

START_MS = 1_700_000_000_000
RATES = {"slow": Rate(per_minute=6), "burst": Rate(per_minute=60, burst=3)}


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    link = await RedisLink.open(redis_url)
    yield link
    await link.close()


async def test_a_minutes_worth_at_once_then_one_at_a_time(link: RedisLink, tenant: str) -> None:
    limits = Limits(link, tenant, RATES)
    for _ in range(6):
        await limits.take("slow", "lina", now_ms=START_MS)
    with pytest.raises(TooMany) as refused:
        await limits.take("slow", "lina", now_ms=START_MS)
    assert refused.value.retry_after_s == pytest.approx(10, abs=0.01)
    with pytest.raises(TooMany):
        await limits.take("slow", "lina", now_ms=START_MS + 9_990)
    await limits.take("slow", "lina", now_ms=START_MS + 10_000)
    with pytest.raises(TooMany):
        await limits.take("slow", "lina", now_ms=START_MS + 10_000)


async def test_being_refused_costs_nothing(link: RedisLink, tenant: str) -> None:
    limits = Limits(link, tenant, RATES)
    for _ in range(6):
        await limits.take("slow", "lina", now_ms=START_MS)
    for _ in range(50):
        with pytest.raises(TooMany):
            await limits.take("slow", "lina", now_ms=START_MS)
    await limits.take("slow", "lina", now_ms=START_MS + 10_000)


async def test_what_did_not_happen_is_given_back(link: RedisLink, tenant: str) -> None:
    limits = Limits(link, tenant, RATES)
    for _ in range(6):
        await limits.take("slow", "lina", now_ms=START_MS)
    await limits.give_back("slow", "lina", now_ms=START_MS)
    await limits.take("slow", "lina", now_ms=START_MS)
    with pytest.raises(TooMany):
        await limits.take("slow", "lina", now_ms=START_MS)


async def test_a_bucket_holds_no_more_than_it_does_whatever_is_given_back(
    link: RedisLink, tenant: str
) -> None:
    limits = Limits(link, tenant, RATES)
    await limits.take("burst", "lina", now_ms=START_MS)
    for _ in range(9):
        await limits.give_back("burst", "lina", now_ms=START_MS)
    for _ in range(3):
        await limits.take("burst", "lina", now_ms=START_MS)
    with pytest.raises(TooMany):
        await limits.take("burst", "lina", now_ms=START_MS)


async def test_people_and_limits_do_not_share(link: RedisLink, tenant: str) -> None:
    limits = Limits(link, tenant, RATES)
    for who in ("lina", "jean"):
        for _ in range(3):
            await limits.take("burst", who, now_ms=START_MS)
        await limits.take("slow", who, now_ms=START_MS)
        with pytest.raises(TooMany):
            await limits.take("burst", who, now_ms=START_MS)


async def test_two_nodes_share_one_bucket(link: RedisLink, redis_url: str, tenant: str) -> None:
    other = await RedisLink.open(redis_url)
    try:
        nodes = [Limits(link, tenant, RATES), Limits(other, tenant, RATES)]
        tries = [nodes[n % 2].take("slow", "lina") for n in range(20)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(answer is None for answer in answers) == 6
        assert sum(isinstance(answer, TooMany) for answer in answers) == 14
    finally:
        await other.close()


async def test_nobody_can_be_read_in_the_keys_and_they_go(link: RedisLink, tenant: str) -> None:
    refused: list[str] = []
    limits = Limits(link, tenant, RATES, on_refused=refused.append)
    for _ in range(3):
        await limits.take("burst", "lina@example.com")
    with pytest.raises(TooMany):
        await limits.take("burst", "lina@example.com")
    assert refused == ["burst"]
    keys = [name async for name in link.client.scan_iter(match=f"{prefix(tenant)}limit:*")]
    assert len(keys) == 1
    assert "lina" not in str(keys[0])
    assert 0 < await link.client.pttl(keys[0]) <= 3000
