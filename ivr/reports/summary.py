"""One row for each branch in the month: what a township is sent. Branches are not ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ivr.records.roster import Placed
from ivr.reports import columns, member, month
from ivr.reports.columns import BriefBasis, Row
from ivr.reports.facts import Key
from ivr.reports.member import DONE, Studying
from ivr.reports.month import Standing
from ivr.reports.sheet import Sheet

KEYS = (
    *("n", "unit", "month", "district", "branch", "secretary", "enrolled", "due", "excused", "lessons"),
    *("phone_times", "visit_times", "meeting_times", "share", "hours_month", "hours_year", "reached", "idle", "helped"),
    *("problems", "plans", "filled_by", "checked_by", "contact", "filled_on"),
)
TIMES = {"heard": "phone_times", "visited": "visit_times", "met": "meeting_times"}


def sheet(basis: BriefBasis) -> Sheet:
    return columns.sheet(basis, "summary_title", KEYS, rows(basis))


def rows(basis: BriefBasis) -> Iterator[Row]:
    """By district and branch; none where the record begins later."""
    if basis.facts.begins:
        return
    people: defaultdict[str, list[Placed]] = defaultdict(list)
    for person in basis.facts.people:
        people[person.branch].append(person)
    met = member.met(basis.facts)
    stands, times = month.by_branch(month.standings_of(basis.facts, met)), _times(basis, met)
    for n, place in enumerate(basis.places, 1):
        told = _row(basis, people[place.name], stands.get(place.name, []), times[place.name])
        yield {"n": n, "district": place.district, "branch": place.name, **told}


def whole(basis: BriefBasis) -> Row:
    """All of the branches together: what the single blanks of a township's own form are filled with."""
    met = member.met(basis.facts)
    times = {key: sum(theirs[key] for theirs in _times(basis, met).values()) for key in TIMES.values()}
    branches = basis.joined(place.name for place in basis.places)
    return {"branch": branches, **_row(basis, basis.facts.people, month.standings_of(basis.facts, met), times)}


def _times(basis: BriefBasis, met: Mapping[Key, Studying]) -> defaultdict[str, dict[str, int]]:
    """How many times a lesson was studied whole, by branch and way."""
    branch = {person.id: person.branch for person in basis.facts.people}
    times: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TIMES.values(), 0))
    for (who, _), each in met.items():
        if each.stands in DONE:
            times[branch[who]][TIMES[each.stands]] += 1
    return times


def _row(basis: BriefBasis, people: Sequence[Placed], stands: Sequence[Standing], times: Mapping[str, int]) -> Row:
    asked = [person.id for person in people if person.id not in basis.facts.excused]
    counted, lessons = month.count(stands), [lesson.lesson for lesson in basis.facts.lessons]
    secretaries = sorted(basis.secretaries[each.id] for each in people if each.id in basis.secretaries)
    idle = {each.member for each in stands if each.stands == "not_yet" and not each.excused}
    confirmed = sum(basis.facts.hours.get((member, lesson), 0) for member in asked for lesson in lessons)
    return {
        "unit": basis.name,
        "month": basis.facts.period.month,
        "secretary": basis.joined(name for _, name in secretaries),
        "enrolled": len(people),
        "due": counted.due,
        "excused": counted.excused,
        "lessons": len(lessons),
        **times,
        "share": month.share(counted.done, counted.due, basis.words) if lessons else "",
        "hours_month": _per_head(confirmed, len(asked)),
        "hours_year": _per_head(sum(basis.year_tenths.get(member, 0) for member in asked), len(asked)),
        "reached": sum(basis.year_tenths.get(person.id, 0) >= 10 * basis.rules.year_hours for person in people),
        "idle": len(idle & basis.idle_before) if lessons else 0,
        "helped": sum(each.waits for each in stands) if lessons else 0,
    }


def _per_head(tenths: int, heads: int) -> float:
    return round(tenths / 10 / heads, 2) if heads else 0.0
