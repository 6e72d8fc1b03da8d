"""What happened in the calls of a month: a few statements, however many members there are.

What counts is when a call began: a call over midnight belongs, whole, to the month it began in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, func, select, union
from sqlalchemy.orm import aliased

from ivr.records import claims, plays, studied, whose
from ivr.records.models import Attendance, Branch, Call, Evidence, Member, Recording, Studied, TurnRow, Visit
from ivr.records.plays import Attending
from ivr.records.studied import ANSWERED, StudiedRow
from ivr.reports.period import Period

OVER = '"gather":null'  # in the JSON of a Turn: nothing more is waited for
HUNG_UP = f'"says":[],{OVER}'  # nor said: nobody was there any more


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call: `attending` are those it counts for besides its own member, and how; `keys` in the order they were
    pressed, `turns` counts exchanges, `lasted_s` is the provider's word; `hung_up` says that the caller did, after the
    tone, `ended` that the provider told of the end, `broke_off` that it came while a lesson was playing."""

    id: int
    member_id: int | None
    attending: Mapping[int, str]
    number: str
    started_at: datetime
    turns: int
    keys: tuple[str, ...]
    said_goodbye: bool
    hung_up: bool
    ended: bool
    broke_off: bool
    lasted_s: int | None
    waits: bool  # to be claimed

    @property
    def members(self) -> frozenset[int]:
        """All for whom it counts."""
        own = () if self.member_id is None else (self.member_id,)
        return frozenset((*own, *self.attending))


@dataclass(frozen=True, slots=True)
class Tried:
    """A question as one member answered it in one call; `grade` says how that counts, `right` that some try was."""

    call_id: int
    member_id: int | None
    lesson: str
    edition: str
    question: str
    grade: str
    right: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What became of a question once, for one member: an answer, or silence, a key that is none, "I don't know"."""

    member_id: int
    edition: str
    question: str
    key: str
    outcome: str


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A home visit: `edition` is the lesson heard, "" for a talk; `note` the recording that the visitor left."""

    call_id: int
    at: datetime
    visitor_id: int
    visitor: str
    visitor_number: str
    visitor_branch: str
    member_id: int
    member: str
    number: str
    branch: str
    edition: str
    confirmed: bool
    note: int | None


Which = ColumnElement[bool]  # of calls
Members = Collection[int] | Select[int] | None  # by their ids, or how to find these; None: all


def in_month(period: Period) -> Which:
    return (Call.started_at >= period.start) & (Call.started_at < period.end)


def concerning(period: Period, members: Collection[int]) -> Which:
    """The calls of a month that count for one of these members, or in which they visited, or were visited."""
    theirs = select(Call.id).where(in_month(period), Call.member_id.in_(members))
    turns = select(TurnRow.call_id).where(TurnRow.member_id.in_(members))
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(members))
    visits = select(Visit.call_id).where(Visit.member_id.in_(members) | Visit.visitor_id.in_(members))
    return in_month(period) & Call.id.in_(union(theirs, turns, attended, visits))


def heard_until(period: Period, members: Collection[int]) -> Which:
    """The calls up to the end of a month in which these members may have heard a lesson."""
    turns = select(TurnRow.call_id).where(TurnRow.member_id.in_(members), TurnRow.lesson.is_not(None))
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(members))
    return (Call.started_at < period.end) & Call.id.in_(union(turns, attended))


def calls(connection: Connection, which: Which) -> Iterator[CallFact]:
    keys = _keys(connection, which)
    attending = Attending.of(connection, which)
    waiting = set(connection.execute(select(Call.id).where(which, claims.WAITING)).scalars())
    broken_off = set(connection.execute(select(Call.id).where(which, plays.BROKE_OFF)).scalars())
    newest = select(func.max(TurnRow.n)).where(TurnRow.call_id == Call.id).correlate(Call).scalar_subquery()
    theirs = (Evidence.call_id == Call.id) & (Evidence.kind == "ended")
    found = (
        select(Call.id, Call.member_id, Call.number, Call.started_at, TurnRow.n.label("turns"))
        .add_columns(TurnRow.turn.contains(OVER).label("over"), TurnRow.turn.contains(HUNG_UP).label("hung_up"))
        .add_columns(func.count(Evidence.id).label("endings"))
        .add_columns(func.max(Evidence.provider_s).label("lasted_s"))
        .outerjoin(TurnRow, (TurnRow.call_id == Call.id) & (TurnRow.n == newest))
        .outerjoin(Evidence, theirs)
        .where(which)
        .group_by(Call.id, TurnRow.call_id, TurnRow.n)
        .order_by(Call.started_at, Call.id)
    )
    for row in connection.execute(found):
        yield CallFact(
            row.id,
            row.member_id,
            attending.grades(row.id),
            row.number,
            row.started_at,
            row.turns or 0,
            tuple(keys.get(row.id, ())),
            said_goodbye=bool(row.over and not row.hung_up),
            hung_up=bool(row.hung_up),
            ended=row.endings > 0,
            broke_off=row.id in broken_off,
            lasted_s=row.lasted_s,
            waits=row.id in waiting,
        )


