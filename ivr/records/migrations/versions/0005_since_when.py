"""since when somebody is enrolled

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of those who are enrolled already, no day is known."""
    op.add_column("members", Column("enrolled_on", sa.Date))


def downgrade() -> None:
    op.drop_column("members", "enrolled_on")
