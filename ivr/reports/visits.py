"""One row for each member and home visit: visits that were logged by telephone, and those that a secretary wrote down.
Of branches that the report is not about, nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from ivr.records.roster import Enrolled
from ivr.reports.columns import Basis
from ivr.reports.facts import Version
from ivr.reports.queries import VisitFact
from ivr.reports.sheet import Sheet, sheet_of
from ivr.vocabulary import Vocabulary


class VisitRow(Struct, frozen=True, gc=False):
    """A visit, on a local `day`; `at` is the local time of one that was logged by telephone. `lesson` was studied, None
    for a talk; `said` is what was talked about, with `remarks` besides, as they were written down. Only what the member
    `confirmed` counts; None where a secretary wrote it down, which counts. `note` is the recording that the visitor
    left (`ivr questions play`). It can be looked up by the number of its `call`, or of what was `written`. Numbers are
    None for somebody of another branch."""

    day: date
    at: datetime | None
    visitor: str
    visitor_number: str | None
    member: str
    number: str | None
    branch: str
    lesson: str | None
    title: str | None
    length_s: float | None
    said: str
    remarks: str
    confirmed: bool | None
    note: int | None
    call: int | None
    written: int | None


def rows(basis: Basis) -> list[VisitRow]:
    """By day and member number. Who was visited is one of those the report is about, or who visited is."""
    told = [*_by_telephone(basis), *_written(basis)]
    return sorted(told, key=lambda row: (row.day, row.number or "", row.call or 0, row.written or 0))


def _by_telephone(basis: Basis) -> Iterator[VisitRow]:
    ours = {person.id for person in basis.facts.ever}
    for visit in basis.visits:
        if not ours.isdisjoint((visit.member_id, visit.visitor_id)):
            yield _logged(basis, visit)


def _logged(basis: Basis, visit: VisitFact) -> VisitRow:
    named = {place.name for place in basis.places}
    is_visitor, is_member = visit.visitor_branch in named, visit.branch in named
    lesson = basis.facts.versions.get(visit.edition)
    at = basis.facts.period.local(visit.at).replace(microsecond=0)
    return VisitRow(
        at.date(),
        at,
        visit.visitor if is_visitor else basis.words.say("visitor_elsewhere"),
        visit.visitor_number if is_visitor else None,
        visit.member if is_member else basis.words.say("call_somebody_else"),
        visit.number if is_member else None,
        visit.branch,
        *_studied(lesson, visit.edition),
        said="",
        remarks="",
        confirmed=visit.confirmed,
        note=visit.note,
        call=visit.call_id,
        written=None,
    )


def _written(basis: Basis) -> Iterator[VisitRow]:
    """What these branches wrote down about their own members, also of who has left since."""
    facts = basis.facts
    branches, people = {place.id for place in basis.places}, {person.id: person for person in facts.ever}
    lessons = {version.lesson: version for version in (*facts.versions.values(), *facts.lessons)}
    for kept in facts.occasions:
        what = kept.what
        if what.kind == "visit" and kept.branch_id in branches:
            studied = _studied(lessons.get(what.lesson or ""), what.lesson or "")
            for person in (people[member] for member in what.members if member in people):
                told = (*_who(person), *studied, what.topic, what.note)
                yield VisitRow(what.day, None, what.host, None, *told, None, None, None, kept.id)


def _talked_of(row: VisitRow, words: Vocabulary) -> str:
    return words.say("semicolon").join(filter(None, (row.said, row.remarks)))


def _who(person: Enrolled) -> tuple[str, str, str]:
    return person.name, person.number, person.branch


def _studied(lesson: Version | None, named: str) -> tuple[str | None, str | None, float | None]:
    """The lesson, its title and its length; of one that nobody knows any more, what it was called."""
    if lesson:
        return lesson.lesson, lesson.title, round(lesson.length_ms / 1000, 1)
    return named or None, named or None, None


def table(basis: Basis) -> Sheet:
    return sheet_of(VisitRow, rows(basis))


def page(basis: Basis) -> tuple[Sheet, ...]:
    words, visits = basis.words, rows(basis)
    keys = (
        "col_day",
        "col_visitor",
        "col_visited_name",
        "col_branch",
        "col_title",
        "visit_confirmed",
        "call_left_note",
    )
    cells = tuple(
        (
            f"{row.at:%m-%d %H:%M}" if row.at else f"{row.day:%m-%d}",
            row.visitor,
            row.member,
            row.branch,
            words.say("title", title=row.title) if row.title else words.say("no_lesson_visit"),
            words.say("visit_written" if row.confirmed is None else "yes" if row.confirmed else "no"),
            words.say("visit_recording", n=row.note) if row.note else _talked_of(row, words),
        )
        for row in visits
    )
    counted = [row.confirmed for row in visits]
    above = words.say("visits_count", n=len(counted), confirmed=counted.count(True), written=counted.count(None))
    title = words.say("visits_title", place=basis.name, month=basis.month)
    return (Sheet(title, tuple(map(words.say, keys)), cells, (above,)),)
