"""All that the reports of a month are made from, gathered once: what each member studied; and, where a report is about
the calls themselves, those too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.records import exemptions, hours, occasions, strays, studied
from ivr.records.exemptions import Exempt
from ivr.records.occasions import Kept
from ivr.records.plays import HeardRow, heard_in
from ivr.records.roster import MOST_NAMED, Enrolled, Placed, enrolled, ids_within, placed
from ivr.records.strays import StrayKeys
from ivr.records.studied import StudiedRow
from ivr.reports import queries
from ivr.reports.period import Period
from ivr.reports.queries import CallFact, Members, Tried
from ivr.vocabulary import Vocabulary

Key = tuple[int, str]  # a member, a lesson


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a report is about: a branch by its name, a member by their number, some branches by their ids; else
    everybody."""

    branch: str | None = None
    member: str | None = None
    within: Collection[int] | None = None

    @property
    def everybody(self) -> bool:
        return self == EVERYBODY


EVERYBODY = Whom()


@dataclass(frozen=True, slots=True)
class Version:
    """An edition of a lesson: `questions` are their ids, `parts` the headings of what it counts; `code` is its author's
    number for it."""

    lesson: str
    edition: str
    title: str
    length_ms: int
    questions: tuple[str, ...]
    code: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefFacts:
    """A month, as far as branches are counted by it. `people` are those the report is about, `excused` those of them of
    whom study is not asked; where nobody of them was enrolled yet, the first one was on the day it `begins`. What they
    `studied` on the telephone; `occasions` are what was written down, `visited` the last visits that they confirmed
    on the telephone, `hours` what was confirmed, in tenths. `ever` is whoever was a member at any time."""

    period: Period
    people: tuple[Placed, ...]
    excused: Mapping[int, Exempt]
    begins: date | None
    everybody: bool
    studied: Mapping[Key, StudiedRow]
    occasions: tuple[Kept, ...]
    visited: Mapping[int, date]
    hours: Mapping[Key, int]
    versions: Mapping[str, Version]  # by edition
    lessons: tuple[Version, ...]  # the month's, oldest first, each in its newest edition
    ever: tuple[Placed, ...]

    def only(self, lesson: str) -> Self:
        """As if there were no other lesson."""
        return replace(self, lessons=tuple(each for each in self.lessons if each.lesson == lesson))

    def not_begun(self, words: Vocabulary) -> str:
        """That the record begins later, where it does."""
        if not self.begins:
            return ""
        month = words.say("month", year=self.begins.year, month=self.begins.month)
        return words.say("record_begins", month=month)

    def by_hand(self) -> dict[Key, dict[str, date]]:
        """By member and lesson: how it was studied off the telephone, in a visit or a meeting, and when first."""
        kinds: dict[Key, dict[str, date]] = {}
        for kept in self.occasions:
            if kept.what.lesson:
                for member in kept.what.members:
                    kinds.setdefault((member, kept.what.lesson), {}).setdefault(kept.what.kind, kept.what.day)
        return kinds


@dataclass(frozen=True, slots=True)
class MonthFacts(BriefFacts):
    """And who they are; which calls count for each, and when these began (`called`); of each meeting's day, of whom
    study was not asked `on_the_day`: a meeting's record says how it stood then."""

    people: tuple[Enrolled, ...]
    ever: tuple[Enrolled, ...]
    called: Mapping[int, Mapping[int, datetime]]
    on_the_day: Mapping[date, Mapping[int, Exempt]]

    @property
    def due(self) -> list[Enrolled]:
        """Those of whom study is asked."""
        return [person for person in self.people if person.id not in self.excused]


@dataclass(frozen=True, slots=True)
class Facts(MonthFacts):
    """And the calls of the month that concern them, whole: what was heard and answered in these by others, too."""

    calls: Mapping[int, CallFact]
    plays: tuple[HeardRow, ...]
    tries: tuple[Tried, ...]
    strays: tuple[StrayKeys, ...]


def gather_brief(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    completed_share: float,
    within: Collection[int],
    lesson: str | None = None,
) -> BriefFacts:
    """A month of the branches with these ids; of one lesson, with the plays of it."""
    ever = placed(connection, within)
    return _gathered(connection, period, catalogue, completed_share, Whom(within=within), ever, lesson)


