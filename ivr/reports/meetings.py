"""The record page of a meeting: what a secretary wrote down about it, who was absent by that, and blanks for
everything else, to be written by hand and signed. Without a meeting in the month, a blank page for each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ivr.records.occasions import Kept
from ivr.records.places import Place
from ivr.reports import columns
from ivr.reports.columns import Basis, Row
from ivr.reports.facts import is_enrolled
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
        enrolled = {"enrolled": members[place.name]}
        for kept in held:
            yield {**enrolled, **_meeting(basis, place, kept)}
        if not held:
            yield {"branch": place.name, **enrolled}


def _meeting(basis: Basis, place: Place, kept: Kept) -> Row:
    """Who was there is who the secretary wrote was there; of the others, those were expected who are to study."""
    what = kept.what
    names = {person.id: person.name for person in basis.facts.people}
    absent = [
        person.name
        for person in basis.facts.due
        if person.branch == place.name and person.id not in what.members and is_enrolled(person, what.day)
    ]
    title = next((each.title for each in basis.facts.lessons if each.lesson == what.lesson), what.lesson)
    return {
        "branch": place.name,
        "meeting": what.topic,
        "day": what.day,
        "place": what.place,
        "host": what.host,
        "expected": len(what.members) + len(absent),
        "present": len(what.members),
        "attended": basis.joined(names[member] for member in what.members if member in names),
        "absent": basis.joined(absent),
        "agenda": basis.words.say("studied_together", title=title) if title else "",
        "content": what.note,
    }
