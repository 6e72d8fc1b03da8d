"""The register of study brought home: visits logged by telephone and confirmed by whoever was visited, and visits that
a secretary wrote down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ivr.records.roster import Enrolled
from ivr.reports import columns
from ivr.reports.columns import Basis, Row
from ivr.reports.facts import Version
from ivr.reports.sheet import Sheet

KEYS = (
    *("n", "day", "branch", "visited_name", "age", "visit_reason", "visitor", "visit_way", "title", "gist", "length"),
    *("feedback", "member_signature", "visitor_signature", "photos", "evidence"),
)


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "visits_title", keys, rows(basis))


def rows(basis: Basis) -> Iterator[Row]:
    """By day."""
    people = {person.id: person for person in basis.facts.people}
    told = sorted([*_by_telephone(basis, people), *_written(basis, people)], key=lambda each: (each[0], each[1].number))
    for n, (day, person, row) in enumerate(told, 1):
        yield {"n": n, "day": day, **_person(basis, person), **row}


def _person(basis: Basis, person: Enrolled) -> Row:
    excused = basis.facts.excused.get(person.id)
    return {
        "branch": person.branch,
        "visited_name": person.name,
        "age": columns.age(person, basis.facts.period.last),
        "visit_reason": excused.reason if excused else "",
    }


def _by_telephone(basis: Basis, people: Mapping[int, Enrolled]) -> Iterator[tuple[date, Enrolled, Row]]:
    """What nobody confirmed does not count."""
    facts = basis.facts
    for visit in basis.visits:
        if visit.confirmed and visit.member_id in people:
            lesson = facts.versions.get(visit.edition)
            way = {"visitor": visit.visitor, "visit_way": basis.words.say("at_home")}
            evidence = basis.words.say("evidence_calls", numbers=visit.call_id)
            yield (
                facts.period.local(visit.at).date(),
                people[visit.member_id],
                {**way, **_lesson(lesson), "evidence": evidence},
            )


def _written(basis: Basis, people: Mapping[int, Enrolled]) -> Iterator[tuple[date, Enrolled, Row]]:
    ours = {place.id for place in basis.places}
    lessons = {version.lesson: version for version in (*basis.facts.versions.values(), *basis.facts.lessons)}
    for kept in basis.facts.occasions:
        what = kept.what
        if what.kind != "visit" or kept.branch_id not in ours:
            continue
        gist = basis.words.say("semicolon").join(filter(None, (what.topic, what.note)))
        evidence = basis.words.say("evidence_written", numbers=kept.id)
        told = {"visitor": what.host, "visit_way": basis.words.say("at_home"), "gist": gist, "evidence": evidence}
        for member in what.members:
            if member in people:
                yield what.day, people[member], {**told, **_lesson(lessons.get(what.lesson or ""))}


def _lesson(lesson: Version | None) -> Row:
    return {"title": lesson.title, "length": round(lesson.length_ms / 60_000, 1)} if lesson else {}
