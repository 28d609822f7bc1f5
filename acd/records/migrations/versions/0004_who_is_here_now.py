"""How each agent stands now is found without looking through how they ever stood."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_presence_intervals_open",
        "presence_intervals",
        ["agent", "channel"],
        sqlite_where=sa.text("to_ms is null"),
        postgresql_where=sa.text("to_ms is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_presence_intervals_open", "presence_intervals")
