"""One-time codes (RFC 6238) from an app on the user's telephone: each is taken once, half a minute around its time."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import Connection, select, update

from ivr.records.models import User

STEP_S = 30
AROUND = (0, -1, 1)  # steps of time that a clock may be off


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, name: str, line: str) -> str:
    """What an app takes the secret from, as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=line)


def fitting_step(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The step of time whose code this is, None if it is none, or not after this step."""
    typed = unicodedata.normalize("NFKC", code).replace(" ", "")
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    fitting = (step + off for off in AROUND if pyotp.utils.strings_equal(totp.generate_otp(step + off), typed))
    return next((each for each in fitting if each > after), None)


def take(connection: Connection, user: int, code: str, now: datetime) -> bool:
    """Is this the user's code now? It is used up then."""
    row = connection.execute(select(User.totp, User.totp_used).where(User.id == user).with_for_update()).one()
    step = fitting_step(row.totp, code, now, row.totp_used) if row.totp else None
    if step is None:
        return False
    connection.execute(update(User).where(User.id == user).values(totp_used=step))
    return True


def use(connection: Connection, user: int, secret: str) -> None:
    """From now on; "" for no codes any more."""
    connection.execute(update(User).where(User.id == user).values(totp=secret, totp_used=0))
