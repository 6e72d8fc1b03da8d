"""the desk

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, String

from ivr.records.models import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        Column("id", Id, primary_key=True),
        Column("name", String(64), nullable=False),
        Column("password", String(128), nullable=False),
        Column("password_at", UtcDateTime, nullable=False),
        Column("role", String(16), nullable=False),
        Column("branch_id", Id, ForeignKey("branches.id")),
        Column("is_locked", sa.Boolean, nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "sign_ins",
        Column("token", String(64), primary_key=True),
        Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
        Column("began_at", UtcDateTime, nullable=False),
        Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "sign_in_tries",
        Column("id", Id, primary_key=True),
        Column("name", String(64), nullable=False),
        Column("is_right", sa.Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False, index=True),
        sa.Index(op.f("ix_sign_in_tries_name_at"), "name", "at"),
    )


def downgrade() -> None:
    """Nobody may use the desk any more."""
    for name in ("sign_in_tries", "sign_ins", "users"):
        op.drop_table(name)
