"""What is asked of a store until it answers, since a call depends on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import structlog

from acd.domain.errors import AcdError
from acd.routing.redis_link import BACK_OFF_S
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.ids import InteractionId

log = structlog.get_logger(__name__)

T = TypeVar("T")


async def insist(
    ask: Callable[[], Awaitable[T]], call: InteractionId, *, once: bool = False
) -> T | None:
    """The answer, asked again while a store is away, but for `once`; None where it was refused."""
    tries = 0
    while True:
        stay_cancelled()
        try:
            return await ask()
        except AcdError as error:
            if once or not error.retryable:
                log.warning("store refused", call=call, code=error.code)
                return None
        await asyncio.sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
        tries += 1
