"""Those who have not heard a lesson whole yet, to be rung or seen: what happened, and what would help. It is a list of
people to help, not of people who failed."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.records.numbers import masked
from ivr.reports import columns, month, study
from ivr.reports.columns import Basis, Row
from ivr.reports.month import DONE
from ivr.reports.sheet import Sheet

KEYS = ("n", "branch", "name", "phone_masked", "situation", "help", "result", "day")


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "helping_title", keys, rows(basis))


def rows(basis: Basis) -> Iterator[Row]:
    """By branch and member number; nobody in a month without a lesson."""
    waiting = (
        (person, row)
        for person, row in zip(basis.facts.people, month.rows(basis.facts), strict=True)
        if row.stands not in DONE and not row.excused and basis.facts.lessons
    )
    for n, (person, row) in enumerate(waiting, 1):
        followed = basis.followed.get(person.id)
        yield {
            "n": n,
            "branch": row.branch,
            "name": row.name,
            "phone_masked": basis.joined(map(masked, person.phones)),
            "situation": study.reason(row, basis),
            "help": study.help_for(row, basis),
            "result": followed.outcome if followed else "",
            "day": basis.facts.period.local(followed.at).date() if followed else None,
        }
