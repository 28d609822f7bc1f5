"""Statements that are built once, for what every call and message asks.

A point read on SQLite takes 160 µs built each time, 34 built once and run by SQLAlchemy, 6 on the
driver: so there these run on the driver. Python's lock changes hands at every row that goes in or
out, so rows go in as VALUES lists. On PostgreSQL SQLAlchemy runs them like any other.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Select,
    String,
    any_,
    bindparam,
    exc,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from acd.records.sql import insert_if_absent_on, upsert_on
from acd.records.sqlite_file import driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Column, Delete, Table, Update
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

    Statement = Select[Any] | Insert | Update | Delete
    Process = Callable[[Any], Any]

CHUNK_MAX = 256
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DIALECT: Dialect = sqlite.dialect(paramstyle="qmark")


class Prepared:
    """A statement whose values are named by `bindparam`, those of an INSERT by its columns.

    Rows that it reads have their columns as attributes, and `_asdict`.
    """

    def __init__(self, statement: Statement, *, postgresql: Statement | None = None) -> None:
        """`postgresql` where its statement differs."""
        self._statement = statement
        self._postgresql = statement if postgresql is None else postgresql
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    @classmethod
    def among(cls, statement: Select[Any], column: Column[Any]) -> Self:
        """Of those rows that have one of `ids`, a list, in that column."""
        ids = func.json_each(bindparam("ids", type_=JSON)).table_valued("value")
        return cls(
            statement.where(column.in_(select(ids.c.value))),
            postgresql=statement.where(column == any_(bindparam("ids", type_=ARRAY(String)))),
        )

    @classmethod
    def insert(cls, table: Table) -> Self:
        """What a row does not name takes what the store gives it."""
        return cls(table.insert())

    @classmethod
    def insert_if_absent(cls, table: Table) -> Self:
        """As `insert`; nothing happens where any unique key is there already."""
        return cls(
            insert_if_absent_on("sqlite", table),
            postgresql=insert_if_absent_on("postgresql", table),
        )

    @classmethod
    def upsert(cls, table: Table, *changed: str) -> Self:
        """As `insert`; those columns are overwritten where the primary key is there already."""
        return cls(
            upsert_on("sqlite", table, changed), postgresql=upsert_on("postgresql", table, changed)
        )

    def first(self, tx: Connection, values: Mapping[str, Any] = _NOTHING) -> Any:
        """The first row, or None."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self._postgresql, values).first()
        compiled = self._of(values)
        row = run(tx, compiled.text, compiled.bound(values)).fetchone()
        return None if row is None else self._row(row)

    def all(self, tx: Connection, values: Mapping[str, Any] = _NOTHING) -> Sequence[Any]:
        """Every row."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self._postgresql, values).all()
        compiled = self._of(values)
        return [self._row(row) for row in run(tx, compiled.text, compiled.bound(values))]

    def write(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it changed.

        Raises:
            IntegrityError: SQLAlchemy's, on both stores.
        """
        if tx.dialect.name != "sqlite":
            return tx.execute(self._postgresql, values).rowcount
        compiled = self._of(values)
        return run(tx, compiled.text, compiled.bound(values)).rowcount

    def write_all(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """For every row; all name the same values. Raises as `write`."""
        if tx.dialect.name != "sqlite":
            if rows:
                tx.execute(self._postgresql, list(rows))
            return
        if not isinstance(self._statement, Insert):
            for row in rows:
                self.write(tx, row)
            return
        for chunk in chunks(rows):
            compiled = self._of(chunk[0])
            values = tuple(value for row in chunk for value in compiled.bound(row))
            run(tx, compiled.rows(len(chunk)), values)

    # on SQLite

    def _of(self, values: Mapping[str, Any]) -> _Compiled:
        columns = tuple(values) if isinstance(self._statement, Insert) else ()
        found = self._compiled.get(columns)
        if found is None:
            found = self._compiled[columns] = _Compiled(self._statement, columns)
        return found

    @cached_property
    def _row(self) -> Process:
        assert isinstance(self._statement, Select)  # noqa: S101 - nothing else is read from
        columns = self._statement.selected_columns
        rows: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]
        make: Process = rows._make
        read = [
            (place, process)
            for place, column in enumerate(columns)
            if (process := _processor(column.type, "result_processor", None)) is not None
        ]
        if not read:
            return make

        def processed(row: Sequence[Any]) -> Any:
            values = list(row)
            for place, process in read:
                values[place] = process(values[place])
            return make(values)

        return processed


class _Value(NamedTuple):
    """One value of a statement in its place; `fixed` is that of one that is not asked for."""

    name: str
    asked: bool
    process: Process | None
    fixed: Any


class _Compiled:
    """A statement's text for SQLite, and what its question marks stand for."""

    def __init__(self, statement: Statement, columns: Sequence[str]) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=list(columns) or None)
        self.text = str(compiled)
        self._values: list[_Value] = []
        for name in compiled.positiontup:
            bind = compiled.binds[name]
            process = _processor(bind.type, "bind_processor")
            fixed = None
            if not bind.required:
                fixed = process(bind.effective_value) if process else bind.effective_value
            self._values.append(_Value(name, bind.required, process, fixed))
        self._rows = {1: self.text}

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in their places, as SQLite stores them."""
        return tuple(
            [
                (process(values[name]) if process else values[name]) if asked else fixed
                for name, asked, process, fixed in self._values
            ]
        )

    def rows(self, count: int) -> str:
        """The text of an INSERT of so many rows."""
        text = self._rows.get(count)
        if text is None:
            one = f"({', '.join('?' * len(self._values))})"
            text = self._rows[count] = self.text.replace(one, ", ".join([one] * count))
        return text


def _processor(of: TypeEngine[Any], which: str, *more: object) -> Process | None:
    found: Process | None = getattr(of.dialect_impl(_DIALECT), which)(_DIALECT, *more)
    return found


def run(tx: Connection, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
    """Run a statement on SQLite's driver; `store_errors` knows its errors.

    Raises:
        IntegrityError: SQLAlchemy's, without the values.
    """
    try:
        return driver(tx).execute(statement, values)
    except sqlite3.IntegrityError as error:
        raise exc.IntegrityError(statement, None, error) from error


def chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Pieces of a power of two each: a few texts, all of them prepared before long."""
    start, size = 0, CHUNK_MAX
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
