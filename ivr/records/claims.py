"""Calls that nobody is known for wait to be claimed: somebody who recognises one says whose it is, and it counts, until
that is given back. Those that nobody will recognise are set aside. All that is a fact added to the ledger, and so is
taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, func, select, true

from ivr.catalogue import Catalogue
from ivr.errors import NotToBeClaimed, UnknownCall
from ivr.records import ledger, plays, progress, studied
from ivr.records.models import Answer, Attendance, Call, Evidence, Member, Recording
from ivr.records.progress import Counting
from ivr.records.roster import Enrolled, enrolled

RECENT = timedelta(days=60)  # after that nobody remembers who rang
ALL: ColumnElement[bool] = true()
DISMISSED, UNDISMISSED = "dismissed", "undismissed"
_LAST_SAID = (
    select(Evidence.kind)
    .where(Evidence.call_id == Call.id, Evidence.kind.in_((DISMISSED, UNDISMISSED)))
    .order_by(Evidence.id.desc())
    .limit(1)
    .correlate(Call)
    .scalar_subquery()
)
_DISMISSED = func.coalesce(_LAST_SAID, UNDISMISSED) == DISMISSED
WAITING = ledger.IS_NOBODYS & ledger.IS_WORTH_CLAIMING & ~_DISMISSED


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A call that nobody is known for: what was heard of each lesson, in ms, at least; how many questions were
    answered; what was said after the tone, by row: names, and other things; and whether it was set aside."""

    id: int
    started_at: datetime
    number: str
    dismissed: bool
    heard_ms: dict[str, int]
    answered: int
    names: tuple[int, ...]
    left: tuple[int, ...]


def unclaimed(
    connection: Connection,
    catalogue: Catalogue,
    since: datetime | None = None,
    *,
    dismissed: bool = False,
    which: ColumnElement[bool] = ALL,
    most: int | None = None,
) -> list[Unclaimed]:
    """Calls that wait to be claimed, the newest first, since a time if one is given; those in which nothing happened
    don't. `dismissed` has also those that were set aside. Of all calls, or of these; all of them, or only so many."""
    which &= ledger.IS_NOBODYS & ledger.IS_WORTH_CLAIMING if dismissed else WAITING
    which &= Call.started_at >= since if since else true()
    found = select(Call.id, Call.started_at, Call.number, _DISMISSED.label("dismissed")).where(which)
    calls = connection.execute(found.order_by(Call.id.desc()).limit(most)).all()
    if most is not None:  # so few are looked up one by one, whatever it took to find them
        which = Call.id.in_([row.id for row in calls])
    heard = _heard_ms(plays.heard_in(connection, catalogue, which))
    answered = _answered(connection, which)
    names, left = (
        _recordings(connection, which, kind) for kind in (Recording.kind == "name", Recording.kind != "name")
    )
    return [
        Unclaimed(
            *(row.id, row.started_at, row.number, bool(row.dismissed)),
            *(heard[row.id], answered[row.id], names[row.id], left[row.id]),
        )
        for row in calls
    ]


def _heard_ms(rows: Iterable[plays.HeardRow]) -> defaultdict[int, dict[str, int]]:
    by_edition: defaultdict[tuple[int, str, str], list[plays.HeardRow]] = defaultdict(list)
    for row in rows:
        by_edition[row.call_id, row.lesson, row.edition].append(row)
    heard: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (call, lesson, edition), played in by_edition.items():
        heard[call][lesson] = heard[call].get(lesson, 0) + plays.heard_ms(played, edition)[0]
    return heard


def _answered(connection: Connection, which: Any) -> defaultdict[int, int]:
    counted = select(Answer.call_id, func.count(Answer.question.distinct())).join(Call, Call.id == Answer.call_id)
    rows = connection.execute(counted.where(which, Answer.outcome.in_(studied.ANSWERED)).group_by(Answer.call_id))
    return defaultdict(int, {row[0]: row[1] for row in rows})


def _recordings(connection: Connection, which: Any, kind: Any) -> defaultdict[int, tuple[int, ...]]:
    found: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    rows = select(Recording.call_id, Recording.id).join(Call, Call.id == Recording.call_id).where(which, kind)
    for row in connection.execute(rows.order_by(Recording.id)):
        found[row.call_id] += (row.id,)
    return found


