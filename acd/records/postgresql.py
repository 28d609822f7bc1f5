"""PostgreSQL through asyncpg: several nodes on one database."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import structlog
from sqlalchemy import Connection, exc, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from acd.domain.errors import StoreUnavailable
from acd.records.engine import GROUP_MAX, BatchWork, store_errors
from acd.records.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import URL

T = TypeVar("T")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

CONNECTIONS = 10
CONNECT_TIMEOUT_S = 5
COMMAND_TIMEOUT_S = 15
RUN_AGAIN_MAX = 3
MIGRATION_LOCK = 0x61636400  # "acd": nodes that start together migrate one after the other
log = structlog.get_logger(__name__)

ROLLED_BACK = {"40001", "40P01"}  # serialization failure, deadlock: nothing was done


class PostgresDatabase:
    """A PostgreSQL database; made by `open_database`."""

    dialect = "postgresql"

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lanes: dict[BatchWork[Any, Any], _Lane] = {}
        self._closing = False
        self._closed = False

    @classmethod
    async def open(cls, url: URL) -> Self:
        """Connect and migrate, one node at a time."""
        engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            hide_parameters=True,  # an error reaches the log, what people wrote does not
            pool_timeout=CONNECT_TIMEOUT_S,
            pool_use_lifo=True,
            pool_pre_ping=True,  # a restarted server costs one round trip, not an error
            connect_args={"timeout": CONNECT_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S},
        )

        def prepare(connection: Connection) -> None:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            migrate(connection)

        try:
            with store_errors():
                async with engine.begin() as connection:
                    await connection.run_sync(prepare)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work on a connection of the pool."""
        if self._closed:
            raise StoreUnavailable
        with store_errors():
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction; it is run again when the server undid it for a deadlock."""
        if self._closed:
            raise StoreUnavailable
        with store_errors():
            for attempt in range(RUN_AGAIN_MAX):
                try:
                    async with self._engine.begin() as connection:
                        return await connection.run_sync(work)
                except exc.DBAPIError as error:
                    undone = getattr(error.orig, "sqlstate", None) in ROLLED_BACK
                    if not undone or attempt == RUN_AGAIN_MAX - 1:
                        raise
                    await asyncio.sleep(0.01 * (attempt + 1))
        raise AssertionError("unreachable")

    async def write_together(self, work: BatchWork[Item, Answer], item: Item) -> Answer:
        """Hand an item to work that takes many, in the next group of that work."""
        if self._closing:
            raise StoreUnavailable
        lane = self._lanes.get(work)
        if lane is None:
            lane = self._lanes[work] = _Lane(self, work)
        answer: Answer = await lane.enlist(item)
        return answer

    async def close(self) -> None:
        """Commit what waits, then close every connection."""
        self._closing = True
        for lane in self._lanes.values():
            await lane.close()
        self._closed = True
        await self._engine.dispose()


class _Lane:
    """One work's items, a group at a time: while one group commits, the next one gathers."""

    def __init__(self, database: PostgresDatabase, work: BatchWork[Any, Any]) -> None:
        self._database = database
        self._work = work
        self._waiting: deque[tuple[Any, asyncio.Future[Any]]] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"postgresql-{work!r}")

    def enlist(self, item: Any) -> asyncio.Future[Any]:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self._wake.set()
        return answer

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._closing = True
        self._wake.set()
        await self._task

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            self._wake.clear()
            if not self._waiting:
                await self._wake.wait()
            size = min(len(self._waiting), GROUP_MAX)
            group = [self._waiting.popleft() for _ in range(size)]
            if group:
                await self._commit_together(group)

    async def _commit_together(self, group: list[tuple[Any, asyncio.Future[Any]]]) -> None:
        answers = await self._answers([item for item, _ in group])
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():
                continue  # the caller was cancelled
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _answers(self, items: list[Any]) -> list[Any]:
        try:
            return list(await self._database.write(partial(_do, self._work, items)))
        except StoreUnavailable as error:
            return [error] * len(items)
        except Exception as error:  # noqa: BLE001  every caller must hear of it
            if len(items) == 1:
                return [error]
            log.warning("batch failed", work=repr(self._work), items=len(items), error=repr(error))
        return [(await self._answers([item]))[0] for item in items]  # only the one at fault fails


def _do(work: BatchWork[Any, Any], items: list[Any], connection: Connection) -> Sequence[Any]:
    return work(connection, items)
