"""Who may be calling from a number, how far each of them came, and what waits for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, Select, bindparam, func, select

from ivr.catalogue import Catalogue, Clip
from ivr.config import Settings
from ivr.dialogue.state import Learner, Letter, Place
from ivr.records import latency, plays, preferences, review
from ivr.records.models import (
    Answer,
    Attendance,
    Call,
    Evidence,
    Member,
    MemberPhone,
    Notice,
    Phone,
    Progress,
    Recording,
    Reply,
    TurnRow,
)

_ON_PHONE = (
    select(Member.id)
    .join(MemberPhone, MemberPhone.member_id == Member.id)
    .join(Phone, Phone.id == MemberPhone.phone_id)
    .where(Phone.number == bindparam("number"))
    .order_by(Member.id)
)
_LAST_CALLS = (
    select(Call.member_id, func.max(Call.id).label("last"))
    .where(Call.number == bindparam("number"), Call.member_id.is_not(None))
    .group_by(Call.member_id)
)
CLUMSY_CALLS = 2  # in a row, in which keys failed


@dataclass(frozen=True, slots=True)
class Now:
    """What the records are looked at with: the lessons, the settings, the time."""

    catalogue: Catalogue
    settings: Settings
    at: datetime

    @property
    def month(self) -> datetime:
        """When the current month began, where the line is."""
        here = self.at.astimezone(self.settings.line.zone)
        return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last of the current month."""
        first = self.month.date()
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def on_phone(connection: Connection, number: str) -> list[int]:
    """The members with this number (E.164): who called last, first; the others in the order they were enrolled."""
    members = list(connection.execute(_ON_PHONE, {"number": number}).scalars())
    if len(members) < 2:
        return members
    last = {row.member_id: row.last for row in connection.execute(_LAST_CALLS, {"number": number})}
    return sorted(members, key=lambda member: -last.get(member, 0))


def with_number(connection: Connection, typed: str, now: Now) -> Learner | None:
    """Whoever has these digits in their member number; leading zeros may be left out. None where nobody does, or
    several do."""
    digits = typed.lstrip("0")
    fits = func.ltrim(Member.digits, "0") == digits
    members = connection.execute(select(Member.id).where(Member.digits == typed)).scalars().all()
    members = members or connection.execute(select(Member.id).where(fits, Member.digits != "")).scalars().all()
    return known(connection, members, now)[0] if len(members) == 1 and digits else None


def known(connection: Connection, members: Sequence[int], now: Now) -> tuple[Learner, ...]:
    """These members as learners, in this order."""
    if not members:
        return ()
    rows = {row.id: row for row in connection.execute(select(Member.__table__).where(Member.id.in_(members)))}
    chosen = preferences.preferred(connection, members)
    places = _places(connection, members, now)
    return tuple(_learner(connection, rows[member], chosen[member], places[member], now) for member in members)


def _learner(connection: Connection, row: Row[Any], chosen: Any, places: dict[str, Place], now: Now) -> Learner:
    reset = chosen.get("wait_from")
    since = datetime.fromisoformat(reset) if reset else None
    return Learner(
        row.id,
        row.name,
        places,
        language=chosen.get("language", ""),
        pace=chosen.get("pace", ""),
        wait_s=latency.learned(connection, row.id, since).wait_s,
        one_key=chosen.get("one_key") == "yes",
        clumsy="one_key" not in chosen and _clumsy(connection, row.id),
        has_pin=bool(row.pin),
        role=row.role,
        minutes_left=_minutes_left(connection, row.id, now),
        replies=_replies(connection, row.id),
        notices=_notices(connection, row.id, now),
    )


def _clumsy(connection: Connection, member: int) -> bool:
    latest = select(Call.keys_failed).where(Call.member_id == member, Call.settled_at.is_not(None))
    failed = connection.execute(latest.order_by(Call.id.desc()).limit(CLUMSY_CALLS)).scalars().all()
    return len(failed) == CLUMSY_CALLS and all(failed)


