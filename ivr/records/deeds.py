"""What users of the desk did that others may ask about later: numbers shown, lists imported, users made,
calls claimed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from ivr.records.models import Deed


def did(connection: Connection, user: int, what: str, about: str, now: datetime) -> int:
    """In the transaction in which it is done; returns its id."""
    made = insert(Deed).values(user_id=user, what=what, about=about, at=now).returning(Deed.id)
    deed: int = connection.execute(made).scalar_one()
    return deed


def lately(connection: Connection, user: int, what: str, now: datetime) -> int:
    """How often this user did it since this time yesterday."""
    which = (Deed.user_id == user) & (Deed.what == what) & (Deed.at > now - timedelta(days=1))
    return connection.execute(select(func.count()).select_from(Deed).where(which)).scalar_one()


def last(connection: Connection, what: str, abouts: Collection[str]) -> dict[str, datetime]:
    """When it was last done, by what of these it was about; by whomever."""
    found = select(Deed.about, func.max(Deed.at)).where(Deed.what == what, Deed.about.in_(abouts)).group_by(Deed.about)
    return {row[0]: row[1] for row in connection.execute(found)}


def about(connection: Connection, deed: int, user: int, what: str) -> str | None:
    """Whom or what it was about; None where this user did no such thing."""
    which = (Deed.id == deed) & (Deed.user_id == user) & (Deed.what == what)
    told: str | None = connection.execute(select(Deed.about).where(which)).scalar()
    return told