def gather_month(
    connection: Connection, period: Period, catalogue: Catalogue, completed_share: float, whom: Whom = EVERYBODY
) -> MonthFacts:
    """The facts of a month. Raises NotEnrolled."""
    ever = enrolled(connection, whom.branch, whom.member, within=whom.within)
    brief = _gathered(connection, period, catalogue, completed_share, whom, ever)
    called = queries.called(connection, period, members_of(whom, brief.people))
    met_on = {kept.what.day for kept in brief.occasions if kept.what.kind == "meeting"}
    return MonthFacts(**_told(brief), called=called, on_the_day=exemptions.on_days(connection, met_on))


def idle(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    completed_share: float,
    members: Members,
    ever: Sequence[Placed],
) -> frozenset[int]:
    """Those of whom study was asked in a month that had a lesson, and who studied nothing; `ever` are the members."""
    written = [kept.what for kept in occasions.between(connection, period.first, period.last)]
    lessons = {lesson.slug for lesson in catalogue.editions.values()}
    uncounted = queries.uncounted(connection, period, members)
    begun = queries.begun_in(connection, period, members) - uncounted
    if uncounted:
        rows = _still_open(connection, period, catalogue, completed_share, uncounted)
        begun |= {row.member_id for row in rows if row.heard_at_least_ms or row.completed_at}
    begun.update(*(what.members for what in written if what.lesson in lessons))
    if not begun and not catalogue.offered_between(period.first, period.last):
        return frozenset()
    late = _called_late(connection, period, members, ever)
    asked = {each.id for each in ever if each.id in late or is_enrolled(each, period.last)}
    return frozenset(asked - exemptions.in_force(connection, period.last).keys() - begun)


def _called_late(connection: Connection, period: Period, members: Members, ever: Sequence[Placed]) -> set[int]:
    """Of those who were enrolled only after the month, whom a call of it counts for."""
    late = {each.id for each in ever if not is_enrolled(each, period.last)}
    which = late if len(late) <= MOST_NAMED else members
    return late & queries.called(connection, period, which).keys() if late else set()


def _gathered(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    completed_share: float,
    whom: Whom,
    ever: Sequence[Placed],
    lesson: str | None = None,
) -> BriefFacts:
    exempt = exemptions.in_force(connection, period.last)
    # Who has left is in no list, but whoever asks for one by number wants to see them.
    found = [person for person in ever if whom.member is not None or not has_left(exempt, person.id)]
    members = members_of(whom, found)
    known = {person.id for person in found}
    stored = _studied(connection, period, catalogue, completed_share, members, lesson)
    rows = {key: row for key, row in stored.items() if key[0] in known}
    versions = _versions(catalogue, rows.values())
    written = tuple(occasions.between(connection, period.first, period.last))
    told_of = {who for who, _ in rows} | _called_late(connection, period, members, found)
    people = tuple(each for each in found if each.id in told_of or is_enrolled(each, period.last))
    held = hours.confirmed(connection, [period.month], members)
    confirmed = {key: tenths for key, tenths in held.items() if key[0] in known}
    return BriefFacts(
        period,
        people,
        {person.id: exempt[person.id] for person in people if person.id in exempt},
        None if people else min((each.enrolled_on for each in found if each.enrolled_on), default=None),
        whom.everybody,
        rows,
        written,
        {who: period.local(at).date() for who, at in queries.visited(connection, period, members).items()},
        {(who, lesson): tenths for (who, lesson, _), tenths in confirmed.items()},
        versions,
        tuple(_lessons(catalogue, period, rows.values(), _by_hand(catalogue, written, confirmed), versions)),
        tuple(ever),
    )


def members_of(whom: Whom, people: Sequence[Placed]) -> Members:
    """Whom a statement is about: their ids; of many, how to find those; None where that is everybody."""
    if whom.everybody:
        return None
    if whom.within is None or len(people) <= MOST_NAMED:
        return [person.id for person in people]
    return ids_within(whom.within)


def _told(facts: BriefFacts) -> dict[str, Any]:
    return {each.name: getattr(facts, each.name) for each in fields(facts)}


