"""What was done off the telephone, as a secretary writes it down: who was visited, who came to a meeting, what was
studied there. Of a lesson studied so, nobody was heard to hear it: it is the secretary's word, and is told as that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Row, insert, select, update

from ivr.errors import BadEntry
from ivr.records import exemptions
from ivr.records.closing import open_since
from ivr.records.models import Branch, Member, Occasion, Presence

Kind = Literal["visit", "meeting"]
LONGEST = {"topic": 200, "host": 100, "place": 100, "note": 1000}  # characters


@dataclass(frozen=True, slots=True)
class Written:
    """What is written down: on a local day, `lesson` a slug or None, `host` who visited, or led."""

    kind: Kind
    day: date
    lesson: str | None
    members: tuple[int, ...]
    topic: str = ""
    host: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """As it is kept."""

    id: int
    branch_id: int
    what: Written


def write(
    connection: Connection,
    branch: int,
    what: Written,
    user: int,
    now: datetime,
    today: date,
    offered_since: date = date.min,
) -> int:
    """Write it down, once: the same again is what stands already. Returns its id. `members` must be of the branch, be
    enrolled by the end of that month, and not have left by that day; something was studied or talked about; a lesson
    was on offer by then, `offered_since` that day.

    Raises BadEntry."""
    if what.day > today:
        raise BadEntry("day", "day_in_the_future")
    if what.day < open_since(today):
        raise BadEntry("day", "too_early")
    if late := _enrolled_after(connection, what.day, what.members):
        raise BadEntry("day", "not_yet_enrolled", n=len(late), name=late[0].name, day=late[0].enrolled_on)
    if gone := _left_by(connection, what.day, what.members):
        raise BadEntry("members", "left_by_then", n=len(gone), name=gone[0])
    if what.lesson and what.day < offered_since:
        raise BadEntry("lesson", "not_yet_offered", day=offered_since)
    if not what.members:
        raise BadEntry("members", "nobody_visited" if what.kind == "visit" else "nobody_there")
    texts = {name: str(getattr(what, name)).strip() for name in LONGEST}
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise BadEntry(name, "too_long", most=LONGEST[name], written=len(text))
    if not (what.lesson or texts["topic"] or (what.kind == "visit" and texts["note"])):
        raise BadEntry("topic", f"lesson_or_topic_{what.kind}")
    row = {"branch_id": branch, "kind": what.kind, "day": what.day, "lesson": what.lesson, **texts}
    # Of two at once the second waits here, and then sees the first.
    connection.execute(select(Branch.id).where(Branch.id == branch).with_for_update(key_share=True))
    if (same := _same(connection, row, set(what.members))) is not None:
        return same
    made = insert(Occasion).values(**row, user_id=user, made_at=now).returning(Occasion.id)
    occasion: int = connection.execute(made).scalar_one()
    there = [{"occasion_id": occasion, "member_id": member} for member in dict.fromkeys(what.members)]
    connection.execute(insert(Presence), there)
    return occasion


def _enrolled_after(connection: Connection, day: date, members: Collection[int]) -> Sequence[Row[str, date | None]]:
    """Who was enrolled only after the month of that day, the last one first: its record knows nothing of them, and one
    from before the first roster would know of nobody else."""
    following = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    found = select(Member.name, Member.enrolled_on).where(Member.id.in_(members), Member.enrolled_on >= following)
    return connection.execute(found.order_by(Member.enrolled_on.desc(), Member.id)).all()


def _left_by(connection: Connection, day: date, members: Collection[int]) -> Sequence[str]:
    """The names of those who had left by that day: what they studied then would count nowhere."""
    exempt = exemptions.in_force(connection, day)
    left = [member for member in members if member in exempt and exempt[member].kind == "left"]
    return connection.execute(select(Member.name).where(Member.id.in_(left)).order_by(Member.id)).scalars().all()


def _same(connection: Connection, row: Mapping[str, object], members: Set[int]) -> int | None:
    """What was written down in the same words, with the same members."""
    alike = (getattr(Occasion, name) == value for name, value in row.items())
    found = select(Occasion.id, Presence.member_id).join(Presence, Presence.occasion_id == Occasion.id)
    there: dict[int, set[int]] = {}
    standing = found.where(*alike, Occasion.withdrawn_at.is_(None)).order_by(Occasion.id)
    for occasion, member in connection.execute(standing):
        there.setdefault(occasion, set()).add(member)
    return next((occasion for occasion, present in there.items() if present == members), None)


def withdraw(connection: Connection, occasion: int, branches: Collection[int], now: datetime, today: date) -> bool:
    """It was a mistake: it never counted. Twice is once; False where these branches never had such an occasion.

    Raises BadEntry where its month was handed in."""
    which = (Occasion.id == occasion) & Occasion.branch_id.in_(branches)
    row = connection.execute(select(Occasion.day, Occasion.withdrawn_at).where(which)).first()
    if row is None or row.withdrawn_at:
        return row is not None
    if row.day < open_since(today):
        raise BadEntry("day", "too_early")
    connection.execute(update(Occasion).where(which, Occasion.withdrawn_at.is_(None)).values(withdrawn_at=now))
    return True


def between(
    connection: Connection,
    first: date,
    last: date,
    branches: Collection[int] | None = None,
    member: int | None = None,
) -> Iterator[Kept]:
    """On these days, both included, of all branches or of these, whoever was there or where this member was; by day."""
    which = (Occasion.day >= first) & (Occasion.day <= last) & Occasion.withdrawn_at.is_(None)
    if branches is not None:
        which &= Occasion.branch_id.in_(branches)
    if member is not None:
        which &= Occasion.id.in_(select(Presence.occasion_id).where(Presence.member_id == member))
    there: dict[int, list[int]] = {}
    present = select(Presence.__table__).join(Occasion, Occasion.id == Presence.occasion_id).where(which)
    for row in connection.execute(present.order_by(Presence.member_id)):
        there.setdefault(row.occasion_id, []).append(row.member_id)
    for row in connection.execute(select(Occasion.__table__).where(which).order_by(Occasion.day, Occasion.id)):
        members = tuple(there.get(row.id, ()))
        told = Written(row.kind, row.day, row.lesson, members, row.topic, row.host, row.place, row.note)
        yield Kept(row.id, row.branch_id, told)
