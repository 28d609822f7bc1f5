"""What happened: the events, and what the recorder makes of them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from acd.records.tables.columns import (
    id_column,
    metadata,
    ms,
    yes_or_no,
)

events = Table(
    "events",
    metadata,
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    ms("at_ms"),
    Column("interaction", String(80), nullable=False),
    Column("payload", Text, nullable=False),  # the whole event as JSON
    Index("ix_events_interaction", "interaction"),
    sqlite_with_rowid=False,
)

events_unreadable = Table(
    "events_unreadable",
    metadata,
    id_column("event"),
    Column("raw", Text, nullable=False),
    Column("error", Text, nullable=False),
    ms("noted_ms"),
)

recorder_positions = Table(
    "recorder_positions",
    metadata,
    id_column("name"),
    Column("position", String(80), nullable=False),
    ms("recorded_ms"),
)

interactions = Table(
    "interactions",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("queue", String(160), nullable=False),
    Column("contact", String(80), nullable=False),
    Column("conversation", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("agent", String(80), nullable=False, server_default=""),
    Column("outcome", String(16), nullable=False, server_default=""),
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("offers", Integer, nullable=False, server_default="0"),
    Column("requeues", Integer, nullable=False, server_default="0"),
    Column("moves", Integer, nullable=False, server_default="0"),
    yes_or_no("callback", default=False),
    Column("tries", Integer, nullable=False, server_default="0"),  # to call the contact, in vain
    Column("reason", String(80), nullable=False, server_default=""),  # the rule that ended it
    ms("enqueued_ms"),
    ms("accepted_ms", nullable=True),
    ms("active_ms", nullable=True),
    ms("ended_ms", nullable=True),
    ms("waited_ms", nullable=True),
    ms("handled_ms", nullable=True),
    ms("wrapped_up_ms", nullable=True),
    Index("ix_interactions_enqueued_ms", "enqueued_ms", "id"),
    # What a live store that was replaced is told of: few among millions.
    Index(
        "ix_interactions_open",
        "enqueued_ms",
        "id",
        sqlite_where=text("ended_ms is null"),
        postgresql_where=text("ended_ms is null"),
    ),
    Index("ix_interactions_contact", "contact", "enqueued_ms"),
    Index("ix_interactions_conversation", "conversation", "enqueued_ms"),
    Index("ix_interactions_agent", "agent", "enqueued_ms"),
    Index("ix_interactions_queue", "queue", "enqueued_ms"),
)

dispositions = Table(
    "dispositions",
    metadata,
    id_column("interaction"),
    Column("agent", String(80), nullable=False),
    Column("disposition", String(80), nullable=False),
    Column("note", Text, nullable=False),
    ms("at_ms"),
)

offers = Table(
    "offers",
    metadata,
    id_column(),
    Column("interaction", String(80), nullable=False),
    Column("agent", String(80), nullable=False),
    Column("queue", String(160), nullable=False),
    Column("why", JSON, nullable=False),
    Column("outcome", String(16), nullable=False, server_default=""),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("winner", String(80), nullable=False, server_default=""),
    ms("made_ms"),
    ms("deadline_ms"),
    ms("ended_ms", nullable=True),
    Index("ix_offers_interaction", "interaction"),
    Index("ix_offers_agent", "agent", "made_ms"),
)

presence_intervals = Table(
    "presence_intervals",
    metadata,
    Column("agent", String(80), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("event_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("availability", String(16), nullable=False),
    Column("reason", String(80), nullable=False),
    Column("cause", String(80), nullable=False),
    ms("to_ms", nullable=True),
    Index("ix_presence_intervals_from_ms", "from_ms"),
    Index(
        "ix_presence_intervals_open",
        "agent",
        "channel",
        sqlite_where=text("to_ms is null"),
        postgresql_where=text("to_ms is null"),
    ),
    sqlite_with_rowid=False,
)
