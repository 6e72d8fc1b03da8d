"""What the conversation wants to know of the records."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import Connection, select

from ivr.catalogue import Clip
from ivr.dialogue.state import Letter, Month
from ivr.dialogue.turn import Checked, Finding, Found, IsPin, Lookup, MonthOf, Told, WhoHas
from ivr.records import pins
from ivr.records.learners import Now, with_number
from ivr.records.models import Call, Member, Progress, Recording, Reply


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
    """Of the secretary's branch: who has heard a lesson of those on offer to the end, and who has not."""
    branch = select(Member.branch_id).where(Member.id == secretary).scalar_subquery()
    members = connection.execute(
        select(Member.id, Member.name).where(Member.branch_id == branch).order_by(Member.number)
    ).all()
    today = now.at.astimezone(now.settings.line.zone).date()
    offered = [lesson.slug for lesson in now.catalogue.offered_on(today)]
    completed = select(Progress.member_id).where(Progress.completed, Progress.lesson.in_(offered))
    heard = set(connection.execute(completed).scalars())
    waiting = tuple(row.name for row in members if row.id not in heard)
    questions = _questions(connection, [row.id for row in members])
    return Month(len(members), len(members) - len(waiting), waiting, questions)


def _questions(connection: Connection, members: list[int]) -> tuple[Letter, ...]:
    """Voice questions of these members that have no reply yet, oldest first."""
    replied = select(Reply.question_id)
    spoken = select(Recording.about).where(Recording.kind == "reply", Recording.about.is_not(None))
    waiting = select(Recording.__table__).where(
        Recording.kind == "question",
        Recording.member_id.in_(members),
        Recording.audio != "",
        Recording.id.not_in(replied),
        Recording.id.not_in(spoken),
    )
    rows = connection.execute(waiting.order_by(Recording.id))
    return tuple(Letter(row.id, Clip(row.audio, row.length_ms, "")) for row in rows)
