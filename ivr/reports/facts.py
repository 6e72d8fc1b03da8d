"""All that the reports of a month are made from, gathered once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.records.plays import HeardRow, heard_between
from ivr.records.roster import Enrolled, enrolled
from ivr.reports import queries
from ivr.reports.period import Period
from ivr.reports.queries import CallFact, StrayKeys, Tried, VisitFact


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
    """A month. `people` are those the report is about; calls, plays and the rest are everybody's."""

    period: Period
    completed_share: float
    people: tuple[Enrolled, ...]
    everybody: bool
    calls: Mapping[int, CallFact]
    plays: tuple[HeardRow, ...]
    tries: tuple[Tried, ...]
    strays: tuple[StrayKeys, ...]
    visits: tuple[VisitFact, ...]
    versions: Mapping[str, Version]  # by edition
    lessons: tuple[Version, ...]  # the month's, oldest first, each in its newest edition


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
    people = tuple(enrolled(connection, branch, member, within=within))
    plays = tuple(heard_between(connection, catalogue, period.start, period.end))
    tries = tuple(queries.tries(connection, period))
    versions = _versions(catalogue, plays, tries)
    lessons = {edition: version.lesson for edition, version in versions.items()}
    strays = tuple(queries.stray_keys(connection, period, lessons))
    visits = tuple(queries.visits(connection, period))
    # Last, so that a call that begins while we read is in none of the above without being in this.
    calls = {call.id: call for call in queries.calls(connection, period)}
    return Facts(
        period,
        completed_share,
        people,
        branch is None and member is None and within is None,
        calls,
        plays,
        tries,
        strays,
        visits,
        versions,
        tuple(_lessons(catalogue, period, [*plays, *tries], calls, versions)),
    )


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
