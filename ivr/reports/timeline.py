"""One call as evidence: each thing that happened in it, with the time since it began; and how it looks on an axis."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select

from ivr.catalogue import Catalogue, Lesson
from ivr.dialogue import codec
from ivr.dialogue.turn import Ignored, Name, Stray, Turn
from ivr.records import whose
from ivr.records.models import Attendance, Call, Evidence, Member, Recording, TurnRow
from ivr.records.plays import HeardRow, heard_in
from ivr.reports import axis, call_list, parts
from ivr.reports.acts import Teller
from ivr.reports.axis import Bar, Sent, Tick
from ivr.reports.call_list import Listed
from ivr.reports.period import Period
from ivr.vocabulary import Vocabulary
from ivr.voicing import wording

Mark = Literal["", "key", "stray", "other"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a lesson that was sent: of which `part`; seconds to 0.1 from where in the lesson, how much of it was
    sent and heard; the sentences surely heard, perhaps, and not (all "" for an edition that has left the
    shelf). `heard` is None where it does not count for anybody who is seen."""

    title: str
    part: str
    from_s: float
    length_s: float
    heard: tuple[float, float] | None
    grades: tuple[str, ...]
    surely: str = ""
    perhaps: str = ""
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Something said after the tone; `is_here` once it is fetched, `is_lost` once nobody tries any more."""

    id: int
    is_here: bool
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, `after_s` seconds after the call began; None for what was done about it later, `at` a
    local time."""

    at: datetime
    after_s: float | None
    mark: Mark
    did: tuple[str, ...]
    said: str = ""
    piece: Piece | None = None
    voice: Voice | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A call: as a line of a list, step by step, and painted."""

    call: Listed
    steps: tuple[Step, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    length_s: float


def of(
    connection: Connection,
    call: int,
    period: Period,
    catalogue: Catalogue,
    branches: Collection[int],
    words: Vocabulary,
    language: str,
) -> Timeline | None:
    """A call of this month, as somebody may see it who sees these branches; None where they may not. `language` is the
    line's own, as in the settings."""
    listed = call_list.page(connection, period, catalogue, branches, (Call.id == call) & whose.seen_within(branches))
    if not listed:
        return None
    reading = _Reading.of(connection, listed[0], period, catalogue, branches, words, language)
    steps = (
        *reading.turns(),
        *reading.evidence(connection),
        *reading.voices(connection),
        *reading.claims(connection, branches),
    )
    bars = reading.bars()
    return Timeline(
        listed[0],
        tuple(_merged(sorted(steps, key=lambda step: step.at))),
        bars,
        tuple(reading.ticks()),
        axis.length_s(bars),
    )


def began_at(connection: Connection, call: int) -> datetime | None:
    """When a call began; None where there is no such call."""
    return connection.execute(select(Call.started_at).where(Call.id == call)).scalar()


