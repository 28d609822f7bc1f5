"""The rules of routing: hours, what arrivals require, what rules did to them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hours",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("calendar", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("provisioned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
    )
    with op.batch_alter_table("queues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hours", sa.String(length=80), nullable=True))
    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.add_column(sa.Column("requires", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(
            sa.Column("requires_by_locale", sa.JSON(), server_default="{}", nullable=False)
        )
    with op.batch_alter_table("intakes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("requires", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moves", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("callback", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        batch_op.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("reason", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.create_index(
            "ix_interactions_open",
            ["enqueued_ms", "id"],
            unique=False,
            sqlite_where=sa.text("ended_ms is null"),
            postgresql_where=sa.text("ended_ms is null"),
        )


def downgrade() -> None:
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_index("ix_interactions_open")
        for name in ("reason", "tries", "callback", "moves"):
            batch_op.drop_column(name)
    with op.batch_alter_table("intakes", schema=None) as batch_op:
        batch_op.drop_column("requires")
    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.drop_column("requires_by_locale")
        batch_op.drop_column("requires")
    with op.batch_alter_table("queues", schema=None) as batch_op:
        batch_op.drop_column("hours")
    op.drop_table("hours")
