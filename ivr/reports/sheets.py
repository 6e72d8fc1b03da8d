"""Every sheet that can be printed or taken away, by its name; and what each is made from, gathered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.config import RecordSettings
from ivr.records import follow_ups, hours, places
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


def gather(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    branches: tuple[Place, ...],
    name: str,
    words: Vocabulary,
    rules: RecordSettings,
    *,
    several: bool = True,
    looks_back: bool = True,
    whom: Whom | None = None,
) -> Basis:
    """The month of these branches, called `name` together, or only of those in them whom it is about; the hours of
    the year, and whether somebody had not studied the month before, are only known where it `looks_back`. Raises
    NotEnrolled."""
    whom = whom or Whom(within=frozenset(place.id for place in branches))
    told = facts.gather_month(connection, period, catalogue, rules.completed_share, whom)
    besides = _besides(connection, catalogue, rules, told, whom, looks_back=looks_back)
    visits = tuple(queries.visits(connection, queries.in_month(period)))
    return Basis(told, branches, name, words, rules, several, **besides, visits=visits)


def gather_brief(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    branches: tuple[Place, ...],
    name: str,
    words: Vocabulary,
    rules: RecordSettings,
    *,
    several: bool = True,
    looks_back: bool = True,
) -> BriefBasis:
    """As gather, of nobody by name."""
    within = frozenset(place.id for place in branches)
    told = facts.gather_brief(connection, period, catalogue, rules.completed_share, within)
    besides = _besides(connection, catalogue, rules, told, Whom(within=within), looks_back=looks_back)
    return BriefBasis(told, branches, name, words, rules, several, **besides)


def _besides(
    connection: Connection,
    catalogue: Catalogue,
    rules: RecordSettings,
    told: BriefFacts,
    whom: Whom,
    *,
    looks_back: bool,
) -> dict[str, Any]:
    """What a basis has besides the facts."""
    people = [person.id for person in told.people]
    besides: dict[str, Any] = {"followed": follow_ups.of_month(connection, told.period.month, people)}
    if looks_back:
        last = of_month(f"{told.period.first - timedelta(days=1):%Y-%m}", told.period.zone)
        members = facts.members_of(whom, told.people)
        besides["secretaries"] = secretaries(connection, members)
        besides["idle_before"] = facts.idle(connection, last, catalogue, rules.completed_share, members, told.ever)
        besides["year_tenths"] = hours.of_year(connection, told.period.month, members)
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
    told = (period, catalogue, branches, name, words, rules)
    return gather(connection, *told, several=several, looks_back=False, whom=whom)
