"""The record begins with the first call, the first lesson on offer, what was written down first, or who was enrolled
first; of what has no day nothing is known."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ivr.catalogue import Catalogue
from ivr.records.models import Call, Member, Occasion


def first_day(connection: Connection, catalogue: Catalogue, zone: ZoneInfo) -> date | None:
    """On the local calendar; None where there is nothing yet."""
    firsts = (func.min(column) for column in (Call.started_at, Member.enrolled_on, Occasion.day))
    row: Any = connection.execute(select(*(select(first).scalar_subquery() for first in firsts))).one()
    called, *days = row
    offered = min(map(catalogue.offered_since, catalogue.lessons), default=date.min)
    known = (called and called.astimezone(zone).date(), *days, offered if offered > date.min else None)
    return min((day for day in known if day), default=None)
