"""The ledger: what a call sent and what came back, only ever added to; and what follows from it.

This is the only writer of calls, turns, answers, evidence and progress. Progress counts settled calls: a call is
settled at its goodbye, at its hang-up, or when a later call shows that it must be over. Whatever comes in after
that is folded in again, so what is stored always equals what `rebuild` would make.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, column, delete, insert, select, table, update

from ivr.catalogue import Catalogue
from ivr.dialogue import codec
from ivr.dialogue.turn import Answered, Identified, Play, Turn
from ivr.records import heard
from ivr.records.models import Answer, Call, Evidence, Member, Progress, TurnRow, UtcDateTime

plays = table(
    "plays",
    *(column(name) for name in ("call_id", "turn", "member_id", "lesson", "edition", "segment", "base_ms")),
    *(column(name) for name in ("length_ms", "gather_ms", "boot", "closed_by", "closed_with", "closed_boot")),
    column("sent_at", UtcDateTime),
    column("closed_at", UtcDateTime),
)

# ── a call, turn by turn (statements are built once: this is the hot path) ───────────────────────────────────────

_LATEST = (
    select(Call.id, Call.settled_at, Call.started_at, TurnRow.n, TurnRow.turn)
    .join(TurnRow, TurnRow.call_id == Call.id)
    .where(Call.provider == bindparam("provider"), Call.sid == bindparam("sid"))
    .order_by(TurnRow.n.desc())
    .limit(1)
)
_STORED = select(TurnRow.turn).where(TurnRow.call_id == bindparam("call"), TurnRow.n == bindparam("n"))
_ADD_CALL = insert(Call.__table__)
_ADD_TURN = insert(TurnRow.__table__)
_ADD_ANSWER = insert(Answer.__table__)
_ADD_EVIDENCE = insert(Evidence.__table__)


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


def latest(connection: Connection, provider: str, sid: str) -> Latest | None:
    row = connection.execute(_LATEST, {"provider": provider, "sid": sid}).first()
    if row is None:
        return None
    return Latest(row.id, row.settled_at is not None, row.n, codec.decode(row.turn))


def stored(connection: Connection, call: int, n: int) -> Turn:
    return codec.decode(connection.execute(_STORED, {"call": call, "n": n}).scalar_one())


def open_call(connection: Connection, provider: str, sid: str, number: str, now: datetime) -> int:
    row = {"provider": provider, "sid": sid, "number": number, "started_at": now}
    result = connection.execute(_ADD_CALL, row)
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def add_turn(connection: Connection, call: int, n: int, act: Act, turn: Turn, sent_at: datetime, boot: str) -> None:
    """Write a turn down. IntegrityError means that somebody else has just written this turn of this call."""
    play = next((said for said in turn.says if isinstance(said, Play)), None)
    learner = None if turn.state.learner is None else turn.state.learners[turn.state.learner].member
    row = {
        "call_id": call,
        "n": n,
        "act": act.kind,
        "digits": act.digits,
        "arrived_at": act.arrived_at,
        "sent_at": sent_at,
        "boot": boot,
        "member_id": learner,
        "lesson": play and play.lesson,
        "edition": play and play.edition,
        "segment": play and play.segment,
        "base_ms": play and play.base_ms,
        "length_ms": play and play.length_ms,
        "gather_ms": turn.gather.seconds * 1000 if play and turn.gather else None,
        "turn": codec.encode(turn),
    }
    connection.execute(_ADD_TURN, row)
    for event in turn.events:
        match event:
            case Identified(member):
                connection.execute(update(Call).where(Call.id == call).values(member_id=member))
            case Answered():
                connection.execute(_ADD_ANSWER, _answer_row(call, n, learner, event, act.arrived_at))
            case _:
                pass  # told in full by the turn itself


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
    return list(_heard(connection, Call.started_at >= start, Call.started_at < end))


def _heard(connection: Connection, *which: ColumnElement[bool]) -> Iterator[HeardRow]:
    """Fold the plays of whole calls: a call's other plays tell how slow its line was."""
    rows = connection.execute(
        select(plays, Call.started_at)
        .join(Call, Call.id == plays.c.call_id)
        .where(*which)
        .order_by(Call.started_at, plays.c.call_id, plays.c.turn)
    ).all()
    resent, endings = _evidence(connection, which)
    for (started_at, call), group in groupby(rows, key=lambda row: (row.started_at, row.call_id)):
        played = list(group)
        sent = [_sent(row, resent.get((call, row.turn))) for row in played]
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
) -> tuple[dict[tuple[int, int | None], datetime], dict[int, list[heard.Ending]]]:
    """When a turn was last sent again, by (call, turn); the accounts of each call's end."""
    resent: dict[tuple[int, int | None], datetime] = {}
    endings: dict[int, list[heard.Ending]] = {}
    found = select(Evidence.__table__).join(Call, Call.id == Evidence.call_id).where(*which)
    for row in connection.execute(found):
        if row.kind == "ended":
            ending = heard.Ending(row.arrived_at, row.provider_at, row.provider_s)
            endings.setdefault(row.call_id, []).append(ending)
        else:
            place = (row.call_id, row.turn)
            resent[place] = max(row.arrived_at, resent.get(place, row.arrived_at))
    return resent, endings


def _sent(row: Row[Any], resent_at: datetime | None) -> heard.Sent:
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
        resent_at,
    )


# ── what follows: progress ───────────────────────────────────────────────────────────────────────────────────────


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
    """What the folding needs to know besides the ledger: the editions, and what share counts as heard."""

    catalogue: Catalogue
    completed_share: float


