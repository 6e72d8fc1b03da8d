"""The month's page as a sheet: the cells that stand on it, of one branch by its members, of several by branch."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.reports import columns, month, study
from ivr.reports.columns import Basis, Row
from ivr.reports.member import STANDS, clock, signed
from ivr.reports.sheet import Cell, Sheet

OF_MEMBERS = ("n", "name", "stands_sign", "lessons_done", "heard_time", "marks", "month_calls", "last_day", "situation")
OF_BRANCHES = ("district", "branch", "due", *(f"count_{stands}" for stands in STANDS), "share")


def sheet(basis: Basis) -> Sheet:
    if not basis.several:
        left_out = () if len(basis.facts.lessons) > 1 else ("lessons_done",)
        keys = tuple(key for key in OF_MEMBERS if key not in left_out)
        return columns.sheet(basis, "month_title", keys, _members(basis))
    left_out = () if len({place.district for place in basis.places}) > 1 else ("district",)
    keys = tuple(key for key in OF_BRANCHES if key not in left_out)
    return columns.sheet(basis, "overview_title", keys, _branches(basis))


def _members(basis: Basis) -> Iterator[Row]:
    for n, row in enumerate(month.rows(basis.facts), 1):
        yield {
            "n": n,
            "name": row.name,
            "stands_sign": signed(row.stands, basis.words, row.ways) if row.by_lesson else "",
            "lessons_done": f"{row.lessons_done}/{len(row.by_lesson)}" if row.by_lesson else "",
            "heard_time": clock(row.heard_s),
            "marks": f"{row.correct}/{row.asked}" if row.asked else "",
            "month_calls": row.calls or None,
            "last_day": f"{row.last_day:%m-%d}" if row.last_day else "",
            "situation": study.situation(row, basis.words),
        }


def _branches(basis: Basis) -> Iterator[Row]:
    """None where the record begins later; how they stand in a month without a lesson is left blank."""
    theirs = month.by_branch(month.standings(basis.facts))
    for place in () if basis.facts.begins else basis.places:
        count = month.count(theirs.get(place.name, ()))
        stands: dict[str, Cell] = {f"count_{each}": getattr(count, each) for each in STANDS}
        stood = {**stands, "share": month.share(count.done, count.due, basis.words)} if basis.facts.lessons else {}
        yield {"district": place.district, "branch": place.name, "due": count.due, **stood}
