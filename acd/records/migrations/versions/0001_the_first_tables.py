"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.create_index(
            "uq_agents_email",
            ["email"],
            unique=True,
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index("ix_contacts_updated_ms", ["updated_ms", "id"], unique=False)

    op.create_table(
        "departments",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
    )
    op.create_table(
        "directory_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("provision_digest", sa.String(length=64), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_directory_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_state")),
    )
    op.create_table(
        "dispositions",
        sa.Column("interaction", sa.String(length=80), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("disposition", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("interaction", name=op.f("pk_dispositions")),
    )
    op.create_table(
        "events",
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("interaction", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "seq", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_interaction", ["interaction"], unique=False)

    op.create_table(
        "events_unreadable",
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_events_unreadable")),
    )
    op.create_table(
        "interactions",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=160), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=80), server_default="", nullable=False),
        sa.Column("outcome", sa.String(length=16), server_default="", nullable=False),
        sa.Column("ended_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("offers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requeues", sa.Integer(), server_default="0", nullable=False),
        sa.Column("enqueued_ms", sa.BigInteger(), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), nullable=True),
        sa.Column("active_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("waited_ms", sa.BigInteger(), nullable=True),
        sa.Column("handled_ms", sa.BigInteger(), nullable=True),
        sa.Column("wrapped_up_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.create_index("ix_interactions_agent", ["agent", "enqueued_ms"], unique=False)
        batch_op.create_index("ix_interactions_contact", ["contact", "enqueued_ms"], unique=False)
        batch_op.create_index(
            "ix_interactions_conversation", ["conversation", "enqueued_ms"], unique=False
        )
        batch_op.create_index("ix_interactions_enqueued_ms", ["enqueued_ms", "id"], unique=False)
        batch_op.create_index("ix_interactions_queue", ["queue", "enqueued_ms"], unique=False)

    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("interaction", sa.String(length=80), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("queue", sa.String(length=160), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=16), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.Column("winner", sa.String(length=80), server_default="", nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index("ix_offers_agent", ["agent", "made_ms"], unique=False)
        batch_op.create_index("ix_offers_interaction", ["interaction"], unique=False)

    op.create_table(
        "presence_intervals",
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("availability", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "agent", "channel", "from_ms", "event_seq", name=op.f("pk_presence_intervals")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("presence_intervals", schema=None) as batch_op:
        batch_op.create_index("ix_presence_intervals_from_ms", ["from_ms"], unique=False)

    op.create_table(
        "recorder_positions",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_recorder_positions")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("locales", sa.JSON(), nullable=False),
        sa.Column("departments", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "skills",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("token_hash", sa.String(length=80), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_agent_sessions_agent"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_sessions")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("agent_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_agent_sessions_agent", ["agent"], unique=False)
        batch_op.create_index("ix_agent_sessions_expires_ms", ["expires_ms"], unique=False)

    op.create_table(
        "agent_skills",
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("skill", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_agent_skills_agent"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skill"], ["skills.id"], name=op.f("fk_agent_skills_skill"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent", "skill", name=op.f("pk_agent_skills")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contact_addresses",
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact"],
            ["contacts.id"],
            name=op.f("fk_contact_addresses_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact", "kind", "value", name=op.f("pk_contact_addresses")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contact_addresses", schema=None) as batch_op:
        batch_op.create_index("ix_contact_addresses_value", ["kind", "value"], unique=False)
        batch_op.create_index(
            "uq_contact_addresses_verified",
            ["kind", "value"],
            unique=True,
            sqlite_where=sa.text("verified"),
            postgresql_where=sa.text("verified"),
        )

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("agent_read_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("visitor_read_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_message_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact"], ["contacts.id"], name=op.f("fk_conversations_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.id"], name=op.f("fk_conversations_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("contact", "site", name=op.f("uq_conversations_contact_site")),
    )
    op.create_table(
        "memberships",
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.CheckConstraint("priority between 1 and 100", name=op.f("ck_memberships_priority")),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_memberships_agent"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department"],
            ["departments.id"],
            name=op.f("fk_memberships_department"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agent", "department", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_department", ["department"], unique=False)

    op.create_table(
        "queues",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["department"],
            ["departments.id"],
            name=op.f("fk_queues_department"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queues")),
        sa.UniqueConstraint("department", "channel", name=op.f("uq_queues_department_channel")),
    )
    op.create_table(
        "visitor_tokens",
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact"], ["contacts.id"], name=op.f("fk_visitor_tokens_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.id"], name=op.f("fk_visitor_tokens_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_visitor_tokens")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("visitor_tokens", schema=None) as batch_op:
        batch_op.create_index("ix_visitor_tokens_contact", ["contact"], unique=False)

    op.create_table(
        "intakes",
        sa.Column("interaction", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("start_hash", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("queue", sa.String(length=160), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact"], ["contacts.id"], name=op.f("fk_intakes_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversations.id"],
            name=op.f("fk_intakes_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["sites.id"], name=op.f("fk_intakes_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("interaction", name=op.f("pk_intakes")),
        sa.UniqueConstraint("site", "start_hash", name=op.f("uq_intakes_site_start_hash")),
    )
    with op.batch_alter_table("intakes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_intakes_conversation", ["conversation", "created_ms"], unique=False
        )
        batch_op.create_index(
            "ix_intakes_unconfirmed",
            ["created_ms"],
            unique=False,
            sqlite_where=sa.text("confirmed_ms is null"),
            postgresql_where=sa.text("confirmed_ms is null"),
        )

    op.create_table(
        "messages",
        sa.Column("conversation", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("author_kind", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.String(length=80), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversations.id"],
            name=op.f("fk_messages_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "seq", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation", "client_id", name=op.f("uq_messages_conversation_client_id")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("messages")
    with op.batch_alter_table("intakes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_intakes_unconfirmed",
            sqlite_where=sa.text("confirmed_ms is null"),
            postgresql_where=sa.text("confirmed_ms is null"),
        )
        batch_op.drop_index("ix_intakes_conversation")

    op.drop_table("intakes")
    with op.batch_alter_table("visitor_tokens", schema=None) as batch_op:
        batch_op.drop_index("ix_visitor_tokens_contact")

    op.drop_table("visitor_tokens")
    op.drop_table("queues")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_department")

    op.drop_table("memberships")
    op.drop_table("conversations")
    with op.batch_alter_table("contact_addresses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contact_addresses_verified",
            sqlite_where=sa.text("verified"),
            postgresql_where=sa.text("verified"),
        )
        batch_op.drop_index("ix_contact_addresses_value")

    op.drop_table("contact_addresses")
    op.drop_table("agent_skills")
    with op.batch_alter_table("agent_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_agent_sessions_expires_ms")
        batch_op.drop_index("ix_agent_sessions_agent")

    op.drop_table("agent_sessions")
    op.drop_table("skills")
    op.drop_table("sites")
    op.drop_table("recorder_positions")
    with op.batch_alter_table("presence_intervals", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_intervals_from_ms")

    op.drop_table("presence_intervals")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index("ix_offers_interaction")
        batch_op.drop_index("ix_offers_agent")

    op.drop_table("offers")
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_index("ix_interactions_queue")
        batch_op.drop_index("ix_interactions_enqueued_ms")
        batch_op.drop_index("ix_interactions_conversation")
        batch_op.drop_index("ix_interactions_contact")
        batch_op.drop_index("ix_interactions_agent")

    op.drop_table("interactions")
    op.drop_table("events_unreadable")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_interaction")

    op.drop_table("events")
    op.drop_table("dispositions")
    op.drop_table("directory_state")
    op.drop_table("departments")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index("ix_contacts_updated_ms")

    op.drop_table("contacts")
    op.drop_table("api_keys")
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agents_email", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")
        )

    op.drop_table("agents")