def settle(connection: Connection, call: int, now: datetime, counting: Counting) -> None:
    """Let a call count, or count again."""
    connection.execute(update(Call).where(Call.id == call, Call.settled_at.is_(None)).values(settled_at=now))
    heard_of = select(TurnRow.member_id, TurnRow.lesson).where(TurnRow.call_id == call, TurnRow.lesson.is_not(None))
    answered = select(Answer.member_id, Answer.lesson).where(Answer.call_id == call)
    for member, lesson in sorted(row for row in connection.execute(heard_of.union(answered)) if row[0] is not None):
        _refold(connection, member, lesson, counting)


def settle_open_calls(
    connection: Connection, number: str, members: Iterable[int], now: datetime, counting: Counting
) -> None:
    """A new call from this number, or by these members, shows that their earlier ones are over."""
    theirs = Call.member_id.in_(list(members)) | ((Call.number == number) & (Call.number != ""))
    open_calls = select(Call.id).where(Call.settled_at.is_(None), theirs).order_by(Call.id)
    for call in connection.execute(open_calls).scalars().all():
        settle(connection, call, now, counting)


def _refold(connection: Connection, member: int, lesson: str, counting: Counting) -> None:
    # Two calls of one member may settle at once: the second waits here, and then sees the first.
    connection.execute(select(Member.id).where(Member.id == member).with_for_update())
    standing = next(_standings(connection, counting, member, lesson), None)
    connection.execute(delete(Progress).where(Progress.member_id == member, Progress.lesson == lesson))
    if standing:
        connection.execute(insert(Progress), asdict(standing))


def rebuild(connection: Connection, counting: Counting) -> int:
    """Make progress anew from the ledger; returns how many rows it has."""
    connection.execute(delete(Progress))
    standings = [asdict(standing) for standing in _standings(connection, counting)]
    if standings:
        connection.execute(insert(Progress), standings)
    return len(standings)


def verify(connection: Connection, counting: Counting) -> list[str]:
    """Where stored progress differs from what the ledger says; nothing, if all is well."""
    stored_rows = {(row.member_id, row.lesson): row for row in connection.execute(select(Progress.__table__))}
    differing = []
    for standing in _standings(connection, counting):
        row = stored_rows.pop((standing.member_id, standing.lesson), None)
        told = asdict(standing)
        if row is None or {name: getattr(row, name) for name in told} != told:
            differing.append(f"member {standing.member_id}, {standing.lesson}: stored {row}, the ledger says {told}")
    differing += [f"member {m}, {lesson}: stored, but not in the ledger" for m, lesson in stored_rows]
    return differing


def _standings(
    connection: Connection, counting: Counting, member: int | None = None, lesson: str | None = None
) -> Iterator[Standing]:
    """Fold settled calls into standings: of everybody, or of one member in one lesson."""
    which: list[ColumnElement[bool]] = [Call.settled_at.is_not(None)]
    answers = select(Answer.__table__).join(Call, Call.id == Answer.call_id).where(which[0])
    if member is not None:
        theirs = select(TurnRow.call_id).where(TurnRow.member_id == member, TurnRow.lesson == lesson)
        which.append(Call.id.in_(theirs))
        answers = answers.where(Answer.member_id == member, Answer.lesson == lesson)
    heard_rows: dict[tuple[int, str], list[HeardRow]] = {}
    answer_rows: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in _heard(connection, *which):
        if row.member_id is not None:
            heard_rows.setdefault((row.member_id, row.lesson), []).append(row)
    for answer in connection.execute(answers.order_by(Answer.at, Answer.call_id, Answer.turn)):
        if answer.member_id is not None:
            answer_rows.setdefault((answer.member_id, answer.lesson), []).append(answer)
    for who, what in sorted(heard_rows.keys() | answer_rows.keys()):
        if lesson in (None, what) and member in (None, who):
            place = (who, what)
            yield _standing(place, heard_rows.get(place, []), answer_rows.get(place, []), counting)


def _standing(place: tuple[int, str], rows: list[HeardRow], answers: list[Row[Any]], counting: Counting) -> Standing:
    edition = rows[-1].edition if rows else answers[-1].edition
    at_least, at_most = heard_ms(rows, edition)
    return Standing(
        *place,
        edition,
        rows[-1].base_ms + rows[-1].at_least_ms if rows else 0,
        at_least,
        at_most,
        _length_ms(counting.catalogue, edition, rows),
        any(_completed(rows, each, counting) for each in {row.edition for row in rows}),
        len({answer.question for answer in answers}),
        len({answer.question for answer in answers if answer.is_right}),
    )


def heard_ms(rows: Iterable[HeardRow], edition: str) -> tuple[int, int]:
    """How much of an edition these plays cover, at least and at most; what is heard twice counts once."""
    own = [row for row in rows if row.edition == edition]
    surely = heard.union_ms((row.base_ms, row.base_ms + row.at_least_ms) for row in own)
    return surely, heard.union_ms((row.base_ms, row.base_ms + row.at_most_ms) for row in own)


def _completed(rows: list[HeardRow], edition: str, counting: Counting) -> bool:
    length = _length_ms(counting.catalogue, edition, rows)
    return heard_ms(rows, edition)[0] >= counting.completed_share * length


def _length_ms(catalogue: Catalogue, edition: str, rows: list[HeardRow]) -> int:
    """The length of an edition; of one that has left the shelf, as far as it was ever sent."""
    if known := catalogue.editions.get(edition):
        return known.length_ms
    return max((row.base_ms + row.length_ms for row in rows if row.edition == edition), default=0)
