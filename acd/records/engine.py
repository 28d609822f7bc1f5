"""Open the database: the seam between the repositories and a store that may be away.

A repository hands over *work*: a plain function of a SQLAlchemy connection. `read` runs it on a
connection of its own; `write` runs it in a transaction and answers after the commit. Work must have
no effect but on the connection, since it may be run again after a deadlock.

The same work runs on both stores: on SQLite in a thread (see `sqlite.py` for the reason), on
PostgreSQL through asyncpg.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, exc
from sqlalchemy.engine import make_url

from acd.domain.errors import AcdError, ConfigInvalid, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
Item = TypeVar("Item")
Answer = TypeVar("Answer")
Item_contra = TypeVar("Item_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)

# Connection, sign-in, no such database, undone, resources, intervention, system: see `_away`.
AWAY = {"08", "28", "3D", "40", "53", "57", "58"}
GROUP_MAX = 256  # one commit's worth; a longer group would make its first member wait


class BatchWork(Protocol[Item_contra, Answer_co]):
    """Work for many items at once: an answer or an error for each, in their order."""

    def __call__(
        self, tx: Connection, items: Sequence[Item_contra], /
    ) -> Sequence[Answer_co | AcdError]:
        """Do it for all of them."""


class Database(Protocol):
    """A database that is open and migrated. Every verb raises StoreUnavailable when it is away."""

    @property
    def dialect(self) -> str:
        """Either `sqlite` or `postgresql`."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that changes nothing and return its answer."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction; return its answer once that is committed.

        An exception of the work undoes this work alone and is raised here.
        """

    async def write_together(self, work: BatchWork[Item, Answer], item: Item) -> Answer:
        """Hand an item to work that takes many; those of one moment share a transaction.

        Items of one work keep their order. An answer that is an error is raised to its caller
        alone; if the work itself fails, it is run again for each item by itself.
        """

    async def close(self) -> None:
        """Finish the writes under way and close every connection."""


async def open_database(url: str) -> Database:
    """Open the database at url and bring its tables up to date.

    Args:
        url: `sqlite:////path/to/file.db` or `postgresql://user:password@host/name`.

    Raises:
        ConfigInvalid: the URL names no store that is supported.
        StoreUnavailable: the store does not answer.
    """
    # Here and not above: each imports this module.
    from acd.records.postgresql import PostgresDatabase  # noqa: PLC0415
    from acd.records.sqlite import SqliteDatabase  # noqa: PLC0415

    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        raise ConfigInvalid("The database URL cannot be read.", field="database.url") from error
    if backend == "sqlite":
        return await SqliteDatabase.open(parsed)
    if backend in {"postgresql", "postgres"}:
        return await PostgresDatabase.open(parsed)
    raise ConfigInvalid(
        f"There is no support for {backend}; use sqlite:///… or postgresql://….",
        field="database.url",
    )


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Raise StoreUnavailable for what means that the store is away; the cause stays chained."""
    try:
        yield
    except (exc.IntegrityError, exc.DataError, exc.ProgrammingError):
        raise  # a fault of the work, not of the store
    except exc.DBAPIError as error:
        if not _away(error.orig):
            raise
        raise StoreUnavailable from error
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError):
        raise  # as above, of the statements that run on the driver
    except sqlite3.DatabaseError as error:
        raise StoreUnavailable from error
    except asyncpg.PostgresError as error:  # raised while connecting, before SQLAlchemy wraps
        if not _away(error):
            raise
        raise StoreUnavailable from error
    except (exc.TimeoutError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise StoreUnavailable from error


def _away(error: BaseException | None) -> bool:
    """Whether a driver's error is about the store: by its SQLSTATE class, where there is one.

    See https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    sqlstate = getattr(error, "sqlstate", None)
    return not sqlstate or sqlstate[:2] in AWAY or sqlstate in {"25006", "55P03"}