@dataclass(frozen=True, slots=True)
class _Reading:
    """The rows of one call, and what they are told with."""

    call: Listed
    period: Period
    began: datetime
    rows: list[Row[Any]]
    read: list[Turn | None]  # the turns of the rows; None for one that can't be read any more
    heard: dict[int, list[HeardRow]]
    teller: Teller

    @classmethod
    def of(
        cls,
        connection: Connection,
        call: Listed,
        period: Period,
        catalogue: Catalogue,
        branches: Collection[int],
        words: Vocabulary,
        language: str,
    ) -> _Reading:
        found = select(TurnRow.__table__).where(TurnRow.call_id == call.id).order_by(TurnRow.n)
        rows = list(connection.execute(found))
        read = [_read(row.turn) for row in rows]
        names = {said.words for turn in read if turn for said in turn.says if isinstance(said, Name)}
        known = whose.named_within(connection, names, branches)
        ours = wording("en" if words.language.startswith("en") else "zh_CN")
        teller = Teller(words, wording(language), ours, catalogue, call.who, known)
        heard: dict[int, list[HeardRow]] = {}
        for row in heard_in(connection, catalogue, Call.id == call.id):
            if row.member_id is None or row.member_id in call.who.ids:
                heard.setdefault(row.turn, []).append(row)
        began = began_at(connection, call.id)
        assert began is not None
        return cls(call, period, began, rows, read, heard, teller)

    def after_s(self, at: datetime) -> float:
        return round((at - self.began) / timedelta(seconds=1), 1)

    def hidden(self, row: Row[Any]) -> bool:
        """Somebody speaks whom the reader does not know."""
        return row.member_id is not None and row.member_id not in self.call.who.ids

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _step(self, at: datetime, mark: Mark, *did: str, later: bool = False) -> Step:
        return Step(self.period.local(at), None if later else self.after_s(at), mark, did)

    def turns(self) -> Iterator[Step]:
        before: Turn | None = None
        for row, turn in zip(self.rows, self.read, strict=True):
            if self.hidden(row):
                yield self._step(row.arrived_at, "other", self.teller.words.say("call_other_turn"))
            else:
                yield self._turn(row, before, turn)
            before = turn

    def _turn(self, row: Row[Any], before: Turn | None, turn: Turn | None) -> Step:
        did = self.teller.did(row.act, row.digits, before, turn)
        if turn is None:
            did = (*did, self.teller.words.say("call_unreadable"))
        mark: Mark = "" if row.act != "key" else "key" if _counted(turn) else "stray"
        step = self._step(row.arrived_at, mark, *did)
        return replace(step, said=self.teller.said(turn) if turn else "", piece=self._piece(row))

    def _piece(self, row: Row[Any]) -> Piece | None:
        if row.lesson is None:
            return None
        lesson, words = self.teller.catalogue.editions.get(row.edition), self.teller.words
        known = lesson if lesson and row.segment < len(lesson.segments) else None
        heard = self.heard.get(row.n, [])
        grades = tuple(sorted({each.grade for each in heard}))
        base_ms, length_ms = (heard[0].base_ms, heard[0].length_ms) if heard else (row.base_ms, row.length_ms)
        bounds = (heard[0].at_least_ms, heard[0].at_most_ms) if heard else None
        told = Piece(
            lesson.title.words if lesson else row.lesson,
            parts.named(known, row.segment, words) if known else words.say("segment_n", n=row.segment + 1),
            _seconds(base_ms),
            _seconds(length_ms),
            (_seconds(bounds[0]), _seconds(bounds[1])) if bounds else None,
            grades,
        )
        if known is None or bounds is None:
            return told
        surely, perhaps, missed = _sentences(known, row.segment, base_ms, *bounds)
        return replace(told, surely=surely, perhaps=perhaps, missed=missed)

    def evidence(self, connection: Connection) -> Iterator[Step]:
        """What came outside the turns."""
        say = self.teller.words.say
        found = select(Evidence.__table__).where(Evidence.call_id == self.call.id).order_by(Evidence.id)
        for row in connection.execute(found):
            match row.kind:
                case "ended":
                    status = f"call_status_{(row.status or '').replace('-', '_')}"
                    told = say(status) if status in self.teller.words.texts else row.status or ""
                    lasted = "" if row.provider_s is None else say("call_lasted", time=minutes(row.provider_s))
                    yield self._step(row.arrived_at, "", say("call_ended", status=told, lasted=lasted))
                case "dismissed" | "undismissed":
                    yield self._step(row.arrived_at, "", say(f"call_{row.kind}"), later=True)
                case _:
                    yield self._step(row.arrived_at, "", say(f"call_{row.kind}", turn=row.turn))

    def voices(self, connection: Connection) -> Iterator[Step]:
        """What was said after the tone, by those whom the reader knows, or by nobody known."""
        found = select(Recording.__table__).where(Recording.call_id == self.call.id).order_by(Recording.turn)
        say = self.teller.words.say
        for row in connection.execute(found):
            if row.member_id is None or row.member_id in self.call.who.ids:
                seconds = round(row.length_ms / 1000) or row.seconds
                told = say("call_left", kind=say(f"call_left_{row.kind}"), time=minutes(seconds))
                voice = Voice(row.id, bool(row.audio), is_lost=not row.audio and row.next_try_at is None)
                yield replace(self._step(row.left_at, "", told), voice=voice)

    def claims(self, connection: Connection, branches: Collection[int]) -> Iterator[Step]:
        """That the secretary said whose it is, or that it is not; of members of these branches."""
        claimed = (Attendance.call_id == self.call.id) & (Attendance.turn == 1) & (Attendance.grade == "claimed")
        found = select(Attendance.at, Attendance.joined, Member.name).join(Member, Member.id == Attendance.member_id)
        for row in connection.execute(found.where(claimed, Member.branch_id.in_(branches)).order_by(Attendance.id)):
            told = self.teller.words.say("call_claimed" if row.joined else "call_given_back", who=row.name)
            yield self._step(row.at, "", told, later=True)

    # ── the axis ─────────────────────────────────────────────────────────────────────────────────────────────────

    def bars(self) -> tuple[Bar, ...]:
        sent = [
            Sent(
                self.after_s(row.arrived_at),
                row.lesson is not None,
                0 if turn and turn.is_unheard else row.said_ms if row.lesson is None else row.length_ms,
            )
            for row, turn in zip(self.rows, self.read, strict=True)
        ]
        return tuple(axis.bars(sent, float(self.call.duration_s or 0)))

    def ticks(self) -> Iterator[Tick]:
        for row, turn in zip(self.rows, self.read, strict=True):
            if row.act == "key" and not self.hidden(row):
                yield Tick(self.after_s(row.arrived_at), row.digits or "•", _counted(turn))


def _read(turn: str) -> Turn | None:
    try:
        return codec.decode(turn)
    except msgspec.DecodeError:  # it was written under another version
        return None


def _counted(turn: Turn | None) -> bool:
    """Did the key of this turn mean anything?"""
    return turn is None or not any(isinstance(event, Stray | Ignored) for event in turn.events)


def _sentences(lesson: Lesson, segment: int, base_ms: int, at_least_ms: int, at_most_ms: int) -> tuple[str, str, str]:
    """The words that were sent, from here: surely heard, perhaps, and not."""
    begin = lesson.base_ms(segment)
    surely, perhaps, missed = "", "", ""
    for each in lesson.segments[segment].sentences:
        if begin + each.end_ms <= base_ms:
            continue
        if begin + each.end_ms <= base_ms + at_least_ms:
            surely += each.words
        elif begin + each.start_ms < base_ms + at_most_ms:
            perhaps += each.words
        else:
            missed += each.words
    return surely, perhaps, missed


def _merged(steps: list[Step]) -> Iterator[Step]:
    """What others did, one after the other, is told once."""
    last: Mark = ""
    for step in steps:
        if not (step.mark == last == "other"):
            yield step
        last = step.mark


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


def minutes(seconds: float) -> str:
    """1:05, and 0:00 for nothing."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))
