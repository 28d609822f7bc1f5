"""How threads and batches of messages are read and written: the hottest statements, per store.

SQLite runs in a thread beside the event loop, and Python's lock changes hands at every row that a
statement returns or takes. Under load each change may wait for milliseconds, so here a batch is a
handful of statements of one step each: answers are folded into one JSON row, rows go in as one
VALUES list. (A row-value `IN (VALUES …)` would be shorter and scans the whole table.)

PostgreSQL is spoken to from the loop itself; there the statements' texts are constant, so that
asyncpg keeps them prepared.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from acd.records.prepared import Prepared, chunks, run
from acd.records.tables.people import conversations, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = tuple(column.name for column in messages.c)
THREAD_COLUMNS = tuple(column.name for column in conversations.c)


class Send(NamedTuple):
    """What makes a message one: its conversation and its sender's id for it."""

    conversation: str
    client_id: str


class Thread(NamedTuple):
    """Where a conversation's end is."""

    id: str
    last_seq: int
    last_message_ms: int


def read_newest(tx: Connection, ids: Iterable[str]) -> list[Sequence[Any]]:
    """Those conversations that exist, each as a row of them and one of its last message.

    The columns are `THREAD_COLUMNS`, then `COLUMNS`: all None where nothing was said yet. On SQLite
    this is one statement without a transaction around it, so a reader changes threads least.
    """
    wanted = list(set(ids))
    if tx.dialect.name == "sqlite":
        folded = run(tx, _SQLITE_NEWEST, (json.dumps(wanted),)).fetchone()[0]
        return list(json.loads(folded))
    return list(tx.execute(_POSTGRES_NEWEST, {"ids": wanted}))


def read_ends(tx: Connection, sends: Iterable[Send]) -> tuple[dict[str, Thread], set[Send]]:
    """The ends of those conversations that exist, and those of the sends that are stored already.

    The ends are locked until the commit, in the order of their ids: two batches that share
    conversations wait, never deadlock.
    """
    wanted = list(set(sends))
    ids = sorted({send.conversation for send in wanted})
    if tx.dialect.name == "sqlite":  # its writer is alone
        values = (json.dumps(ids), json.dumps(wanted))
        ends, sent = map(json.loads, run(tx, _SQLITE_ENDS, values).fetchone())
    else:
        keys = {
            "conversations": [send.conversation for send in wanted],
            "client_ids": [send.client_id for send in wanted],
        }
        ends = tx.execute(_POSTGRES_THREADS, {"ids": ids}).all()
        sent = tx.execute(_POSTGRES_SENT, keys).all()
    return {row[0]: Thread(*row) for row in ends}, {Send(*row) for row in sent}


def write_messages(tx: Connection, rows: Sequence[dict[str, Any]], ends: Sequence[Thread]) -> None:
    """Insert the rows and move the ends of their conversations."""
    _INSERT.write_all(tx, rows)
    if tx.dialect.name == "sqlite":
        for part in chunks(ends):
            run(tx, _sqlite_advance(len(part)), tuple(v for end in part for v in end))
        return
    tx.execute(_ADVANCE, [{"key": end[0], "seq": end[1], "at_ms": end[2]} for end in ends])


_NEWEST_COLUMNS = ", ".join(
    [f"c.{name}" for name in THREAD_COLUMNS] + [f"m.{name}" for name in COLUMNS]
)
_NEWEST_FROM = """
    FROM conversations AS c
    LEFT JOIN messages AS m ON m.conversation = c.id AND m.seq = c.last_seq
"""
_SQLITE_NEWEST = f"""
    SELECT json_group_array(json_array({_NEWEST_COLUMNS})) {_NEWEST_FROM}
    WHERE c.id IN (SELECT value FROM json_each(?))
"""  # noqa: S608  names of our own columns
_SQLITE_ENDS = """
    SELECT (
        SELECT json_group_array(json_array(id, last_seq, last_message_ms))
        FROM conversations WHERE id IN (SELECT value FROM json_each(?))
    ), (
        SELECT json_group_array(json_array(m.conversation, m.client_id))
        FROM json_each(?) AS s CROSS JOIN messages AS m
          ON m.conversation = json_extract(s.value, '$[0]')
         AND m.client_id = json_extract(s.value, '$[1]')
    )
"""


@cache
def _sqlite_advance(size: int) -> str:
    ends = ", ".join(["(?, ?, ?)"] * size)
    return (
        "UPDATE conversations SET last_seq = e.column2, last_message_ms = e.column3"  # noqa: S608
        f" FROM (VALUES {ends}) AS e WHERE conversations.id = e.column1"
    )


_POSTGRES_THREADS = text(
    "SELECT id, last_seq, last_message_ms FROM conversations"
    " WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(String)))
_POSTGRES_NEWEST = text(
    f"SELECT {_NEWEST_COLUMNS} {_NEWEST_FROM} WHERE c.id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(String)))
_POSTGRES_SENT = text(
    "SELECT conversation, client_id FROM messages"
    " JOIN unnest(:conversations, :client_ids) AS s (conversation, client_id)"
    " USING (conversation, client_id)"
).bindparams(
    bindparam("conversations", type_=ARRAY(String)), bindparam("client_ids", type_=ARRAY(String))
)
_INSERT = Prepared.insert(messages)
_ADVANCE = (
    update(conversations)
    .where(conversations.c.id == bindparam("key"))
    .values(last_seq=bindparam("seq"), last_message_ms=bindparam("at_ms"))
)
