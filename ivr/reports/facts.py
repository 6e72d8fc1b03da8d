"""All that the reports of a month are made from, gathered once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.records import exemptions, hours, occasions
from ivr.records.exemptions import Exempt
from ivr.records.occasions import Kept
from ivr.records.plays import HeardRow, heard_in
from ivr.records.roster import Enrolled, enrolled
from ivr.reports import queries
from ivr.reports.period import Period
from ivr.reports.queries import CallFact, StrayKeys, Tried, VisitFact

FEW = 1000  # of more people than that, all calls of the month are read: it is not slower


@dataclass(frozen=True, slots=True)
class Version:
    """An edition of a lesson: `questions` are their ids."""

    lesson: str
    edition: str
    title: str
    length_ms: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A month. `people` are those the report is about, `excused` those of them of whom study is not asked; the calls
    are all that concern them, and may be others', too. `occasions` are what was written down, `hours` what was
    confirmed, in tenths."""

    period: Period
    completed_share: float
    people: tuple[Enrolled, ...]
    excused: Mapping[int, Exempt]
    everybody: bool
    calls: Mapping[int, CallFact]
    plays: tuple[HeardRow, ...]
    tries: tuple[Tried, ...]
    strays: tuple[StrayKeys, ...]
    visits: tuple[VisitFact, ...]
    occasions: tuple[Kept, ...]
    hours: Mapping[hours.Key, int]
    versions: Mapping[str, Version]  # by edition
    lessons: tuple[Version, ...]  # the month's, oldest first, each in its newest edition

    @property
    def due(self) -> list[Enrolled]:
        """Those of whom study is asked."""
        return [person for person in self.people if person.id not in self.excused]

    def by_hand(self) -> dict[tuple[int | None, str | None], set[str]]:
        """By member and lesson: how it was studied off the telephone, in a visit or a meeting."""
        kinds: dict[tuple[int | None, str | None], set[str]] = {}
        for kept in self.occasions:
            for member in kept.what.members if kept.what.lesson else ():
                kinds.setdefault((member, kept.what.lesson), set()).add(kept.what.kind)
        return kinds


def gather(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    completed_share: float,
    *,
    branch: str | None = None,
    member: str | None = None,
    within: Collection[int] | None = None,
) -> Facts:
    """The facts of a month; of one branch by its name, of one member by their number, of some branches by their ids.

    Raises NotEnrolled."""
    exempt = exemptions.in_force(connection, period.last)
    people = tuple(
        person for person in enrolled(connection, branch, member, within=within) if not _left(exempt, person.id)
    )
    everybody = branch is None and member is None and within is None
    which = queries.in_month(period)
    if not everybody and len(people) <= FEW:
        which = queries.concerning(period, [person.id for person in people])
    plays = tuple(heard_in(connection, catalogue, which))
    tries = tuple(queries.tries(connection, which))
    versions = _versions(catalogue, plays, tries)
    lessons = {edition: version.lesson for edition, version in versions.items()}
    strays = tuple(queries.stray_keys(connection, which, lessons))
    visits = tuple(queries.visits(connection, which))
    written = tuple(occasions.between(connection, period.first, period.last))
    confirmed = hours.confirmed(connection, [period.month])
    # Last, so that a call that begins while we read is in none of the above without being in this.
    calls = {call.id: call for call in queries.calls(connection, which)}
    return Facts(
        period,
        completed_share,
        people,
        {person.id: exempt[person.id] for person in people if person.id in exempt},
        everybody,
        calls,
        plays,
        tries,
        strays,
        visits,
        written,
        {(member, lesson): tenths for (member, lesson, _), tenths in confirmed.items()},
        versions,
        tuple(_lessons(catalogue, period, [*plays, *tries], calls, versions)),
    )


def _left(exempt: Mapping[int, Exempt], member: int) -> bool:
    return member in exempt and exempt[member].kind == "left"


def _versions(catalogue: Catalogue, plays: Iterable[HeardRow], tries: Iterable[Tried]) -> dict[str, Version]:
    """Every edition on the shelf; one that has left it, as far as this month's calls tell."""
    lengths: dict[str, int] = {}
    slugs: dict[str, str] = {}
    questions: dict[str, dict[str, None]] = {}
    for play in plays:
        slugs[play.edition] = play.lesson
        lengths[play.edition] = max(lengths.get(play.edition, 0), play.base_ms + play.length_ms)
    for tried in tries:
        slugs[tried.edition] = tried.lesson
        questions.setdefault(tried.edition, {})[tried.question] = None
    gone = {
        edition: Version(slug, edition, slug, lengths.get(edition, 0), tuple(questions.get(edition, ())))
        for edition, slug in slugs.items()
    }
    return gone | {
        edition: Version(
            lesson.slug,
            edition,
            lesson.title.words,
            lesson.length_ms,
            tuple(question.id for question in lesson.questions),
        )
        for edition, lesson in catalogue.editions.items()
    }


def _lessons(
    catalogue: Catalogue,
    period: Period,
    met: Iterable[HeardRow | Tried],
    calls: Mapping[int, CallFact],
    versions: Mapping[str, Version],
) -> Iterator[Version]:
    """What could be heard in the month: the lessons on offer, and any other that somebody met with."""
    seen = sorted(met, key=lambda each: calls[each.call_id].started_at)
    newest = {each.lesson: versions[each.edition] for each in seen}
    for lesson in catalogue.lessons:
        offered = (lesson.opens is None or lesson.opens <= period.last) and (
            lesson.closes is None or lesson.closes >= period.first
        )
        if newest.pop(lesson.slug, None) or offered:
            yield versions[lesson.edition]
    yield from (newest[slug] for slug in sorted(newest))
