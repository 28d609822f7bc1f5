"""Background work with an owner: short tasks a face starts and does not wait for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from collections.abc import Coroutine

log = structlog.get_logger(__name__)


class Chores:
    """Starts tasks, keeps hold of them, and ends them with itself."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run the work beside; a store that is away is noted, everything else logged as a fault."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(_kept(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, work))

    def _end(self, done: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
        self._tasks.discard(done)
        work.close()  # cancelled before its first step, it never began

    async def close(self) -> None:
        """Cancel what runs and wait for it."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept(work: Coroutine[Any, Any, None], name: str) -> None:
    try:
        await work
    except AcdError as error:
        log.info("chore not done", chore=name, code=error.code)
    except Exception:
        log.exception("chore failed", chore=name)
