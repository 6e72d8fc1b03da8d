"""The record begins with the first call, the first lesson on offer, what was written down first, or who was enrolled
first; of what has no day nothing is known."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ivr.catalogue import Catalogue
from ivr.records.models import Call, Member, Occasion


def first_day(connection: Connection, catalogue: Catalogue, zone: ZoneInfo) -> date | None:
    """On the local calendar; None where there is nothing yet."""
    called = connection.execute(select(func.min(Call.started_at))).scalar_one()
    days = [connection.execute(select(func.min(day))).scalar_one() for day in (Member.enrolled_on, Occasion.day)]
    offered = min(map(catalogue.offered_since, catalogue.lessons), default=date.min)
    known = (called and called.astimezone(zone).date(), *days, offered if offered > date.min else None)
    return min((day for day in known if day), default=None)
