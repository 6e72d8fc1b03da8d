"""PINs: kept as argon2id hashes, and guarded against guessing.

Per member there are two buckets of failures since the PIN was set, for calls from the member's own numbers and from
all others: 5 in 15 minutes, 10 a day, 50 in all. A full bucket closes, for a while, the way it came by, never the
other; so nobody can lock a member out from elsewhere. From one telephone, 10 in an hour, whoever's PIN it tries; but
withheld numbers are many telephones, and for them the members' buckets alone decide. Many failures at once, over
whomever, are told to who keeps the line. (NIST SP 800-63B allows 100 failures; OWASP ASVS 5.0, 6.1.1, 6.3.)
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, func, insert, select, update

from ivr.dialogue.turn import Checked
from ivr.errors import BadPin
from ivr.records import preferences
from ivr.records.models import Member, MemberPhone, Phone, PinTry

LEAST_DIGITS, MOST_DIGITS = 4, 8
FAILURES = ((5, timedelta(minutes=15)), (10, timedelta(days=1)))
FAILURES_IN_ALL = 50
PIN_FROM = "pin_from"  # the preference that holds the last try from before the PIN was set
BY_NUMBER = (10, timedelta(hours=1))
ALARM = (20, timedelta(minutes=10))

log = logging.getLogger(__name__)

# The least that OWASP's cheat sheet takes for argon2id (19 MiB, 2 passes): a call waits for it, with the record locked.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def set_pin(connection: Connection, member: int, pin: str) -> None:
    """Give a member this PIN; "" takes it away. Raises BadPin for one that anybody would guess."""
    if pin and not re.fullmatch(rf"[0-9]{{{LEAST_DIGITS},{MOST_DIGITS}}}", pin, re.ASCII):
        raise BadPin(f"A PIN has {LEAST_DIGITS} to {MOST_DIGITS} digits.")
    if pin and (len(set(pin)) < 3 or pin in "01234567890" or pin in "09876543210"):
        raise BadPin(f"{pin} is what a stranger would try first. Take another.")
    connection.execute(update(Member).where(Member.id == member).values(pin=_hasher.hash(pin) if pin else ""))
    last = connection.execute(select(func.max(PinTry.id)).where(PinTry.member_id == member)).scalar()
    preferences.prefer(connection, member, PIN_FROM, str(last or ""))


def same_for_all(connection: Connection, pin: str) -> None:
    """Whoever has a PIN has this one from now on: for a copy of the records, that nobody's own may be in."""
    connection.execute(update(Member).where(Member.pin != "").values(pin=_hasher.hash(pin)))


def new_pin() -> str:
    """Six digits that nobody chose."""
    return f"{secrets.randbelow(10**6):06}"


def check(connection: Connection, member: int, pin: str, number: str, now: datetime) -> Checked:
    """Is this the member's PIN? `number` is the telephone that the call came from, not in E.164 if withheld."""
    # Two calls may try at once: the second waits here, and then counts what the first failed.
    row_held = select(Member.pin).where(Member.id == member).with_for_update(key_share=True)
    stored = connection.execute(row_held).scalar() or ""
    from_own = number in _numbers(connection, member)
    if _is_closed(connection, member, number, from_own, now):
        return Checked(right=False, closed=True)
    right = _fits(stored, pin)
    row = {"member_id": member, "number": number, "from_own": from_own, "is_right": right, "at": now}
    connection.execute(insert(PinTry), row)
    if not right:
        _watch(connection, now)
    return Checked(right)


def _fits(stored: str, pin: str) -> bool:
    """Where there is no PIN, it takes as long to say no."""
    try:
        return _hasher.verify(stored or _nobodys(), pin) and bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex())


def _watch(connection: Connection, now: datetime) -> None:
    """Somebody may be trying a few PINs on each of many members."""
    most, within = ALARM
    failed = select(func.count()).select_from(PinTry).where(PinTry.is_right.is_(False), PinTry.at > now - within)
    if connection.execute(failed).scalar_one() == most:
        log.warning("%d PINs were wrong within %d minutes: somebody may be guessing", most, within.seconds // 60)


def _numbers(connection: Connection, member: int) -> Iterable[str]:
    own = select(Phone.number).join(MemberPhone, MemberPhone.phone_id == Phone.id)
    return connection.execute(own.where(MemberPhone.member_id == member)).scalars().all()


def _is_closed(connection: Connection, member: int, number: str, from_own: bool, now: datetime) -> bool:
    failed = select(func.count()).select_from(PinTry).where(PinTry.is_right.is_(False))
    before = preferences.preferred(connection, [member])[member].get(PIN_FROM, "0")
    bucket = failed.where(PinTry.member_id == member, PinTry.from_own == from_own, PinTry.id > int(before))
    limits = [(bucket.where(PinTry.at > now - within), most) for most, within in FAILURES]
    limits.append((bucket, FAILURES_IN_ALL))
    if number.startswith("+"):
        most, within = BY_NUMBER
        limits.append((failed.where(PinTry.number == number, PinTry.at > now - within), most))
    return any(connection.execute(counting).scalar_one() >= most for counting, most in limits)
