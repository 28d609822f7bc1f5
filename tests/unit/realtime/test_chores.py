"""Short work beside: it ends with its owner, begun or not."""

from __future__ import annotations

import asyncio
import inspect

from acd.realtime.chores import Chores


async def test_work_that_has_not_begun_ends_with_its_owner() -> None:
    chores = Chores()
    work = asyncio.sleep(3600)
    chores.start(work, "sleeper")
    await chores.close()
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


async def test_nothing_begins_after_the_end() -> None:
    chores = Chores()
    await chores.close()
    work = asyncio.sleep(0)
    chores.start(work, "late")
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED
