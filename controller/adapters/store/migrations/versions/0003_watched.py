"""Where people left films, and what they have watched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of what is remembered of films."""
    op.create_table(
        "watched",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("film", sa.String(64), primary_key=True),
        sa.Column("media_id", sa.Text, nullable=False),
        sa.Column("duration", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("left_at", sa.Float),
        sa.Column("watched", sa.Boolean, nullable=False),
    )
