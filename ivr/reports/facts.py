"""All that the reports of a month are made from, gathered by a few statements however many members there are.

What counts is when a call began: a call over midnight belongs, whole, to the month it began in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from ivr.catalogue import Catalogue
from ivr.records.ledger import HeardRow, heard_between
from ivr.records.models import Answer, Call, Evidence, TurnRow
from ivr.records.roster import Enrolled, enrolled
from ivr.reports.period import Period


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call: `turns` counts exchanges, `lasted_s` is the provider's word, `over` says that it can't go on."""

    id: int
    member_id: int | None
    number: str
    started_at: datetime
    turns: int
    ended: bool
    over: bool
    lasted_s: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """A question as one member tried it in one call."""

    call_id: int
    member_id: int | None
    lesson: str
    edition: str
    question: str
    right: bool


@dataclass(frozen=True, slots=True)
class StrayKeys:
    """Keys that meant nothing where they were pressed. A key at the menu belongs to the lesson it led to."""

    call_id: int
    member_id: int | None
    lesson: str | None
    count: int


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
) -> Facts:
    """The facts of a month; of one branch by its name, of one member by their number. Raises NotEnrolled."""
    people = tuple(enrolled(connection, branch, member))
    calls = {call.id: call for call in _calls(connection, period)}
    plays = tuple(heard_between(connection, period.start, period.end))
    tries = tuple(_tries(connection, period))
    versions = _versions(catalogue, plays, tries)
    return Facts(
        period,
        completed_share,
        people,
        branch is None and member is None,
        calls,
        plays,
        tries,
        tuple(_strays(connection, period, versions)),
        versions,
        tuple(_lessons(catalogue, period, [*plays, *tries], calls, versions)),
    )


def in_month(period: Period) -> ColumnElement[bool]:
    return (Call.started_at >= period.start) & (Call.started_at < period.end)


def _calls(connection: Connection, period: Period) -> Iterator[CallFact]:
    endings = (
        select(Evidence.call_id, func.max(Evidence.provider_s).label("lasted_s"))
        .where(Evidence.kind == "ended")
        .group_by(Evidence.call_id)
        .subquery()
    )
    turns = select(TurnRow.call_id, func.count().label("turns")).group_by(TurnRow.call_id).subquery()
    found = (
        select(Call.id, Call.member_id, Call.number, Call.started_at, Call.settled_at, turns.c.turns)
        .add_columns(endings.c.call_id.label("ended"), endings.c.lasted_s)
        .outerjoin(endings, endings.c.call_id == Call.id)
        .outerjoin(turns, turns.c.call_id == Call.id)
        .where(in_month(period))
        .order_by(Call.started_at, Call.id)
    )
    for row in connection.execute(found):
        ended = row.ended is not None
        over = ended or row.settled_at is not None
        yield CallFact(
            row.id, row.member_id, row.number, row.started_at, row.turns or 0, ended, over, row.lasted_s
        )


def _tries(connection: Connection, period: Period) -> Iterator[Tried]:
    tried = (Answer.call_id, Answer.member_id, Answer.lesson, Answer.edition, Answer.question)
    right = func.max(case((Answer.is_right, 1), else_=0))
    found = (
        select(*tried, right)
        .join(Call, Call.id == Answer.call_id)
        .where(in_month(period))
        .group_by(*tried)
        .order_by(*tried)
    )
    for *what, is_right in connection.execute(found):
        yield Tried(*what, right=bool(is_right))


# ── what a stored turn tells: only these parts are read, so that turns of any age can be ─────────────────────────


class _Told(msgspec.Struct):
    type: str


class _Scene(msgspec.Struct):
    edition: str | None = None


class _State(msgspec.Struct):
    scene: _Scene


class StoredTurn(msgspec.Struct):
    state: _State
    gather: Any
    events: list[_Told] = []


read_turn = msgspec.json.Decoder(StoredTurn).decode


def _strays(connection: Connection, period: Period, versions: Mapping[str, Version]) -> Iterator[StrayKeys]:
    other = TurnRow.__table__.alias()
    beside = select(other.c.lesson).where(other.c.call_id == TurnRow.call_id, other.c.lesson.is_not(None))
    following = beside.where(other.c.n > TurnRow.n).order_by(other.c.n).limit(1).correlate(TurnRow.__table__)
    preceding = beside.where(other.c.n < TurnRow.n).order_by(other.c.n.desc()).limit(1)
    nearest = func.coalesce(following.scalar_subquery(), preceding.correlate(TurnRow.__table__).scalar_subquery())
    found = (
        select(TurnRow.call_id, TurnRow.member_id, TurnRow.turn, nearest.label("nearest"))
        .join(Call, Call.id == TurnRow.call_id)
        .where(in_month(period), TurnRow.act == "key", TurnRow.turn.contains('"Stray"'))
        .order_by(TurnRow.call_id, TurnRow.n)
    )
    for row in connection.execute(found):
        turn = read_turn(row.turn)
        here = versions.get(turn.state.scene.edition or "")
        count = sum(event.type == "Stray" for event in turn.events)
        yield StrayKeys(row.call_id, row.member_id, here.lesson if here else row.nearest, count)


# ── which lessons, in which editions ─────────────────────────────────────────────────────────────────────────────


def _versions(
    catalogue: Catalogue, plays: Iterable[HeardRow], tries: Iterable[Tried]
) -> dict[str, Version]:
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
