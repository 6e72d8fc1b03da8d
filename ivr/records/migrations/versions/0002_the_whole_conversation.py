"""the whole conversation

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, String

from ivr.records.models import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW = ("notices", "replies", "recordings", "visits", "attendance", "pin_tries", "preferences")

ASKED = "ix_turns_member_id_call_id_n"

PLAYS = """
CREATE VIEW plays AS
SELECT sent.call_id, sent.n AS turn, sent.member_id, sent.lesson, sent.edition, sent.segment, sent.base_ms,
       sent.length_ms, sent.gather_ms, sent.pace, sent.sent_at, sent.boot,
       closing.act AS closed_by, closing.digits AS closed_with, closing.arrived_at AS closed_at,
       closing.boot AS closed_boot
FROM turns AS sent
LEFT JOIN turns AS closing ON closing.call_id = sent.call_id AND closing.n = sent.n + 1
WHERE sent.lesson IS NOT NULL
"""


def upgrade() -> None:
    op.execute("DROP VIEW plays")
    _members()
    op.add_column("calls", Column("keys_failed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("turns", Column("pace", String(8)))
    op.add_column("turns", Column("said_ms", Id))
    asked = sa.text("said_ms IS NOT NULL")
    columns = ["member_id", "call_id", "n"]
    op.create_index(ASKED, "turns", columns, sqlite_where=asked, postgresql_where=asked)
    _answers()
    _new_tables()
    op.execute(PLAYS)
    for name in ("attendance", "visits", "pin_tries"):
        _forbid_changes(name)


def _members() -> None:
    for name, length in (("digits", 64), ("role", 16), ("pin", 128)):
        op.add_column("members", Column(name, String(length), nullable=False, server_default=""))
    members = sa.table("members", sa.column("id"), sa.column("number"), sa.column("digits"))
    for row in op.get_bind().execute(sa.select(members.c.id, members.c.number)).all():
        digits = re.sub(r"\D", "", row.number, flags=re.ASCII)
        op.get_bind().execute(sa.update(members).where(members.c.id == row.id).values(digits=digits))
    op.create_index(op.f("ix_members_digits"), "members", ["digits"])


def _answers() -> None:
    """Until now only answers were kept, right or wrong. To say so of each, they may change this once."""
    op.add_column("answers", Column("outcome", String(8), nullable=False, server_default=sa.text("'wrong'")))
    _allow_changes("answers")
    op.execute("UPDATE answers SET outcome = 'right' WHERE is_right")
    _forbid_changes("answers")


def _new_tables() -> None:
    def member() -> Column[int]:
        return Column("member_id", Id, ForeignKey("members.id"), nullable=False, index=True)

    def call() -> Column[int]:
        return Column("call_id", Id, ForeignKey("calls.id"), nullable=False)

    op.create_table(
        "preferences",
        Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
        Column("what", String(16), primary_key=True),
        Column("value", String(64), nullable=False),
    )
    op.create_table(
        "pin_tries",
        Column("id", Id, primary_key=True),
        Column("member_id", Id, ForeignKey("members.id"), nullable=False),
        Column("number", String(128), nullable=False),
        Column("from_own", sa.Boolean, nullable=False),
        Column("is_right", sa.Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        sa.Index(op.f("ix_pin_tries_member_id_at"), "member_id", "at"),
    )
    op.create_table(
        "attendance",
        Column("id", Id, primary_key=True),
        Column("call_id", Id, ForeignKey("calls.id"), nullable=False, index=True),
        Column("turn", Id, nullable=False),
        member(),
        Column("grade", String(8), nullable=False),
        Column("joined", sa.Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "visits",
        Column("call_id", Id, ForeignKey("calls.id"), primary_key=True),
        Column("turn", Id, primary_key=True, autoincrement=False),
        Column("visitor_id", Id, ForeignKey("members.id"), nullable=False),
        member(),
        Column("edition", String(64), nullable=False),
        Column("confirmed", sa.Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "recordings",
        Column("id", Id, primary_key=True),
        call(),
        Column("turn", Id, nullable=False),
        Column("kind", String(8), nullable=False, index=True),
        Column("member_id", Id, ForeignKey("members.id"), index=True),
        Column("about", Id, ForeignKey("recordings.id")),
        Column("name", String(128), nullable=False),
        Column("address", sa.Text, nullable=False),
        Column("seconds", Id, nullable=False),
        Column("left_at", UtcDateTime, nullable=False),
        Column("audio", String(64), nullable=False),
        Column("length_ms", Id, nullable=False),
        Column("gone", sa.Boolean, nullable=False),
        Column("tries", Id, nullable=False),
        Column("next_try_at", UtcDateTime, index=True),
        Column("trouble", sa.Text, nullable=False),
        sa.UniqueConstraint("call_id", "turn"),
    )
    op.create_table(
        "replies",
        Column("id", Id, primary_key=True),
        Column("question_id", Id, ForeignKey("recordings.id"), nullable=False, index=True),
        Column("words", sa.Text, nullable=False),
        Column("audio", String(64), nullable=False),
        Column("length_ms", Id, nullable=False),
        Column("made_at", UtcDateTime, nullable=False),
        Column("delivered_at", UtcDateTime),
    )
    op.create_table(
        "notices",
        Column("id", Id, primary_key=True),
        member(),
        Column("words", sa.Text, nullable=False),
        Column("audio", String(64), nullable=False),
        Column("length_ms", Id, nullable=False),
        Column("made_at", UtcDateTime, nullable=False),
        Column("closes", sa.Date),
        Column("delivered_at", UtcDateTime),
    )


def _allow_changes(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {name}_no_{verb}")
        return
    op.execute(f"DROP TRIGGER {name}_only_added ON {name}")


def _forbid_changes(name: str) -> None:
    """As for the first tables: a correction is a new row."""
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
    """What only the new tables hold is gone."""
    op.execute("DROP VIEW plays")
    for name in NEW:
        op.drop_table(name)
    op.drop_column("answers", "outcome")
    op.drop_index(ASKED, "turns")
    op.drop_column("turns", "said_ms")
    op.drop_column("turns", "pace")
    op.drop_column("calls", "keys_failed")
    op.drop_index(op.f("ix_members_digits"), "members")
    for name in ("pin", "role", "digits"):
        op.drop_column("members", name)
    op.execute(PLAYS.replace("sent.pace, ", ""))
