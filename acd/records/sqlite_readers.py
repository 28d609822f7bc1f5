"""The threads that read a SQLite file, each on a connection of its own.

Not an executor and a pool: their futures, locks and resets cost more than what is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any

from acd.domain.errors import StoreUnavailable
from acd.records.engine import store_errors
from acd.records.sqlite_groups import Waiting, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine


class Readers:
    """Of one file.

    A `Prepared` statement sees the file as it is at its own moment, as on PostgreSQL; from the
    first statement that SQLAlchemy runs, work sees it as it was then.
    """

    def __init__(self, engine: Engine, size: int) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        # Daemons: a process that fails before it closes must not wait here for ever.
        self._threads = [
            threading.Thread(target=self._run, name=f"sqlite-reader-{number}", daemon=True)
            for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def read(self, work: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """What work came to."""
        waiting = Waiting(self._loop.create_future(), work=work)
        self._waiting.put(waiting)
        return waiting.answer

    def close(self) -> None:
        """Read what was asked for, then close every connection. Nothing may be asked any more."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        connection: Connection | None = None
        while (waiting := self._waiting.get()) is not None:
            if not waiting.answer.cancelled():
                connection = self._read(connection, waiting)
            del waiting  # what was read may be large, and the next question be far off
        if connection is not None:
            connection.close()

    def _read(self, connection: Connection | None, waiting: Waiting) -> Connection | None:
        """Answer; returns the connection for the next one, None if it has to be a new one."""
        assert waiting.work is not None  # noqa: S101 - see `read`
        try:
            with store_errors():
                connection = connection or self._engine.connect()
                try:
                    waiting.result = waiting.work(connection)
                finally:
                    connection.rollback()
        except BaseException as error:  # noqa: BLE001  whoever asked must hear of it
            waiting.error = error
            if connection is not None and isinstance(error, StoreUnavailable):
                connection.invalidate()
                connection.close()
                connection = None
        with contextlib.suppress(RuntimeError):  # the loop is gone, and who asked with it
            self._loop.call_soon_threadsafe(tell, (waiting,))
        return connection
