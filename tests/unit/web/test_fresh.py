"""An answer that may be a moment old is asked for once, however many want it."""

from __future__ import annotations

import asyncio

import pytest

from acd.domain.errors import StoreUnavailable
from acd.web.fresh import Fresh, FreshOnes


class Store:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        return self.asked


async def test_a_rush_costs_one_look() -> None:
    store, answer = Store(), Fresh[int](60)
    assert await asyncio.gather(*(answer.of(store.ask) for _ in range(50))) == [1] * 50
    assert await answer.of(store.ask) == 1


async def test_what_is_too_old_is_asked_for_anew() -> None:
    store, answer = Store(), Fresh[int](0)
    assert [await answer.of(store.ask), await answer.of(store.ask)] == [1, 2]


async def test_a_failure_is_not_kept_and_who_goes_away_spoils_nothing() -> None:
    store, answer = Store(), Fresh[int](60)

    async def away() -> int:
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        await answer.of(away)
    never = asyncio.Event()

    async def slow() -> int:
        await never.wait()
        return 0

    first = asyncio.create_task(answer.of(slow))
    second = asyncio.create_task(answer.of(store.ask))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1


async def test_keys_do_not_share_and_old_ones_are_forgotten() -> None:
    store, answers = Store(), FreshOnes[str, int](60)
    assert [await answers.of(key).of(store.ask) for key in ("shop", "open", "shop")] == [1, 2, 1]
    stale = FreshOnes[str, int](0)
    first = stale.of("shop")
    await first.of(store.ask)
    stale.of("open")
    assert stale.of("shop") is not first
