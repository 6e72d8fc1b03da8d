"""Progress: where each member stands, as it follows from the ledger; and what they studied in each month.

It counts settled calls: a call is settled at its goodbye, at its hang-up, or when a later call shows that it must be
over. Whatever comes in after that is folded in again, so what is stored always equals what `rebuild` would make.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, text, union, update

from ivr.catalogue import Catalogue
from ivr.records import plays, strays, studied
from ivr.records.models import Answer, Attendance, Call, Member, Progress, Studied, TurnRow
from ivr.records.plays import HeardRow
from ivr.records.studied import ANSWERED, Month, StudiedRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of progress."""

    member_id: int
    lesson: str
    edition: str
    bookmark_ms: int
    heard_at_least_ms: int
    heard_at_most_ms: int
    length_ms: int
    completed: bool
    answered: int
    correct: int


@dataclass(frozen=True, slots=True)
class Counting:
    """What the folding needs to know besides the ledger: the editions, what share counts as heard, and where months
    begin."""

    catalogue: Catalogue
    completed_share: float
    zone: ZoneInfo

    def month(self, at: datetime) -> tuple[datetime, datetime]:
        """When the month of this instant began, and when it ends."""
        first = at.astimezone(self.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
        return first, (first + timedelta(days=32)).replace(day=1)


def settle(connection: Connection, call: int, now: datetime, counting: Counting) -> None:
    """Let a call count, or count again."""
    connection.execute(update(Call).where(Call.id == call, Call.settled_at.is_(None)).values(settled_at=now))
    began = connection.execute(update(Call).where(Call.id == call).values(is_counted=True).returning(Call.started_at))
    played = select(TurnRow.member_id, TurnRow.lesson).where(TurnRow.call_id == call, TurnRow.lesson.is_not(None))
    answered = select(Answer.member_id, Answer.lesson).where(Answer.call_id == call)
    places = connection.execute(played.union(answered)).all()
    there = (
        select(Call.member_id).where(Call.id == call),  # who calls is on record even with a key that meant nothing
        select(TurnRow.member_id).where(TurnRow.call_id == call),
        select(Attendance.member_id).where(Attendance.call_id == call),
    )
    members = {*connection.execute(union(*there)).scalars(), *(row[0] for row in places)} - {None}
    pressed = strays.pressed(connection, Call.id == call, catalogue=counting.catalogue)  # a lesson is met by these, too
    if lessons := {row[1] for row in places if row[1]} | {stray.lesson for stray in pressed if stray.lesson}:
        _refold(connection, members, lessons, counting, began.scalar_one())


def settle_open_calls(
    connection: Connection, number: str, members: Iterable[int], now: datetime, counting: Counting
) -> None:
    """A new call from this number, or by these members, shows that their earlier ones are over."""
    theirs: ColumnElement[bool] = Call.member_id.in_(list(members))
    if number.startswith("+"):  # withheld numbers are nobody's
        theirs |= Call.number == number
    open_calls = select(Call.id).where(Call.settled_at.is_(None), theirs).order_by(Call.id)
    for call in connection.execute(open_calls).scalars().all():
        settle(connection, call, now, counting)


def _refold(connection: Connection, members: set[int], lessons: set[str], counting: Counting, began: datetime) -> None:
    """Make the progress of these members in these lessons anew, and what they studied of them in the month of a call
    that began then, by one fold each: a group has many members. In later months they may have completed them now."""
    # Two calls of one member may settle at once: the second waits here, and then sees the first.
    connection.execute(
        select(Member.id).where(Member.id.in_(members)).order_by(Member.id).with_for_update(key_share=True)
    )
    heard = _heard(connection, counting, members, lessons)
    standings = [asdict(standing) for standing in _standings(connection, counting, heard, members, lessons)]
    connection.execute(delete(Progress).where(Progress.member_id.in_(members), Progress.lesson.in_(lessons)))
    if standings:
        connection.execute(insert(Progress), standings)
    start, end = counting.month(began)
    theirs = Studied.member_id.in_(members) & Studied.lesson.in_(lessons)
    connection.execute(delete(Studied).where(theirs, Studied.month == f"{start:%Y-%m}"))
    which = (Call.is_counted.is_(True), Call.started_at >= start, Call.started_at < end)
    when = _completions(heard, counting)
    _keep(connection, _studied(connection, counting, when, *which, members=members, lessons=lessons))
    _complete(connection, when, theirs & (Studied.month > f"{start:%Y-%m}"))


def _complete(connection: Connection, when: Mapping[Month, datetime], which: ColumnElement[bool]) -> None:
    """Let these months say anew when lessons were completed in them."""
    for row in studied.stored(connection.execute(select(Studied.__table__).where(which)).all()):
        month = (row.member_id, row.lesson, row.month)
        if row.completed_at != when.get(month):
            same = (Studied.member_id, Studied.lesson, Studied.month)
            here = [column == value for column, value in zip(same, month, strict=True)]
            connection.execute(update(Studied).where(*here).values(completed_at=when.get(month)))


def _completions(heard: Mapping[tuple[int, str], list[HeardRow]], counting: Counting) -> dict[Month, datetime]:
    rows = (row for rows in heard.values() for row in rows)
    return studied.completions(rows, counting.catalogue, counting.completed_share, counting.zone)


def _studied(
    connection: Connection,
    counting: Counting,
    when: Mapping[Month, datetime],
    *which: ColumnElement[bool],
    members: set[int] | None = None,
    lessons: set[str] | None = None,
) -> Iterator[StudiedRow]:
    if members is not None and lessons is not None:
        which = (*which, Call.id.in_(_calls_with(members)))
    rows = studied.fold(connection, counting.catalogue, counting.zone, *which, members=members, lessons=lessons)
    return studied.completed(rows, when)


def _keep(connection: Connection, rows: Iterable[StudiedRow]) -> None:
    if kept := [structs.asdict(row) for row in rows]:
        connection.execute(insert(Studied), kept)


def rebuild(connection: Connection, counting: Counting) -> int:
    """Make progress anew from the ledger; returns how many rows it has."""
    if connection.dialect.name != "sqlite":  # calls that settle meanwhile wait, and come in on top
        connection.execute(text("LOCK TABLE progress, studied IN EXCLUSIVE MODE"))
    connection.execute(delete(Progress))
    heard = _heard(connection, counting)
    standings = [asdict(standing) for standing in _standings(connection, counting, heard)]
    if standings:
        connection.execute(insert(Progress), standings)
    uncounted = Call.settled_at.is_not(None), Call.is_counted.is_(False)
    connection.execute(update(Call).where(*uncounted).values(is_counted=True))
    connection.execute(delete(Studied))
    _keep(connection, _studied(connection, counting, _completions(heard, counting), Call.is_counted.is_(True)))
    return len(standings)


def verify(connection: Connection, counting: Counting) -> list[str]:
    """Where stored progress differs from what the ledger says; nothing, if all is well."""
    stored_rows = {(row.member_id, row.lesson): row for row in connection.execute(select(Progress.__table__))}
    heard = _heard(connection, counting)
    differing = []
    for standing in _standings(connection, counting, heard):
        row = stored_rows.pop((standing.member_id, standing.lesson), None)
        told = asdict(standing)
        if row is None or {name: getattr(row, name) for name in told} != told:
            differing.append(f"member {standing.member_id}, {standing.lesson}: stored {row}, the ledger says {told}")
    differing += [f"member {m}, {lesson}: stored, but not in the ledger" for m, lesson in stored_rows]
    return differing + _differing_months(connection, counting, _completions(heard, counting))


def _differing_months(connection: Connection, counting: Counting, when: Mapping[Month, datetime]) -> list[str]:
    kept = set(studied.stored(connection.execute(select(Studied.__table__))))
    told = set(_studied(connection, counting, when, Call.is_counted.is_(True)))
    return [f"stored, but not in the ledger: {row}" for row in sorted(kept - told, key=repr)] + [
        f"in the ledger, but not stored: {row}" for row in sorted(told - kept, key=repr)
    ]


def _which(members: set[int] | None, lessons: set[str] | None) -> list[ColumnElement[bool]]:
    """Settled calls: of everybody, or of these members in these lessons."""
    settled: list[ColumnElement[bool]] = [Call.settled_at.is_not(None)]
    if members is not None and lessons is not None:
        settled.append(Call.id.in_(_calls_of(members, lessons)))
    return settled


def _heard(
    connection: Connection, counting: Counting, members: set[int] | None = None, lessons: set[str] | None = None
) -> dict[tuple[int, str], list[HeardRow]]:
    """What was heard in settled calls, by member and lesson, in order."""
    heard: dict[tuple[int, str], list[HeardRow]] = {}
    for row in plays.heard_in(connection, counting.catalogue, *_which(members, lessons), lessons=lessons):
        if row.member_id is not None and (members is None or row.member_id in members):
            heard.setdefault((row.member_id, row.lesson), []).append(row)
    return heard


def _standings(
    connection: Connection,
    counting: Counting,
    heard: Mapping[tuple[int, str], list[HeardRow]],
    members: set[int] | None = None,
    lessons: set[str] | None = None,
) -> Iterator[Standing]:
    """Fold settled calls into standings."""
    answer_rows: dict[tuple[int, str], list[Row[Any]]] = {}
    for credited, _, answer in plays.answers_in(connection, *_which(members, lessons), lessons=lessons):
        if credited is not None:
            answer_rows.setdefault((credited, answer.lesson), []).append(answer)
    for place in sorted(heard.keys() | answer_rows.keys()):
        if members is None or place[0] in members:
            yield _standing(place, heard.get(place, []), answer_rows.get(place, []), counting)


def _calls_of(members: set[int], lessons: set[str]) -> Any:
    """The calls in which one of these members may have heard something of these lessons, or answered."""
    heard_in = select(TurnRow.call_id).where(TurnRow.member_id.in_(members), TurnRow.lesson.in_(lessons))
    answered_in = select(Answer.call_id).where(Answer.member_id.in_(members), Answer.lesson.in_(lessons))
    return heard_in.union(answered_in, select(Attendance.call_id).where(Attendance.member_id.in_(members)))


def _calls_with(members: set[int]) -> Any:
    """The calls of these members, and those in which they did anything, were it a key that meant nothing."""
    own = select(Call.id).where(Call.member_id.in_(members))
    acted = select(TurnRow.call_id).where(TurnRow.member_id.in_(members))
    return own.union(acted, select(Attendance.call_id).where(Attendance.member_id.in_(members)))


def _standing(place: tuple[int, str], rows: list[HeardRow], answers: list[Row[Any]], counting: Counting) -> Standing:
    edition = rows[-1].edition if rows else answers[-1].edition
    at_least, at_most = plays.heard_ms(rows, edition)
    return Standing(
        *place,
        edition,
        rows[-1].base_ms + rows[-1].at_least_ms if rows else 0,
        at_least,
        at_most,
        plays.length_ms(counting.catalogue, edition, rows),
        bool(plays.heard_whole(rows, counting.catalogue, counting.completed_share)),
        len({answer.question for answer in answers if answer.outcome in ANSWERED}),
        len({answer.question for answer in answers if answer.is_right}),
    )
