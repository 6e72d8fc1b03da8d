"""What the conversation wants to know of the records."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from sqlalchemy import Connection, select

from ivr.catalogue import Clip
from ivr.dialogue.state import Letter, Month
from ivr.dialogue.turn import Checked, Finding, Found, IsPin, Lookup, MonthOf, Told, WhoHas
from ivr.records import exemptions, occasions, pins, plays, questions, studied
from ivr.records.learners import Now, with_number
from ivr.records.models import Attendance, Call, Member, Recording, Studied, TurnRow

MOST_WAITING = 60  # names that are kept for the secretary: nobody listens to more


def found(connection: Connection, call: int, lookup: Lookup, now: Now) -> Finding:
    """Look it up, for this call."""
    match lookup:
        case WhoHas(number):
            return Found(with_number(connection, number, now))
        case IsPin(member, pin):
            from_number = connection.execute(select(Call.number).where(Call.id == call)).scalar_one()
            return _checked(connection, member, pin, from_number, now)
        case MonthOf(secretary):
            return Told(_month(connection, secretary, now))
        case _:
            assert_never(lookup)


def _checked(connection: Connection, member: int, pin: str, number: str, now: Now) -> Checked:
    return pins.check(connection, member, pin, number, now.at)


def _month(connection: Connection, secretary: int, now: Now) -> Month:
    """Of the secretary's branch: who has heard a lesson whole in this month's calls, and who has not; as `ivr report
    branch` counts it."""
    branch = select(Member.branch_id).where(Member.id == secretary).scalar_subquery()
    found = select(Member.id, Member.name).where(Member.branch_id == branch).order_by(Member.number)
    first, last = now.days
    exempt = exemptions.in_force(connection, last)
    members = {row.id: row.name for row in connection.execute(found) if row.id not in exempt}
    here = f"{first:%Y-%m}"
    completed = select(Studied.member_id).where(Studied.month == here, Studied.completed_at.is_not(None))
    heard = set(connection.execute(completed.where(Studied.member_id.in_(members))).scalars())
    heard |= _heard_whole(connection, members.keys() - heard, here, now)
    for kept in occasions.between(connection, first, last):
        heard.update(kept.what.members if kept.what.lesson else ())
    waiting = [name for member, name in members.items() if member not in heard]
    asked = _questions(connection, list(members))
    return Month(len(members), len(members) - len(waiting), tuple(waiting[:MOST_WAITING]), asked)


def _heard_whole(connection: Connection, members: Collection[int], month: str, now: Now) -> set[int]:
    """Which of these members completed a lesson in the current month (YYYY-MM), also by calls that are not counted
    yet, and with what they heard in the months before; the calls of others are not looked at."""
    with_lesson = select(TurnRow.call_id).where(TurnRow.lesson.is_not(None))
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(members))
    theirs = Call.id.in_(with_lesson.where(TurnRow.member_id.in_(members)).union(attended))
    lessons = {row.lesson for row in plays.heard_in(connection, now.catalogue, Call.started_at >= now.month, theirs)}
    # A lesson may be in few of the calls, and a call may have others: neither is the evidence of the rest read.
    which = theirs & Call.id.in_(with_lesson.where(TurnRow.lesson.in_(lessons)))
    rows = plays.heard_in(connection, now.catalogue, which, lessons=lessons) if lessons else ()
    share, zone = now.settings.records.completed_share, now.settings.line.zone
    when = studied.completions(rows, now.catalogue, share, zone)
    return {member for member, _, completed_in in when if member in members and completed_in == month}


def _questions(connection: Connection, members: list[int]) -> tuple[Letter, ...]:
    """Voice questions of these members that wait for a reply, oldest first, and who asks."""
    waiting = select(Recording.__table__, Member.name.label("who")).join(Member, Member.id == Recording.member_id)
    theirs = Recording.member_id.in_(members), Recording.audio != "", questions.waits_for_reply()
    rows = connection.execute(waiting.where(*theirs).order_by(Recording.id))
    return tuple(Letter(row.id, Clip(row.audio, row.length_ms, ""), name=row.who) for row in rows)
