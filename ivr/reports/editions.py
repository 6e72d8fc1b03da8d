"""The editions of a lesson side by side: how people of some branches fared with each, from the beginning until now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select, union

from ivr.catalogue import Catalogue
from ivr.records.models import Answer, Attendance, Call, Member, TurnRow
from ivr.records.plays import HeardRow, answers_in, heard_in, heard_ms, is_whole, length_ms
from ivr.records.studied import ANSWERED


@dataclass(frozen=True, slots=True)
class EditionRow:
    """`answered` and `correct` count answers, each question of each person once; `first` and `last` are the local days
    on which it was heard, or answered."""

    edition: str
    offered: bool
    length_s: float
    listeners: int
    completed: int
    median_heard_s: float | None
    answered: int
    correct: int
    first: date | None
    last: date | None


@dataclass(slots=True)
class _Met:
    """What each member did with an edition, and when."""

    plays: dict[int, list[HeardRow]]
    answers: dict[tuple[int, str], bool]
    days: list[datetime]


def editions(
    connection: Connection, catalogue: Catalogue, slug: str, branches: Collection[int], zone: ZoneInfo, share: float
) -> list[EditionRow]:
    """Those that somebody met with, and the one on offer, that first, then the newest; `share` counts as whole. There
    is nothing to compare where the lesson has one edition only."""
    known = [each.edition for each in catalogue.editions.values() if each.slug == slug]
    if len(known) < 2:
        return []
    offered = {each.edition for each in catalogue.lessons if each.slug == slug}
    met = _met(connection, catalogue, slug, branches)
    rows = [
        _row(catalogue, edition, edition in offered, met.get(edition, _Met({}, {}, [])), zone, share)
        for edition in offered | met.keys()
    ]
    return sorted(rows, key=lambda row: (row.offered, row.last or date.min, row.edition), reverse=True)


def _met(connection: Connection, catalogue: Catalogue, slug: str, branches: Collection[int]) -> Mapping[str, _Met]:
    theirs = select(Member.id).where(Member.branch_id.in_(branches))
    members = set(connection.execute(theirs).scalars())
    heard = select(TurnRow.call_id).where(TurnRow.member_id.in_(theirs), TurnRow.lesson == slug)
    answered = select(Answer.call_id).where(Answer.member_id.in_(theirs), Answer.lesson == slug)
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(theirs))
    which = Call.id.in_(union(heard, answered, attended))
    met: dict[str, _Met] = {}
    for play in heard_in(connection, catalogue, which, lessons=[slug]):
        if play.member_id in members:
            here = met.setdefault(play.edition, _Met({}, {}, []))
            here.plays.setdefault(play.member_id, []).append(play)
            here.days.append(play.started_at)
    _add_answers(met, answers_in(connection, which, lessons=[slug]), members)
    return met


def _add_answers(
    met: dict[str, _Met], rows: Iterable[tuple[int | None, str, Row[Any]]], members: Collection[int]
) -> None:
    for member, _, row in rows:
        if member is not None and member in members and row.outcome in ANSWERED:
            here = met.setdefault(row.edition, _Met({}, {}, []))
            right = here.answers.get((member, row.question), False)
            here.answers[member, row.question] = right or row.is_right
            here.days.append(row.at)


def _row(catalogue: Catalogue, edition: str, offered: bool, met: _Met, zone: ZoneInfo, share: float) -> EditionRow:
    whole_ms = length_ms(catalogue, edition, (play for played in met.plays.values() for play in played))
    heard = [ms for played in met.plays.values() if (ms := heard_ms(played, edition)[0])]
    return EditionRow(
        edition,
        offered,
        round(whole_ms / 1000, 1),
        len(heard),
        sum(is_whole(ms, whole_ms, share) for ms in heard),
        round(median(heard) / 1000, 1) if heard else None,
        len(met.answers),
        sum(met.answers.values()),
        *_ends(met.days, zone),
    )


def _ends(instants: Sequence[datetime], zone: ZoneInfo) -> tuple[date | None, date | None]:
    if not instants:
        return None, None
    return min(instants).astimezone(zone).date(), max(instants).astimezone(zone).date()