def called(connection: Connection, period: Period, members: Members) -> dict[int, dict[int, datetime]]:
    """The calls of a month that count for members, of all or of these, and when each began: those that are their own,
    and those in which they attended."""
    own = select(Call.member_id, Call.id, Call.started_at).where(in_month(period))
    attended = select(Attendance.member_id, Call.id, Call.started_at).join(Call, Call.id == Attendance.call_id)
    attended = attended.where(in_month(period), whose.ATTENDED)
    if members is not None:
        own = own.where(Call.member_id.in_(members))
        attended = attended.where(Attendance.member_id.in_(members))
    calls: dict[int, dict[int, datetime]] = {}
    for found in (own, attended):
        for member, call, started_at in connection.execute(found).all():
            if member is not None:
                calls.setdefault(member, {})[call] = started_at
    return calls


def visited(connection: Connection, period: Period, members: Members) -> dict[int, datetime]:
    """When those of all or of these who confirmed a visit in the month's calls were visited last."""
    found = select(Visit.member_id, func.max(Visit.at)).join(Call, Call.id == Visit.call_id)
    found = found.where(in_month(period), Visit.confirmed).group_by(Visit.member_id)
    if members is not None:
        found = found.where(Visit.member_id.in_(members))
    return {row[0]: row[1] for row in connection.execute(found)}


def uncounted(connection: Connection, period: Period, members: Members) -> set[int]:
    """Those with a call in the month that `studied` does not have yet: it may still go on."""
    who = _uncounted(period).subquery().c.member_id
    found = select(who) if members is None else select(who).where(who.in_(members))
    return {member for member in connection.execute(found).scalars() if member is not None}


def _uncounted(period: Period) -> CompoundSelect[int | None]:
    which = in_month(period) & ~Call.is_counted
    own = select(Call.member_id).where(which)
    turns = select(TurnRow.member_id).join(Call, Call.id == TurnRow.call_id).where(which)
    attended = select(Attendance.member_id).join(Call, Call.id == Attendance.call_id).where(which)
    return union(own, turns, attended)


def studied_in(
    connection: Connection, period: Period, members: Members, lesson: str | None = None
) -> Iterator[StudiedRow]:
    """What was studied in the month by all, or by these, as stored; of one lesson, with its plays."""
    columns = [getattr(Studied, name) for name in StudiedRow.__struct_fields__ if lesson or name != "plays"]
    found = select(*columns).where(Studied.month == period.month)
    if lesson:
        found = found.where(Studied.lesson == lesson)
    if members is not None:
        found = found.where(Studied.member_id.in_(members))
    return studied.stored(connection.execute(found).all())


def begun_in(connection: Connection, period: Period, members: Members) -> set[int]:
    """Who of all, or of these, studied anything of a lesson in the month, as stored."""
    is_begun = (Studied.heard_at_least_ms > 0) | Studied.completed_at.is_not(None)
    found = select(Studied.member_id).where(Studied.month == period.month, is_begun)
    if members is not None:
        found = found.where(Studied.member_id.in_(members))
    return set(connection.execute(found).scalars())


def _keys(connection: Connection, which: Which) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = {}
    for call, _, digits in keys_pressed(connection, which):
        keys.setdefault(call, []).append(digits)
    return keys


def keys_pressed(connection: Connection, which: Which) -> Iterator[tuple[int, int | None, str]]:
    """In these calls, in the order they were pressed, and by whom."""
    found = (
        select(TurnRow.call_id, TurnRow.member_id, TurnRow.digits)
        .join(Call, Call.id == TurnRow.call_id)
        .where(which, TurnRow.act == "key")
        .order_by(TurnRow.call_id, TurnRow.n)
    )
    return ((row.call_id, row.member_id, row.digits) for row in connection.execute(found))


def tries(connection: Connection, which: Which) -> Iterator[Tried]:
    return tried(plays.answers_in(connection, which))


def tried(answers: Iterable[plays.Credited]) -> Iterator[Tried]:
    """By call, member and question; what was no answer is none: silence, a key that is none, a question skipped."""
    right: dict[tuple[int, int, str, str, str, str], bool] = {}
    for member, grade, row in answers:
        if row.outcome in ANSWERED:
            key = (row.call_id, member or 0, row.lesson, row.edition, row.question, grade)
            right[key] = right.get(key, False) or row.is_right
    for call, who, lesson, edition, question, grade in sorted(right):
        key = (call, who, lesson, edition, question, grade)
        yield Tried(call, who or None, lesson, edition, question, grade, right[key])


def given(answers: Iterable[plays.Credited]) -> Iterator[Given]:
    """All that became of questions, in the order it did."""
    for member, _, row in answers:
        if member is not None:
            yield Given(member, row.edition, row.question, row.key, row.outcome)


def visits(connection: Connection, which: Which) -> Iterator[VisitFact]:
    visitor, visitor_branch = aliased(Member), aliased(Branch)
    note = and_(Recording.call_id == Visit.call_id, Recording.turn == Visit.turn, Recording.kind == "note")
    found = (
        select(Visit.call_id, Visit.at, visitor.id, visitor.name, visitor.number, visitor_branch.name)
        .add_columns(Visit.member_id, Member.name, Member.number, Branch.name)
        .add_columns(Visit.edition, Visit.confirmed, Recording.id)
        .join(Call, Call.id == Visit.call_id)
        .join(visitor, visitor.id == Visit.visitor_id)
        .join(visitor_branch, visitor_branch.id == visitor.branch_id)
        .join(Member, Member.id == Visit.member_id)
        .join(Branch, Branch.id == Member.branch_id)
        .outerjoin(Recording, note)
        .where(which)
        .order_by(Visit.at, Visit.call_id, Visit.turn)
    )
    return (VisitFact(*row) for row in connection.execute(found))
