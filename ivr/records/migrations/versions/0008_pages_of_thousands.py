"""what pages of thousands look up: the calls that are not counted yet, and by how much hours changed

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = BigInteger().with_variant(Integer, "sqlite")
CALLS, HOURS = "ix_calls_uncounted", "ix_hours_month_member_id"


def upgrade() -> None:
    op.create_index(
        CALLS,
        "calls",
        ["started_at"],
        sqlite_where=sa.text("is_counted = 0"),
        postgresql_where=sa.text("NOT is_counted"),
    )
    op.add_column("hours", Column("change", Id, nullable=False, server_default="0"))
    _allow_changes("hours")
    op.execute(
        "UPDATE hours SET change = tenths - coalesce((SELECT before.tenths FROM hours AS before "
        "WHERE before.month = hours.month AND before.member_id = hours.member_id AND before.lesson = hours.lesson "
        "AND before.id < hours.id ORDER BY before.id DESC LIMIT 1), 0)"
    )
    _forbid_changes("hours")
    op.create_index(f"{HOURS}_change", "hours", ["month", "member_id", "change"])
    op.drop_index(HOURS, "hours")


def downgrade() -> None:
    op.create_index(HOURS, "hours", ["month", "member_id"])
    op.drop_index(f"{HOURS}_change", "hours")
    op.drop_column("hours", "change")
    op.drop_index(CALLS, "calls")


def _allow_changes(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}_no_update")
    else:
        op.execute(f"ALTER TABLE {name} DISABLE TRIGGER {name}_only_added")


def _forbid_changes(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is only ever added to'); END"
        )
    else:
        op.execute(f"ALTER TABLE {name} ENABLE TRIGGER {name}_only_added")
