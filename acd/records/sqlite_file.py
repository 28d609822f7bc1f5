"""A SQLite file: how its connections are made, and how its journal is kept short."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import URL

JOURNAL_MAX_PAGES = 16_000  # 64 MiB: only then does a commit move the journal into the file itself
CHECKPOINT_BYTES = 4 << 20
CHECKPOINT_EVERY_S = 1.0
KEPT_STATEMENTS = 512  # a connection keeps so many prepared: each length of a list is one
BUSY_TIMEOUT_MS = 5_000  # another process (the command line) may be writing

log = structlog.get_logger(__name__)


def make_engine(url: URL, *, synchronous: str, size: int, query_only: bool) -> Engine:
    """An engine of at most `size` connections; `synchronous` is as in the pragma of that name."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # an error reaches the log, what people wrote does not
        connect_args={
            "check_same_thread": False,  # a connection moves between threads, one at a time
            "timeout": BUSY_TIMEOUT_MS / 1000,
            "cached_statements": KEPT_STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's sqlite3 begins transactions of its own accord and late; we say BEGIN ourselves.
        connection.isolation_level = None
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA cache_size=-16000")
        connection.execute(f"PRAGMA wal_autocheckpoint={JOURNAL_MAX_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={CHECKPOINT_BYTES}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that read first could not become a writer after another's write.
        driver(connection).execute("BEGIN" if query_only else "BEGIN IMMEDIATE")

    return engine


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection. It runs a statement in a fraction of SQLAlchemy's time."""
    own: Any = connection.connection.dbapi_connection
    return own  # type: ignore[no-any-return]


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Change to the write-ahead log; SQLite does not wait by itself while others do so, too."""
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


class Checkpointer:
    """Moves the journal into the file beside the writer: in a commit it would cost its p99.

    A passive checkpoint waits for nobody and makes nobody wait.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = path.with_name(path.name + "-wal")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sqlite-checkpointer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, after the checkpoint under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(CHECKPOINT_EVERY_S):
            try:
                if self._journal.stat().st_size > CHECKPOINT_BYTES:
                    with contextlib.closing(sqlite3.connect(self._path)) as connection:
                        connection.execute("PRAGMA synchronous=FULL")
                        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except (OSError, sqlite3.Error) as error:
                log.warning("checkpoint postponed", error=repr(error))
