"""Who may use the desk. A password is kept as an argon2id hash, made and compared before a transaction begins: it takes
longer than the line's turns may wait. A new one ends every sign-in of its user."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, func, insert, select, update

from ivr.errors import BadUser, NameTaken
from ivr.records.models import Branch, SignIn, User
from ivr.records.places import Role

LEAST, MOST = 10, 128  # characters of a password
NAME = re.compile(r"[\w.-]{2,32}")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
GROUPS, IN_A_GROUP = 3, 4  # of them in a password that we make
NAME_TOLD = 4  # characters from which on a user name in a password gives it away
COUNTY: Final = "county"
Hashed = NewType("Hashed", str)  # by `hashed`

# The least that OWASP's cheat sheet takes for argon2id: the machine that takes the calls checks it.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Known:
    """A user; `of` is the id of their district or branch, `place` its name: None and "" for the county."""

    id: int
    name: str
    role: Role
    of: int | None
    place: str
    is_locked: bool
    password_at: datetime
    has_codes: bool = False


def add(connection: Connection, name: str, role: Role, of: int | None, password: Hashed, now: datetime) -> str:
    """A new user; returns the name as it is kept. `of` is the district or branch, None for the county.

    Raises BadUser, or NameTaken."""
    kept = folded(name)
    if not NAME.fullmatch(kept):
        raise BadUser(f"{name!r} can't be a user name: 2 to 32 letters, hanzi, digits, dots or dashes, without blanks.")
    if connection.execute(select(User.id).where(User.name == kept)).scalar() is not None:
        raise NameTaken(f"There is a user {kept} already. Take another name, or `ivr user reset {kept}`.")
    row = {"name": kept, "role": role, "branch_id": of, "is_locked": False}
    connection.execute(insert(User), row | {"password": password, "password_at": now})
    return kept


def listed(connection: Connection) -> list[Known]:
    """By place and name, the county first."""
    found = _known().order_by(func.coalesce(Branch.name, ""), User.name)
    return [_user(row) for row in connection.execute(found)]


def below(connection: Connection, user: Known) -> list[Known]:
    """Whom this user may give new passwords: those of the townships and branches that lie below their place."""
    found = _known().order_by(Branch.name, User.name)
    if user.role == "county":
        found = found.where(User.role != "county")
    elif user.role == "township":
        found = found.where(User.role == "branch", Branch.parent_id == user.of)
    else:
        return []
    return [_user(row) for row in connection.execute(found)]


def known(connection: Connection, name: str) -> Known:
    """Raises BadUser."""
    row = connection.execute(_known().where(User.name == folded(name))).one_or_none()
    if row is None:
        raise BadUser(f"There is no user {name}. `ivr user list` shows who there is.")
    return _user(row)


def with_id(connection: Connection, user: int) -> Known:
    return _user(connection.execute(_known().where(User.id == user)).one())


def set_password(connection: Connection, name: str, password: Hashed, now: datetime) -> None:
    """Raises BadUser."""
    user = known(connection, name)
    connection.execute(update(User).where(User.id == user.id).values(password=password, password_at=now))
    _sign_out(connection, user.id)


def set_locked(connection: Connection, name: str, *, locked: bool) -> None:
    """Raises BadUser."""
    user = known(connection, name)
    connection.execute(update(User).where(User.id == user.id).values(is_locked=locked))
    _sign_out(connection, user.id)


def _sign_out(connection: Connection, user: int) -> None:
    connection.execute(delete(SignIn).where(SignIn.user_id == user))


def _known() -> Any:
    columns = (User.id, User.name, User.role, User.branch_id, User.is_locked, User.password_at, User.totp)
    place = func.coalesce(Branch.name, "").label("place")
    return select(*columns, place).outerjoin(Branch, Branch.id == User.branch_id)


def _user(row: Any) -> Known:
    told = (row.id, row.name, row.role, row.branch_id, row.place, row.is_locked, row.password_at)
    return Known(*told, has_codes=bool(row.totp))


# ── names and passwords ──────────────────────────────────────────────────────────────────────────────────────────


def folded(name: str) -> str:
    """A name as it is kept: however it was typed, full-width or with capitals, it is the same."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def new_password() -> str:
    """Twelve letters and digits that nobody chose (59 bits), in groups that can be read out."""
    return _in_groups([secrets.choice(LETTERS) for _ in range(GROUPS * IN_A_GROUP)])


def _in_groups(letters: Sequence[str]) -> str:
    return "-".join("".join(letters[n : n + IN_A_GROUP]) for n in range(0, len(letters), IN_A_GROUP))


def hashed(password: str, name: str) -> Hashed:
    """A password of the user of this name. Raises BadUser for one that is easily guessed."""
    plain = _plain(password)
    if not LEAST <= len(plain) <= MOST:
        raise BadUser(f"A password has {LEAST} to {MOST} characters.")
    is_told = len(name) >= NAME_TOLD and NAME.fullmatch(folded(name)) and folded(name) in plain.casefold()
    if len(set(plain)) < 5 or is_told:
        raise BadUser("This password is what a stranger would try first. Take another.")
    return Hashed(_hasher.hash(plain))


def fits(stored: str | None, password: str) -> bool:
    """Is this the password? It takes as long where there is none."""
    return any(_is_of(stored or _NOBODY, each) for each in _meant(password)) and stored is not None


def _is_of(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _meant(password: str) -> Iterator[str]:
    """What was typed; and a password of ours that was told aloud, with blanks, dashes and capitals as they come."""
    plain = _plain(password)[:MOST]
    yield plain
    letters = re.sub(r"[\W_]+", "", plain).casefold()
    if len(letters) == GROUPS * IN_A_GROUP and set(letters) <= set(LETTERS) and _in_groups(letters) != plain:
        yield _in_groups(letters)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
