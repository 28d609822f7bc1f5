"""The recorder's transaction: events, what they mean and the position, exactly once.

The position is fenced by its old value: of two recorders that read the same events, one commits
and the other's transaction does nothing. The update of the position comes first, so that on
PostgreSQL the second one waits at that row and then finds it changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, bindparam, select, update

from acd.domain.errors import AcdError
from acd.domain.interaction import Channel
from acd.records.fold import Folded, Row, touched
from acd.records.log_rows import event_row
from acd.records.sql import insert_if_absent, now_ms, padded, upsert
from acd.records.tables.happened import (
    events,
    events_unreadable,
    interactions,
    offers,
    presence_intervals,
    recorder_positions,
)
from acd.records.tables.people import intakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acd.domain.events import Event

RECORDER = "history"
BEGINNING = "0-0"

_confirm = (
    update(intakes)
    .where(intakes.c.interaction == bindparam("key"), intakes.c.confirmed_ms.is_(None))
    .values(confirmed_ms=bindparam("moment_ms"))
)
_end = (
    update(intakes)
    .where(intakes.c.interaction == bindparam("key"))
    .values(ended_ms=bindparam("moment_ms"))
)
_close_interval = (
    update(presence_intervals)
    .where(
        presence_intervals.c.agent == bindparam("who"),
        presence_intervals.c.channel == bindparam("where"),
        presence_intervals.c.to_ms.is_(None),
    )
    .values(to_ms=bindparam("moment_ms"))
)

_rows_of = {
    table: select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))
    for table in (interactions, offers)
}


class IdTaken(AcdError):
    """Another event has this id: the live store lost its memory; restart the node."""

    code = "event_id_taken"


def stored_position(tx: Connection) -> str:
    """Up to where the log is recorded."""
    query = select(recorder_positions.c.position).where(recorder_positions.c.name == RECORDER)
    return tx.execute(query).scalar() or BEGINNING


def record_events(tx: Connection, batch: Sequence[Event], position: str, expected: str) -> bool:
    """Record them and move the position from `expected`; False and nothing if it is elsewhere."""
    if not move(tx, position, expected):
        return False
    rows = [event_row(event) for event in batch]
    known = _known(tx, rows)
    fresh: list[tuple[Event, Row]] = []
    for event, row in zip(batch, rows, strict=True):
        before = known.get((row["generation"], row["seq"]))
        if before is None:
            fresh.append((event, row))
        elif before != (row["type"], row["at_ms"]):
            raise IdTaken(f"{event.id} is recorded as {before}")
    if fresh:
        tx.execute(events.insert(), [row for _, row in fresh])
        _write_meaning(tx, [event for event, _ in fresh])
    return True


def set_aside(
    tx: Connection, event: str, raw: str, error: str, position: str, expected: str
) -> bool:
    """Keep an event that cannot be recorded, and move on."""
    if not move(tx, position, expected):
        return False
    row = {"event": event[:80], "raw": raw, "error": error, "noted_ms": now_ms()}
    tx.execute(insert_if_absent(tx, events_unreadable), row)
    return True


def move(tx: Connection, position: str, expected: str) -> bool:
    """Move the position if it is the expected one; the row is locked until the commit."""
    row = {"position": position, "recorded_ms": now_ms()}
    moved = tx.execute(
        update(recorder_positions)
        .where(recorder_positions.c.name == RECORDER, recorder_positions.c.position == expected)
        .values(row)
    )
    if moved.rowcount or expected != BEGINNING:
        return bool(moved.rowcount)
    first = insert_if_absent(tx, recorder_positions)
    return bool(tx.execute(first, {"name": RECORDER, **row}).rowcount)


def _known(tx: Connection, rows: Iterable[Row]) -> dict[tuple[int, int], tuple[str, int]]:
    """Those already recorded, which are none unless a server came back with an older log."""
    spans: dict[int, list[int]] = {}
    for row in rows:
        spans.setdefault(row["generation"], []).append(row["seq"])
    return {
        (generation, row.seq): (row.type, row.at_ms)
        for generation, seqs in spans.items()
        for row in tx.execute(
            select(events.c.seq, events.c.type, events.c.at_ms).where(
                events.c.generation == generation, events.c.seq.between(min(seqs), max(seqs))
            )
        )
    }


def _write_meaning(tx: Connection, batch: Sequence[Event]) -> None:
    about, made = touched(batch)
    folded = Folded(interactions=_load(tx, interactions, about), offers=_load(tx, offers, made))
    for event in batch:
        folded.apply(event)
    _store(tx, interactions, folded.interactions)
    _store(tx, offers, folded.offers)
    for statement, moments in ((_confirm, folded.queued), (_end, folded.ended)):
        if moments:
            tx.execute(statement, [{"key": k, "moment_ms": ms} for k, ms in moments.items()])
    for row in folded.presence:
        channels = [row["channel"]] if row["channel"] else [channel.value for channel in Channel]
        for channel in channels:
            keys = {"who": row["agent"], "where": channel, "moment_ms": row["from_ms"]}
            tx.execute(_close_interval, keys)
            tx.execute(presence_intervals.insert(), {**row, "channel": channel})


def _load(tx: Connection, table: Table, ids: Iterable[str]) -> dict[str, Row]:
    wanted = padded(ids)
    if not wanted:
        return {}
    return {row["id"]: dict(row) for row in tx.execute(_rows_of[table], {"ids": wanted}).mappings()}


def _store(tx: Connection, table: Table, rows: dict[str, Row]) -> None:
    if rows:
        columns = [column.name for column in table.c if not column.primary_key]
        ordered: list[dict[str, Any]] = [rows[key] for key in sorted(rows)]
        tx.execute(upsert(tx, table, columns), ordered)