def standing(connection: Connection, call: int) -> Literal["", "waits", "aside", "claimed"]:
    """Does a call wait to be claimed, was it set aside, or claimed?"""
    if _claimant(connection, call) is not None:
        return "claimed"
    which = (Call.id == call) & ledger.IS_NOBODYS & ledger.IS_WORTH_CLAIMING
    row = connection.execute(select(_DISMISSED.label("dismissed")).where(which).select_from(Call)).first()
    return "" if row is None else "aside" if row.dismissed else "waits"


def how_many(connection: Connection, which: ColumnElement[bool] = ALL) -> int:
    """How many of these calls wait to be claimed."""
    return connection.execute(select(func.count()).select_from(Call).where(which, WAITING)).scalar_one()


def how_many_before(connection: Connection, when: datetime) -> int:
    """How many calls wait to be claimed from before this time."""
    return how_many(connection, Call.started_at < when)


def dismiss(connection: Connection, calls: Iterable[int], now: datetime, *, undo: bool = False) -> list[int]:
    """Set these calls aside, or take that back; returns those for which it was not so already.

    Raises UnknownCall, or NotToBeClaimed for one that does not wait; then nothing changes."""
    changed = []
    for call in dict.fromkeys(calls):
        found = select(Call.id, ledger.IS_NOBODYS.label("waits"), _DISMISSED.label("dismissed")).where(Call.id == call)
        row = connection.execute(found).first()
        if row is None:
            raise UnknownCall(f"There is no call {call}. `ivr calls unclaimed` shows those that wait to be claimed.")
        if not row.waits:
            raise NotToBeClaimed(f"Call {call} counts for somebody already, and does not wait; nothing was changed.")
        if row.dismissed == undo:
            ledger.add_evidence(connection, call, UNDISMISSED if undo else DISMISSED, now)
            changed.append(call)
    return changed


def claim(connection: Connection, call: int, number: str, now: datetime, counting: Counting) -> tuple[Enrolled, bool]:
    """The call counts for the member with this number; returns who that is, and whether it did not before.

    Raises UnknownCall, NotEnrolled, or NotToBeClaimed where it is somebody else's, or a group's."""
    row = _held(connection, call, "`ivr calls unclaimed` shows those that wait to be claimed.")
    (member,) = enrolled(connection, number=number)
    if row.member_id == member.id:
        ledger.name_recordings(connection, call, member.id)
        return member, False
    if row.member_id is not None:
        whose = connection.execute(select(Member.name).where(Member.id == row.member_id)).scalar_one()
        raise NotToBeClaimed(f"Call {call} is {whose}'s already; nothing was changed.")
    if connection.execute(select(Call.id).where(Call.id == call, ledger.IS_ATTENDED)).first():
        raise NotToBeClaimed(f"Call {call} was a group's or a visit, and counts for those who were there.")
    ledger.claim(connection, call, member.id, now)
    progress.settle(connection, call, now, counting)
    return member, True


def give_back(connection: Connection, call: int, number: str, now: datetime, counting: Counting) -> Enrolled:
    """The call was claimed for the member with this number by mistake, and waits again; returns who that is.

    Raises UnknownCall, NotEnrolled, or NotToBeClaimed where it was not: who said it themselves has no claim."""
    _held(connection, call, "`ivr report calls --month YYYY-MM --format csv` has the numbers of a month's calls.")
    (member,) = enrolled(connection, number=number)
    if _claimant(connection, call) != member.id:
        raise NotToBeClaimed(f"Call {call} was not claimed for {member.name}; nothing was changed.")
    ledger.give_back(connection, call, member.id, now)
    progress.settle(connection, call, now, counting)
    return member


def _claimant(connection: Connection, call: int) -> int | None:
    """Whom the whole call was claimed for; for those who said in it who they are, it is claimed up to there only."""
    found = select(Attendance.member_id, Attendance.joined, Call.member_id.label("owner"))
    claimed = (Attendance.call_id == call) & (Attendance.grade == "claimed")
    newest = found.join(Call, Call.id == Attendance.call_id).where(claimed).order_by(Attendance.id.desc()).limit(1)
    row = connection.execute(newest).first()
    return row.member_id if row and row.joined and row.member_id == row.owner else None


def _held(connection: Connection, call: int, advice: str) -> Row[Any]:
    """Nobody else says whose it is until the transaction ends. Raises UnknownCall, with where its like are found."""
    row = connection.execute(select(Call.member_id).where(Call.id == call).with_for_update()).first()
    if row is None:
        raise UnknownCall(f"There is no call {call}. {advice}")
    return row
