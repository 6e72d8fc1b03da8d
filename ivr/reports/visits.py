"""One row for each home visit that was logged by telephone: who was with whom, and whether it was confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.reports.facts import Facts
from ivr.reports.queries import VisitFact
from ivr.reports.sheet import Sheet, sheet_of

TALK = "谈话"


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit. `visited` is local; `lesson` was heard, None for a talk; only what the member `confirmed` counts as a
    visit; `note` is the recording that the visitor left (`ivr questions play`)."""

    visited: datetime
    visitor: str
    visitor_number: str
    member: str
    number: str
    branch: str
    lesson: str | None
    title: str | None
    confirmed: bool
    note: int | None
    call: int


def rows(facts: Facts) -> list[VisitRow]:
    """In the order they were. Of one branch, or one member: who visited, and who was visited."""
    ids = {person.id for person in facts.people}
    return [_row(facts, visit) for visit in facts.visits if not ids.isdisjoint((visit.visitor_id, visit.member_id))]


def _row(facts: Facts, visit: VisitFact) -> VisitRow:
    heard = facts.versions.get(visit.edition)
    return VisitRow(
        facts.period.local(visit.at).replace(microsecond=0),
        visit.visitor,
        visit.visitor_number,
        visit.member,
        visit.number,
        visit.branch,
        heard.lesson if heard else visit.edition or None,
        heard.title if heard else visit.edition or None,
        visit.confirmed,
        visit.note,
        visit.call_id,
    )


def table(facts: Facts) -> Sheet:
    return sheet_of(VisitRow, rows(facts))


def page(facts: Facts) -> tuple[Sheet, ...]:
    visits = rows(facts)
    headings = ("时间", "来访人", "学员", "支部", "内容", "本人确认", "走访记录")
    cells = tuple(
        (
            f"{row.visited:%m-%d %H:%M}",
            row.visitor,
            row.member,
            row.branch,
            f"《{row.title}》" if row.title else TALK,
            "已确认" if row.confirmed else "没有确认",
            f"录音 {row.note}" if row.note else "",
        )
        for row in visits
    )
    above = f"{len(visits)} 次上门，本人确认 {sum(row.confirmed for row in visits)} 次。"
    return (Sheet(f"上门情况　{facts.period.words}", headings, cells, (above,)),)
