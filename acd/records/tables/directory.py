"""The directory: departments, queues, hours, skills, agents, sites, API keys and sign-ins."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
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
    owned,
    reference,
)

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
    "departments", metadata, id_column(), Column("names", JSON, nullable=False), *owned()
)

queues = Table(
    "queues",
    metadata,
    id_column(),
    reference("department", "departments.id"),
    Column("channel", String(16), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("hours", String(80), nullable=True),  # none: always open
    *owned(),
    UniqueConstraint("department", "channel"),
)

hours = Table("hours", metadata, id_column(), Column("calendar", JSON, nullable=False), *owned())

skills = Table("skills", metadata, id_column(), Column("name", Text, nullable=False), *owned())

agents = Table(
    "agents",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),
    Column("role", String(16), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("channels", JSON, nullable=False),  # where this agent differs from the tenant
    Column("password_hash", Text, nullable=False, server_default=""),
    *owned(),
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
    reference("agent", "agents.id", primary_key=True),
    reference("department", "departments.id", primary_key=True),
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
    reference("agent", "agents.id", primary_key=True),
    reference("skill", "skills.id", primary_key=True),
    Column("level", Integer, nullable=False),
    sqlite_with_rowid=False,
)

devices = Table(
    "devices",
    metadata,
    reference("agent", "agents.id", primary_key=True),
    id_column(),
    Column("kind", String(16), nullable=False),
    Column("address", String(254), nullable=False),
    Column("name", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("ring_s", Integer, nullable=False),
    Column("hours", String(80), nullable=True),  # none: always
    Column("closed_console", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("provisioned", Boolean, nullable=False),
    Column("code_hash", String(64), nullable=False, server_default=""),
    Column("code_expires_ms", BigInteger, nullable=False, server_default="0"),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

agent_ringing = Table(
    "agent_ringing",
    metadata,
    reference("agent", "agents.id", primary_key=True),
    Column("mode", String(16), nullable=False),
    sqlite_with_rowid=False,
)

sites = Table(
    "sites",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("locales", JSON, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("requires", JSON, nullable=False, server_default="{}"),
    Column("requires_by_locale", JSON, nullable=False, server_default="{}"),
    *owned(),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256; keys are long and random
    Column("scopes", JSON, nullable=False),
    ms("created_ms"),
    *owned(),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    id_column("token_hash"),
    reference("agent", "agents.id"),
    Column("csrf", String(64), nullable=False),
    ms("created_ms"),
    ms("expires_ms"),
    Index("ix_agent_sessions_agent", "agent"),
    Index("ix_agent_sessions_expires_ms", "expires_ms"),
    sqlite_with_rowid=False,
)
