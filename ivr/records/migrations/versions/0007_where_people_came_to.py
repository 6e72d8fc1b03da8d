"""where people came to in lessons

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was kept lacks it: calls are folded when they are asked for, until `ivr ledger rebuild` counts them."""
    op.execute("DELETE FROM studied")
    op.add_column("studied", Column("plays", Text, nullable=False, server_default="{}"))
    op.execute("UPDATE calls SET is_counted = false WHERE is_counted")


def downgrade() -> None:
    op.drop_column("studied", "plays")
