"""Who is enrolled. A member is their member number: importing a list again changes those it names, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, delete, exists, func, insert, select, update

from ivr.errors import BadRoster, NotEnrolled
from ivr.records import member_list, places
from ivr.records.db import Database
from ivr.records.member_list import Entry
from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.records.places import District
from ivr.records.typable import Untypable, digits_of, untypable

AT_ONCE = 5000  # values in one statement; SQLite takes 32,766

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: members by what became of them; how many phones and branches the list names; the row of each
    member number in it; and which of all enrolled member numbers can't be typed."""

    added: int
    changed: int
    unchanged: int
    phones: int
    branches: int
    rows: Mapping[str, int] = field(default_factory=dict, compare=False)
    untypable: tuple[Untypable, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A member as stored; phones in E.164."""

    id: int
    number: str
    name: str
    branch: str
    phones: tuple[str, ...]
    more: Mapping[str, str]
    role: str = ""
    district: str = ""


def import_roster(database: Database, data: bytes, filename: str, country: str, *, dry_run: bool = False) -> Imported:
    """Enrol the members of a spreadsheet file, or only say what that would do.

    Raises BadRoster with every mistake in the file; then nothing is imported."""
    entries = member_list.read(data, filename, country)
    districts = {entry.branch: entry.district for entry in entries if entry.district}
    with database.reading() if dry_run else database.writing(alone=True) as connection:
        if mixed := places.mixed(connection, districts, {entry.branch for entry in entries}):
            raise BadRoster(f"{filename} can't be imported; nothing was changed:", mixed)
        before = _by_number(connection, [entry.number for entry in entries])
        added = [entry for entry in entries if entry.number not in before]
        again = [entry for entry in entries if entry.number in before]
        changed = [entry for entry in again if _differs(entry, before[entry.number], districts.get(entry.branch))]
        if not dry_run and (added or changed):
            _write(connection, added, changed, before)
            places.put(connection, districts)
        known = connection.execute(select(Member.number).order_by(Member.id)).scalars().all()
    rows = {entry.number: entry.row for entry in entries}
    return Imported(
        len(added),
        len(changed),
        len(entries) - len(added) - len(changed),
        len({phone for entry in entries for phone in entry.phones}),
        len({entry.branch for entry in entries}),
        rows,
        tuple(each for each in untypable((*known, *rows)) if not rows.keys().isdisjoint(each.numbers)),
    )


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
    found = _members()
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


def known_as(connection: Connection, typed: str, within: Collection[int]) -> list[Enrolled]:
    """Whoever has this member number in these branches; else all who have this name."""
    found = _members().where(Branch.id.in_(within))
    by_number = list(_folded(connection, found.where(Member.number == typed)))
    return by_number or list(_folded(connection, found.where(Member.name == typed)))


def learner_names(connection: Connection) -> dict[str, str]:
    """Every name that callers may have to hear, and its branch; of several people with one name, the first branch."""
    found = select(Member.name, Branch.name.label("branch")).join(Branch, Branch.id == Member.branch_id)
    rows = connection.execute(found.order_by(Member.name, Branch.name.desc()))
    return {row.name: row.branch for row in rows}


def largest_branch(connection: Connection) -> int:
    """How many members the largest branch has."""
    sizes = select(func.count().label("size")).select_from(Member).group_by(Member.branch_id).subquery()
    return int(connection.execute(select(func.coalesce(func.max(sizes.c.size), 0))).scalar_one())


def _members() -> Select[Any]:
    return (
        select(Member.id, Member.number, Member.name, Member.more, Member.role, Branch.name.label("branch"))
        .add_columns(Phone.number.label("phone"), func.coalesce(District.name, "").label("district"))
        .join(Branch, Branch.id == Member.branch_id)
        .outerjoin(District, District.id == Branch.parent_id)
        .outerjoin(MemberPhone, MemberPhone.member_id == Member.id)
        .outerjoin(Phone, Phone.id == MemberPhone.phone_id)
        .order_by(Branch.name, Member.number, Member.id, Phone.number)
    )


def _folded(connection: Connection, found: Select[Any]) -> Iterator[Enrolled]:
    for _, group in groupby(connection.execute(found), key=lambda row: row.id):
        rows = list(group)
        phones = tuple(row.phone for row in rows if row.phone)
        row = rows[0]
        more = json.loads(row.more)
        yield Enrolled(row.id, row.number, row.name, row.branch, phones, more, row.role, row.district)


def _by_number(connection: Connection, numbers: Sequence[str]) -> dict[str, Enrolled]:
    found: dict[str, Enrolled] = {}
    for some in _parts(numbers):
        found |= {each.number: each for each in _folded(connection, _members().where(Member.number.in_(some)))}
    return found


def _differs(entry: Entry, member: Enrolled, district: str | None) -> bool:
    """`district` is that of their branch; None where the list does not say it."""
    told = (entry.name, entry.branch, sorted(entry.phones), _merged(entry, member), _role(entry, member))
    lies = district is None or district == member.district
    return not lies or told != (member.name, member.branch, sorted(member.phones), member.more, member.role)


def _role(entry: Entry, member: Enrolled | None) -> str:
    """As the list says; a list that tells no offices changes none."""
    return entry.role if entry.role is not None else member.role if member else ""


def _merged(entry: Entry, member: Enrolled | None) -> dict[str, str]:
    """Other columns: the list's win, those it does not have stay."""
    return {heading: text for heading, text in {**(member.more if member else {}), **entry.more}.items() if text}


def _write(connection: Connection, added: list[Entry], changed: list[Entry], before: Mapping[str, Enrolled]) -> None:
    entries = added + changed
    branches = _ids(connection, Branch, Branch.name, (entry.branch for entry in entries))
    phones = _ids(connection, Phone, Phone.number, (phone for entry in entries for phone in entry.phones))
    rows = {entry.number: _row(entry, before.get(entry.number), branches) for entry in entries}
    if added:
        connection.execute(insert(Member), [rows[entry.number] for entry in added])
    if changed:
        change = update(Member).where(Member.number == bindparam("of"))
        connection.execute(change, [{"of": entry.number, **rows[entry.number]} for entry in changed])
    members = _ids(connection, Member, Member.number, rows)
    for some in _parts([members[entry.number] for entry in changed]):
        connection.execute(delete(MemberPhone).where(MemberPhone.member_id.in_(some)))
    pairs = [(members[entry.number], phones[phone]) for entry in entries for phone in entry.phones]
    if pairs:
        connection.execute(insert(MemberPhone), [{"member_id": m, "phone_id": p} for m, p in pairs])
    connection.execute(delete(Phone).where(~exists().where(MemberPhone.phone_id == Phone.id)))


def _row(entry: Entry, member: Enrolled | None, branches: Mapping[str, int]) -> dict[str, Any]:
    more = json.dumps(_merged(entry, member), ensure_ascii=False, sort_keys=True)
    row = {
        "number": entry.number,
        "digits": digits_of(entry.number),
        "name": entry.name,
        "branch_id": branches[entry.branch],
    }
    return {**row, "more": more, "role": _role(entry, member)}


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
    for some in _parts(values):
        found = connection.execute(select(key, model.id).where(key.in_(some)))
        known |= {row[0]: row[1] for row in found}
    return known


def _parts(values: Sequence[_T]) -> Iterator[list[_T]]:
    left = iter(values)
    while part := list(islice(left, AT_ONCE)):
        yield part
