"""Where an agent's calls ring: devices, in which order, and the codes that prove them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("ring_s", sa.Integer(), nullable=False),
        sa.Column("hours", sa.String(length=80), nullable=True),
        sa.Column("closed_console", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("provisioned", sa.Boolean(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("code_expires_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_devices_agent"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent", "id", name=op.f("pk_devices")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agent_ringing",
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_agent_ringing_agent"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_agent_ringing")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("agent_ringing")
    op.drop_table("devices")
