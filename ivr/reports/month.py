"""The month of each member: how they stand, and what may have kept them from more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ivr.records.roster import Enrolled
from ivr.reports import member
from ivr.reports.facts import Facts
from ivr.reports.member import Studied
from ivr.vocabulary import Vocabulary

Stands = Literal["heard", "visited", "partly", "not_yet"]
Situation = Literal["", "no_phone", "no_call", "strays", "dropped", "no_lesson"]
STANDS: tuple[Stands, ...] = ("heard", "visited", "partly", "not_yet")  # the better first
DONE = ("heard", "visited")
FEW = 4  # of so few people a percentage says nothing


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A member: `stands` in the lesson they came farthest in, `by_lesson` in each, in the month's order. Seconds to
    0.1, all lessons together; `asked` counts the questions of lessons in which they answered any."""

    name: str
    number: str
    branch: str
    stands: Stands
    by_lesson: tuple[Stands, ...]
    heard_s: float
    correct: int
    asked: int
    calls: int
    last_call: date | None
    situation: Situation
    strays: int

    @property
    def lessons_done(self) -> int:
        return sum(stands in DONE for stands in self.by_lesson)


@dataclass(frozen=True, slots=True)
class Count:
    """How many are due, and how they stand."""

    heard: int
    visited: int
    partly: int
    not_yet: int

    @property
    def due(self) -> int:
        return self.heard + self.visited + self.partly + self.not_yet

    @property
    def done(self) -> int:
        return self.heard + self.visited


def rows(facts: Facts) -> list[MonthRow]:
    """By branch and member number."""
    studied: dict[str, list[Studied]] = {person.number: [] for person in facts.people}
    for row in member.rows(facts):
        studied[row.number].append(row)
    days: dict[int | None, list[date]] = {}
    for call in facts.calls.values():
        days.setdefault(call.member_id, []).append(facts.period.local(call.started_at).date())
    visits = visited(facts)
    return [_row(person, studied[person.number], days.get(person.id, []), visits) for person in facts.people]


def visited(facts: Facts) -> set[tuple[int | None, str]]:
    """Who (by id) heard something of which lesson in a home visit."""
    return {(play.member_id, play.lesson) for play in facts.plays if play.grade == "visit"}


def count(of: Iterable[MonthRow]) -> Count:
    standing = [row.stands for row in of]
    return Count(*(standing.count(each) for each in STANDS))


def share(done: int, due: int, words: Vocabulary) -> str:
    """How many of how many; a percentage never stands alone."""
    text = "share_few" if due <= FEW else "share"
    return words.say(text, heard=done, due=due, percent=f"{100 * done / max(1, due):.0f}")


def by_branch(of: Iterable[MonthRow]) -> dict[str, list[MonthRow]]:
    branches: dict[str, list[MonthRow]] = {}
    for row in of:
        branches.setdefault(row.branch, []).append(row)
    return branches


def _row(person: Enrolled, mine: list[Studied], own: list[date], visits: set[tuple[int | None, str]]) -> MonthRow:
    """`own` are the days of the calls that are theirs; others may count for them, too."""
    by_lesson = tuple(_stands(row, (person.id, row.lesson) in visits) for row in mine)
    marked = [row for row in mine if row.answered]
    days = [*own, *(row.last_call for row in mine if row.last_call)]
    calls = max([len(own), *(row.calls for row in mine)])
    stands = min((*by_lesson, STANDS[-1]), key=STANDS.index)
    return MonthRow(
        person.name,
        person.number,
        person.branch,
        stands,
        by_lesson,
        heard_s=round(sum(row.heard_at_least_s for row in mine), 1),
        correct=sum(row.correct for row in marked),
        asked=sum(row.questions for row in marked),
        calls=calls,
        last_call=max(days, default=None),
        situation="" if stands in DONE else _situation(person, mine, calls),
        strays=sum(row.stray_keys for row in mine),
    )


def _stands(row: Studied, at_home: bool) -> Stands:
    if row.completed:
        return "visited" if at_home else "heard"
    return "partly" if row.heard_at_least_s else "not_yet"


def _situation(person: Enrolled, mine: list[Studied], calls: int) -> Situation:
    if not calls:
        return "no_call" if person.phones else "no_phone"
    if any(row.stray_keys for row in mine):
        return "strays"
    if any(row.dropped for row in mine):
        return "dropped"
    return "" if any(row.heard_at_least_s for row in mine) else "no_lesson"
