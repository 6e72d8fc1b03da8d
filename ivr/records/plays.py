"""What was heard in calls: each piece of a lesson that was sent, folded with its evidence, for each member for whom it
counts. Positions are those of the edition's own pace, whichever pace was played.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, column, exists, select, table

from ivr.catalogue import Catalogue
from ivr.records import heard
from ivr.records.models import Answer, Attendance, Call, Evidence, UtcDateTime

plays = table(
    "plays",
    *(column(name) for name in ("call_id", "turn", "member_id", "lesson", "edition", "segment", "base_ms")),
    *(column(name) for name in ("length_ms", "gather_ms", "pace", "boot", "closed_by", "closed_with", "closed_boot")),
    column("sent_at", UtcDateTime),
    column("closed_at", UtcDateTime),
)

OVER = Call.settled_at.is_not(None) | (  # the call can't go on
    exists().where(Evidence.call_id == Call.id, Evidence.kind == "ended").correlate(Call)
)
BROKE_OFF = OVER & exists().where(plays.c.call_id == Call.id, plays.c.closed_by.is_(None)).correlate(Call)

Credited = tuple[int | None, str, Row[Any]]  # an answer: for whom it counts, and how


class HeardRow(
    Struct, frozen=True, gc=False
):  # there are thousands of them in a month: a Struct is made in a tenth of the time
    """One play of a call with its bounds, for one member or for nobody known; `base_ms` is its content position,
    `length_ms` its own length. `grade`: inferred, or group, visit, claimed."""

    member_id: int | None
    grade: str
    call_id: int
    turn: int
    lesson: str
    edition: str
    started_at: datetime
    closed_by: str | None
    base_ms: int
    at_least_ms: int
    at_most_ms: int
    length_ms: int


def heard_in(
    connection: Connection, catalogue: Catalogue, *which: ColumnElement[bool], lessons: Collection[str] | None = None
) -> Iterator[HeardRow]:
    """Fold the plays of these calls, of all lessons or of these. What counts for several members is a row for each."""
    found = select(plays, Call.started_at).join(Call, Call.id == plays.c.call_id).where(*which)
    if lessons is not None:
        found = found.where(plays.c.lesson.in_(lessons))
    rows = connection.execute(found.order_by(Call.started_at, plays.c.call_id, plays.c.turn)).all()
    resent, endings = _evidence(connection, which)
    attending = Attending.of(connection, *which)
    for (started_at, call), group in groupby(rows, key=lambda row: (row.started_at, row.call_id)):
        played = list(group)
        sent = [_sent(row, tuple(resent.get((call, row.turn), ()))) for row in played]
        for row, bounds in zip(played, heard.fold(started_at, sent, endings.get(call, ())), strict=True):
            nobodys = _bounded(row, bounds, catalogue)
            for member, grade in attending.credited(call, row.turn, row.member_id):
                yield HeardRow(member, grade, *nobodys)


def answers_in(
    connection: Connection, *which: ColumnElement[bool], lessons: Collection[str] | None = None
) -> Iterator[Credited]:
    """For whom the rows of answers in these calls count, and how, in the order they were given."""
    found = select(Answer.__table__).join(Call, Call.id == Answer.call_id).where(*which)
    if lessons is not None:
        found = found.where(Answer.lesson.in_(lessons))
    attending = Attending.of(connection, *which)
    for row in connection.execute(found.order_by(Answer.at, Answer.call_id, Answer.turn)).all():
        for member, grade in attending.credited(row.call_id, row.turn, row.member_id):
            yield member, grade, row


def _bounded(row: Row[Any], bounds: heard.Heard, catalogue: Catalogue) -> tuple[Any, ...]:
    """A HeardRow without whom it counts for, in positions of the edition's own pace."""
    start_ms, *lengths = row.base_ms, bounds.at_least_ms, bounds.at_most_ms, row.length_ms
    lesson = catalogue.editions.get(row.edition)
    other = lesson and lesson.other_pace
    if lesson and other and row.pace == other.pace:
        ends = [other.moved(start_ms + length_ms, lesson) for length_ms in lengths]
        start_ms = other.moved(start_ms, lesson)
        lengths = [end_ms - start_ms for end_ms in ends]
    return row.call_id, row.turn, row.lesson, row.edition, row.started_at, row.closed_by, start_ms, *lengths


