"""What one member studied in a year, lesson by lesson, with the hours that were confirmed: their card of study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.records.roster import Enrolled
from ivr.records.studied import StudiedRow
from ivr.reports import facts as monthly
from ivr.reports import member, study_hours
from ivr.reports.facts import MonthFacts, Whom
from ivr.reports.member import Studied
from ivr.reports.period import Period


@dataclass(frozen=True, slots=True)
class CardRow:
    """A lesson in a month: `days` on which it was studied, `ways` how (as in Studied), seconds surely heard to 0.1,
    hours in tenths as the line suggests them and as they were confirmed; `correct` of `asked` questions, 0 where none
    was answered."""

    lesson: str
    title: str
    days: tuple[date, ...]
    ways: str
    heard_s: float
    completed: bool
    correct: int
    asked: int
    suggested: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class MonthOnCard:
    """A month in which something was studied."""

    period: Period
    rows: tuple[CardRow, ...]

    @property
    def sums(self) -> Sums:
        return sums(self.rows)


@dataclass(frozen=True, slots=True)
class Sums:
    """Of a month, or a year: how many lessons were studied to the end in which ways, seconds heard, hours in tenths."""

    ways: Mapping[str, int]
    heard_s: float
    suggested: int
    confirmed: int


def sums(rows: Iterable[CardRow]) -> Sums:
    told = list(rows)
    return Sums(
        Counter(row.ways for row in told if row.completed),
        round(sum(row.heard_s for row in told), 1),
        sum(row.suggested for row in told),
        sum(row.confirmed for row in told),
    )


def months(of: Sequence[MonthFacts], hour_minutes: int) -> Iterator[MonthOnCard]:
    """Those in which something was studied; each month's facts are of one member."""
    for each in of:
        if rows := tuple(_row(each, row, hour_minutes) for row in member.rows(each) if _counts(each, row)):
            yield MonthOnCard(each.period, rows)


def _counts(facts: MonthFacts, row: Studied) -> bool:
    """Was anything done with this lesson?"""
    (person,) = facts.people
    return bool(row.calls or row.completed or facts.hours.get((person.id, row.lesson)))


def _row(facts: MonthFacts, row: Studied, hour_minutes: int) -> CardRow:
    (person,) = facts.people
    written = [kept for kept in facts.occasions if kept.what.lesson == row.lesson and person.id in kept.what.members]
    met = facts.studied.get((person.id, row.lesson))
    return CardRow(
        row.lesson,
        row.title,
        tuple(sorted({*_days(facts, person, met), *(kept.what.day for kept in written)})),
        row.ways,
        row.heard_at_least_s,
        row.completed,
        row.correct,
        row.questions if row.answered else 0,
        study_hours.suggested(row, hour_minutes),
        facts.hours.get((person.id, row.lesson), 0),
    )


def _days(facts: MonthFacts, person: Enrolled, met: StudiedRow | None) -> Iterator[date]:
    """Of the calls that it was heard or answered in; of one that is somebody else's, those that are known."""
    if met:
        called = facts.called.get(person.id, {})
        own = (called[int(call)] for call in met.call_ids.split() if int(call) in called)
        yield from (facts.period.local(at).date() for at in (*own, met.first_at, met.last_at) if at)


def gather(
    connection: Connection, person: Enrolled, year: Sequence[Period], catalogue: Catalogue, completed_share: float
) -> list[MonthFacts]:
    """The facts of each month in which there is something of this member."""
    whom = Whom(member=person.number)
    which = [monthly.gather_month(connection, month, catalogue, completed_share, whom) for month in year]
    return [each for each in which if each.people]
