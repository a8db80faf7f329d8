"""What was found in films, so that nobody has to look again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of facts."""
    op.create_table(
        "facts",
        sa.Column("film", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified_ns", sa.BigInteger, nullable=False),
        sa.Column("examiner", sa.String(64), nullable=False),
        sa.Column("used", sa.Float, nullable=False, index=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
