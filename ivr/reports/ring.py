"""Whom to ring or to visit: those of whom study is asked, and who have not heard a lesson yet. It is a list of people
to help; who was reached already stands at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ivr.records.follow_ups import Followed
from ivr.records.occasions import Written
from ivr.records.roster import Enrolled
from ivr.reports import month
from ivr.reports.facts import BriefFacts, MonthFacts
from ivr.reports.month import MonthRow, Standing
from ivr.vocabulary import Vocabulary

ORDER = ("dropped", "strays", "no_lesson", "", "no_call", "no_phone")  # whom a word on the telephone helps most, first


@dataclass(frozen=True, slots=True)
class Done:
    """They were reached on a local day: `tick` is the id of what was ticked, None for a visit of this month, `written`
    down or confirmed on the telephone. It was no study: who studied at home is not on the list."""

    day: date
    outcome: str
    tick: int | None
    written: bool

    def told(self, words: Vocabulary) -> str:
        return self.outcome if self.tick is not None else f"{words.say('was_visited')} {self.outcome}".strip()


@dataclass(frozen=True, slots=True)
class RingRow:
    """A member who waits for help; `done` is when somebody reached them this month, by day."""

    person: Enrolled
    month: MonthRow
    done: tuple[Done, ...]

    @property
    def tick(self) -> int | None:
        """The id of what was ticked, if anything was."""
        return next((each.tick for each in self.done if each.tick is not None), None)


def rows(facts: MonthFacts, followed: Mapping[int, Followed]) -> list[RingRow]:
    """By branch; those whom nobody has reached first. Nobody in a month without a lesson."""
    people, done = {person.number: person for person in facts.people}, _done(facts, followed)
    waiting = (row for row in month.rows(facts) if row.waits)
    told = (RingRow(people[row.number], row, tuple(done.get(people[row.number].id, ()))) for row in waiting)
    return sorted(told, key=_place)


def _done(facts: BriefFacts, followed: Mapping[int, Followed]) -> dict[int, list[Done]]:
    """By member: what was ticked, and the visits."""
    done: defaultdict[int, list[Done]] = defaultdict(list)
    for who, each in followed.items():
        done[who].append(Done(facts.period.local(each.at).date(), each.outcome, each.id, written=False))
    for who, day in facts.visited.items():
        done[who].append(Done(day, "", None, written=False))
    for visit in _visits(facts):
        for who in visit.members:
            done[who].append(Done(visit.day, visit.topic, None, written=True))
    return {who: sorted(theirs, key=lambda each: each.day) for who, theirs in done.items()}


def _visits(facts: BriefFacts) -> Iterator[Written]:
    return (kept.what for kept in facts.occasions if kept.what.kind == "visit")


def followed_up(of: Iterable[Standing], facts: BriefFacts, followed: Mapping[int, Followed]) -> int:
    """How many of those who wait for help were reached, on the telephone or at home."""
    known = _reached(facts, followed)
    return sum(each.waits and each.member in known for each in of)


def _reached(facts: BriefFacts, followed: Mapping[int, Followed]) -> set[int]:
    return {*followed, *facts.visited}.union(*(visit.members for visit in _visits(facts)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a branch wait for help and were not reached yet, and how many were."""

    left: int
    followed: int


def by_branch(facts: BriefFacts, followed: Mapping[int, Followed]) -> dict[str, Waiting]:
    """By the name of each branch in which somebody waits; none in a month without a lesson."""
    waiting = month.by_branch(each for each in month.standings(facts) if each.waits and facts.lessons)
    known = _reached(facts, followed)
    return {branch: _waiting([each.member in known for each in theirs]) for branch, theirs in waiting.items()}


def _waiting(followed: Sequence[bool]) -> Waiting:
    return Waiting(followed.count(False), followed.count(True))


def _place(row: RingRow) -> tuple[str, bool, int, str]:
    return row.month.branch, bool(row.done), ORDER.index(row.month.situation), row.month.number
