"""The two stores of a node, opened."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from acd.config.places import Running, database_url, make_data_dir, redis_dir, redis_url
from acd.domain.errors import StoreUnavailable, with_cause
from acd.embedded.redis import EmbeddedRedis
from acd.records.engine import open_database
from acd.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AsyncExitStack

    from acd.config import Config
    from acd.records.engine import Database

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE_S: Final = 30.0
PAUSE_S: Final = 0.5


async def open_stores(config: Config, stack: AsyncExitStack, *, at: str) -> tuple[Router, Database]:
    """Live state and the database, open until the stack ends; Redis ends last.

    Args:
        config: which stores.
        stack: closes them.
        at: where the node listens, noted for commands beside it.
    """
    make_data_dir(config)
    url = redis_url(config)
    if url is None:
        embedded = await stack.enter_async_context(EmbeddedRedis(redis_dir(config)))
        url = embedded.url
    database = await _patiently("the database", lambda: open_database(database_url(config)))
    stack.push_async_callback(database.close)
    router = await _patiently("Redis", lambda: Router.open(url, config.tenant))
    stack.push_async_callback(router.close)
    note = Running(pid=os.getpid(), redis_url=url, url=at)
    note.write(config)
    stack.callback(note.forget, config)
    return router, database


async def _patiently(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Tries for a while: stores that start together with the node take their time."""
    give_up, told = asyncio.get_running_loop().time() + PATIENCE_S, ""
    while True:
        try:
            return await attempt()
        except StoreUnavailable as error:
            if asyncio.get_running_loop().time() > give_up:
                raise StoreUnavailable(
                    f"{what} does not answer; start it, or correct its address."
                ) from error
            if (said := with_cause(error)) != told:
                log.warning("store does not answer yet", store=what, said=said)
                told = said
            await asyncio.sleep(PAUSE_S)
