"""Whether the house has given a device its name, which its clients are then called by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has named any so far, as far as anyone knows."""
    op.add_column("devices", sa.Column("named", sa.Boolean, nullable=False, server_default=sa.false()))
