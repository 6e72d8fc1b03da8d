"""The ledger: what a call sent and what came back, only ever added to.

Nothing else adds to calls, turns, answers, evidence, attendance, visits and recordings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, exists, func, insert, or_, select, update

from ivr.dialogue import codec
from ivr.dialogue.turn import (
    Answered,
    Delivered,
    Event,
    GaveUp,
    Identified,
    Joined,
    Left,
    Play,
    Preferred,
    Turn,
    Undone,
    Visited,
)
from ivr.errors import UnknownCall
from ivr.records import preferences
from ivr.records.db import Prepared
from ivr.records.models import Answer, Attendance, Call, Evidence, Notice, Recording, Reply, TurnRow, Visit

# ── a call, turn by turn (statements are built once: this is the hot path) ───────────────────────────────────────

# The call by a subquery: so PostgreSQL, too, takes the newest turn from the index, and need not sort all of them.
_CALL = select(Call.id).where(Call.provider == bindparam("provider"), Call.sid == bindparam("sid")).scalar_subquery()
_LATEST = (
    select(Call.id, Call.settled_at.is_not(None).label("settled"), TurnRow.n, TurnRow.turn)
    .join(TurnRow, TurnRow.call_id == Call.id)
    .where(TurnRow.call_id == _CALL)
    .order_by(TurnRow.n.desc())
    .limit(1)
)
_SEEN = Prepared(_LATEST)
# One act of a call at a time: a turn and a hang-up that come at once must each see what the other wrote.
_HELD = Prepared(_LATEST.with_for_update(of=Call, key_share=True))
_STORED = Prepared(select(TurnRow.turn).where(TurnRow.call_id == bindparam("call"), TurnRow.n == bindparam("n")))
_ADD_CALL = insert(Call)
_ADD_TURN = Prepared(insert(TurnRow))
_TURN = TurnRow.__table__.columns
_ADD_TURN_TO_OPEN_CALL = Prepared(
    insert(TurnRow).from_select(
        list(_TURN),
        select(*(bindparam(each.name, type_=each.type) for each in _TURN))
        .where(Call.id == bindparam("call_id"), Call.settled_at.is_(None))
        .with_for_update(of=Call, key_share=True),
    )
)
_GROUP = exists().where(Attendance.call_id == Call.id, Attendance.grade == "group").correlate(Call)
_OWNER = select(Call.member_id).where(Call.id == bindparam("call"), ~_GROUP)
_ADD_ANSWER = insert(Answer)
_ADD_EVIDENCE = insert(Evidence)


# Of a call: somebody attended. A claim that was given back leaves its rows, too; one that stands has its member.
IS_ATTENDED = exists().where(Attendance.call_id == Call.id, Attendance.grade != "claimed").correlate(Call)
# Of a call: nobody is known for it, and nobody attended; something happened in it that can be somebody's.
IS_NOBODYS = Call.member_id.is_(None) & ~IS_ATTENDED
IS_WORTH_CLAIMING = or_(
    exists().where(TurnRow.call_id == Call.id, TurnRow.lesson.is_not(None)).correlate(Call),
    exists().where(Answer.call_id == Call.id).correlate(Call),
    exists().where(Recording.call_id == Call.id).correlate(Call),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A call that nobody else adds to until the transaction ends; `n` is the number of its newest turn."""

    call: int
    settled: bool
    n: int


@dataclass(frozen=True, slots=True)
class Latest(Held):
    """A call as it stands, with its newest turn."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Act:
    """What the provider told us: `kind` is "answer", "key" or "end"."""

    kind: str
    digits: str
    arrived_at: datetime


def held(connection: Connection, provider: str, sid: str) -> Held | None:
    """A call, whether or not its turns can be read."""
    row = _HELD.row(connection, {"provider": provider, "sid": sid})
    return Held(row[0], bool(row[1]), row[2]) if row else None


def latest(connection: Connection, provider: str, sid: str, *, hold: bool = True) -> Latest | None:
    """A call as it stands; nobody else adds to it until the transaction ends, unless `hold` is False.

    Raises UnknownCall for one whose turns can't be read any more."""
    row = (_HELD if hold else _SEEN).row(connection, {"provider": provider, "sid": sid})
    if row is None:
        return None
    call, settled, n, turn = row
    return Latest(call, bool(settled), n, _decoded(call, turn))


