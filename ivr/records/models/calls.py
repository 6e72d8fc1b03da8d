"""Calls, what was sent and done in them, and what is derived from that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models.columns import Base


class Call(Base):
    """One phone call. `settled_at` is set once its plays count in `progress`: at the goodbye, at the hang-up, or
    when the next call shows that this one must be over; `is_counted` that `studied` has it, too."""

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("provider", "sid"),
        Index(
            "ix_calls_uncounted",
            "started_at",
            sqlite_where=text("is_counted = 0"),  # each as its statements say it: else the index is not used
            postgresql_where=text("NOT is_counted"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    sid: Mapped[str] = mapped_column(String(128))
    number: Mapped[str] = mapped_column(String(128), index=True)  # as the provider gave it; "" if withheld
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    is_counted: Mapped[bool] = mapped_column(default=False)
    keys_failed: Mapped[bool] = mapped_column(default=False)  # somewhere keys kept meaning nothing


_ASKED = text("said_ms IS NOT NULL")


class TurnRow(Base):
    """What the caller did, and what we said to it. Turn 1 is the answer to the call.

    `arrived_at` is when the caller's act reached us, `sent_at` when the answer was settled on. A turn that plays a
    piece of a lesson names it; the turn after it closes that play. `boot` names the run of the server.
    """

    __tablename__ = "turns"
    __table_args__ = (
        Index(None, "member_id", "lesson"),
        Index(None, "member_id", "call_id", "n", sqlite_where=_ASKED, postgresql_where=_ASKED),  # for latencies
    )

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(8))  # answer, key, end
    digits: Mapped[str] = mapped_column(String(32))
    arrived_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    boot: Mapped[str] = mapped_column(String(32))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    lesson: Mapped[str | None] = mapped_column(String(200))
    edition: Mapped[str | None] = mapped_column(String(64))
    segment: Mapped[int | None]
    base_ms: Mapped[int | None]
    length_ms: Mapped[int | None]
    gather_ms: Mapped[int | None]
    pace: Mapped[str | None] = mapped_column(String(8))  # that the piece was played at, if not the edition's own
    said_ms: Mapped[int | None]  # how long it took to say what asks for a key; None where none was asked for
    turn: Mapped[str]  # the whole Turn, as JSON: what is said again if the provider asks again


class Evidence(Base):
    """What we learned outside the turns: `ended` (a final status callback), `resent` (a stored turn was asked for
    again, so its play may have started late), `fallback` (the provider could not use a turn), `dismissed` (nobody will
    claim it, and it was set aside), `undismissed` (that was taken back)."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    arrived_at: Mapped[datetime]
    turn: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(String(32))
    provider_at: Mapped[datetime | None]
    provider_s: Mapped[int | None]


class Answer(Base):
    """What became of a question each time it was asked: an answer, or silence, a key that is none, "I don't know"."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "member_id", "lesson"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    lesson: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(String(64))
    attempt: Mapped[int]
    key: Mapped[str] = mapped_column(String(8))
    is_right: Mapped[bool]
    outcome: Mapped[str] = mapped_column(String(8))  # right, wrong, unknown, skipped, silent, other
    at: Mapped[datetime]


class Attendance(Base):
    """From this turn on, what nobody in particular hears in the call counts for this member, too; or, where `joined` is
    false, no longer; from turn 1 on, not at all. `grade` is group, visit or claimed."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    turn: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    grade: Mapped[str] = mapped_column(String(8))
    joined: Mapped[bool]
    at: Mapped[datetime]


class Visit(Base):
    """A home visit, as told in a call from the member's phone; `edition` is the lesson heard, "" for a talk."""

    __tablename__ = "visits"

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visitor_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    edition: Mapped[str] = mapped_column(String(64))
    confirmed: Mapped[bool]
    at: Mapped[datetime]


class Progress(Base):
    """Where a member stands in a lesson: derived, never the source."""

    __tablename__ = "progress"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(200), primary_key=True)
    edition: Mapped[str] = mapped_column(String(64))
    bookmark_ms: Mapped[int]
    heard_at_least_ms: Mapped[int]
    heard_at_most_ms: Mapped[int]
    length_ms: Mapped[int]
    completed: Mapped[bool]
    answered: Mapped[int]
    correct: Mapped[int]


class Studied(Base):
    """What a member did with a lesson in a month (YYYY-MM): derived, never the source. ivr/records/studied.py says what
    its columns are."""

    __tablename__ = "studied"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(200), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True, index=True)
    edition: Mapped[str] = mapped_column(String(64))
    heard_at_least_ms: Mapped[int]
    heard_at_most_ms: Mapped[int]
    length_ms: Mapped[int]
    answered: Mapped[int]
    correct: Mapped[int]
    questions: Mapped[int]
    stray_keys: Mapped[int]
    dropped: Mapped[int]
    call_ids: Mapped[str]
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    grades: Mapped[str]
    completed_at: Mapped[datetime | None]
    plays: Mapped[str]
