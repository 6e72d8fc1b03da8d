"""The record page of a meeting: what a secretary wrote down about it, who was absent by that, and blanks for
everything else, to be written by hand and signed. Without a meeting in the month, a blank page for each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from ivr.records.occasions import Written
from ivr.records.places import Place
from ivr.reports import columns
from ivr.reports.columns import Basis, Row
from ivr.reports.facts import has_left, is_enrolled
from ivr.reports.sheet import Sheet

KEYS = (
    *("branch", "meeting", "day", "place", "host", "recorder", "enrolled", "expected", "present", "attended"),
    *("sitting_in", "absent", "agenda", "content", "speeches", "decisions", "host_signature", "recorder_signature"),
)


def sheet(basis: Basis) -> Sheet:
    return columns.sheet(basis, "meetings_title", KEYS, rows(basis), form=True)


def rows(basis: Basis) -> Iterator[Row]:
    """By branch and day."""
    members = Counter(person.branch for person in basis.facts.people)
    for place in basis.places:
        held = [each for each in basis.facts.occasions if each.what.kind == "meeting" and each.branch_id == place.id]
        for kept in held:
            yield _meeting(basis, place, kept.what)
        if not held:
            yield {"branch": place.name, "enrolled": members[place.name]}


def _meeting(basis: Basis, place: Place, what: Written) -> Row:
    """Who was there is who the secretary wrote was there; of the others, those were expected of whom study was asked on
    that day."""
    exempt = basis.facts.on_the_day[what.day]
    names = {person.id: person.name for person in basis.facts.ever}
    others = _members(basis, place, what.day) - set(what.members)
    left = {member for member in others if has_left(exempt, member)}
    absent = [names[member] for member in names if member in others and member not in exempt]
    there = [names[member] for member in names if member in what.members]
    if gone := len(what.members) - len(there):  # to a branch that is not on this sheet
        there.append(basis.words.say("moved_since", n=gone))
    title = next((each.title for each in basis.facts.lessons if each.lesson == what.lesson), what.lesson)
    together = basis.words.say("studied_together", title=title) if title else ""
    return {
        "branch": place.name,
        "meeting": what.topic or together,
        "day": what.day,
        "place": what.place,
        "host": what.host,
        "enrolled": len(what.members) + len(others - left),
        "expected": len(what.members) + len(absent),
        "present": len(what.members),
        "attended": basis.joined(there),
        "absent": basis.joined(absent),
        "agenda": together,
        "content": what.note,
    }


def _members(basis: Basis, place: Place, day: date) -> set[int]:
    """Of the branch as it is now: when somebody moved to it, with the day of their first roster, is not kept. Before
    the first roster they are those that were in it."""
    ours = [person for person in basis.facts.ever if person.branch == place.name]
    first = min((each.enrolled_on or day for each in ours), default=day)
    return {person.id for person in ours if is_enrolled(person, max(day, first))}
