"""A month begins and ends at local midnight; what began in it belongs to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.errors import NotAMonth
from ivr.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Period:
    """A month: its days from `first` to `last`, its instants from `start` up to but without `end` (UTC)."""

    month: str
    zone: ZoneInfo
    first: date
    last: date
    start: datetime
    end: datetime

    def named(self, words: Vocabulary) -> str:
        return words.say("month", year=self.first.year, month=self.first.month)

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)


def of_month(written: str, zone: ZoneInfo) -> Period:
    """The period of a month written as YYYY-MM. Raises NotAMonth."""
    match = re.fullmatch(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])", written)
    if not match or match[1] == "9999":
        raise NotAMonth(f"{written!r} is not a month; write it like 2026-11.")
    first = date(int(match[1]), int(match[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    start, end = (datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in (first, following))
    return Period(written, zone, first, following - timedelta(days=1), start, end)


def begun(written: str, zone: ZoneInfo, now: datetime) -> Period:
    """As of_month, of one that may be asked about: of what is to come nothing is known, and there was no line before
    2000. Raises NotAMonth."""
    period = of_month(written, zone)
    if period.start > now:
        raise NotAMonth(f"{written} has not begun yet.")
    if period.first.year < 2000:
        raise NotAMonth(f"There was no line in {written}.")
    return period


def month_at(now: datetime, zone: ZoneInfo) -> Period:
    """The month that an instant lies in."""
    return of_month(f"{now.astimezone(zone):%Y-%m}", zone)


def year(of: int, zone: ZoneInfo) -> tuple[Period, ...]:
    """The months of a year. Raises NotAMonth."""
    return tuple(of_month(f"{of}-{month:02}", zone) for month in range(1, 13))
