"""People and what they wrote, and what arrived for routing."""

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
    UniqueConstraint,
    text,
)

from acd.records.tables.columns import (
    id_column,
    metadata,
    ms,
    reference,
    yes_or_no,
)

contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("locale", String(16), nullable=False),
    yes_or_no("verified", default=False),
    ms("created_ms"),
    ms("updated_ms"),
    Index("ix_contacts_updated_ms", "updated_ms", "id"),
)

contact_addresses = Table(
    "contact_addresses",
    metadata,
    reference("contact", "contacts.id", primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(254), primary_key=True),
    yes_or_no("verified", default=False),
    Index("ix_contact_addresses_value", "kind", "value"),
    # Anyone may type an address; one contact at most can have proved to own it.
    Index(
        "uq_contact_addresses_verified",
        "kind",
        "value",
        unique=True,
        sqlite_where=text("verified"),
        postgresql_where=text("verified"),
    ),
    sqlite_with_rowid=False,
)

visitor_tokens = Table(
    "visitor_tokens",
    metadata,
    id_column("hash"),
    reference("contact", "contacts.id"),
    reference("site", "sites.id"),
    ms("created_ms"),
    Index("ix_visitor_tokens_contact", "contact"),
    sqlite_with_rowid=False,
)

conversations = Table(
    "conversations",
    metadata,
    id_column(),
    reference("contact", "contacts.id"),
    reference("site", "sites.id"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("agent_read_seq", BigInteger, nullable=False, server_default="0"),
    Column("visitor_read_seq", BigInteger, nullable=False, server_default="0"),
    ms("created_ms"),
    ms("last_message_ms"),
    UniqueConstraint("contact", "site"),
)

messages = Table(
    "messages",
    metadata,
    reference("conversation", "conversations.id", primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(80), nullable=False),
    Column("client_id", String(80), nullable=False),
    Column("author_kind", String(16), nullable=False),
    Column("author_id", String(80), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    ms("at_ms"),
    UniqueConstraint("conversation", "client_id"),
    sqlite_with_rowid=False,
)

intakes = Table(
    "intakes",
    metadata,
    id_column("interaction"),
    reference("site", "sites.id"),
    Column("start_hash", String(64), nullable=False),  # of the start's client_id, see Intake
    reference("contact", "contacts.id"),
    reference("conversation", "conversations.id"),
    Column("queue", String(160), nullable=False),
    Column("level", Integer, nullable=False),
    Column("card", Text, nullable=False),
    Column("requires", JSON, nullable=False, server_default="{}"),
    ms("created_ms"),
    ms("confirmed_ms", nullable=True),  # when the recorder saw interaction.queued
    ms("ended_ms", nullable=True),
    UniqueConstraint("site", "start_hash"),
    Index("ix_intakes_conversation", "conversation", "created_ms"),
    Index(
        "ix_intakes_unconfirmed",
        "created_ms",
        sqlite_where=text("confirmed_ms is null"),
        postgresql_where=text("confirmed_ms is null"),
    ),
)
