"""The register of study brought home: visits logged by telephone and confirmed by whoever was visited, and visits that
a secretary wrote down."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.reports import columns, visits
from ivr.reports.columns import Basis, Row
from ivr.reports.sheet import Sheet
from ivr.reports.visits import VisitRow

KEYS = (
    *("n", "day", "branch", "visited_name", "age", "visit_reason", "visitor", "visit_way", "title", "gist", "length"),
    *("feedback", "member_signature", "visitor_signature", "photos", "evidence", "remarks"),
)


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "visits_title", keys, rows(basis))


def rows(basis: Basis) -> Iterator[Row]:
    """By day; what nobody confirmed does not count."""
    people = {person.number: person for person in basis.facts.ever}
    counted = [row for row in visits.rows(basis) if row.confirmed is not False and row.number in people]
    for n, row in enumerate(counted, 1):
        person = people[row.number or ""]
        excused = basis.facts.excused.get(person.id)
        yield {
            "n": n,
            "day": row.day,
            "branch": row.branch,
            "visited_name": row.member,
            "age": columns.age(person, basis.facts.period.last),
            "visit_reason": excused.reason if excused else "",
            "visitor": row.visitor,
            "visit_way": basis.words.say("at_home"),
            "title": row.title or "",
            "gist": row.said,
            "length": round(row.length_s / 60, 1) if row.length_s else "",
            "evidence": _evidence(row, basis),
            "remarks": row.remarks,
        }


def _evidence(row: VisitRow, basis: Basis) -> str:
    text = "evidence_calls" if row.call else "evidence_written"
    return basis.words.say(text, numbers=row.call or row.written)
