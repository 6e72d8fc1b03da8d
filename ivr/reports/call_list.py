"""The calls behind a number: of a month and some branches, newest first, a page at a time; in each, those of other
branches are counted and not named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, exists, func, select

from ivr.catalogue import Catalogue
from ivr.records import claims, plays, strays, whose
from ivr.records.models import Answer, Call, TurnRow
from ivr.records.numbers import masked
from ivr.records.plays import HeardRow, heard_in, heard_ms
from ivr.records.whose import Parties
from ivr.reports import queries
from ivr.reports.calls import Ending, ended
from ivr.reports.period import Period
from ivr.reports.queries import CallFact

Only = Literal["", "dropped", "strays", "unclaimed"]
ONLY: tuple[Only, ...] = ("", "dropped", "strays", "unclaimed")
ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which calls: those that count for a `member` (id), in which something of a `lesson` (slug) was heard or answered;
    those that broke off in a lesson, in which keys meant nothing, or that wait to be claimed."""

    member: int | None = None
    lesson: str = ""
    only: Only = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A call as a line of a list. `started` is local; `heard` is of each lesson (by its title), in seconds to 0.1, at
    least and at most; `ended` is an Ending; `grades` say how it counts."""

    id: int
    started: datetime
    who: Parties
    waits: bool
    number: str
    heard: tuple[tuple[str, float, float], ...]
    keys: tuple[str, ...]
    stray_keys: int
    duration_s: int | None
    ended: Ending
    grades: tuple[str, ...]


def within(period: Period, branches: Collection[int], chosen: Chosen) -> ColumnElement[bool]:
    """Of a call: it belongs on the list."""
    which = queries.in_month(period) & whose.seen_within(branches)
    if chosen.member is not None:
        which &= whose.counts_for([chosen.member])
    if chosen.lesson:
        which &= _with_lesson(chosen.lesson)
    match chosen.only:
        case "dropped":
            which &= plays.BROKE_OFF
        case "strays":
            which &= exists().where(TurnRow.call_id == Call.id, TurnRow.turn.contains('"Stray"')).correlate(Call)
        case "unclaimed":
            which &= claims.WAITING
    return which


def _with_lesson(slug: str) -> ColumnElement[bool]:
    played = exists().where(TurnRow.call_id == Call.id, TurnRow.lesson == slug).correlate(Call)
    return played | exists().where(Answer.call_id == Call.id, Answer.lesson == slug).correlate(Call)


def how_many(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(Call).where(which)).scalar_one()


def page(
    connection: Connection,
    period: Period,
    catalogue: Catalogue,
    branches: Collection[int],
    which: ColumnElement[bool],
    number: int = 1,
) -> list[Listed]:
    """The calls of a page, from 1; nothing past the last one."""
    newest = select(Call.id).where(which).order_by(Call.started_at.desc(), Call.id.desc())
    ids = connection.execute(newest.limit(ON_A_PAGE).offset(ON_A_PAGE * (number - 1))).scalars().all()
    these = Call.id.in_(ids)
    who = whose.parties(connection, ids, branches)
    heard: dict[int, list[HeardRow]] = {call: [] for call in ids}
    for row in heard_in(connection, catalogue, these):
        if row.member_id is None or row.member_id in who[row.call_id].ids:
            heard[row.call_id].append(row)
    pressed = dict.fromkeys(ids, 0)
    for stray in strays.pressed(connection, these, catalogue=catalogue):
        if stray.member_id is None or stray.member_id in who[stray.call_id].ids:
            pressed[stray.call_id] += stray.count
    keys: dict[int, list[str]] = {call: [] for call in ids}
    for call, member, digits in queries.keys_pressed(connection, these):
        if member is None or member in who[call].ids:  # what others pressed in the call is not told
            keys[call].append(digits)
    facts = {call.id: call for call in queries.calls(connection, these)}
    return [
        _listed(period, facts[call], who[call], heard[call], keys[call], pressed[call], catalogue)
        for call in ids
        if call in facts
    ]


def _listed(
    period: Period,
    call: CallFact,
    who: Parties,
    rows: list[HeardRow],
    keys: list[str],
    strays: int,
    catalogue: Catalogue,
) -> Listed:
    grades = {row.grade for row in rows} | {call.attending[person] for person in who.ids if person in call.attending}
    return Listed(
        call.id,
        period.local(call.started_at),
        who,
        call.waits,
        masked(call.number),
        tuple(heard_of(rows, catalogue)),
        tuple(keys),
        strays,
        duration_s=call.lasted_s,
        ended=ended(call),
        grades=tuple(sorted(grades)),
    )


def heard_of(rows: list[HeardRow], catalogue: Catalogue) -> list[tuple[str, float, float]]:
    """Of each edition, in the order they were played: its lesson's title, seconds at least and at most."""
    told = []
    for edition, slug in {row.edition: row.lesson for row in rows}.items():
        at_least, at_most = heard_ms(rows, edition)
        lesson = catalogue.editions.get(edition)
        told.append((lesson.title.words if lesson else slug, round(at_least / 1000, 1), round(at_most / 1000, 1)))
    return told
