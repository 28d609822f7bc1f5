"""A statement that is built once says the same on both stores, as rows and as errors."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, bindparam, exc, select, update

from acd.records.engine import Database
from acd.records.prepared import CHUNK_MAX, Prepared
from acd.records.tables.directory import sites, skills

ADD = Prepared.insert(skills)
ADD_IF_ABSENT = Prepared.insert_if_absent(skills)
PUT = Prepared.upsert(skills, "name", "active")
RENAME = Prepared(
    update(skills).where(skills.c.name == bindparam("old")).values(name=bindparam("new"))
)
NAMED = Prepared(
    select(skills).where(skills.c.name == bindparam("wanted"), skills.c.active).order_by("id")
)
COUNTED = Prepared(select(skills.c.id).order_by(skills.c.id))
ADD_SITE = Prepared.insert(sites)
SITE = Prepared(select(sites).where(sites.c.id == bindparam("id")).limit(1))


async def test_reads_what_it_wrote_in_the_columns_own_types(database: Database) -> None:
    def work(tx: Connection) -> None:
        ADD.write(tx, {"id": "fr", "name": "French"})
        ADD.write(tx, {"name": "French", "id": "old", "active": False, "provisioned": True})
        lists = {"origins": ["https://shop.example"], "locales": ["fr"], "departments": []}
        ADD_SITE.write(tx, {"id": "shop", "name": "Shop", **lists})

    await database.write(work)
    found = await database.read(lambda tx: NAMED.all(tx, {"wanted": "French"}))
    site = await database.read(lambda tx: SITE.first(tx, {"id": "shop"}))

    assert [row._asdict() for row in found] == [
        {"id": "fr", "name": "French", "active": True, "provisioned": False}
    ]
    assert type(found[0].active) is bool
    assert (site.origins, site.departments) == (["https://shop.example"], [])
    assert await database.read(lambda tx: SITE.first(tx, {"id": "blog"})) is None


async def test_writes_as_many_rows_as_there_are(database: Database) -> None:
    rows = [{"id": f"s{number:04d}", "name": "Any"} for number in range(2 * CHUNK_MAX + 37)]

    await database.write(lambda tx: ADD.write_all(tx, rows))
    await database.write(lambda tx: ADD.write_all(tx, []))

    found = await database.read(COUNTED.all)
    assert [row.id for row in found] == [row["id"] for row in rows]


async def test_says_how_many_rows_it_changed(database: Database) -> None:
    def work(tx: Connection) -> list[int]:
        ADD.write_all(tx, [{"id": "fr", "name": "French"}, {"id": "frca", "name": "French"}])
        return [
            RENAME.write(tx, {"old": "French", "new": "Français"}),
            RENAME.write(tx, {"old": "French", "new": "Français"}),
            ADD_IF_ABSENT.write(tx, {"id": "fr", "name": "Other"}),
            ADD_IF_ABSENT.write(tx, {"id": "de", "name": "German"}),
        ]

    assert await database.write(work) == [2, 0, 0, 1]


async def test_overwrites_the_columns_that_are_named(database: Database) -> None:
    def work(tx: Connection) -> None:
        ADD.write(tx, {"id": "fr", "name": "Old", "active": False, "provisioned": True})
        PUT.write_all(
            tx,
            [
                {"id": key, "name": "French", "active": True, "provisioned": False}
                for key in ("de", "fr")
            ],
        )

    await database.write(work)
    found = await database.read(lambda tx: NAMED.all(tx, {"wanted": "French"}))

    assert [(row.id, row.provisioned) for row in found] == [("de", False), ("fr", True)]


async def test_a_row_that_is_there_is_an_error_that_tells_no_values(database: Database) -> None:
    row = {"id": "fr", "name": "A secret name"}
    await database.write(lambda tx: ADD.write(tx, row))

    with pytest.raises(exc.IntegrityError) as one:
        await database.write(lambda tx: ADD.write(tx, row))
    with pytest.raises(exc.IntegrityError) as many:
        await database.write(lambda tx: ADD.write_all(tx, [row]))

    assert "secret" not in f"{one.value} {many.value}"
