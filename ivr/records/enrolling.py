"""Writing down who is enrolled: members as they are to be, with branches and telephones, which are made where they are
missing. A number that nobody has any more is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.records.typable import digits_of

AT_ONCE = 5000  # values in one statement; SQLite takes 32,766

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A member as they are to be; phones in E.164."""

    number: str
    name: str
    branch: str
    phones: tuple[str, ...]
    more: Mapping[str, str]
    role: str


def write(connection: Connection, added: Sequence[Wanted], changed: Sequence[Wanted], today: date | None) -> None:
    """Enrol those who are `added`, today if the day is told, and let those who are enrolled be as is wanted."""
    members = [*added, *changed]
    branches = _ids(connection, Branch, Branch.name, (each.branch for each in members))
    phones = _ids(connection, Phone, Phone.number, (phone for each in members for phone in each.phones))
    if added:
        connection.execute(insert(Member), [{"enrolled_on": today, **_row(each, branches)} for each in added])
    if changed:
        change = update(Member).where(Member.number == bindparam("of"))
        connection.execute(change, [{"of": each.number, **_row(each, branches)} for each in changed])
    ids = _ids(connection, Member, Member.number, (each.number for each in members))
    for some in parts([ids[each.number] for each in changed]):
        connection.execute(delete(MemberPhone).where(MemberPhone.member_id.in_(some)))
    pairs = [(ids[each.number], phones[phone]) for each in members for phone in each.phones]
    if pairs:
        connection.execute(insert(MemberPhone), [{"member_id": m, "phone_id": p} for m, p in pairs])
    connection.execute(delete(Phone).where(~exists().where(MemberPhone.phone_id == Phone.id)))


def _row(member: Wanted, branches: Mapping[str, int]) -> dict[str, Any]:
    return {
        "number": member.number,
        "digits": digits_of(member.number),
        "name": member.name,
        "branch_id": branches[member.branch],
        "more": json.dumps(member.more, ensure_ascii=False, sort_keys=True),
        "role": member.role,
    }


def _ids(connection: Connection, model: Any, key: Any, values: Iterable[str]) -> dict[str, int]:
    """The ids of rows by what names them; rows of a name or number only are made where they are missing."""
    wanted = list(dict.fromkeys(values))
    ids = _known(connection, model, key, wanted)
    if new := [{key.key: value} for value in wanted if value not in ids]:
        connection.execute(insert(model), new)
        ids |= _known(connection, model, key, [row[key.key] for row in new])
    return ids


def _known(connection: Connection, model: Any, key: Any, values: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for some in parts(values):
        found = connection.execute(select(key, model.id).where(key.in_(some)))
        known |= {row[0]: row[1] for row in found}
    return known


def parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    """As many at once as a statement takes."""
    left = iter(values)
    while part := list(islice(left, AT_ONCE)):
        yield part
