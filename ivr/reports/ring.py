"""Whom to ring or to visit: those of whom study is asked, and who have not heard a lesson yet. It is a list of people
to help; who was rung or seen already stands at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ivr.records.follow_ups import Followed
from ivr.records.roster import Enrolled
from ivr.reports import month
from ivr.reports.facts import BriefFacts, MonthFacts
from ivr.reports.month import MonthRow
from ivr.vocabulary import Vocabulary

ORDER = ("dropped", "strays", "no_lesson", "", "no_call", "no_phone")  # whom a word on the telephone helps most, first


@dataclass(frozen=True, slots=True)
class Done:
    """They were rung or seen, on a local day: `tick` is the id of what was ticked, None where a visit of this month was
    written down."""

    day: date
    outcome: str
    tick: int | None

    def told(self, words: Vocabulary) -> str:
        return self.outcome if self.tick is not None else f"{words.say('kind_visit')} {self.outcome}".strip()


@dataclass(frozen=True, slots=True)
class RingRow:
    """A member who waits for help; `done` once somebody rang or saw them this month."""

    person: Enrolled
    month: MonthRow
    done: Done | None


def rows(facts: MonthFacts, followed: Mapping[int, Followed]) -> list[RingRow]:
    """By branch; those whom nobody has rung or seen first. Nobody in a month without a lesson."""
    people, done = {person.number: person for person in facts.people}, _done(facts, followed)
    waiting = [
        RingRow(people[row.number], row, done.get(people[row.number].id)) for row in month.rows(facts) if row.waits
    ]
    return sorted(waiting, key=_place)


def _done(facts: BriefFacts, followed: Mapping[int, Followed]) -> dict[int, Done]:
    """By member. What somebody ticked says more than a visit does."""
    visits = (each.what for each in facts.occasions if each.what.kind == "visit")
    seen = {member: Done(visit.day, visit.topic, None) for visit in visits for member in visit.members}
    ticked = ((who, Done(facts.period.local(each.at).date(), each.outcome, each.id)) for who, each in followed.items())
    return {**seen, **dict(ticked)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a branch wait for help, and how many of those were rung or seen already."""

    left: int
    followed: int


def by_branch(facts: BriefFacts, followed: Mapping[int, Followed]) -> dict[str, Waiting]:
    """By the name of each branch in which somebody waits; none in a month without a lesson."""
    waiting = month.by_branch(each for each in month.standings(facts) if each.waits and facts.lessons)
    done = _done(facts, followed)
    return {branch: _waiting([each.member in done for each in theirs]) for branch, theirs in waiting.items()}


def _waiting(followed: Sequence[bool]) -> Waiting:
    return Waiting(followed.count(False), followed.count(True))


def _place(row: RingRow) -> tuple[str, bool, int, str]:
    return row.month.branch, row.done is not None, ORDER.index(row.month.situation), row.month.number
