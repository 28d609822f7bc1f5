"""Small helpers over SQLAlchemy that several repositories share."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Insert, Table

V = TypeVar("V")


def now_ms() -> int:
    """This node's clock; live state has its own, the Redis server's."""
    return time.time_ns() // 1_000_000


def padded(values: Iterable[V]) -> list[V]:
    """The values with the last one repeated up to a power of two.

    For `IN (…)`: PostgreSQL then keeps a handful of prepared statements, not one a length.
    """
    found = list(values)
    if found:
        found += [found[-1]] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found


def upsert(connection: Connection, table: Table, columns: Sequence[str]) -> Insert:
    """An INSERT that overwrites those columns where the primary key is there already."""
    return upsert_on(connection.dialect.name, table, tuple(columns))


@cache  # to build one costs as much as to run it
def upsert_on(dialect: str, table: Table, columns: tuple[str, ...]) -> Insert:
    """As `upsert`, for a store of that name."""
    statement = _insert(dialect, table)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[column.name for column in table.primary_key],
        set_={name: statement.excluded[name] for name in columns},
    )


def insert_if_absent_on(dialect: str, table: Table) -> Insert:
    """An INSERT that does nothing where any unique key is there already."""
    return _insert(dialect, table).on_conflict_do_nothing()  # type: ignore[no-any-return]


def _insert(dialect: str, table: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
