"""The tables. Times are UTC; what a call consists of (turns, answers, evidence) is only ever added to.

branches ──< members >──< phones          who is enrolled, and on which numbers
             members ──< preferences      what each has chosen for good; and the PINs that were tried
calls ──< turns ──< answers               what was sent and done, one row a turn
      ├─< evidence                        what came outside the turns: the hang-up, a repeated answer
      ├─< attendance                      for whom else a call counts: a group, a visit, whoever it was claimed for
      ├─< visits                          home visits, confirmed or not
      └─< recordings ──< replies          what was said after the tone; the secretary's answers to questions
notices                                   a private sentence for one member
users ──< sign_ins                        who may use the desk, and who is there; and the passwords that were tried
progress                                  derived from calls, turns, answers, evidence and attendance;
                                          `ivr ledger rebuild` makes it anew
plays (a view)                            each piece of a lesson that was sent, and what closed it
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import types as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Alembic can only drop what has a name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sql.TypeDecorator[datetime]):
    """Aware datetimes in UTC; SQLite, which knows no time zones, stores them naive."""

    impl = sql.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, int: Id, str: Text}


class Branch(Base):
    """An organisation: a branch, or the district above it."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Member(Base):
    """Somebody enrolled; `number` is their member number, unique in the whole roster, `digits` what can be typed of it.
    `role` is "", leader, visitor or secretary; `pin` a hash, or "" where none is set."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    more: Mapped[str] = mapped_column(default="{}")  # the roster's other columns, as a JSON object of strings
    digits: Mapped[str] = mapped_column(String(64), default="", index=True)
    role: Mapped[str] = mapped_column(String(16), default="")
    pin: Mapped[str] = mapped_column(String(128), default="")


class Preference(Base):
    """A member's lasting choice: `language`, `pace`, `one_key`; or since when something counts: `wait_from`, the time
    for their latencies; `pin_from`, the last try at a PIN before this one."""

    __tablename__ = "preferences"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(64))


class PinTry(Base):
    """A PIN that was tried. `from_own` says that the call came from one of the member's own numbers."""

    __tablename__ = "pin_tries"
    __table_args__ = (Index(None, "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    number: Mapped[str] = mapped_column(String(128))
    from_own: Mapped[bool]
    is_right: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)


class Phone(Base):
    """A telephone number, in E.164."""

    __tablename__ = "phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)


class MemberPhone(Base):
    """Members share phones, and a member may have several."""

    __tablename__ = "member_phones"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id"), primary_key=True, index=True)


class Call(Base):
    """One phone call. `settled_at` is set once its plays count in `progress`: at the goodbye, at the hang-up, or
    when the next call shows that this one must be over."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("provider", "sid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    sid: Mapped[str] = mapped_column(String(128))
    number: Mapped[str] = mapped_column(String(128), index=True)  # as the provider gave it; "" if withheld
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
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
    false, no longer. `grade` is group, visit or claimed."""

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


class User(Base):
    """Somebody who may use the desk: `role` is county, township or branch, of the district or branch that `branch_id`
    names. `password` is a hash, set at `password_at`."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(128))
    password_at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(16))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    is_locked: Mapped[bool] = mapped_column(default=False)


class SignIn(Base):
    """Somebody is signed in at the desk. `token` is the SHA-256 of what their browser holds."""

    __tablename__ = "sign_ins"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class SignInTry(Base):
    """A password that was tried. `name` is a keyed hash of what was typed as a name: it may have been a password."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index(None, "name", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    is_right: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)