@dataclass(frozen=True, slots=True)
class Attending:
    """For whom else calls count: the rows of attendance, by call, in the order they were written."""

    rows: Mapping[int, Sequence[Row[Any]]]

    @classmethod
    def of(cls, connection: Connection, *which: ColumnElement[bool]) -> Attending:
        found = select(Attendance.__table__).join(Call, Call.id == Attendance.call_id).where(*which)
        rows: dict[int, list[Row[Any]]] = {}
        for row in connection.execute(found.order_by(Attendance.id)).all():
            rows.setdefault(row.call_id, []).append(row)
        return cls(rows)

    def grades(self, call: int) -> dict[int, str]:
        """Everybody for whom some of this call counts besides its own member, and how; who was undone is not, nor
        whose claim was given back."""
        there: dict[int, str] = {}
        for row in self.rows.get(call, ()):
            if row.joined:
                there[row.member_id] = row.grade
            elif row.grade == "group" or row.turn == 1:
                there.pop(row.member_id, None)
        return there

    def credited(self, call: int, turn: int, member: int | None) -> list[tuple[int | None, str]]:
        """Whom something in this turn counts for, and how: its own member; else whoever attends; else nobody."""
        if call not in self.rows:
            return [(member, "inferred")]
        present: dict[int, str] = {}
        for row in self.rows[call]:
            if row.turn <= turn:
                present.pop(row.member_id, None)
                if row.joined:
                    present[row.member_id] = row.grade
        if member is not None:
            return [(member, present.get(member, "inferred"))]
        return [*present.items()] or [(None, "inferred")]


def _evidence(
    connection: Connection, which: tuple[ColumnElement[bool], ...]
) -> tuple[dict[tuple[int, int | None], list[datetime]], dict[int, list[heard.Ending]]]:
    """When turns were sent again, by (call, turn); the accounts of each call's end."""
    resent: dict[tuple[int, int | None], list[datetime]] = {}
    endings: dict[int, list[heard.Ending]] = {}
    found = select(Evidence.__table__).join(Call, Call.id == Evidence.call_id).where(*which)
    for row in connection.execute(found).all():
        if row.kind == "ended":
            ending = heard.Ending(row.arrived_at, row.provider_at, row.provider_s)
            endings.setdefault(row.call_id, []).append(ending)
        else:
            resent.setdefault((row.call_id, row.turn), []).append(row.arrived_at)
    return resent, endings


def _sent(row: Row[Any], resent: tuple[datetime, ...]) -> heard.Sent:
    closing = heard.Closing(row.closed_by, row.closed_at, row.closed_boot) if row.closed_by else None
    return heard.Sent(
        row.lesson,
        row.edition,
        row.base_ms,
        row.length_ms,
        row.gather_ms,
        row.sent_at,
        row.boot,
        closing,
        resent,
    )


def heard_whole(rows: Iterable[HeardRow], catalogue: Catalogue, share: float) -> set[int]:
    """The members who surely heard an edition whole: a share of it that counts as that."""
    theirs: dict[tuple[int, str], list[HeardRow]] = {}
    for row in rows:
        if row.member_id is not None:
            theirs.setdefault((row.member_id, row.edition), []).append(row)
    return {
        member
        for (member, edition), played in theirs.items()
        if is_whole(heard_ms(played, edition)[0], length_ms(catalogue, edition, played), share)
    }


def is_whole(at_least_ms: int, length_ms: int, share: float) -> bool:
    return 0 < share * length_ms <= at_least_ms


def length_ms(catalogue: Catalogue, edition: str, rows: Iterable[HeardRow]) -> int:
    """The length of an edition; of one that has left the shelf, as far as it was ever sent."""
    if known := catalogue.editions.get(edition):
        return known.length_ms
    return max((row.base_ms + row.length_ms for row in rows if row.edition == edition), default=0)


def heard_ms(rows: Iterable[HeardRow], edition: str) -> tuple[int, int]:
    """How much of an edition these plays cover, at least and at most; what is heard twice counts once."""
    own = [row for row in rows if row.edition == edition]
    surely = heard.union_ms((row.base_ms, row.base_ms + row.at_least_ms) for row in own)
    return surely, heard.union_ms((row.base_ms, row.base_ms + row.at_most_ms) for row in own)
