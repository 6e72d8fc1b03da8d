"""What is said after the tone, and what is said to one member alone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models.columns import Base


class Recording(Base):
    """Something said after the tone: a question, a reply (`about` a question), a note, a name. `name` and `address` are
    the provider's, until it is fetched; then `audio` names it here. `gone` says that the provider deleted it."""

    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    turn: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    about: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    name: Mapped[str] = mapped_column(String(128))
    address: Mapped[str]
    seconds: Mapped[int]
    left_at: Mapped[datetime]
    audio: Mapped[str] = mapped_column(String(64), default="")
    length_ms: Mapped[int] = mapped_column(default=0)
    gone: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: nothing is left to do
    trouble: Mapped[str] = mapped_column(default="")


class Reply(Base):
    """The secretary's reply to a voice question; played once, first of all, in the asker's next call."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    words: Mapped[str]
    audio: Mapped[str] = mapped_column(String(64))
    length_ms: Mapped[int]
    made_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class Notice(Base):
    """A private sentence for one member, to be heard until `closes`."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    words: Mapped[str]
    audio: Mapped[str] = mapped_column(String(64))
    length_ms: Mapped[int]
    made_at: Mapped[datetime]
    closes: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
