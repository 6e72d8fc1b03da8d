"""The record page of a meeting: what a secretary wrote down about it, who was absent by that, and blanks for
everything else, to be written by hand and signed. Without a meeting in the month, a blank page for each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
    that day, in the branch as it is now: when somebody moved to another one is not kept."""
    exempt = basis.facts.on_the_day[what.day]
    ours = [person for person in basis.facts.ever if person.branch == place.name]
    there = [person.name for person in basis.facts.ever if person.id in what.members]
    since = max(what.day, min((each.enrolled_on or what.day for each in ours), default=what.day))  # the first roster
    members = [
        each for each in ours if each.id in what.members or (is_enrolled(each, since) and not has_left(exempt, each.id))
    ]
    absent = [each.name for each in members if each.id not in what.members and each.id not in exempt]
    title = next((each.title for each in basis.facts.lessons if each.lesson == what.lesson), what.lesson)
    return {
        "branch": place.name,
        "meeting": what.topic,
        "day": what.day,
        "place": what.place,
        "host": what.host,
        "enrolled": len(members),
        "expected": len(what.members) + len(absent),
        "present": len(what.members),
        "attended": basis.joined(there),
        "absent": basis.joined(absent),
        "agenda": basis.words.say("studied_together", title=title) if title else "",
        "content": what.note,
    }
