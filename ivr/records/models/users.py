"""Who may use the desk, who is there, and what they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models.columns import Base


class User(Base):
    """Somebody who may use the desk: `role` is county, township or branch, of the district or branch that `branch_id`
    names. `password` is a hash, set at `password_at`. `totp` is the secret of their one-time codes, "" for none;
    `totp_used` the newest step of time whose code was taken."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(128))
    password_at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(16))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    is_locked: Mapped[bool] = mapped_column(default=False)
    totp: Mapped[str] = mapped_column(String(64), default="")
    totp_used: Mapped[int] = mapped_column(default=0)


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


class Deed(Base):
    """Something a user did that others may ask about later: `what` in a word, `about` whom or what."""

    __tablename__ = "deeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    what: Mapped[str] = mapped_column(String(32))
    about: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
