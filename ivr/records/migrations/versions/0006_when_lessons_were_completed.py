"""when lessons were completed

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column

from ivr.records.models import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was kept lacks it: calls are folded when they are asked for, until `ivr ledger rebuild` counts them."""
    op.add_column("studied", Column("completed_at", UtcDateTime))
    op.execute("DELETE FROM studied")
    op.execute("UPDATE calls SET is_counted = false")


def downgrade() -> None:
    op.drop_column("studied", "completed_at")
