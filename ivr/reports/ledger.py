"""The ledger as it is handed up: one row for each branch and lesson of the month.

It tells of study by telephone; it never says that somebody was at a meeting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ivr.reports import member, month
from ivr.reports.facts import MonthFacts
from ivr.reports.member import Studied
from ivr.reports.sheet import Cell, Sheet
from ivr.vocabulary import Vocabulary

HEADINGS = (
    *("n", "district", "branch", "month", "method", "lesson", "lesson_title", "length", "first", "last", "due", "done"),
    *("by_phone", "by_visit", "missing", "who", "share", "answered", "correct", "signature"),
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A lesson in a branch: `due` should study it, `done` did, `by_visit` of them in a home visit; `missing` are names.
    `correct` of `asked` questions were answered right by the `answered` people."""

    district: str
    branch: str
    lesson: str
    title: str
    length_s: float
    first: date | None
    last: date | None
    due: int
    done: int
    by_visit: int
    missing: tuple[str, ...]
    answered: int
    correct: int
    asked: int


def rows(facts: MonthFacts) -> Iterator[LedgerRow]:
    """By district, branch and the month's order of lessons."""
    districts = {person.branch: person.district for person in facts.people}
    ids = {person.number: person.id for person in facts.people}
    visits = month.visited(facts)
    theirs: dict[tuple[str, str], list[Studied]] = {}
    for row in member.rows(facts):
        theirs.setdefault((row.branch, row.lesson), []).append(row)
    for branch in sorted(districts, key=lambda name: (districts[name], name)):
        for lesson in facts.lessons:
            studied = theirs[branch, lesson.lesson]
            at_home = sum(row.completed and (ids[row.number], row.lesson) in visits for row in studied)
            yield _row(districts[branch], studied, lesson.title, lesson.length_ms / 1000, at_home)


def _row(district: str, studied: list[Studied], title: str, length_s: float, at_home: int) -> LedgerRow:
    done = sum(row.completed for row in studied)
    marked = [row for row in studied if row.answered]
    return LedgerRow(
        district,
        studied[0].branch,
        studied[0].lesson,
        title,
        length_s,
        min((row.first_call for row in studied if row.first_call), default=None),
        max((row.last_call for row in studied if row.last_call), default=None),
        due=len(studied),
        done=done,
        by_visit=at_home,
        missing=tuple(row.member for row in studied if not row.completed),
        answered=len(marked),
        correct=sum(row.correct for row in marked),
        asked=sum(row.answered for row in marked),
    )


def sheet(facts: MonthFacts, place: str, words: Vocabulary) -> Sheet:
    """For Excel, CSV and paper; the last column is signed by hand."""
    days = words.say("month", year=facts.period.first.year, month=facts.period.first.month)
    return Sheet(
        words.say("ledger_title", place=place, month=days),
        tuple(words.say(f"ledger_{heading}") for heading in HEADINGS),
        tuple(_cells(n, row, facts.period.month, words) for n, row in enumerate(rows(facts), 1)),
    )


def _cells(n: int, row: LedgerRow, in_month: str, words: Vocabulary) -> tuple[Cell, ...]:
    told = (n, row.district, row.branch, in_month, words.say("by_phone"), row.lesson, row.title)
    length_min = round(row.length_s / 60, 1)
    done = (row.due, row.done, row.done - row.by_visit, row.by_visit, row.due - row.done)
    who = words.say("between").join(row.missing)
    marks = f"{row.correct}/{row.asked}" if row.asked else ""
    return (
        *told,
        length_min,
        row.first,
        row.last,
        *done,
        who,
        month.share(row.done, row.due, words),
        row.answered,
        marks,
        "",
    )
