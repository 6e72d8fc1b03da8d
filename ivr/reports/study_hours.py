"""Hours of study: what the line suggests for each member and lesson, and what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.records import hours
from ivr.reports import member
from ivr.reports.facts import MonthFacts
from ivr.reports.member import Studied


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A member in a lesson of which something was studied; tenths of an hour."""

    member_id: int
    studied: Studied
    suggested: int
    confirmed: int


def rows(facts: MonthFacts, hour_minutes: int) -> list[HoursRow]:
    """By branch, member number and lesson; who studied nothing is left out."""
    by_hand, met = facts.by_hand(), member.met(facts)
    found = []
    for person in facts.people:
        for lesson in facts.lessons:
            key = (person.id, lesson.lesson)
            row, confirmed = met.get(key), facts.hours.get(key, 0)
            if confirmed or (row and (row.completed or row.heard_at_least_s)):
                row = row or member.studied(facts, person, lesson, {})
                found.append(HoursRow(person.id, row, suggested(row, key in by_hand, hour_minutes), confirmed))
    return found


def suggested(row: Studied, by_hand: bool, hour_minutes: int) -> int:
    """Tenths: for what was surely heard; for all of it where a secretary wrote down that it was studied."""
    heard_s = row.length_s if by_hand else row.heard_at_least_s
    return hours.suggested(round(heard_s * 1000), round(row.length_s * 1000), hour_minutes)


def written(tenths: int) -> str:
    """0.3"""
    return f"{tenths // 10}.{tenths % 10}"
