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
    ids = {person.number: person.id for person in facts.people}
    by_hand = facts.by_hand()
    return [
        HoursRow(
            ids[row.number],
            row,
            suggested(row, (ids[row.number], row.lesson) in by_hand, hour_minutes),
            facts.hours.get((ids[row.number], row.lesson), 0),
        )
        for row in member.rows(facts)
        if row.completed or row.heard_at_least_s or (ids[row.number], row.lesson) in facts.hours
    ]


def suggested(row: Studied, by_hand: bool, hour_minutes: int) -> int:
    """Tenths: for what was surely heard; for all of it where a secretary wrote down that it was studied."""
    heard_s = row.length_s if by_hand else row.heard_at_least_s
    return hours.suggested(round(heard_s * 1000), round(row.length_s * 1000), hour_minutes)


def written(tenths: int) -> str:
    """0.3"""
    return f"{tenths // 10}.{tenths % 10}"
