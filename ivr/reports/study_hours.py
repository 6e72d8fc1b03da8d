"""Hours of study: what the line suggests for each member and lesson, and what was confirmed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ivr.records import hours
from ivr.reports import member
from ivr.reports.facts import BriefFacts, MonthFacts
from ivr.reports.member import Studied, Studying


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A member in a lesson of which something was studied; tenths of an hour."""

    member_id: int
    studied: Studied
    suggested: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows of hours a branch has that can be confirmed, and how many of them are."""

    rows: int
    confirmed: int


def rows(facts: MonthFacts, hour_minutes: int) -> list[HoursRow]:
    """By branch, member number and lesson; who studied nothing is left out."""
    rows = ((row, facts.hours.get((row.person.id, row.lesson), 0)) for row in member.rows(facts))
    return [
        HoursRow(row.person.id, row, suggested(row, hour_minutes), confirmed)
        for row, confirmed in rows
        if confirmed or _is_studied(row)
    ]


def by_branch(facts: BriefFacts, hour_minutes: int) -> dict[str, Counted]:
    """By the name of each branch in which something was studied."""
    branch = {person.id: person.branch for person in facts.people}
    lessons = {lesson.lesson for lesson in facts.lessons}
    confirmed = {key for key, tenths in facts.hours.items() if key[0] in branch and key[1] in lessons}
    studied = {key: row for key, row in member.met(facts).items() if _is_studied(row)}
    to_tick = confirmed | {key for key, row in studied.items() if suggested(row, hour_minutes)}
    rows = Counter(branch[who] for who, _ in to_tick)
    of_these = Counter(branch[who] for who, _ in confirmed)
    return {branch[who]: Counted(rows[branch[who]], of_these[branch[who]]) for who, _ in studied.keys() | confirmed}


def _is_studied(row: Studying) -> bool:
    """Was anything of it studied?"""
    return row.completed or row.heard_at_least_s > 0


def suggested(row: Studying, hour_minutes: int) -> int:
    """Tenths: for what was surely heard; for all of it where a secretary wrote down that it was studied."""
    heard_ms = row.version.length_ms if row.by_hand else row.kept.heard_at_least_ms
    return hours.suggested(heard_ms, row.version.length_ms, hour_minutes)


def written(tenths: int) -> str:
    """0.3"""
    return f"{tenths // 10}.{tenths % 10}"
