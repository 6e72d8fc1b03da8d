"""One row for each branch in the month: what a township is sent. Branches are not ranked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ivr.records.roster import Enrolled
from ivr.reports import columns, month, study
from ivr.reports.columns import Basis, Row
from ivr.reports.month import MonthRow
from ivr.reports.sheet import Sheet
from ivr.reports.study import Study

KEYS = (
    *("n", "unit", "month", "district", "branch", "secretary", "enrolled", "due", "excused", "lessons"),
    *("phone_times", "visit_times", "meeting_times", "share", "hours_month", "hours_year", "reached", "idle", "helped"),
    *("problems", "plans", "filled_by", "checked_by", "contact", "filled_on"),
)


def sheet(basis: Basis) -> Sheet:
    return columns.sheet(basis, "summary_title", KEYS, rows(basis))


def rows(basis: Basis) -> Iterator[Row]:
    """By district and branch; none where the record begins later."""
    if basis.facts.begins:
        return
    theirs: dict[str, list[Study]] = {}
    for row in study.rows(basis):
        theirs.setdefault(row.person.branch, []).append(row)
    months = month.by_branch(month.rows(basis.facts))
    people: dict[str, list[Enrolled]] = {}
    for person in basis.facts.people:
        people.setdefault(person.branch, []).append(person)
    for n, place in enumerate(basis.places, 1):
        of = (people.get(place.name, []), theirs.get(place.name, []), months.get(place.name, []))
        yield {"n": n, "district": place.district, "branch": place.name, **_row(basis, *of)}


def whole(basis: Basis) -> Row:
    """All of the branches together: what the single blanks of a township's own form are filled with."""
    branches = basis.joined(place.name for place in basis.places)
    months = month.rows(basis.facts)
    return {"branch": branches, **_row(basis, basis.facts.people, list(study.rows(basis)), months)}


def _row(basis: Basis, people: Iterable[Enrolled], studied: list[Study], months: list[MonthRow]) -> Row:
    everybody = list(people)
    asked = [person for person in everybody if person.id not in basis.facts.excused]
    counted = month.count(months)
    due = {row.person.id: row for row in studied if row.is_due}
    done = [row.stands for row in studied if row.is_done]
    return {
        "unit": basis.name,
        "month": basis.facts.period.month,
        "secretary": basis.joined(person.name for person in everybody if person.role == "secretary"),
        "enrolled": len(everybody),
        "due": counted.due,
        "excused": counted.excused,
        "lessons": len(basis.facts.lessons),
        "phone_times": done.count("heard"),
        "visit_times": done.count("visited"),
        "meeting_times": done.count("met"),
        "share": month.share(counted.done, counted.due, basis.words) if basis.facts.lessons else "",
        "hours_month": _per_head(sum(row.confirmed for row in studied if row.is_due), len(asked)),
        "hours_year": _per_head(sum(basis.year_tenths.get(person.id, 0) for person in asked), len(asked)),
        "reached": sum(basis.year_tenths.get(person.id, 0) >= 10 * basis.rules.year_hours for person in everybody),
        "idle": len(_idle(due, studied) & basis.idle_before),
        "helped": sum(row.waits for row in months),
    }


def _idle(due: Iterable[int], studied: Iterable[Study]) -> set[int]:
    """Those who heard nothing of any lesson, though there was one."""
    return set(due) - {row.person.id for row in studied if row.stands != "not_yet"}


def _per_head(tenths: int, heads: int) -> float:
    return round(tenths / 10 / heads, 2) if heads else 0.0
