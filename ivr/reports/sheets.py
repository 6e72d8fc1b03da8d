"""Every sheet that can be printed or taken away, by its name; and what each is made from, gathered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.config import RecordSettings
from ivr.records import follow_ups, hours, places
from ivr.records.follow_ups import Followed
from ivr.records.places import Place
from ivr.records.roster import enrolled, secretaries
from ivr.reports import (
    detail,
    facts,
    helping,
    home_visits,
    ledger,
    meetings,
    month_sheet,
    queries,
    summary,
)
from ivr.reports.columns import Basis, BriefBasis
from ivr.reports.facts import BriefFacts, Whom
from ivr.reports.period import Period, of_month
from ivr.reports.sheet import Sheet
from ivr.vocabulary import Vocabulary

SHEETS: Mapping[str, Callable[[Basis], Sheet]] = {
    "ledger": ledger.sheet,
    "detail": detail.sheet,
    "summary": summary.sheet,
    "visits": home_visits.sheet,
    "meetings": meetings.sheet,
    "helping": helping.sheet,
}
BRIEFS: Mapping[str, Callable[[BriefBasis], Sheet]] = {  # of many branches, on the page
    "ledger": ledger.brief,
    "detail": detail.brief,
    "helping": helping.brief,
}
BY_BRANCH: Mapping[str, Callable[[BriefBasis], Sheet]] = {"summary": summary.sheet}  # briefly, that is the whole
PAGES: Mapping[str, Callable[[Basis], Sheet]] = {"month": month_sheet.sheet, **SHEETS}
LOOKS_BACK = ("summary",)  # at the months before


@dataclass(frozen=True, slots=True)
class Asked:
    """A month of these branches, called `name` together; of a single one if not `several`. The hours of the year, and
    whether somebody had not studied the month before, are only looked up where it `looks_back`."""

    period: Period
    catalogue: Catalogue
    branches: tuple[Place, ...]
    name: str
    words: Vocabulary
    rules: RecordSettings
    several: bool = True
    looks_back: bool = True

    @property
    def ids(self) -> frozenset[int]:
        """Of the branches."""
        return frozenset(place.id for place in self.branches)


class _Besides(TypedDict, total=False):
    """What a basis has besides the facts."""

    followed: Mapping[int, Followed]
    secretaries: Mapping[int, tuple[str, str]]
    idle_before: frozenset[int]
    year_tenths: Mapping[int, int]


def gather(connection: Connection, asked: Asked, whom: Whom | None = None) -> Basis:
    """What was asked for, or only of those in these branches whom it is about. Raises NotEnrolled."""
    whom = whom or Whom(within=asked.ids)
    told = facts.gather_month(connection, asked.period, asked.catalogue, asked.rules.completed_share, whom)
    visits = tuple(queries.visits(connection, queries.in_month(asked.period)))
    besides = _besides(connection, asked, told, whom)
    return Basis(told, asked.branches, asked.name, asked.words, asked.rules, asked.several, **besides, visits=visits)


def gather_brief(connection: Connection, asked: Asked) -> BriefBasis:
    """As gather, of nobody by name."""
    told = facts.gather_brief(connection, asked.period, asked.catalogue, asked.rules.completed_share, asked.ids)
    besides = _besides(connection, asked, told, Whom(within=asked.ids))
    return BriefBasis(told, asked.branches, asked.name, asked.words, asked.rules, asked.several, **besides)


def _besides(connection: Connection, asked: Asked, told: BriefFacts, whom: Whom) -> _Besides:
    month = asked.period.month
    besides: _Besides = {"followed": follow_ups.of_month(connection, month, [person.id for person in told.people])}
    if asked.looks_back:
        last = of_month(f"{asked.period.first - timedelta(days=1):%Y-%m}", asked.period.zone)
        members = facts.members_of(whom, told.people)
        studied = (last, asked.catalogue, asked.rules.completed_share)
        besides["secretaries"] = secretaries(connection, members)
        besides["idle_before"] = facts.idle(connection, *studied, members, told.ever)
        besides["year_tenths"] = hours.of_year(connection, month, members)
    return besides


def about(
    connection: Connection, period: Period, catalogue: Catalogue, whom: Whom, words: Vocabulary, rules: RecordSettings
) -> Basis:
    """The month of everybody, or of those asked for, with their branches. Raises NotEnrolled."""
    theirs = {person.branch for person in enrolled(connection, whom.branch, whom.member)}
    found = places.seen_by(connection, "county", None)
    branches = tuple(place for place in found if whom.everybody or place.name in theirs)
    several = len(branches) != 1
    name = words.names["county"] if several else branches[0].name
    return gather(connection, Asked(period, catalogue, branches, name, words, rules, several, looks_back=False), whom)
