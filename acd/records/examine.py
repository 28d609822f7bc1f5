"""Look at a database without changing it: for `acd doctor`, which must not even migrate."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from acd.domain.errors import NotFound
from acd.records.engine import store_errors
from acd.records.migrations import configuration, knows
from acd.records.sqlite import DatabaseUnusable
from acd.records.tables.directory import directory_state

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """What was found. `skew_ms` is the database's clock ahead of this machine's."""

    server: str
    revision: str | None
    newest_revision: str | None
    newer: bool
    """Whether a release that came later has migrated it."""
    skew_ms: int
    directory_version: int | None = None
    provision_digest: str | None = None


async def examine_database(url: str) -> DatabaseState:
    """Look, on one connection.

    Raises:
        NotFound: there is no SQLite file yet.
        DatabaseUnusable: this user may not read it.
        StoreUnavailable: the database does not answer.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_examine_file, parsed)
    engine = create_async_engine(
        parsed.set(drivername="postgresql+asyncpg"), connect_args={"timeout": 5}
    )
    try:
        with store_errors():
            async with engine.connect() as connection:
                return await connection.run_sync(_examine)
    finally:
        await engine.dispose()


def _examine_file(url: URL) -> DatabaseState:
    file = Path(url.database or "")
    try:
        there = file.is_file()
    except PermissionError as error:
        raise DatabaseUnusable.of(file, error.strerror or str(error)) from None
    if not there:
        raise NotFound(f"There is no {file} yet; the first start makes it.")
    if not os.access(file, os.R_OK):
        raise DatabaseUnusable.of(file, "Permission denied")
    engine = create_engine(
        url.set(drivername="sqlite", database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    )
    try:
        with store_errors(), engine.connect() as connection:
            return _examine(connection)
    finally:
        engine.dispose()


def _examine(connection: Connection) -> DatabaseState:
    made = configuration(connection)
    scripts = ScriptDirectory.from_config(made)
    revision = MigrationContext.configure(connection).get_current_revision()
    asked_ms = time.time() * 1000
    if connection.dialect.name == "sqlite":
        server, skew_ms = f"SQLite {connection.dialect.dbapi.sqlite_version}", 0  # type: ignore[union-attr]
    else:
        server = f"PostgreSQL {connection.execute(text('show server_version')).scalar_one()}"
        now_ms = connection.execute(
            text("select extract(epoch from clock_timestamp()) * 1000")
        ).scalar_one()
        skew_ms = round(float(now_ms) - (asked_ms + time.time() * 1000) / 2)
    state = None
    if inspect(connection).has_table(directory_state.name):
        state = connection.execute(select(directory_state)).first()
    return DatabaseState(
        server=server,
        revision=revision,
        newest_revision=scripts.get_current_head(),
        newer=not knows(made, revision),
        skew_ms=skew_ms,
        directory_version=state.version if state else None,
        provision_digest=state.provision_digest if state else None,
    )
