"""What rules did to an interaction."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("interactions", schema=None) as table:
        table.add_column(sa.Column("moves", sa.Integer(), server_default="0", nullable=False))
        table.add_column(
            sa.Column("callback", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        table.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        table.add_column(
            sa.Column("reason", sa.String(length=80), server_default="", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("interactions", schema=None) as table:
        for name in ("reason", "tries", "callback", "moves"):
            table.drop_column(name)
