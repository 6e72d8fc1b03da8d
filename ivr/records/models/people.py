"""Who is enrolled, where, and on which telephone numbers; what they chose."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models.columns import Base


class Branch(Base):
    """An organisation: a branch, or the district above it."""

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Member(Base):
    """Somebody enrolled; `number` is their member number, unique in the whole roster, `digits` what can be typed of it.
    `role` is "", leader, visitor or secretary; `pin` a hash, or "" where none is set. `enrolled_on` is a local day, or
    None for whoever was on the roster before such days were kept."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    more: Mapped[str] = mapped_column(default="{}")  # the roster's other columns, as a JSON object of strings
    digits: Mapped[str] = mapped_column(String(64), default="", index=True)
    role: Mapped[str] = mapped_column(String(16), default="")
    pin: Mapped[str] = mapped_column(String(128), default="")
    enrolled_on: Mapped[date | None]


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
