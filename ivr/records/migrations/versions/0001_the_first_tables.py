"""the first tables

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, String, UniqueConstraint

from ivr.records.models import NAMES, Id, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("turns", "answers", "evidence")

metadata = sa.MetaData(naming_convention=NAMES)

PLAYS = """
CREATE VIEW plays AS
SELECT sent.call_id, sent.n AS turn, sent.member_id, sent.lesson, sent.edition, sent.segment, sent.base_ms,
       sent.length_ms, sent.gather_ms, sent.sent_at, sent.boot,
       closing.act AS closed_by, closing.digits AS closed_with, closing.arrived_at AS closed_at,
       closing.boot AS closed_boot
FROM turns AS sent
LEFT JOIN turns AS closing ON closing.call_id = sent.call_id AND closing.n = sent.n + 1
WHERE sent.lesson IS NOT NULL
"""


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    sa.Table(name, metadata, *columns)


table(
    "branches",
    Column("id", Id, primary_key=True),
    Column("parent_id", Id, ForeignKey("branches.id")),
    Column("name", String(200), nullable=False),
    UniqueConstraint("name"),
)
table(
    "phones",
    Column("id", Id, primary_key=True),
    Column("number", String(32), nullable=False),
    UniqueConstraint("number"),
)
table(
    "members",
    Column("id", Id, primary_key=True),
    Column("branch_id", Id, ForeignKey("branches.id"), nullable=False, index=True),
    Column("number", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("more", sa.Text, nullable=False),
    UniqueConstraint("number"),
)
table(
    "member_phones",
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("phone_id", Id, ForeignKey("phones.id"), nullable=False, index=True),
    PrimaryKeyConstraint("member_id", "phone_id"),
)
table(
    "calls",
    Column("id", Id, primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("sid", String(128), nullable=False),
    Column("number", String(128), nullable=False, index=True),
    Column("member_id", Id, ForeignKey("members.id"), index=True),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("provider", "sid"),
)
table(
    "turns",
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    Column("n", Id, autoincrement=False, nullable=False),
    Column("act", String(8), nullable=False),
    Column("digits", String(32), nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("boot", String(32), nullable=False),
    Column("member_id", Id, ForeignKey("members.id")),
    Column("lesson", String(200)),
    Column("edition", String(64)),
    Column("segment", Id),
    Column("base_ms", Id),
    Column("length_ms", Id),
    Column("gather_ms", Id),
    Column("turn", sa.Text, nullable=False),
    PrimaryKeyConstraint("call_id", "n"),
    Index(None, "member_id", "lesson"),
)
table(
    "evidence",
    Column("id", Id, primary_key=True),
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("turn", Id),
    Column("status", String(32)),
    Column("provider_at", UtcDateTime),
    Column("provider_s", Id),
)
table(
    "answers",
    Column("call_id", Id, ForeignKey("calls.id"), nullable=False),
    Column("turn", Id, autoincrement=False, nullable=False),
    Column("member_id", Id, ForeignKey("members.id")),
    Column("lesson", String(200), nullable=False),
    Column("edition", String(64), nullable=False),
    Column("question", String(64), nullable=False),
    Column("attempt", Id, nullable=False),
    Column("key", String(8), nullable=False),
    Column("is_right", sa.Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("call_id", "turn"),
    Index(None, "member_id", "lesson"),
)
table(
    "progress",
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("lesson", String(200), nullable=False),
    Column("edition", String(64), nullable=False),
    Column("bookmark_ms", Id, nullable=False),
    Column("heard_at_least_ms", Id, nullable=False),
    Column("heard_at_most_ms", Id, nullable=False),
    Column("length_ms", Id, nullable=False),
    Column("completed", sa.Boolean, nullable=False),
    Column("answered", Id, nullable=False),
    Column("correct", Id, nullable=False),
    PrimaryKeyConstraint("member_id", "lesson"),
)


def upgrade() -> None:
    bind = op.get_bind()
    metadata.create_all(bind, checkfirst=False)
    op.execute(PLAYS)
    for name in APPEND_ONLY:
        _forbid_changes(name, sqlite=bind.dialect.name == "sqlite")


def _forbid_changes(name: str, *, sqlite: bool) -> None:
    """The record is only ever added to; a correction is a new row."""
    if sqlite:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION only_ever_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name}_only_added BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION only_ever_added_to()"
    )


def downgrade() -> None:
    op.execute("DROP VIEW plays")
    bind = op.get_bind()
    metadata.drop_all(bind, checkfirst=False)
    if bind.dialect.name != "sqlite":
        op.execute("DROP FUNCTION only_ever_added_to()")
