"""The month of each member: how they stand, and what may have kept them from more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from msgspec import Struct

from ivr.records.occasions import Kind
from ivr.records.roster import Enrolled
from ivr.reports import member
from ivr.reports.facts import BriefFacts, Key, MonthFacts
from ivr.reports.member import DONE, STANDS, Stands, Studied, Studying
from ivr.vocabulary import Vocabulary

Situation = Literal["", "no_phone", "no_call", "strays", "dropped", "no_lesson"]


class MonthRow(Struct, frozen=True, gc=False):
    """A member: `stands` in the lesson they came farthest in, `by_lesson` in each, in the month's order; `ways` of
    those that they are done with, as in Studied. Seconds to 0.1, all lessons together; of the questions `answered`, so
    many were `correct` in the end; `asked` counts all that the lessons have in which they answered any. On their
    `last_day` they called, or studied in a visit or a meeting. Who has not studied a lesson whole was `seen` all the
    same, in a visit or a meeting, then. Study is not asked of those `excused`, for a reason."""

    name: str
    number: str
    branch: str
    stands: Stands
    by_lesson: tuple[Stands, ...]
    ways: str
    heard_s: float
    answered: int
    correct: int
    asked: int
    calls: int
    last_day: date | None
    situation: Situation
    strays: int
    seen: tuple[Kind, date] | None
    excused: str

    @property
    def waits(self) -> bool:
        """For help; nobody does in a month without a lesson."""
        return bool(self.by_lesson) and not self.excused and self.stands not in DONE

    @property
    def lessons_done(self) -> int:
        return sum(stands in DONE for stands in self.by_lesson)


class Standing(Struct, frozen=True, gc=False):
    """Of a member's month how they stand, and no more: of thousands it is known many times sooner."""

    member: int
    branch: str
    stands: Stands
    excused: bool

    @property
    def waits(self) -> bool:
        """For help, in a month with a lesson."""
        return not self.excused and self.stands not in DONE


_Row = TypeVar("_Row", MonthRow, Standing)


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
    return rows_of(facts, member.rows(facts))


def rows_of(facts: MonthFacts, studied: Sequence[Studied]) -> list[MonthRow]:
    """From the rows of the members, one for each lesson."""
    each, met = len(facts.lessons), _Met.of(facts)
    return [_row(facts, person, studied[n * each : (n + 1) * each], met) for n, person in enumerate(facts.people)]


def standings(facts: BriefFacts) -> list[Standing]:
    """Of everybody, in the order of the people."""
    return standings_of(facts, member.met(facts))


def standings_of(facts: BriefFacts, studying: Mapping[Key, Studying]) -> list[Standing]:
    """From what is known of whom in which lesson."""
    best: dict[int, Stands] = {}
    for (who, _), each in studying.items():
        best[who] = min(best.get(who, STANDS[-1]), each.stands, key=STANDS.index)
    return [
        Standing(each.id, each.branch, best.get(each.id, STANDS[-1]), each.id in facts.excused) for each in facts.people
    ]


def count(of: Iterable[MonthRow | Standing]) -> Count:
    rows = list(of)
    standing = [row.stands for row in rows if not row.excused]
    excused = [row.stands in DONE for row in rows if row.excused]
    stands = {each: standing.count(each) for each in STANDS}
    return Count(**stands, excused=len(excused), excused_done=sum(excused))


def share(done: int, due: int, words: Vocabulary) -> str:
    """How many of how many, if of any; a percentage never stands alone."""
    if not due:
        return ""
    return words.say("share", heard=done, due=due, percent=percent(done, due))


def percent(done: int, due: int) -> int:
    """100 only where nobody is missing."""
    return min(99, round(100 * done / due)) if done < due else 100


def by_branch(of: Iterable[_Row]) -> dict[str, list[_Row]]:
    branches: dict[str, list[_Row]] = {}
    for row in of:
        branches.setdefault(row.branch, []).append(row)
    return branches


def sentences(facts: BriefFacts, count: Count, words: Vocabulary, followed: int = 0) -> Iterator[str]:
    """The month in words, before any table; so many of those who wait for help were `followed` up."""
    if not facts.people:
        yield facts.not_begun(words) or words.say("nobody")
        return
    if not facts.lessons:
        yield words.say("no_lessons")
        return
    waiting = count.due - count.done
    yield words.say("count_help" if waiting else "count", due=count.due, heard=count.done, waiting=waiting)
    if followed == waiting > 0:
        yield words.say("followed_all", n=waiting)
    elif followed:
        yield words.say("followed_count", n=followed, waiting=waiting, left=waiting - followed)
    if waiting:
        yield words.say("partly_count", n=count.partly, missing=count.not_yet)
    if count.excused:
        yield words.say(
            "excused_count" if count.excused_done else "excused_none", n=count.excused, done=count.excused_done
        )
    yield words.say("completed", share=share(count.done, count.due, words))
    titles = words.say("between").join(words.say("title", title=lesson.title) for lesson in facts.lessons)
    yield words.say("lessons", titles=titles)


@dataclass(frozen=True, slots=True)
class _Met:
    """Off the telephone: in what each member was seen last, and when; when they were last taught a lesson."""

    seen: Mapping[int, tuple[Kind, date]]
    taught: Mapping[int, date]

    @classmethod
    def of(cls, facts: MonthFacts) -> _Met:
        seen: dict[int, tuple[Kind, date]] = {who: ("visit", day) for who, day in facts.visited.items()}
        taught = {}
        for kept in facts.occasions:  # by day
            for who in kept.what.members:
                if who not in seen or seen[who][1] <= kept.what.day:
                    seen[who] = kept.what.kind, kept.what.day
                if kept.what.lesson:
                    taught[who] = kept.what.day
        return cls(seen, taught)


def _row(facts: MonthFacts, person: Enrolled, mine: Sequence[Studied], met: _Met) -> MonthRow:
    excused = facts.excused.get(person.id)
    marked = [row for row in mine if row.answered]
    called = facts.called.get(person.id, {})
    days = [facts.period.local(at).date() for at in called.values()]
    days += [day for day in (met.taught.get(person.id), *(row.last_call for row in mine)) if day]
    calls = called.keys() | _studied_in(facts, person)
    stands = min((*(row.stands for row in mine), STANDS[-1]), key=STANDS.index)
    waits = bool(mine) and stands not in DONE and not excused
    return MonthRow(
        person.name,
        person.number,
        person.branch,
        stands,
        tuple(row.stands for row in mine),
        member.in_order({way for row in mine if row.completed for way in row.ways.split()}),
        heard_s=round(sum(row.heard_at_least_s for row in mine), 1),
        answered=sum(row.answered for row in mine),
        correct=sum(row.correct for row in marked),
        asked=sum(row.questions for row in marked),
        calls=len(calls),
        last_day=max(days, default=None),
        situation=_situation(person, mine, len(calls)) if waits else "",
        strays=sum(row.stray_keys for row in mine),
        seen=met.seen.get(person.id) if waits else None,
        excused=excused.reason if excused else "",
    )


def _studied_in(facts: MonthFacts, person: Enrolled) -> set[int]:
    keys = ((person.id, lesson.lesson) for lesson in facts.lessons)
    return {int(call) for key in keys if key in facts.studied for call in facts.studied[key].call_ids.split()}


def _situation(person: Enrolled, mine: Sequence[Studied], calls: int) -> Situation:
    if not calls:
        return "no_call" if person.phones else "no_phone"
    if any(row.stray_keys for row in mine):
        return "strays"
    if any(row.dropped for row in mine):
        return "dropped"
    return "" if any(row.heard_at_least_s for row in mine) else "no_lesson"
