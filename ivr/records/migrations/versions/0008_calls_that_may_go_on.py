"""the calls that are not counted yet are found at once

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ix_calls_uncounted"


def upgrade() -> None:
    op.create_index(
        NAME,
        "calls",
        ["started_at"],
        sqlite_where=sa.text("is_counted = 0"),
        postgresql_where=sa.text("NOT is_counted"),
    )


def downgrade() -> None:
    op.drop_index(NAME, "calls")
