"""Those who have not heard a lesson whole yet, to be rung or seen: what happened, and what would help. It is a list of
people to help, not of people who failed."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.records.numbers import masked
from ivr.reports import columns, ring, study
from ivr.reports.columns import Basis, BriefBasis, Row
from ivr.reports.sheet import Sheet

KEYS = ("n", "branch", "name", "phone_masked", "situation", "help", "result", "day")
BRIEF = ("branch", "left", "followed")


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "helping_title", keys, rows(basis))


def brief(basis: BriefBasis) -> Sheet:
    """Of thousands, how many wait in each branch in which somebody does, as on the page of whom to ring."""
    return columns.sheet(basis, "helping_title", BRIEF, brief_rows(basis))


def brief_rows(basis: BriefBasis) -> Iterator[Row]:
    """By district and branch."""
    waiting = ring.by_branch(basis.facts, basis.followed)
    for place in basis.places:
        if theirs := waiting.get(place.name):
            yield {"branch": place.name, "left": theirs.left, "followed": theirs.followed}


def rows(basis: Basis) -> Iterator[Row]:
    for n, row in enumerate(ring.rows(basis.facts, basis.followed), 1):
        yield {
            "n": n,
            "branch": row.month.branch,
            "name": row.month.name,
            "phone_masked": basis.joined(map(masked, row.person.phones)),
            "situation": study.reason(row.month, basis.words),
            "help": study.help_for(row.month, basis.words),
            "result": basis.words.say("semicolon").join(filter(None, (done.told(basis.words) for done in row.done))),
            "day": row.done[-1].day if row.done else None,
        }
