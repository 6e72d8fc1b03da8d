"""How each member stands in each lesson of the month, with the hours suggested and confirmed for it: what the printed
sheets count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ivr.records.occasions import Kind
from ivr.records.roster import Enrolled
from ivr.reports import member, month, study_hours
from ivr.reports.columns import Basis
from ivr.reports.facts import Version
from ivr.reports.member import DONE, Stands, Studied
from ivr.reports.month import MonthRow, Situation
from ivr.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Study:
    """A member in a lesson; hours in tenths. `situation` is what kept them from it, as far as the month tells, and
    whether they were `seen` all the same."""

    person: Enrolled
    lesson: Version
    heard: Studied
    stands: Stands
    excused: str
    situation: Situation
    strays: int
    seen: tuple[Kind, date] | None
    suggested: int
    confirmed: int

    @property
    def is_done(self) -> bool:
        return self.stands in DONE

    @property
    def is_due(self) -> bool:
        return not self.excused


def rows(basis: Basis) -> Iterator[Study]:
    """By branch, member number and lesson."""
    facts = basis.facts
    studied = member.rows(facts)
    each = iter(studied)
    for person, months in zip(facts.people, month.rows_of(facts, studied), strict=True):
        for lesson, stands in zip(facts.lessons, months.by_lesson, strict=True):
            heard = next(each)
            suggested = study_hours.suggested(heard, basis.rules.hour_minutes)
            confirmed = facts.hours.get((person.id, lesson.lesson), 0)
            situation = "" if stands in DONE else months.situation
            told = (months.excused, situation, months.strays, months.seen)
            yield Study(person, lesson, heard, stands, *told, suggested, confirmed)


def reason(row: Study | MonthRow, words: Vocabulary) -> str:
    """Why somebody has not studied, as far as it is known."""
    why = _kept_from(row, words) or words.say("help_partly" if row.stands == "partly" else row.stands)
    return _seen(row, words, why)


def situation(row: MonthRow, words: Vocabulary) -> str:
    """Beside how they stand: why, where that does not tell it."""
    return words.say("excused") if row.excused else _seen(row, words, _kept_from(row, words))


def _kept_from(row: Study | MonthRow, words: Vocabulary) -> str:
    return words.say(f"help_{row.situation}", n=row.strays) if row.situation else ""


def _seen(row: Study | MonthRow, words: Vocabulary, why: str) -> str:
    """And that they were at a meeting, or visited, though without a lesson."""
    if not row.seen:
        return why
    kind, day = row.seen
    return words.say("semicolon").join(filter(None, (words.say(f"seen_{kind}", day=f"{day:%m-%d}"), why)))


def help_for(row: Study | MonthRow, words: Vocabulary) -> str:
    """What would help; "" for whoever needs none."""
    if row.stands in DONE or row.excused:
        return ""
    return words.say(f"mend_{row.situation or row.stands}")
