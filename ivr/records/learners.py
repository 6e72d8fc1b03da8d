"""Who may be calling from a number, and how far each of them came."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from ivr.dialogue.turn import Learner, Place
from ivr.records.models import Answer, Member, MemberPhone, Phone, Progress

_ON_PHONE = (
    select(Member.id, Member.name)
    .join(MemberPhone, MemberPhone.member_id == Member.id)
    .join(Phone, Phone.id == MemberPhone.phone_id)
    .where(Phone.number == bindparam("number"))
    .order_by(Member.id)
)
_PROGRESS = select(Progress.__table__).where(Progress.member_id.in_(bindparam("members", expanding=True)))
_RIGHT = (
    select(Answer.member_id, Answer.lesson, Answer.question)
    .where(Answer.is_right, Answer.member_id.in_(bindparam("members", expanding=True)))
    .distinct()
    .order_by(Answer.question)
)


def on_phone(connection: Connection, number: str) -> list[tuple[int, str]]:
    """The members with this number (E.164), each as (id, name), in the order they were enrolled."""
    return [(row.id, row.name) for row in connection.execute(_ON_PHONE, {"number": number})]


def with_places(
    connection: Connection, members: Iterable[tuple[int, str]], lessons: frozenset[str]
) -> tuple[Learner, ...]:
    """These members as learners, with their places in these lessons."""
    names = dict(members)
    if not names:
        return ()
    right: dict[tuple[int, str], tuple[str, ...]] = {}
    for row in connection.execute(_RIGHT, {"members": list(names)}):
        place = (row.member_id, row.lesson)
        right[place] = (*right.get(place, ()), row.question)
    places: dict[int, dict[str, Place]] = {member: {} for member in names}
    for row in connection.execute(_PROGRESS, {"members": list(names)}):
        if row.lesson in lessons:
            done = right.get((row.member_id, row.lesson), ())
            places[row.member_id][row.lesson] = Place(row.edition, row.bookmark_ms, row.completed, done)
    return tuple(Learner(member, name, places[member]) for member, name in names.items())