def stored(connection: Connection, call: int, n: int) -> Turn:
    """A turn of a call. Raises UnknownCall for one that can't be read any more, or was never."""
    row = _STORED.row(connection, {"call": call, "n": n})
    if row is None:
        raise UnknownCall(f"Call {call} has no turn {n}.")
    return _decoded(call, row[0])


def _decoded(call: int, turn: str) -> Turn:
    try:
        return codec.decode(turn)
    except msgspec.DecodeError as error:
        raise UnknownCall(f"Call {call} began under another version, whose turns can't be read: {error}") from error


def open_call(connection: Connection, provider: str, sid: str, number: str, now: datetime) -> int:
    row = {"provider": provider, "sid": sid, "number": number, "started_at": now}
    result = connection.execute(_ADD_CALL, row)
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def add_turn(
    connection: Connection, call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str, said_ms: int | None
) -> None:
    """Write a turn down, with all that its events add to the record.

    IntegrityError means that somebody else has just written this turn of this call."""
    row = _turn_row(call, n, act, turn, sent_at, boot, said_ms)
    _ADD_TURN.execute(connection, row)
    for event in turn.events:
        _note(connection, call, n, row["member_id"], event, act.arrived_at)


def _note(connection: Connection, call: int, n: int, member: int | None, event: Event, at: datetime) -> None:
    match event:
        case Identified(identified):
            _identify(connection, call, n, identified, at)
        case GaveUp():
            connection.execute(update(Call).where(Call.id == call).values(keys_failed=True))
        case Answered():
            connection.execute(_ADD_ANSWER, _answer_row(call, n, member, event, at))
        case Preferred(of, what, value):
            preferences.prefer(connection, of, what, value)
        case Joined(joined, grade):
            _attend(connection, call, n, joined, grade, True, at)
        case Undone(undone):
            _attend(connection, call, n, undone, "group", False, at)
        case Visited(visitor, visited, edition, confirmed):
            row = {"call_id": call, "turn": n, "visitor_id": visitor, "member_id": visited, "at": at}
            connection.execute(insert(Visit), {**row, "edition": edition, "confirmed": confirmed})
            if confirmed:
                _attend(connection, call, 1, visited, "visit", True, at)
        case Left():
            # The turn before asked for it, and so named it to the provider.
            keep_recording(connection, call, n - 1, event, member, at)
        case Delivered(kind, letter):
            model = Reply if kind == "reply" else Notice
            first = (model.id == letter) & model.delivered_at.is_(None)
            connection.execute(update(model).where(first).values(delivered_at=at))
        case _:
            pass  # told in full by the turn itself


def _identify(connection: Connection, call: int, n: int, member: int, at: datetime) -> None:
    """The call is this member's; if nobody was known for it before, so is all that happened in it."""
    waiting = select(Call.id).where(Call.id == call, IS_NOBODYS, IS_WORTH_CLAIMING)
    if n > 1 and connection.execute(waiting).first():
        claim(connection, call, member, at, until=n)
    connection.execute(update(Call).where(Call.id == call).values(member_id=member))


def _attend(connection: Connection, call: int, n: int, member: int, grade: str, joined: bool, at: datetime) -> None:
    row = {"call_id": call, "turn": n, "member_id": member, "grade": grade, "joined": joined, "at": at}
    connection.execute(insert(Attendance), row)


def claim(connection: Connection, call: int, member: int, at: datetime, until: int | None = None) -> None:
    """What nobody was known for in this call counts for this member; `until` is the turn in which they said who they
    are, and from which on it is known."""
    _attend(connection, call, 1, member, "claimed", True, at)
    if until is not None:
        _attend(connection, call, until, member, "claimed", False, at)
    connection.execute(update(Call).where(Call.id == call, Call.member_id.is_(None)).values(member_id=member))
    name_recordings(connection, call, member)


def give_back(connection: Connection, call: int, member: int, at: datetime) -> None:
    """This member did not claim it after all, from its first turn on; nor is what was said after the tone theirs."""
    _attend(connection, call, 1, member, "claimed", False, at)
    connection.execute(update(Call).where(Call.id == call).values(member_id=None))
    theirs = (Recording.call_id == call) & (Recording.member_id == member)
    connection.execute(update(Recording).where(theirs).values(member_id=None))


