"""what pages of thousands look up: the calls that are not counted yet, the hours of a year

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

CALLS = "ix_calls_uncounted"
HOURS, HOURS_BEFORE = "ix_hours_month_member_id_lesson_tenths", "ix_hours_month_member_id"


def upgrade() -> None:
    op.create_index(
        CALLS,
        "calls",
        ["started_at"],
        sqlite_where=sa.text("is_counted = 0"),
        postgresql_where=sa.text("NOT is_counted"),
    )
    op.create_index(HOURS, "hours", ["month", "member_id", "lesson", "tenths"])
    op.drop_index(HOURS_BEFORE, "hours")


def downgrade() -> None:
    op.create_index(HOURS_BEFORE, "hours", ["month", "member_id"])
    op.drop_index(HOURS, "hours")
    op.drop_index(CALLS, "calls")
