"""what secretaries write

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, String, Text

from ivr.records.models import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("studied", "hours", "presences", "occasions", "follow_ups", "exemptions", "deeds")


def upgrade() -> None:
    op.add_column("users", Column("totp", String(64), nullable=False, server_default=""))
    op.add_column("users", Column("totp_used", Id, nullable=False, server_default="0"))
    _deeds()
    _about_members()
    _occasions()
    for name in ("deeds", "hours", "presences"):
        _forbid_changes(name)
    _studied()


def _deeds() -> None:
    op.create_table(
        "deeds",
        Column("id", Id, primary_key=True),
        Column("user_id", Id, ForeignKey("users.id"), nullable=False),
        Column("what", String(32), nullable=False),
        Column("about", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
    )


def _about_members() -> None:
    op.create_table(
        "exemptions",
        Column("id", Id, primary_key=True),
        Column("member_id", Id, ForeignKey("members.id"), nullable=False, index=True),
        Column("kind", String(8), nullable=False),
        Column("reason", Text, nullable=False),
        Column("since", sa.Date, nullable=False),
        Column("until", sa.Date),
        *_by_whom(),
        Column("withdrawn_at", UtcDateTime),
    )
    op.create_table(
        "follow_ups",
        Column("id", Id, primary_key=True),
        Column("member_id", Id, ForeignKey("members.id"), nullable=False),
        Column("month", String(7), nullable=False),
        Column("outcome", Text, nullable=False),
        *_by_whom(),
        Column("withdrawn_at", UtcDateTime),
        sa.Index(op.f("ix_follow_ups_month_member_id"), "month", "member_id"),
    )
    op.create_table(
        "hours",
        Column("id", Id, primary_key=True),
        Column("member_id", Id, ForeignKey("members.id"), nullable=False),
        Column("lesson", String(200), nullable=False),
        Column("month", String(7), nullable=False),
        Column("tenths", Id, nullable=False),
        *_by_whom(),
        sa.Index(op.f("ix_hours_month_member_id"), "month", "member_id"),
    )


def _occasions() -> None:
    op.create_table(
        "occasions",
        Column("id", Id, primary_key=True),
        Column("branch_id", Id, ForeignKey("branches.id"), nullable=False, index=True),
        Column("kind", String(8), nullable=False),
        Column("day", sa.Date, nullable=False, index=True),
        Column("lesson", String(200)),
        Column("topic", Text, nullable=False),
        Column("host", String(200), nullable=False),
        Column("place", String(200), nullable=False),
        Column("note", Text, nullable=False),
        *_by_whom(),
        Column("withdrawn_at", UtcDateTime),
    )
    op.create_table(
        "presences",
        Column("occasion_id", Id, ForeignKey("occasions.id"), primary_key=True),
        Column("member_id", Id, ForeignKey("members.id"), primary_key=True, index=True),
    )


def _studied() -> None:
    """Calls from before are folded when they are asked for, until `ivr ledger rebuild` counts them."""
    op.add_column("calls", Column("is_counted", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "studied",
        Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
        Column("lesson", String(200), primary_key=True),
        Column("month", String(7), primary_key=True, index=True),
        Column("edition", String(64), nullable=False),
        *(Column(name, Id, nullable=False) for name in ("heard_at_least_ms", "heard_at_most_ms", "length_ms")),
        *(Column(name, Id, nullable=False) for name in ("answered", "correct", "questions", "stray_keys", "dropped")),
        Column("call_ids", Text, nullable=False),
        Column("first_at", UtcDateTime),
        Column("last_at", UtcDateTime),
        Column("grades", Text, nullable=False),
    )


def _by_whom() -> tuple[Column[int], Column[object]]:
    return Column("user_id", Id, ForeignKey("users.id")), Column("made_at", UtcDateTime, nullable=False)


def _forbid_changes(name: str) -> None:
    """As in every record: a correction is a new row."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is only ever added to'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {name}_only_added BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION only_ever_added_to()"
    )


def downgrade() -> None:
    """What secretaries wrote is lost."""
    for name in TABLES:
        op.drop_table(name)
    op.drop_column("calls", "is_counted")
    op.drop_column("users", "totp")
    op.drop_column("users", "totp_used")
