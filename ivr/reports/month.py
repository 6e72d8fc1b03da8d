"""The month of each member: how they stand, and what may have kept them from more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ivr.records.roster import Enrolled
from ivr.records.studied import StudiedRow
from ivr.reports import member
from ivr.reports.facts import Key, MonthFacts
from ivr.reports.member import Studied
from ivr.vocabulary import Vocabulary

Stands = Literal["heard", "met", "visited", "partly", "not_yet"]
Situation = Literal["", "no_phone", "no_call", "strays", "dropped", "no_lesson"]
STANDS: tuple[Stands, ...] = ("heard", "met", "visited", "partly", "not_yet")  # the better first
DONE = ("heard", "met", "visited")
FEW = 4  # of so few people a percentage says nothing


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A member: `stands` in the lesson they came farthest in, `by_lesson` in each, in the month's order. Seconds to
    0.1, all lessons together; `asked` counts the questions of lessons in which they answered any. Study is not asked of
    those `excused`, for a reason."""

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
    excused: str

    @property
    def lessons_done(self) -> int:
        return sum(stands in DONE for stands in self.by_lesson)


@dataclass(frozen=True, slots=True)
class Count:
    """How many are due, and how they stand; besides them, how many are `excused`, and did it all the same."""

    heard: int
    met: int
    visited: int
    partly: int
    not_yet: int
    excused: int
    excused_done: int

    @property
    def due(self) -> int:
        return self.done + self.partly + self.not_yet

    @property
    def done(self) -> int:
        return self.heard + self.met + self.visited


def rows(facts: MonthFacts) -> list[MonthRow]:
    """By branch and member number."""
    studied: dict[str, list[Studied]] = {person.number: [] for person in facts.people}
    for row in member.rows(facts):
        studied[row.number].append(row)
    visits, meetings = visited(facts), met(facts)
    return [_row(facts, person, studied[person.number], visits, meetings) for person in facts.people]


def _studied(facts: MonthFacts, person: Enrolled) -> list[StudiedRow]:
    keys = ((person.id, lesson.lesson) for lesson in facts.lessons)
    return [facts.studied[key] for key in keys if key in facts.studied]


def visited(facts: MonthFacts) -> set[Key]:
    """Who (by id) heard something of which lesson in a home visit."""
    heard = {key for key, row in facts.studied.items() if "visit" in row.grades.split()}
    return heard | _by_hand(facts, "visit")


def met(facts: MonthFacts) -> set[Key]:
    """Who studied which lesson in a meeting, as a secretary wrote it down."""
    return _by_hand(facts, "meeting")


def _by_hand(facts: MonthFacts, kind: str) -> set[Key]:
    return {(member, lesson) for (member, lesson), kinds in facts.by_hand().items() if kind in kinds}


def count(of: Iterable[MonthRow]) -> Count:
    rows = list(of)
    standing = [row.stands for row in rows if not row.excused]
    excused = [row.stands in DONE for row in rows if row.excused]
    stands = {each: standing.count(each) for each in STANDS}
    return Count(**stands, excused=len(excused), excused_done=sum(excused))


def not_begun(facts: MonthFacts, words: Vocabulary) -> str:
    """That the record begins later, where it does."""
    if not facts.begins:
        return ""
    month = words.say("month", year=facts.begins.year, month=facts.begins.month)
    return words.say("record_begins", month=month)


def share(done: int, due: int, words: Vocabulary) -> str:
    """How many of how many; a percentage never stands alone."""
    text = "share_few" if due <= FEW else "share"
    return words.say(text, heard=done, due=due, percent=percent(done, due))


def percent(done: int, due: int) -> int:
    """100 only where nobody is missing."""
    return min(99, round(100 * done / due)) if done < due else 100


def by_branch(of: Iterable[MonthRow]) -> dict[str, list[MonthRow]]:
    branches: dict[str, list[MonthRow]] = {}
    for row in of:
        branches.setdefault(row.branch, []).append(row)
    return branches


def _row(
    facts: MonthFacts,
    person: Enrolled,
    mine: list[Studied],
    visits: set[Key],
    meetings: set[Key],
) -> MonthRow:
    by_lesson = tuple(
        _stands(row, (person.id, row.lesson) in visits, (person.id, row.lesson) in meetings) for row in mine
    )
    excused = facts.excused.get(person.id)
    marked = [row for row in mine if row.answered]
    called = facts.called.get(person.id, {})
    studied_in = {int(call) for row in _studied(facts, person) for call in row.call_ids.split()}
    days = [facts.period.local(at).date() for at in called.values()]
    days += [row.last_call for row in mine if row.last_call]
    calls = called.keys() | studied_in
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
        calls=len(calls),
        last_call=max(days, default=None),
        situation=_situation(person, mine, len(calls)) if mine and stands not in DONE and not excused else "",
        strays=sum(row.stray_keys for row in mine),
        excused=excused.reason if excused else "",
    )


def _stands(row: Studied, at_home: bool, in_meeting: bool) -> Stands:
    if row.completed:
        return "met" if in_meeting else "visited" if at_home else "heard"
    return "partly" if row.heard_at_least_s else "not_yet"


def _situation(person: Enrolled, mine: list[Studied], calls: int) -> Situation:
    if not calls:
        return "no_call" if person.phones else "no_phone"
    if any(row.stray_keys for row in mine):
        return "strays"
    if any(row.dropped for row in mine):
        return "dropped"
    return "" if any(row.heard_at_least_s for row in mine) else "no_lesson"