def gather(
    connection: Connection, period: Period, catalogue: Catalogue, completed_share: float, whom: Whom = EVERYBODY
) -> Facts:
    """As gather_month, with the calls. Raises NotEnrolled."""
    month = gather_month(connection, period, catalogue, completed_share, whom)
    ids = [person.id for person in month.people]
    which = queries.in_month(period) if month.everybody else calls_of(period, ids)
    plays = tuple(heard_in(connection, catalogue, which))
    tries = tuple(queries.tries(connection, which))
    pressed = tuple(strays.pressed(connection, which, catalogue=catalogue))
    # Last, so that a call that begins while we read is in none of the above without being in this.
    calls = {call.id: call for call in queries.calls(connection, which)}
    return Facts(**_told(month), calls=calls, plays=plays, tries=tries, strays=pressed)


def calls_of(period: Period, members: Collection[int]) -> queries.Which:
    """The calls of a month that concern these members; of many, all of the month are looked through."""
    return queries.concerning(period, members) if len(members) <= MOST_NAMED else queries.in_month(period)


def has_left(exempt: Mapping[int, Exempt], member: int) -> bool:
    return member in exempt and exempt[member].kind == "left"


def is_enrolled(person: Placed, day: date) -> bool:
    return person.enrolled_on is None or person.enrolled_on <= day


def _studied(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    share: float,
    members: Members,
    lesson: str | None,
) -> dict[Key, StudiedRow]:
    """As stored; of those whose calls are not all counted yet, from these calls. The plays only of a single lesson."""
    uncounted = queries.uncounted(connection, period, members)
    rows = [row for row in queries.studied_in(connection, period, members, lesson) if row.member_id not in uncounted]
    if uncounted:
        rows += _still_open(connection, period, catalogue, share, uncounted, lesson)
    return {(row.member_id, row.lesson): row for row in rows}


def _still_open(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    share: float,
    members: Collection[int],
    lesson: str | None = None,
) -> Iterator[StudiedRow]:
    """What these members studied in the month, from their calls."""
    which, these = queries.concerning(period, members), [lesson] if lesson else None
    folded = list(studied.fold(connection, catalogue, period.zone, which, members=members, lessons=these))
    lessons = {row.lesson for row in folded if row.heard_at_least_ms}
    heard = heard_in(connection, catalogue, queries.heard_until(period, members), lessons=lessons)
    return studied.completed(folded, studied.completions(heard, catalogue, share, period.zone))


def _versions(catalogue: Catalogue, rows: Iterable[StudiedRow]) -> dict[str, Version]:
    """Every edition on the shelf; one that has left it, as far as this month's calls tell."""
    versions: dict[str, Version] = {}
    for row in rows:
        if row.edition not in catalogue.editions:
            length_ms = max(row.length_ms, versions[row.edition].length_ms if row.edition in versions else 0)
            versions[row.edition] = Version(row.lesson, row.edition, row.lesson, length_ms, ())
    for edition, lesson in catalogue.editions.items():
        questions = tuple(question.id for question in lesson.questions)
        told = (lesson.slug, edition, lesson.title.words, lesson.length_ms, questions, lesson.code, lesson.headings)
        versions[edition] = Version(*told)
    return versions


def _by_hand(
    catalogue: Catalogue, written: Iterable[Kept], confirmed: Iterable[tuple[int, str, str]]
) -> dict[str, str]:
    """The newest edition that is known of each lesson that was written down as studied, or for which hours were
    confirmed."""
    slugs = {kept.what.lesson for kept in written} | {lesson for _, lesson, _ in confirmed}
    return {lesson.slug: edition for edition, lesson in catalogue.editions.items() if lesson.slug in slugs}


def _lessons(
    catalogue: Catalogue,
    period: Period,
    rows: Iterable[StudiedRow],
    by_hand: Mapping[str, str],
    versions: Mapping[str, Version],
) -> Iterator[Version]:
    """What could be heard in the month: the lessons on offer, and any other that somebody met with."""
    last: dict[str, tuple[datetime, str]] = {}
    for row in rows:
        if row.last_at:
            last[row.lesson] = max((row.last_at, row.edition), last.get(row.lesson, (row.last_at, "")))
    newest = {slug: versions[edition] for slug, edition in by_hand.items()}
    newest |= {slug: versions[edition] for slug, (_, edition) in last.items()}
    offered = catalogue.offered_between(period.first, period.last)
    for lesson in catalogue.lessons:
        if newest.pop(lesson.slug, None) or lesson in offered:
            yield versions[lesson.edition]
    yield from (newest[slug] for slug in sorted(newest))
