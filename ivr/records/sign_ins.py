"""Who is signed in at the desk, and for how long: half an hour after the last page, twelve hours at most.

Five wrong passwords in a quarter of an hour close a name for the rest of it, whoever typed them, and whether there is
such a user or not; those that are asked for once more, to change what opens the desk, count among them. So somebody can
keep a user out; a new password from the level above opens the name at once.
(OWASP ASVS 5.0, 6.3.1, 7.2.3, 7.3.1, 7.3.2, 7.4.1.)
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal

from sqlalchemy import Connection, Select, delete, insert, select, update

from ivr.records import deeds, one_time, users
from ivr.records.db import Database
from ivr.records.models import SignIn, SignInTry, User
from ivr.records.users import Known

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCHED = timedelta(minutes=1)  # how exactly we keep when somebody was last seen
FAILURES, WITHIN = 5, timedelta(minutes=15)

Refusal = Literal["closed", "wrong"]  # closed: too many tries


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a try to sign in: a `token` for the browser, or none, and why if that may be told. `wants_code` is
    the user who is to give a one-time code next."""

    token: str = ""
    wants_code: int | None = None
    is_closed: bool = False  # too many tries with this name
    is_locked: bool = False  # the password was right, but somebody locked the user
    is_over: bool = False  # the password was right, but there is a new one since


def sign_in(database: Database, name: str, password: str, key: str, now: datetime) -> Attempt:
    """Try it. `key` is what the names of tries are hashed with.

    A try counts as failed until it is found right: so tries at the same moment can't be more than the limit."""
    kept = users.folded(name)
    with database.writing(alone=True) as connection:
        named = select(User).where(User.name == kept)
        user = connection.execute(named).one_or_none() if users.NAME.fullmatch(kept) else None
        attempt = _tried(connection, _hashed(kept, key), user.password_at if user else None, now)
    if attempt is None:
        return Attempt(is_closed=True)
    if not users.fits(user.password if user else None, password) or user is None:
        return Attempt()
    if user.totp and not user.is_locked:
        return Attempt(wants_code=user.id)  # until then the try counts as failed: else each would allow more codes
    with database.writing(alone=True) as connection:
        again = connection.execute(_held(user.id)).one()
        if again.password != user.password:  # a new one was given while this one was looked at
            return Attempt()
        _was_right(connection, attempt)
        return Attempt(is_locked=True) if again.is_locked else Attempt(_begun(connection, user.id, now))


def with_code(database: Database, user: int, since: datetime, code: str, key: str, now: datetime) -> Attempt:
    """The second step, for whom `sign_in` wanted a code from; `since` is when their password was right. A new one ends
    that, and so does locking the user."""
    with database.writing(alone=True) as connection:
        row = connection.execute(select(User).where(User.id == user)).one_or_none()
        attempt = _tried(connection, _hashed(row.name, key), row.password_at, now) if row else None
    if row is None or attempt is None:
        return Attempt(is_closed=True)
    with database.writing(alone=True) as connection:
        stands = connection.execute(_held(user)).one()
        if stands.is_locked or stands.password_at > since:
            return Attempt(is_locked=stands.is_locked, is_over=not stands.is_locked)
        if not one_time.take(connection, user, code, now):
            return Attempt()
        _was_right(connection, attempt)
        return Attempt(_begun(connection, user, now))


def change_password(database: Database, user: Known, old: str, new: str, key: str, now: datetime) -> Refusal | None:
    """By the user, who knows the old one; None once it is changed. Raises BadUser for a new one that is no good."""
    fresh = users.hashed(new, user.name)
    with database.writing(alone=True) as connection:
        row = connection.execute(select(User).where(User.id == user.id)).one()
        attempt = _tried(connection, _hashed(row.name, key), row.password_at, now)
    if attempt is None:
        return "closed"
    if not users.fits(row.password, old):
        return "wrong"
    with database.writing(alone=True) as connection:
        if connection.execute(_held(user.id)).one().password != row.password:
            return "wrong"  # the level above gave a new one while this one was looked at
        _was_right(connection, attempt)
        users.set_password(connection, user.name, fresh, now)
        deeds.did(connection, user.id, "password", "", now)
    return None


def end_codes(database: Database, user: Known, code: str, key: str, now: datetime) -> Refusal | None:
    """By the user, who has the code of this moment; None once they are ended."""
    with database.writing(alone=True) as connection:
        attempt = _tried(connection, _hashed(user.name, key), user.password_at, now)
    if attempt is None:
        return "closed"
    with database.writing(alone=True) as connection:
        if not one_time.take(connection, user.id, code, now):
            return "wrong"
        _was_right(connection, attempt)
        one_time.use(connection, user.id, "")
        deeds.did(connection, user.id, "codes off", "", now)
    return None


def _held(user: int) -> Select[Any]:
    """The user as they stand; whoever would give a new password, or lock them, waits until what follows is done."""
    return select(User).where(User.id == user).with_for_update(key_share=True)


def _was_right(connection: Connection, attempt: int) -> None:
    connection.execute(update(SignInTry).where(SignInTry.id == attempt).values(is_right=True))


def _hashed(name: str, key: str) -> str:
    return hmac.new(key.encode(), name.encode(), hashlib.sha256).hexdigest()


def _tried(connection: Connection, name: str, password_at: datetime | None, now: datetime) -> int | None:
    """Count a try, as failed; None where there were too many since the newest password, or since it was right."""
    connection.execute(delete(SignInTry).where(SignInTry.at < now - WITHIN))
    own = select(SignInTry.is_right).where(SignInTry.name == name, SignInTry.at >= (password_at or now - WITHIN))
    rights = connection.execute(own.order_by(SignInTry.id.desc())).scalars().all()
    if len(list(takewhile(lambda right: not right, rights))) >= FAILURES:
        return None
    row = insert(SignInTry).values(name=name, is_right=False, at=now).returning(SignInTry.id)
    return connection.execute(row).scalar_one()


def _begun(connection: Connection, user: int, now: datetime) -> str:
    connection.execute(delete(SignIn).where((SignIn.seen_at < now - IDLE) | (SignIn.began_at < now - LONGEST)))
    token = secrets.token_urlsafe(32)
    connection.execute(insert(SignIn), {"token": _kept(token), "user_id": user, "began_at": now, "seen_at": now})
    return token


def signed_in(database: Database, token: str, now: datetime) -> Known | None:
    """Who holds this token; None where it is over. They were seen now."""
    with database.reading() as connection:
        row = connection.execute(select(SignIn.__table__).where(SignIn.token == _kept(token))).one_or_none()
        if row is None or row.seen_at < now - IDLE or row.began_at < now - LONGEST:
            return None
        user = users.with_id(connection, row.user_id)
        if user.is_locked:
            return None
    if row.seen_at < now - TOUCHED:
        with database.writing() as connection:
            connection.execute(update(SignIn).where(SignIn.token == row.token).values(seen_at=now))
    return user


def sign_out(database: Database, token: str) -> None:
    with database.writing() as connection:
        connection.execute(delete(SignIn).where(SignIn.token == _kept(token)))


def _kept(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
