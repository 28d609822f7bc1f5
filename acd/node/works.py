"""The work that goes on as long as a node runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.5
LAST_PAUSE_S: Final = 5.0
CANCEL_TRIES: Final = 5

Work = Callable[[], Coroutine[Any, Any, None]]
"""Something a node does as long as it runs: it ends when cancelled, and may be begun again."""


@asynccontextmanager
async def going_on(works: Mapping[str, Work]) -> AsyncIterator[None]:
    """Each work as a named task that goes on inside the block and has ended after it."""
    tasks = [
        asyncio.create_task(_kept_going(name, work), name=name) for name, work in works.items()
    ]
    try:
        yield
    finally:
        running = set(tasks)
        for _ in range(CANCEL_TRIES):  # work that swallowed one cancellation is told again
            for task in running:
                task.cancel()
            if running:
                _, running = await asyncio.wait(running, timeout=1.0)
        for task in running:
            log.error("work does not end", work=task.get_name())


async def _kept_going(name: str, work: Work) -> None:
    """Runs work for ever: after a fault it begins anew, a little later each time."""
    loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
    while True:
        since = loop.time()
        try:
            await work()
            return
        except StoreUnavailable:
            log.warning("store away, work pauses", work=name, pause_s=pause_s)
        except AcdError as error:
            said = {"code": error.code, "reason": str(error), "pause_s": pause_s}
            log.error("work begins anew", work=name, **said, exc_info=not error.retryable)
        except Exception:
            log.exception("work failed and begins anew", work=name, pause_s=pause_s)
        if loop.time() - since > 60:  # noqa: PLR2004 - a minute without fault is health
            pause_s = FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LAST_PAUSE_S)
