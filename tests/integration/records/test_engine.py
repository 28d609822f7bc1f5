"""The database opens on both stores, groups writes, and says when it is away."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, exc, select, text

from acd.domain.errors import AcdError, ConfigInvalid, NotFound, StoreUnavailable
from acd.records.engine import Database, open_database
from acd.records.examine import examine_database
from acd.records.migrations import DatabaseNewer
from acd.records.sqlite import DatabaseUnusable
from acd.records.tables import metadata
from acd.records.tables.directory import skills
from tests.postgres import Postgres


def put(name: str) -> Callable[[Connection], str]:
    def work(tx: Connection) -> str:
        tx.execute(skills.insert(), {"id": name, "name": name})
        return name

    return work


def pragma(name: str) -> Callable[[Connection], object]:
    return lambda tx: tx.exec_driver_sql(f"PRAGMA {name}").scalar()


def put_all(tx: Connection, names: Sequence[str]) -> list[str | AcdError]:
    answers: list[str | AcdError] = []
    for name in names:
        if name == "refused":
            answers.append(NotFound())
        else:
            answers.append(put(name)(tx))
    return answers


async def stored(database: Database) -> list[str]:
    query = select(skills.c.id).order_by(skills.c.id)
    return await database.read(lambda tx: list(tx.execute(query).scalars()))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.empty()


async def test_the_revisions_make_the_tables_of_the_schema(database: Database) -> None:
    differences = await database.read(
        lambda tx: compare_metadata(
            MigrationContext.configure(tx, opts={"compare_type": True}), metadata
        )
    )
    assert differences == []


async def test_opening_again_keeps_what_is_there(empty_url: str) -> None:
    for _ in range(2):
        database = await open_database(empty_url)
        with contextlib.suppress(exc.IntegrityError):
            await database.write(put("french"))
        await database.close()
    database = await open_database(empty_url)
    assert await stored(database) == ["french"]
    await database.close()


async def test_what_a_newer_release_has_migrated_is_refused(empty_url: str) -> None:
    opened = await open_database(empty_url)
    await opened.write(lambda tx: tx.execute(text("update alembic_version set version_num='9'")))
    await opened.close()
    assert (await examine_database(empty_url)).newer
    with pytest.raises(DatabaseNewer):
        await open_database(empty_url)


async def test_nodes_that_start_together_migrate_once(empty_url: str) -> None:
    databases = await asyncio.gather(*(open_database(empty_url) for _ in range(3)))
    await databases[0].write(put("french"))
    assert await stored(databases[2]) == ["french"]
    for database in databases:
        await database.close()


async def test_one_failing_write_spares_those_of_its_group(database: Database) -> None:
    await database.write(put("taken"))
    names = ["a", "taken", "b", "taken", "c"]
    answers = await asyncio.gather(
        *(database.write(put(name)) for name in names), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [
        str, exc.IntegrityError, str, exc.IntegrityError, str
    ]  # fmt: skip
    assert await stored(database) == ["a", "b", "c", "taken"]


async def test_one_failing_item_spares_those_of_its_batch(database: Database) -> None:
    await database.write(put("taken"))
    names = ["a", "taken", "refused", "b"]
    answers = await asyncio.gather(
        *(database.write_together(put_all, name) for name in names), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [str, exc.IntegrityError, NotFound, str]
    assert await stored(database) == ["a", "b", "taken"]


async def test_a_write_goes_on_when_its_caller_gives_up(database: Database) -> None:
    caller = asyncio.create_task(database.write_together(put_all, "kept"))
    await asyncio.sleep(0)
    caller.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await caller
    await database.write_together(put_all, "next")
    assert await stored(database) == ["kept", "next"]


async def test_closing_commits_what_waits_and_refuses_the_rest(database_url: str) -> None:
    database = await open_database(database_url)
    waiting = [
        asyncio.create_task(database.write_together(put_all, f"n{number:03}"))
        for number in range(500)
    ]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*waiting)) == 500
    with pytest.raises(StoreUnavailable):
        await database.write_together(put_all, "late")
    database = await open_database(database_url)
    assert len(await stored(database)) == 500
    await database.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "mysql://host/db", "nonsense", "sqlite:///x?synchronous=off"]
)
async def test_an_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigInvalid):
        await open_database(url)


async def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await open_database(f"postgresql://acd@/none?host={tmp_path}")


async def test_a_file_that_cannot_be_made_is_no_store_that_comes_back(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnusable, match="File exists"):
        await open_database(f"sqlite:///{tmp_path}/file/acd.db")


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    broken = tmp_path / "acd.db"
    broken.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(StoreUnavailable):
        await open_database(f"sqlite:///{broken}")


async def test_a_store_that_goes_away_says_so_and_comes_back(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    await database.write(put("before"))
    with pytest.raises(StoreUnavailable):
        await database.write(
            lambda tx: tx.execute(text("select pg_terminate_backend(pg_backend_pid())")).close()
        )
    assert await stored(database) == ["before"]
    await database.write(put("after"))
    await database.close()


async def test_the_file_is_nobody_elses_and_acknowledged_means_flushed(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/deep/acd.db")
    pragmas = [await database.write(pragma(name)) for name in ("journal_mode", "synchronous")]
    pragmas.append(await database.write(pragma("foreign_keys")))
    await database.close()
    assert pragmas == ["wal", 2, 1]
    assert (tmp_path / "deep/acd.db").stat().st_mode & 0o077 == 0


async def test_a_writer_of_another_process_is_waited_for(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/acd.db")
    other = sqlite3.connect(tmp_path / "acd.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    write = asyncio.create_task(database.write(put("patient")))
    await asyncio.sleep(0.1)
    assert not write.done()
    other.execute("COMMIT")
    other.close()
    assert await write == "patient"
    await database.close()


async def test_an_error_does_not_tell_what_somebody_wrote(database: Database) -> None:
    def twice(tx: Connection) -> None:
        for _ in range(2):
            tx.execute(skills.insert(), {"id": "same", "name": "Camille Roux"})

    with pytest.raises(exc.IntegrityError) as caught:
        await database.write(twice)
    assert "Camille" not in str(caught.value)
