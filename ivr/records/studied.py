"""What each member did with each lesson in each month: derived from the ledger, as progress is, so that a report of
thousands reads a row for each instead of every call. Positions are content; what was heard twice counts once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, select

from ivr.catalogue import Catalogue
from ivr.records import plays, strays
from ivr.records.models import Call
from ivr.records.plays import HeardRow

Month = tuple[int, str, str]  # of a member in a lesson: YYYY-MM

ANSWERED = ("right", "wrong", "unknown")  # the outcomes that are answers


class Span(Struct, frozen=True, array_like=True, gc=False):
    """A play as a lesson's page needs it: `length_ms` from `base_ms` on, of which so much was heard, at least and at
    most; `is_last` where the call ended in it."""

    base_ms: int
    at_least_ms: int
    at_most_ms: int
    length_ms: int
    is_last: bool


Spans = dict[str, tuple[Span, ...]]  # by edition, in the order they were played
_SPANS = msgspec.json.Decoder(Spans)


class StudiedRow(Struct, frozen=True, gc=False):
    """A member in a lesson in the calls that began in a month (YYYY-MM, local): of the `edition` of which the largest
    share was heard ("" where only keys were pressed), `questions` it has. `call_ids` are the calls it follows from,
    parted by spaces; `dropped` counts those that ended while the lesson was playing; `grades` likewise. `completed_at`
    is when the call began by which the lesson was heard whole, with what was heard in the months before; `plays` are
    the Spans of all editions, as JSON, or "" where nobody asked for them."""

    member_id: int
    lesson: str
    month: str
    edition: str
    heard_at_least_ms: int
    heard_at_most_ms: int
    length_ms: int
    answered: int
    correct: int
    questions: int
    stray_keys: int
    dropped: int
    call_ids: str
    first_at: datetime | None
    last_at: datetime | None
    grades: str
    completed_at: datetime | None = None
    plays: str = ""

    @property
    def calls(self) -> int:
        return len(self.call_ids.split())

    def spans(self) -> Spans:
        """Raises DecodeError where nobody asked for the plays."""
        return _SPANS.decode(self.plays)


@dataclass(slots=True)
class _Met:
    """What one member did with one lesson in one month."""

    plays: list[HeardRow] = field(default_factory=list)
    answers: list[Row[Any]] = field(default_factory=list)
    grades: set[str] = field(default_factory=set)
    strays: int = 0


def fold(
    connection: Connection,
    catalogue: Catalogue,
    zone: ZoneInfo,
    *which: ColumnElement[bool],
    members: Collection[int] | None = None,
    lessons: Collection[str] | None = None,
) -> Iterator[StudiedRow]:
    """Of these calls; of all members and lessons, or of these. By member, lesson and month."""
    calls = connection.execute(select(Call.id, Call.started_at, plays.OVER.label("over")).where(*which)).all()
    month = {call.id: f"{call.started_at.astimezone(zone):%Y-%m}" for call in calls}
    met: defaultdict[tuple[int, str, str], _Met] = defaultdict(_Met)
    for play in plays.heard_in(connection, catalogue, *which, lessons=lessons):
        if play.member_id is not None:
            here = met[play.member_id, play.lesson, month[play.call_id]]
            here.plays.append(play)
            here.grades.add(play.grade)
    for credited, grade, answer in plays.answers_in(connection, *which, lessons=lessons):
        if credited is not None and answer.outcome in ANSWERED:
            here = met[credited, answer.lesson, month[answer.call_id]]
            here.answers.append(answer)
            here.grades.add(grade)
    for stray in strays.pressed(connection, *which, catalogue=catalogue):
        if stray.member_id is not None and stray.lesson and (lessons is None or stray.lesson in lessons):
            met[stray.member_id, stray.lesson, month[stray.call_id]].strays += stray.count
    over = {call.id for call in calls if call.over}
    began = {call.id: call.started_at for call in calls}
    for key in sorted(met):
        if members is None or key[0] in members:
            yield _row(key, met[key], catalogue, began, over)


def _row(
    key: tuple[int, str, str], met: _Met, catalogue: Catalogue, began: Mapping[int, datetime], over: Collection[int]
) -> StudiedRow:
    edition = _edition(met, catalogue)
    at_least_ms, at_most_ms = plays.heard_ms(met.plays, edition)
    calls = sorted({play.call_id for play in met.plays} | {answer.call_id for answer in met.answers})
    days = sorted(began[call] for call in calls)
    asked = {answer.question for answer in met.answers}
    known = catalogue.editions.get(edition)
    return StudiedRow(
        *key,
        edition=edition,
        heard_at_least_ms=at_least_ms,
        heard_at_most_ms=at_most_ms,
        length_ms=plays.length_ms(catalogue, edition, met.plays),
        answered=len(asked),
        correct=len({answer.question for answer in met.answers if answer.is_right}),
        questions=len(known.questions) if known else len(asked),
        stray_keys=met.strays,
        dropped=len({play.call_id for play in met.plays if play.closed_by is None and play.call_id in over}),
        call_ids=" ".join(map(str, calls)),
        first_at=days[0] if days else None,
        last_at=days[-1] if days else None,
        grades=" ".join(sorted(met.grades)),
        plays=msgspec.json.encode(spans(met.plays, over)).decode(),
    )


def spans(rows: Iterable[HeardRow], over: Collection[int]) -> Spans:
    """What one member heard; only a call that is `over` can have ended anywhere."""
    found: defaultdict[str, tuple[Span, ...]] = defaultdict(tuple)
    for row in rows:
        is_last = row.closed_by is None and row.call_id in over
        found[row.edition] += (Span(row.base_ms, row.at_least_ms, row.at_most_ms, row.length_ms, is_last),)
    return dict(found)


def completions(rows: Iterable[HeardRow], catalogue: Catalogue, share: float, zone: ZoneInfo) -> dict[Month, datetime]:
    """When the calls began by which members had heard an edition whole; `rows` are all that they heard of it, in order.
    Whoever had heard it whole in an earlier month has to hear it whole again."""
    theirs: defaultdict[tuple[int, str, str], list[HeardRow]] = defaultdict(list)
    for row in rows:
        if row.member_id is not None:
            theirs[row.member_id, row.lesson, row.edition].append(row)
    found: dict[Month, datetime] = {}
    for (member, lesson, edition), played in theirs.items():
        for month, at in _completed(played, edition, catalogue, share, zone):
            found[member, lesson, month] = min(at, found.get((member, lesson, month), at))
    return found


def _completed(
    played: Iterable[HeardRow], edition: str, catalogue: Catalogue, share: float, zone: ZoneInfo
) -> Iterator[tuple[str, datetime]]:
    def is_whole(rows: list[HeardRow]) -> bool:
        return plays.is_whole(plays.heard_ms(rows, edition)[0], plays.length_ms(catalogue, edition, rows), share)

    before: list[HeardRow] = []
    for month, group in groupby(played, key=lambda row: f"{row.started_at.astimezone(zone):%Y-%m}"):
        now = list(group)
        if not is_whole(before + now):
            before += now
            continue
        yield month, next(at for at in (row.started_at for row in now) if is_whole(before + _until(now, at)))
        before = []


def _until(rows: Iterable[HeardRow], at: datetime) -> list[HeardRow]:
    return [row for row in rows if row.started_at <= at]


def completed(rows: Iterable[StudiedRow], when: Mapping[Month, datetime]) -> Iterator[StudiedRow]:
    return (replace(row, completed_at=when.get((row.member_id, row.lesson, row.month))) for row in rows)


def _edition(met: _Met, catalogue: Catalogue) -> str:
    """The edition of which the largest share was heard; of several, the last one."""
    played = list(dict.fromkeys(play.edition for play in reversed(met.plays)))

    def share(edition: str) -> tuple[float, float]:
        at_least_ms, at_most_ms = plays.heard_ms(met.plays, edition)
        length_ms = max(1, plays.length_ms(catalogue, edition, met.plays))
        return at_least_ms / length_ms, at_most_ms / length_ms

    if played:
        return max(played, key=share)
    return str(met.answers[-1].edition) if met.answers else ""


def stored(rows: Iterable[Any]) -> Iterator[StudiedRow]:
    """From rows of the table."""
    return (StudiedRow(*row) for row in rows)
