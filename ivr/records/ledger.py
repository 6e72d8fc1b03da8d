"""The ledger: what a call sent and what came back, only ever added to; and what was heard by it.

Nothing else adds to calls, turns, answers and evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    column,
    func,
    insert,
    select,
    table,
    update,
)

from ivr.dialogue import codec
from ivr.dialogue.turn import Answered, Identified, Play, Turn
from ivr.records import heard
from ivr.records.db import Prepared
from ivr.records.models import Answer, Call, Evidence, TurnRow, UtcDateTime

plays = table(
    "plays",
    *(column(name) for name in ("call_id", "turn", "member_id", "lesson", "edition", "segment", "base_ms")),
    *(column(name) for name in ("length_ms", "gather_ms", "boot", "closed_by", "closed_with", "closed_boot")),
    column("sent_at", UtcDateTime),
    column("closed_at", UtcDateTime),
)

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
_ADD_ANSWER = insert(Answer)
_ADD_EVIDENCE = insert(Evidence)


@dataclass(frozen=True, slots=True)
class Latest:
    """A call as it stands: its newest turn, number `n`."""

    call: int
    settled: bool
    n: int
    turn: Turn


@dataclass(frozen=True, slots=True)
class Act:
    """What the provider told us: `kind` is "answer", "key" or "end"."""

    kind: str
    digits: str
    arrived_at: datetime


def latest(connection: Connection, provider: str, sid: str, *, hold: bool = True) -> Latest | None:
    """A call as it stands; nobody else adds to it until the transaction ends, unless `hold` is False."""
    row = (_HELD if hold else _SEEN).row(connection, {"provider": provider, "sid": sid})
    if row is None:
        return None
    call, settled, n, turn = row
    return Latest(call, bool(settled), n, codec.decode(turn))


def stored(connection: Connection, call: int, n: int) -> Turn:
    row = _STORED.row(connection, {"call": call, "n": n})
    assert row is not None
    return codec.decode(row[0])


def open_call(connection: Connection, provider: str, sid: str, number: str, now: datetime) -> int:
    row = {"provider": provider, "sid": sid, "number": number, "started_at": now}
    result = connection.execute(_ADD_CALL, row)
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def add_turn(connection: Connection, call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str) -> None:
    """Write a turn down. IntegrityError means that somebody else has just written this turn of this call."""
    row = _turn_row(call, n, act, turn, sent_at, boot)
    _ADD_TURN.execute(connection, row)
    for event in turn.events:
        match event:
            case Identified(member):
                connection.execute(update(Call).where(Call.id == call).values(member_id=member))
            case Answered():
                answer = _answer_row(call, n, row["member_id"], event, act.arrived_at)
                connection.execute(_ADD_ANSWER, answer)
            case _:
                pass  # told in full by the turn itself


def add_turn_to_open_call(
    connection: Connection, call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str
) -> bool:
    """Write a turn without events down by one statement; False if the call is settled, and then nothing is written.
    IntegrityError as for `add_turn`."""
    return _ADD_TURN_TO_OPEN_CALL.execute(connection, _turn_row(call, n, act, turn, sent_at, boot)) == 1


def _turn_row(call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str) -> dict[str, Any]:
    play = next((said for said in turn.says if isinstance(said, Play)), None)
    return {
        "call_id": call,
        "n": n,
        "act": act.kind,
        "digits": act.digits,
        "arrived_at": act.arrived_at,
        "sent_at": sent_at,
        "boot": boot,
        "member_id": None if turn.state.learner is None else turn.state.learners[turn.state.learner].member,
        "lesson": play and play.lesson,
        "edition": play and play.edition,
        "segment": play and play.segment,
        "base_ms": play and play.base_ms,
        "length_ms": play and play.length_ms,
        "gather_ms": turn.gather.seconds * 1000 if play and turn.gather else None,
        "turn": codec.encode(turn),
    }


def _answer_row(call: int, n: int, member: int | None, event: Answered, at: datetime) -> dict[str, Any]:
    return {
        "call_id": call,
        "turn": n,
        "member_id": member,
        "lesson": event.lesson,
        "edition": event.edition,
        "question": event.question,
        "attempt": event.attempt,
        "key": event.key,
        "is_right": event.right,
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


# ── what was heard ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One play of a call with its bounds; `base_ms` is its content position, `length_ms` its own length."""

    call_id: int
    member_id: int | None
    lesson: str
    edition: str
    started_at: datetime
    closed_by: str | None
    base_ms: int
    at_least_ms: int
    at_most_ms: int
    length_ms: int


def heard_between(connection: Connection, start: datetime, end: datetime) -> list[HeardRow]:
    """What was heard in the calls that began in [start, end), by call and turn."""
    return list(heard_in(connection, Call.started_at >= start, Call.started_at < end))


def heard_in(connection: Connection, *which: ColumnElement[bool]) -> Iterator[HeardRow]:
    """Fold the plays of these calls."""
    rows = connection.execute(
        select(plays, Call.started_at)
        .join(Call, Call.id == plays.c.call_id)
        .where(*which)
        .order_by(Call.started_at, plays.c.call_id, plays.c.turn)
    ).all()
    resent, endings = _evidence(connection, which)
    for (started_at, call), group in groupby(rows, key=lambda row: (row.started_at, row.call_id)):
        played = list(group)
        sent = [_sent(row, tuple(resent.get((call, row.turn), ()))) for row in played]
        for row, bounds in zip(played, heard.fold(started_at, sent, endings.get(call, ())), strict=True):
            yield HeardRow(
                call,
                row.member_id,
                row.lesson,
                row.edition,
                started_at,
                row.closed_by,
                row.base_ms,
                bounds.at_least_ms,
                bounds.at_most_ms,
                row.length_ms,
            )


def _evidence(
    connection: Connection, which: tuple[ColumnElement[bool], ...]
) -> tuple[dict[tuple[int, int | None], list[datetime]], dict[int, list[heard.Ending]]]:
    """When turns were sent again, by (call, turn); the accounts of each call's end."""
    resent: dict[tuple[int, int | None], list[datetime]] = {}
    endings: dict[int, list[heard.Ending]] = {}
    found = select(Evidence.__table__).join(Call, Call.id == Evidence.call_id).where(*which)
    for row in connection.execute(found):
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


def heard_ms(rows: Iterable[HeardRow], edition: str) -> tuple[int, int]:
    """How much of an edition these plays cover, at least and at most; what is heard twice counts once."""
    own = [row for row in rows if row.edition == edition]
    surely = heard.union_ms((row.base_ms, row.base_ms + row.at_least_ms) for row in own)
    return surely, heard.union_ms((row.base_ms, row.base_ms + row.at_most_ms) for row in own)
