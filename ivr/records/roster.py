"""Who is enrolled. A member is their member number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.json import decode
from sqlalchemy import Connection, Select, func, select

from ivr.errors import NotEnrolled
from ivr.records.enrolling import parts
from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.records.places import District

MOST_NAMED = 1000  # members that one statement names: beyond, it is not slower to look through those of all


class Placed(Struct, frozen=True, gc=False):
    """A member, as far as branches are counted. `enrolled_on` is None where no day is known: always."""

    id: int
    branch: str
    enrolled_on: date | None


class Enrolled(Placed, frozen=True, gc=False):
    """A member as stored; phones in E.164."""

    number: str
    name: str
    phones: tuple[str, ...]
    more: Mapping[str, str]
    role: str = ""
    district: str = ""


def enrolled(
    connection: Connection,
    branch: str | None = None,
    number: str | None = None,
    *,
    within: Collection[int] | None = None,
) -> list[Enrolled]:
    """Everybody, by branch and member number; or those of one branch; or one member; of these, only those `within`
    branches with these ids.

    Raises NotEnrolled if there is no such branch or member."""
    found = every_member()
    if within is not None:
        found = found.where(Branch.id.in_(within))
    if branch is not None:
        found = found.where(Branch.name == branch)
    if number is not None:
        found = found.where(Member.number == number)
    members = list(_folded(connection, found))
    if not members and (branch is not None or number is not None):
        whom = f"member {number}" if branch is None else f"{branch}" if number is None else f"{number} in {branch}"
        raise NotEnrolled(f"Nobody is enrolled as {whom}. `ivr roster list` shows who is.")
    return members


def ids_within(within: Collection[int]) -> Select[int]:
    """Of all who are enrolled in these branches, to be looked up in a statement."""
    return select(Member.id).where(Member.branch_id.in_(within))


def placed(connection: Connection, within: Collection[int]) -> list[Placed]:
    """All who are enrolled in these branches, and no more of them than is counted: in a fifth of the time."""
    found = select(Member.id, Branch.name, Member.enrolled_on).join(Branch, Branch.id == Member.branch_id)
    return [Placed(*row) for row in connection.execute(found.where(Member.branch_id.in_(within))).all()]


def secretaries(connection: Connection, members: Collection[int] | Select[int] | None) -> dict[int, tuple[str, str]]:
    """The member numbers and names of those of these members, or of all, who are, by their ids."""
    found = select(Member.id, Member.number, Member.name).where(Member.role == "secretary")
    if members is not None:
        found = found.where(Member.id.in_(members))
    return {row.id: (row.number, row.name) for row in connection.execute(found)}


def by_number(connection: Connection, numbers: Sequence[str]) -> dict[str, Enrolled]:
    """Those of these member numbers who are enrolled."""
    found: dict[str, Enrolled] = {}
    for some in parts(numbers):
        found |= {each.number: each for each in _folded(connection, every_member().where(Member.number.in_(some)))}
    return found


def known_as(connection: Connection, typed: str, within: Collection[int]) -> list[Enrolled]:
    """Whoever has this member number in these branches; else all who have this name."""
    found = every_member().where(Branch.id.in_(within))
    by_number = list(_folded(connection, found.where(Member.number == typed)))
    return by_number or list(_folded(connection, found.where(Member.name == typed)))


def found(connection: Connection, text: str, within: Collection[int], most: int) -> list[Enrolled]:
    """Members of these branches whose name has this text in it, or whose number it is; not more than that many."""
    named = Member.name.contains(text, autoescape=True) | (Member.number == text)
    ids = select(Member.id).where(named, Member.branch_id.in_(within)).order_by(Member.name, Member.id).limit(most)
    return list(_folded(connection, every_member().where(Member.id.in_(ids))))


def sizes(connection: Connection) -> dict[int, int]:
    """How many members each branch has, by its id; those that have none are left out."""
    rows = connection.execute(select(Member.branch_id, func.count().label("size")).group_by(Member.branch_id))
    return {row.branch_id: row.size for row in rows}


def sharing(connection: Connection, phone: str, *, within: Collection[int]) -> list[Enrolled]:
    """The members of these branches with this number, in E.164."""
    holders = select(MemberPhone.member_id).join(Phone, Phone.id == MemberPhone.phone_id).where(Phone.number == phone)
    return list(_folded(connection, every_member().where(Member.id.in_(holders), Branch.id.in_(within))))


def learner_names(connection: Connection, within: Collection[int] | None = None) -> dict[str, str]:
    """Every name that callers may have to hear, and its branch; of several people with one name, the first branch.
    Those of the branches with these ids, if any are told."""
    found = select(Member.name, Branch.name.label("branch")).join(Branch, Branch.id == Member.branch_id)
    if within is not None:
        found = found.where(Branch.id.in_(within))
    rows = connection.execute(found.order_by(Member.name, Branch.name.desc()))
    return {row.name: row.branch for row in rows}


def largest_branch(connection: Connection) -> int:
    """How many members the largest branch has."""
    sizes = select(func.count().label("size")).select_from(Member).group_by(Member.branch_id).subquery()
    return int(connection.execute(select(func.coalesce(func.max(sizes.c.size), 0))).scalar_one())


def every_member() -> Select[Any]:
    """A row for each telephone of each member; one for those without any."""
    return (
        select(Member.id, Branch.name.label("branch"), Member.enrolled_on, Phone.number.label("phone"))
        .add_columns(Member.number, Member.name, Member.more, Member.role)
        .add_columns(func.coalesce(District.name, "").label("district"))
        .join(Branch, Branch.id == Member.branch_id)
        .outerjoin(District, District.id == Branch.parent_id)
        .outerjoin(MemberPhone, MemberPhone.member_id == Member.id)
        .outerjoin(Phone, Phone.id == MemberPhone.phone_id)
        .order_by(Branch.name, Member.number, Member.id, Phone.number)
    )


def _folded(connection: Connection, found: Select[Any]) -> Iterator[Enrolled]:
    """Of rows of `every_member`."""
    phones: dict[int, list[str]] = {}
    firsts = []
    for row in connection.execute(found).all():
        theirs = phones.get(row[0])
        if theirs is None:
            theirs = phones[row[0]] = []
            firsts.append(row)
        if row[3]:
            theirs.append(row[3])
    for id_, branch, since, _, number, name, more, *rest in firsts:
        told = (number, name, tuple(phones[id_]), decode(more) if more != "{}" else {})
        yield Enrolled(id_, branch, since, *told, *rest)
