"""The recorder's transaction: events, what they mean and the position, exactly once.

The position is fenced by its old value: of two recorders that read the same events, one commits
and the other's transaction does nothing. The update of the position comes first, so that on
PostgreSQL the second one waits at that row and then finds it changed. A position is the id of the
last event and, behind a point, how often it was fenced there (`1-3585`, `1-3585.1`), or that a
generation begins of which nothing is recorded before all of it is said (`2-3585.begun`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, bindparam, select, update

from acd.domain.errors import AcdError
from acd.domain.interaction import Channel
from acd.domain.offer import OfferOutcome
from acd.records.fold import Folded, Row, split_position, touched
from acd.records.log_rows import event_row
from acd.records.prepared import Prepared
from acd.records.sql import now_ms
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
BEGUN = ".begun"
BEGINNING = "0-0"

_confirm = Prepared(
    update(intakes)
    .where(intakes.c.interaction == bindparam("key"), intakes.c.confirmed_ms.is_(None))
    .values(confirmed_ms=bindparam("moment_ms"))
)
_end = Prepared(
    update(intakes)
    .where(intakes.c.interaction == bindparam("key"))
    .values(ended_ms=bindparam("moment_ms"))
)
_close_interval = Prepared(
    update(presence_intervals)
    .where(
        presence_intervals.c.agent == bindparam("who"),
        presence_intervals.c.channel == bindparam("where"),
        presence_intervals.c.to_ms.is_(None),
    )
    .values(to_ms=bindparam("moment_ms"))
)
_open_interval = Prepared.insert(presence_intervals)
_position = Prepared(
    select(recorder_positions.c.position).where(recorder_positions.c.name == RECORDER)
)
_move = Prepared(
    update(recorder_positions)
    .where(
        recorder_positions.c.name == RECORDER,
        recorder_positions.c.position == bindparam("expected"),
    )
    .values(position=bindparam("to"), recorded_ms=bindparam("moment_ms"))
)
_begin = Prepared.insert_if_absent(recorder_positions)
_span = Prepared(
    select(events.c.seq, events.c.type, events.c.at_ms).where(
        events.c.generation == bindparam("generation"),
        events.c.seq.between(bindparam("first"), bindparam("last")),
    )
)
_add_event = Prepared.insert(events)
_add_unreadable = Prepared.insert_if_absent(events_unreadable)


def _rows(table: Table) -> tuple[Prepared, Prepared]:
    """How rows of a table are read by their ids, and written."""
    changed = [column.name for column in table.c if not column.primary_key]
    return Prepared.among(select(table), table.c.id), Prepared.upsert(table, *changed)


_read_interactions, _write_interactions = _rows(interactions)
_read_offers, _write_offers = _rows(offers)


class IdTaken(AcdError):
    """Another event has this id: the live store lost its memory; restart the node."""

    code = "event_id_taken"


def stored_position(tx: Connection) -> str:
    """Up to where the log is recorded."""
    row = _position.first(tx)
    return BEGINNING if row is None else str(row.position)


def record_events(tx: Connection, batch: Sequence[Event], position: str, expected: str) -> bool:
    """Record them and move the position from `expected`.

    False and nothing if it is elsewhere, or the generation is not to be recorded yet.
    """
    if expected.endswith(BEGUN) or not move(tx, position, expected):
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
        _add_event.write_all(tx, [row for _, row in fresh])
        _write_meaning(tx, [event for event, _ in fresh])
    return True


def set_aside(
    tx: Connection, event: str, raw: str, error: str, position: str, expected: str
) -> bool:
    """Keep an event that cannot be recorded, and move on."""
    if expected.endswith(BEGUN) or not move(tx, position, expected):
        return False
    row = {"event": event[:80], "raw": raw, "error": error, "noted_ms": now_ms()}
    _add_unreadable.write(tx, row)
    return True


def move(tx: Connection, position: str, expected: str) -> bool:
    """Move the position if it is the expected one; the row is locked until the commit."""
    moment_ms = now_ms()
    if _move.write(tx, {"to": position, "expected": expected, "moment_ms": moment_ms}):
        return True
    row = {"name": RECORDER, "position": position, "recorded_ms": moment_ms}
    return expected == BEGINNING and bool(_begin.write(tx, row))


def fence(tx: Connection) -> bool:
    """The position stays, and is another: whoever expects it as it was records nothing.

    False where nothing is recorded as it is: a generation is begun.
    """
    while not (expected := stored_position(tx)).endswith(BEGUN):
        place, _, fences = expected.partition(".")
        if move(tx, f"{place}.{int(fences or 0) + 1}", expected):
            return True
    return False


def begin_generation(
    tx: Connection, begun: tuple[int, int], after: tuple[int, int], reason: str
) -> bool:
    """Move the position from `after` to `begun`; what rings has failed. False: it is elsewhere."""
    expected, position = stored_position(tx), "{}-{}".format(*begun) + BEGUN
    if split_position(expected) != after or not move(tx, position, expected):
        return False
    rings = select(interactions.c.id).where(interactions.c.ended_ms.is_(None))
    tx.execute(
        update(offers)
        .where(offers.c.outcome == "", offers.c.interaction.in_(rings))
        .values(outcome=OfferOutcome.FAILED.value, reason=reason, ended_ms=now_ms())
    ).close()
    return True


def end_beginning(tx: Connection, begun: tuple[int, int]) -> bool:
    """All of a generation's beginning is said: it may be recorded. False: another was begun."""
    position = "{}-{}".format(*begun)
    return move(tx, position, position + BEGUN)


def _known(tx: Connection, rows: Iterable[Row]) -> dict[tuple[int, int], tuple[str, int]]:
    """Those already recorded, which are none unless a server came back with an older log."""
    spans: dict[int, list[int]] = {}
    for row in rows:
        spans.setdefault(row["generation"], []).append(row["seq"])
    return {
        (generation, row.seq): (row.type, row.at_ms)
        for generation, seqs in spans.items()
        for row in _span.all(tx, {"generation": generation, "first": min(seqs), "last": max(seqs)})
    }


def _write_meaning(tx: Connection, batch: Sequence[Event]) -> None:
    about, made = touched(batch)
    folded = Folded(
        interactions=_load(tx, _read_interactions, about), offers=_load(tx, _read_offers, made)
    )
    for event in batch:
        folded.apply(event)
    _store(tx, _write_interactions, folded.interactions)
    _store(tx, _write_offers, folded.offers)
    for statement, moments in ((_confirm, folded.queued), (_end, folded.ended)):
        statement.write_all(tx, [{"key": k, "moment_ms": ms} for k, ms in moments.items()])
    for row in folded.presence:
        channels = [row["channel"]] if row["channel"] else [channel.value for channel in Channel]
        for channel in channels:
            keys = {"who": row["agent"], "where": channel, "moment_ms": row["from_ms"]}
            _close_interval.write(tx, keys)
            _open_interval.write(tx, {**row, "channel": channel})


def _load(tx: Connection, read: Prepared, ids: Iterable[str]) -> dict[str, Row]:
    wanted = sorted(ids)
    return {row.id: row._asdict() for row in read.all(tx, {"ids": wanted})} if wanted else {}


def _store(tx: Connection, write: Prepared, rows: dict[str, Row]) -> None:
    write.write_all(tx, [rows[key] for key in sorted(rows)])
