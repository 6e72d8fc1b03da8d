"""What secretaries write down at the desk: whom study is not asked of, who was followed up, what was done off the
telephone, the hours they confirmed. Nothing is changed: what is taken back is marked so."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models.columns import Base


class Exemption(Base):
    """From `since` to `until` (None: for good) study is not asked of a member: `kind` is excused, for the old and the
    ill, or left, who is no longer of the branch. `reason` is what it rests on."""

    __tablename__ = "exemptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class FollowUp(Base):
    """Somebody on a month's list (YYYY-MM) was rung or seen; `outcome` is what came of it, in words."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index(None, "month", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    month: Mapped[str] = mapped_column(String(7))
    outcome: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Occasion(Base):
    """Something that was done off the telephone: a `kind` visit or meeting, on a local day. `lesson` (a slug) is what
    was studied, None for anything else; `host` is who visited, or led."""

    __tablename__ = "occasions"

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    day: Mapped[date] = mapped_column(index=True)
    lesson: Mapped[str | None] = mapped_column(String(200))
    topic: Mapped[str]
    host: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    note: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Presence(Base):
    """A member was there, on an occasion."""

    __tablename__ = "presences"

    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasions.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class Hours(Base):
    """The hours of study that were confirmed for a member in a lesson of a month, in tenths; the newest row holds, and
    0 takes back. `change` is by how much it changed what held before: a year is the sum of its changes."""

    __tablename__ = "hours"
    __table_args__ = (Index(None, "month", "member_id", "change"),)  # a year is summed from it alone

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    lesson: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    tenths: Mapped[int]
    change: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
