"""The tables, once for SQLite and PostgreSQL.

Times are milliseconds since the epoch, UTC. Ids are the product's own text ids. Documents that are
only ever read whole (names by language, the reason of an offer) are JSON. Tables whose rows are
found by their primary key alone are kept in its order (`WITHOUT ROWID`), so that a conversation's
messages and the events of a moment lie together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id", *, primary_key: bool = True) -> Column[str]:
    return Column(name, String(80), primary_key=primary_key, nullable=False)


def _ms(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _reference(name: str, target: str, *, primary_key: bool = False) -> Column[str]:
    return Column(
        name,
        String(80),
        ForeignKey(target, ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def _yes_or_no(name: str, *, default: bool) -> Column[bool]:
    return Column(
        name, Boolean, nullable=False, server_default=text("true" if default else "false")
    )


def _owned() -> tuple[Column[bool], Column[bool]]:
    """Whether a row of the directory is in use, and whether config.toml owns it."""
    return _yes_or_no("active", default=True), _yes_or_no("provisioned", default=False)


# --- The directory -------------------------------------------------------------------------------

directory_state = Table(
    "directory_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),  # rises with every change, in its transaction
    Column("provision_digest", String(64), nullable=False),
    Column("channels", JSON, nullable=False),  # the tenant's capacity per channel
    CheckConstraint("id = 1", name="single"),
)

departments = Table(
    "departments", metadata, _id(), Column("names", JSON, nullable=False), *_owned()
)

queues = Table(
    "queues",
    metadata,
    _id(),
    _reference("department", "departments.id"),
    Column("channel", String(16), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("hours", String(80), nullable=True),  # none: always open
    *_owned(),
    UniqueConstraint("department", "channel"),
)

hours = Table("hours", metadata, _id(), Column("calendar", JSON, nullable=False), *_owned())

skills = Table("skills", metadata, _id(), Column("name", Text, nullable=False), *_owned())

agents = Table(
    "agents",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),
    Column("role", String(16), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("channels", JSON, nullable=False),  # where this agent differs from the tenant
    Column("password_hash", Text, nullable=False, server_default=""),
    *_owned(),
    # Who left frees the address: someone may come back under a new id.
    Index(
        "uq_agents_email",
        "email",
        unique=True,
        sqlite_where=text("active"),
        postgresql_where=text("active"),
    ),
)

memberships = Table(
    "memberships",
    metadata,
    _reference("agent", "agents.id", primary_key=True),
    _reference("department", "departments.id", primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("rank", Integer, nullable=True),
    Column("channels", JSON, nullable=False),  # empty: all channels of the department
    CheckConstraint("priority between 1 and 100", name="priority"),
    Index("ix_memberships_department", "department"),
    sqlite_with_rowid=False,
)

agent_skills = Table(
    "agent_skills",
    metadata,
    _reference("agent", "agents.id", primary_key=True),
    _reference("skill", "skills.id", primary_key=True),
    Column("level", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sites = Table(
    "sites",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("locales", JSON, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("requires", JSON, nullable=False, server_default="{}"),
    Column("requires_by_locale", JSON, nullable=False, server_default="{}"),
    *_owned(),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256; keys are long and random
    Column("scopes", JSON, nullable=False),
    _ms("created_ms"),
    *_owned(),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    _id("token_hash"),
    _reference("agent", "agents.id"),
    Column("csrf", String(64), nullable=False),
    _ms("created_ms"),
    _ms("expires_ms"),
    Index("ix_agent_sessions_agent", "agent"),
    Index("ix_agent_sessions_expires_ms", "expires_ms"),
    sqlite_with_rowid=False,
)

# --- People and what they wrote ------------------------------------------------------------------

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("locale", String(16), nullable=False),
    _yes_or_no("verified", default=False),
    _ms("created_ms"),
    _ms("updated_ms"),
    Index("ix_contacts_updated_ms", "updated_ms", "id"),
)

contact_addresses = Table(
    "contact_addresses",
    metadata,
    _reference("contact", "contacts.id", primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(254), primary_key=True),
    _yes_or_no("verified", default=False),
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
    _id("hash"),
    _reference("contact", "contacts.id"),
    _reference("site", "sites.id"),
    _ms("created_ms"),
    Index("ix_visitor_tokens_contact", "contact"),
    sqlite_with_rowid=False,
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    _reference("contact", "contacts.id"),
    _reference("site", "sites.id"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("agent_read_seq", BigInteger, nullable=False, server_default="0"),
    Column("visitor_read_seq", BigInteger, nullable=False, server_default="0"),
    _ms("created_ms"),
    _ms("last_message_ms"),
    UniqueConstraint("contact", "site"),
)

messages = Table(
    "messages",
    metadata,
    _reference("conversation", "conversations.id", primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(80), nullable=False),
    Column("client_id", String(80), nullable=False),
    Column("author_kind", String(16), nullable=False),
    Column("author_id", String(80), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    _ms("at_ms"),
    UniqueConstraint("conversation", "client_id"),
    sqlite_with_rowid=False,
)

intakes = Table(
    "intakes",
    metadata,
    _id("interaction"),
    _reference("site", "sites.id"),
    Column("start_hash", String(64), nullable=False),  # of the start's client_id, see Intake
    _reference("contact", "contacts.id"),
    _reference("conversation", "conversations.id"),
    Column("queue", String(160), nullable=False),
    Column("level", Integer, nullable=False),
    Column("card", Text, nullable=False),
    Column("requires", JSON, nullable=False, server_default="{}"),
    _ms("created_ms"),
    _ms("confirmed_ms", nullable=True),  # when the recorder saw interaction.queued
    _ms("ended_ms", nullable=True),
    UniqueConstraint("site", "start_hash"),
    Index("ix_intakes_conversation", "conversation", "created_ms"),
    Index(
        "ix_intakes_unconfirmed",
        "created_ms",
        sqlite_where=text("confirmed_ms is null"),
        postgresql_where=text("confirmed_ms is null"),
    ),
)

# --- What happened -------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    _ms("at_ms"),
    Column("interaction", String(80), nullable=False),
    Column("payload", Text, nullable=False),  # the whole event as JSON
    Index("ix_events_interaction", "interaction"),
    sqlite_with_rowid=False,
)

events_unreadable = Table(
    "events_unreadable",
    metadata,
    _id("event"),
    Column("raw", Text, nullable=False),
    Column("error", Text, nullable=False),
    _ms("noted_ms"),
)

recorder_positions = Table(
    "recorder_positions",
    metadata,
    _id("name"),
    Column("position", String(80), nullable=False),
    _ms("recorded_ms"),
)

interactions = Table(
    "interactions",
    metadata,
    _id(),
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
    _yes_or_no("callback", default=False),
    Column("tries", Integer, nullable=False, server_default="0"),  # to call the contact, in vain
    Column("reason", String(80), nullable=False, server_default=""),  # the rule that ended it
    _ms("enqueued_ms"),
    _ms("accepted_ms", nullable=True),
    _ms("active_ms", nullable=True),
    _ms("ended_ms", nullable=True),
    _ms("waited_ms", nullable=True),
    _ms("handled_ms", nullable=True),
    _ms("wrapped_up_ms", nullable=True),
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
    _id("interaction"),
    Column("agent", String(80), nullable=False),
    Column("disposition", String(80), nullable=False),
    Column("note", Text, nullable=False),
    _ms("at_ms"),
)

offers = Table(
    "offers",
    metadata,
    _id(),
    Column("interaction", String(80), nullable=False),
    Column("agent", String(80), nullable=False),
    Column("queue", String(160), nullable=False),
    Column("why", JSON, nullable=False),
    Column("outcome", String(16), nullable=False, server_default=""),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("winner", String(80), nullable=False, server_default=""),
    _ms("made_ms"),
    _ms("deadline_ms"),
    _ms("ended_ms", nullable=True),
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
    _ms("to_ms", nullable=True),
    Index("ix_presence_intervals_from_ms", "from_ms"),
    sqlite_with_rowid=False,
)