def name_recordings(connection: Connection, call: int, member: int) -> None:
    """What nobody in particular said after the tone in this call was said by this member."""
    nobodys = (Recording.call_id == call) & Recording.member_id.is_(None)
    connection.execute(update(Recording).where(nobodys).values(member_id=member))


def keep_recording(connection: Connection, call: int, turn: int, left: Left, member: int | None, at: datetime) -> None:
    """Something was said after the tone of this turn. Told twice, by the caller's act and by the provider's own notice,
    it is kept once. Where nobody in particular is known to have spoken, it was whose call it is by now; but a group's
    call is nobody's."""
    known = select(Recording.id).where(Recording.call_id == call, Recording.turn == turn)
    if connection.execute(known).first():
        return
    member = left.by or member or connection.execute(_OWNER, {"call": call}).scalar()
    row: dict[str, Any] = {"call_id": call, "turn": turn, "kind": left.kind, "member_id": member, "about": left.about}
    row |= {"name": left.name[:128], "address": left.address, "seconds": left.seconds}
    connection.execute(insert(Recording), {**row, "left_at": at, "next_try_at": at})


def add_turn_to_open_call(
    connection: Connection, call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str
) -> bool:
    """Write a turn without events down by one statement; False if the call is settled, and then nothing is written.
    IntegrityError as for `add_turn`."""
    return _ADD_TURN_TO_OPEN_CALL.execute(connection, _turn_row(call, n, act, turn, sent_at, boot, None)) == 1


def _turn_row(
    call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str, said_ms: int | None
) -> dict[str, Any]:
    play = next((said for said in turn.says if isinstance(said, Play)), None)
    return {
        "call_id": call,
        "n": n,
        "act": act.kind,
        "digits": act.digits,
        "arrived_at": act.arrived_at,
        "sent_at": sent_at,
        "boot": boot,
        "member_id": member_of(turn),
        "lesson": play and play.lesson,
        "edition": play and play.edition,
        "segment": play and play.segment,
        "base_ms": play and play.base_ms,
        "length_ms": play and play.length_ms,
        "gather_ms": turn.gather.seconds * 1000 if play and turn.gather else None,
        "pace": (play.pace or None) if play else None,
        "said_ms": said_ms,
        "turn": codec.encode(turn),
    }


def member_of(turn: Turn) -> int | None:
    """Who is speaking; None where nobody is known, and in a group."""
    state = turn.state
    return None if state.learner is None else state.learners[state.learner].member


def _answer_row(call: int, n: int, member: int | None, event: Answered, at: datetime) -> dict[str, Any]:
    return {
        "call_id": call,
        "turn": n,
        "member_id": event.member or member,
        "lesson": event.lesson,
        "edition": event.edition,
        "question": event.question,
        "attempt": event.attempt,
        "key": event.key,
        "is_right": event.outcome == "right",
        "outcome": event.outcome,
        "at": at,
    }


def add_evidence(
    connection: Connection,
    call: int,
    kind: str,
    arrived_at: datetime,
    *,
    turn: int | None = None,
    status: str | None = None,
    provider_at: datetime | None = None,
    provider_s: int | None = None,
) -> None:
    """Note what came outside the turns. The same account of an ending is noted once, however often it comes."""
    told = {"turn": turn, "status": status, "provider_at": provider_at, "provider_s": provider_s}
    if kind == "ended" and connection.execute(_same_ending(call, told)).first():
        return
    connection.execute(_ADD_EVIDENCE, {"call_id": call, "kind": kind, "arrived_at": arrived_at, **told})


def _same_ending(call: int, told: dict[str, Any]) -> Any:
    same = [getattr(Evidence, name).is_not_distinct_from(value) for name, value in told.items()]
    return select(Evidence.id).where(Evidence.call_id == call, Evidence.kind == "ended", *same)


def count_evidence(connection: Connection, call: int, kind: str) -> int:
    rows = connection.execute(select(Evidence.id).where(Evidence.call_id == call, Evidence.kind == kind))
    return len(rows.all())


def last_resent(connection: Connection, call: int, n: int) -> datetime | None:
    """When a turn was last said again, if ever."""
    again = select(func.max(Evidence.arrived_at)).where(Evidence.call_id == call, Evidence.turn == n)
    return connection.execute(again).scalar()