def _minutes_left(connection: Connection, member: int, now: Now) -> int | None:
    """Of this month's time; None where there is no limit."""
    allowed = now.settings.dialogue.month_min
    return max(0, allowed - minutes_used(connection, member, now)) if allowed else None


def minutes_used(connection: Connection, member: int, now: Now) -> int:
    """Whole minutes of this month's calls; where nobody told how long one lasted, until we last spoke in it."""
    told = select(func.max(Evidence.provider_s)).where(Evidence.call_id == Call.id, Evidence.kind == "ended")
    spoke = select(func.max(TurnRow.sent_at)).where(TurnRow.call_id == Call.id)
    lasted = select(Call.started_at, _one(told).label("told"), _one(spoke).label("spoke")).where(
        Call.member_id == member, Call.started_at >= now.month
    )
    return sum(map(_lasted_s, connection.execute(lasted))) // 60


def _one(found: Select[Any]) -> ScalarSelect[Any]:
    return found.correlate(Call).scalar_subquery()


def _lasted_s(row: Row[Any]) -> int:
    if row.told is not None:
        return int(row.told)
    return (row.spoke - row.started_at) // timedelta(seconds=1) if row.spoke else 0


def _replies(connection: Connection, member: int) -> tuple[Letter, ...]:
    found = (
        select(Reply.__table__)
        .join(Recording, Recording.id == Reply.question_id)
        .where(Recording.member_id == member, Reply.delivered_at.is_(None), Reply.audio != "")
        .order_by(Reply.id)
    )
    return _letters(connection, found)


def _notices(connection: Connection, member: int, now: Now) -> tuple[Letter, ...]:
    today = now.at.astimezone(now.settings.line.zone).date()
    open_ = Notice.closes.is_(None) | (Notice.closes >= today)
    found = select(Notice.__table__).where(Notice.member_id == member, open_, Notice.audio != "").order_by(Notice.id)
    return _letters(connection, found)


def _letters(connection: Connection, found: Select[Any]) -> tuple[Letter, ...]:
    return tuple(
        Letter(row.id, Clip(row.audio, row.length_ms, row.words), is_heard=row.delivered_at is not None)
        for row in connection.execute(found)
    )


def _places(connection: Connection, members: Iterable[int], now: Now) -> dict[int, dict[str, Place]]:
    """Where each of them stands in the lessons on offer."""
    members = list(members)
    slugs = {lesson.slug for lesson in now.catalogue.lessons}
    right, due = _answered(connection, members, now)
    places: dict[int, dict[str, Place]] = {member: {} for member in members}
    for row in connection.execute(select(Progress.__table__).where(Progress.member_id.in_(members))):
        if row.lesson in slugs:
            of = row.member_id, row.lesson
            done = tuple(sorted(right[of]))
            places[row.member_id][row.lesson] = Place(
                row.edition, row.bookmark_ms, row.completed, done, tuple(sorted(due[of]))
            )
    return places


_Questions = dict[tuple[int, str], set[str]]


def _answered(connection: Connection, members: list[int], now: Now) -> tuple[_Questions, _Questions]:
    """The questions answered right, and those due to be asked again, by member and lesson."""
    zone = now.settings.line.zone
    tried: defaultdict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for member, _, row in plays.answers_in(connection, Call.id.in_(_calls_with_answers(members))):
        if member in members and row.outcome in ("right", "wrong"):
            tried[member, row.lesson, row.question].append((row.at.astimezone(zone).date(), row.is_right))
    right: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    due: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    today = now.at.astimezone(zone).date()
    for (member, lesson, question), days in tried.items():
        if any(is_right for _, is_right in days):
            right[member, lesson].add(question)
        if review.is_due(review.by_day(days), today):
            due[member, lesson].add(question)
    return right, due


def _calls_with_answers(members: list[int]) -> Any:
    """The calls in which these members may have answered: by name, or as one of those for whom nobody's count."""
    theirs = select(Answer.call_id).where(Answer.member_id.in_(members))
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(members))
    return theirs.union(select(Answer.call_id).where(Answer.member_id.is_(None), Answer.call_id.in_(attended)))
