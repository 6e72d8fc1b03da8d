"""The branches of a month as the desk has them: side by side, or a single one member by member, with whom to help; for
other programs, one row for each. Nobody is ranked: branches stand by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ivr.reports import helping, month, month_sheet, ring
from ivr.reports.columns import Basis
from ivr.reports.facts import MonthFacts
from ivr.reports.member import DONE, STANDS, Stands
from ivr.reports.month import MonthRow
from ivr.reports.sheet import Cell, Sheet

PARTS = ("members", *STANDS, "completion_share")


def table(basis: Basis) -> Sheet:
    """A dotted heading is a part of a whole: `lessons.<slug>.heard`. `members` are those of whom study is asked;
    branches without any are left out."""
    facts = basis.facts
    names = ("branch", *PARTS, "answered", "correct", "calls")
    of_lessons = tuple(f"lessons.{each.lesson}.{part}" for each in facts.lessons for part in PARTS)
    due = month.by_branch(row for row in month.rows(facts) if not row.excused)
    told = tuple(_cells(facts, place.name, due[place.name]) for place in basis.places if place.name in due)
    return Sheet("", names + of_lessons, told)


def _cells(facts: MonthFacts, branch: str, rows: Sequence[MonthRow]) -> tuple[Cell, ...]:
    calls = {call for each in facts.due if each.branch == branch for call in facts.called.get(each.id, ())}
    answers = sum(row.answered for row in rows), sum(row.correct for row in rows)
    by_lesson = (_figures([row.by_lesson[n] for row in rows]) for n in range(len(facts.lessons)))
    parts = [cell for figures in by_lesson for cell in figures]
    return (branch, *_figures([row.stands for row in rows]), *answers, len(calls), *parts)


def _figures(stands: Sequence[Stands]) -> tuple[Cell, ...]:
    done = sum(each in DONE for each in stands)
    return (len(stands), *map(stands.count, STANDS), round(done / len(stands), 4))


def page(basis: Basis) -> tuple[Sheet, ...]:
    standings = month.standings(basis.facts)
    followed = ring.followed_up(standings, basis.facts, basis.followed)
    told = month.sentences(basis.facts, month.count(standings), basis.words, followed)
    first = replace(month_sheet.sheet(basis), above=tuple(told))
    if not basis.facts.lessons:
        return (replace(first, cells=()),)
    help_wanted = helping.sheet(basis)
    return (first, help_wanted) if help_wanted.cells and not basis.several else (first,)
