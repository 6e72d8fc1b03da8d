"""The record begins with the first call, the first lesson on offer, what was written down first, or who was enrolled
first; of what has no day nothing is known."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from ivr.catalogue import Catalogue
from ivr.records import hours, whose
from ivr.records.models import Call, Member, Occasion, Presence
from ivr.records.roster import Enrolled
from ivr.reports.period import of_month


def first_day(connection: Connection, catalogue: Catalogue, zone: ZoneInfo) -> date | None:
    """On the local calendar; None where there is nothing yet."""
    called = connection.execute(select(func.min(Call.started_at))).scalar_one()
    days = [connection.execute(select(func.min(day))).scalar_one() for day in (Member.enrolled_on, Occasion.day)]
    offered = min(map(catalogue.offered_since, catalogue.lessons), default=date.min)
    known = (called and called.astimezone(zone).date(), *days, offered if offered > date.min else None)
    return min((day for day in known if day), default=None)


def of_member(connection: Connection, person: Enrolled, zone: ZoneInfo) -> date | None:
    """When they were enrolled, or first called, or were first written down, or the month for which hours were first
    confirmed, whichever was earlier; None where nothing is known."""
    called = connection.execute(select(func.min(Call.started_at)).where(whose.counts_for([person.id]))).scalar_one()
    there = select(Presence.occasion_id).where(Presence.member_id == person.id)
    written = select(func.min(Occasion.day)).where(Occasion.id.in_(there), Occasion.withdrawn_at.is_(None))
    confirmed = hours.first_month(connection, person.id)
    known = (
        called and called.astimezone(zone).date(),
        connection.execute(written).scalar_one(),
        confirmed and of_month(confirmed, zone).first,
        person.enrolled_on,
    )
    return min((day for day in known if day), default=None)
