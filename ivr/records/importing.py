"""A list is imported: it changes those it names, and nobody else.

What an import would do is worked out first, as a Plan, and can be looked at; what is carried out is that plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ivr.records import enrolling, member_list, places
from ivr.records.db import Database
from ivr.records.enrolling import Wanted, parts
from ivr.records.member_list import Entry, Parsed
from ivr.records.mistakes import Mistake
from ivr.records.models import Branch, Member, Phone
from ivr.records.roster import Enrolled, by_number, every_member
from ivr.records.typable import Untypable, digits_of, untypable


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a list: the member as they are `before` (None: not enrolled) and as they are wanted; `district` is where
    the list has their branch lie, None where it does not say."""

    row: int
    before: Enrolled | None
    wanted: Wanted
    district: str | None = None

    @property
    def differs(self) -> tuple[str, ...]:
        """In what, by the names of fields; of a new member nothing."""
        now, then = self.wanted, self.before
        if then is None:
            return ()
        pairs = {
            "name": (now.name, then.name),
            "branch": (now.branch, then.branch),
            "phones": (sorted(now.phones), sorted(then.phones)),
            "role": (now.role, then.role),
            "district": (self.district if self.district is not None else then.district, then.district),
            "more": (now.more, then.more),
        }
        return tuple(name for name, (new, old) in pairs.items() if new != old)

    @property
    def more_differs(self) -> list[str]:
        """Which of the other columns do, by their headings."""
        old = self.before.more if self.before else {}
        return sorted(each for each in {*old, *self.wanted.more} if old.get(each) != self.wanted.more.get(each))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do: a change for each row, in which districts branches come to lie, which branches are new,
    which member numbers of the list can't be typed on the telephone, and what else of it may be a slip."""

    changes: tuple[Change, ...]
    districts: Mapping[str, str]
    new_branches: tuple[str, ...]
    untypable: tuple[Untypable, ...]
    notes: tuple[Mistake, ...] = ()

    @property
    def added(self) -> list[Change]:
        return [change for change in self.changes if change.before is None]

    @property
    def changed(self) -> list[Change]:
        return [change for change in self.changes if change.differs]

    @property
    def renamed(self) -> list[Change]:
        """Numbers under which somebody with another name is enrolled: another person, or a slip."""
        return [change for change in self.changes if "name" in change.differs]

    @property
    def fingerprint(self) -> str:
        """Of what would be done, and to whom: another one if the roster changed meanwhile."""
        told = repr((self.changes, sorted(self.districts.items()), self.new_branches))
        return hashlib.sha256(told.encode()).hexdigest()


NOTHING = Plan((), {}, (), ())


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: members by what became of them; how many phones and branches the list names; and all of it as
    it was planned."""

    added: int
    changed: int
    unchanged: int
    phones: int
    branches: int
    plan: Plan = field(default=NOTHING, compare=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may import: members of these branches, by name, all of which lie in `district`; and, if they found
    branches, members of new ones there."""

    branches: frozenset[str]
    district: str
    founds: bool


def import_roster(
    database: Database, data: bytes, filename: str, country: str, today: date | None = None, *, dry_run: bool = False
) -> Imported:
    """Enrol the members of a spreadsheet file, on the local day `today`, or only say what that would do.

    Raises BadRoster with every mistake in the file; then nothing is imported."""
    told = member_list.parsed(data, filename, country)
    with database.reading() if dry_run else database.writing(alone=True) as connection:
        plan = planned(connection, told)
        if not dry_run:
            carry_out(connection, plan, today)
    return imported(plan)


def planned(connection: Connection, told: Parsed, reach: Reach | None = None) -> Plan:
    """What importing a list would do; `reach` is that of whoever imports (None: everywhere).

    Raises BadRoster with every mistake: those in the list, and those in what it would do."""
    entries = told.entries
    before = by_number(connection, [entry.number for entry in entries])
    named = set(connection.execute(select(Branch.name)).scalars())
    districts = {entry.branch: entry.district for entry in entries if entry.district}
    if reach and reach.founds:  # a new branch of a township's lies in the township
        districts = {entry.branch: reach.district for entry in entries if entry.branch not in named} | districts
    mistakes, notes = [*told.mistakes, *_mixed(connection, entries)], [*told.notes]
    if reach:
        digits = {digits for entry in entries if (digits := digits_of(entry.number)).strip("0")}
        mistakes += _beyond(entries, before, named, reach, _beyond_have(connection, Member.digits, digits, reach))
        notes += _shared_beyond(connection, entries, before, reach)
    if mistakes:
        raise member_list.refused(told.filename, mistakes)
    changes = tuple(_change(entry, before.get(entry.number), districts.get(entry.branch)) for entry in entries)
    new = tuple(dict.fromkeys(entry.branch for entry in entries if entry.branch not in named))
    known = connection.execute(select(Member.number).order_by(Member.id)).scalars().all()
    notes += _but_for_zeros(known, entries)
    return Plan(changes, districts, new, _untypable(known, entries), tuple(notes))


def carry_out(connection: Connection, plan: Plan, today: date | None) -> None:
    added, changed = ([change.wanted for change in changes] for changes in (plan.added, plan.changed))
    if added or changed:
        enrolling.write(connection, added, changed, today)
        places.put(connection, plan.districts)


def imported(plan: Plan) -> Imported:
    everybody = [change.wanted for change in plan.changes]
    added, changed = len(plan.added), len(plan.changed)
    return Imported(
        added,
        changed,
        len(everybody) - added - changed,
        len({phone for each in everybody for phone in each.phones}),
        len({each.branch for each in everybody}),
        plan,
    )


def _mixed(connection: Connection, entries: Sequence[Entry]) -> Iterator[Mistake]:
    """What would be both a branch and a district."""
    here = places.with_members(connection)
    above = {place.name for place in places.districts(connection)}
    for name in sorted(here & {entry.district for entry in entries}):
        entry = next(each for each in entries if each.district == name)
        told = f"{name} is a branch with members here; give the district another name"
        yield entry.wrong("district", told, "branch_here", text=name)
    for name in sorted(above & {entry.branch for entry in entries}):
        entry = next(each for each in entries if each.branch == name)
        yield entry.wrong(
            "branch", f"{name} is a district here; give the branch another name", "district_here", text=name
        )


def _beyond(
    entries: Sequence[Entry],
    before: Mapping[str, Enrolled],
    named: Collection[str],
    reach: Reach,
    taken: Collection[str],
) -> Iterator[Mistake]:
    """What is not for this user to import, row by row."""
    for entry in entries:
        member = before.get(entry.number)
        is_founded = reach.founds and entry.branch not in named
        if entry.branch and entry.branch not in reach.branches and not is_founded:
            told = f"{entry.branch} is not yours to enrol members in; ask the level above"
            yield entry.wrong("branch", told, "not_yours", text=entry.branch)
        elif member and member.branch not in reach.branches:
            told = f"{entry.number} is a member elsewhere; ask the level above to move them, or take another number"
            yield entry.wrong("number", told, "elsewhere", text=entry.number)
        elif not member and digits_of(entry.number) in taken:
            told = f"{entry.number} has the same digits as a number elsewhere, and neither could be typed; take another"
            yield entry.wrong("number", told, "same_digits", text=entry.number)
        elif entry.district and entry.district != reach.district:
            told = f"{entry.district} is not the district of this branch; leave it empty"
            yield entry.wrong("district", told, "other_district", text=entry.district)


def _shared_beyond(
    connection: Connection, entries: Sequence[Entry], before: Mapping[str, Enrolled], reach: Reach
) -> Iterator[Mistake]:
    """The telephones that somebody gets, and a member beyond the reach has: a family's, or a slip."""
    old = {number: set(member.phones) for number, member in before.items()}
    given = [(entry, phone) for entry in entries for phone in entry.phones if phone not in old.get(entry.number, ())]
    shared = _beyond_have(connection, Phone.number, {phone for _, phone in given}, reach)
    for entry, phone in given:
        if phone in shared:
            told = "this telephone is also that of a member elsewhere: of one family, or a slip"
            yield entry.wrong(phone, told, "phone_elsewhere")


def _beyond_have(connection: Connection, key: Any, values: Iterable[str], reach: Reach) -> set[str]:
    """Which of these members beyond the reach have."""
    found = every_member().where(Branch.name.not_in(reach.branches)).with_only_columns(key).order_by(None)
    return {value for some in parts(values) for value in connection.execute(found.where(key.in_(some))).scalars()}


def _but_for_zeros(known: Sequence[str], entries: Sequence[Entry]) -> Iterator[Mistake]:
    """The numbers that are somebody else's without the zeros in front, which may be left out on the telephone."""
    alike: dict[str, set[str]] = {}
    for digits in map(digits_of, (*known, *(entry.number for entry in entries))):
        alike.setdefault(digits.lstrip("0"), set()).add(digits)
    for entry in entries:
        if (short := digits_of(entry.number).lstrip("0")) and len(alike[short]) > 1:
            told = "but for zeros in front, another has the same digits; whoever leaves these out is not known"
            yield entry.wrong("number", told, "but_for_zeros")


def _untypable(known: Sequence[str], entries: Sequence[Entry]) -> tuple[Untypable, ...]:
    numbers = {entry.number: None for entry in entries}
    return tuple(each for each in untypable((*known, *numbers)) if not numbers.keys().isdisjoint(each.numbers))


def _change(entry: Entry, member: Enrolled | None, district: str | None) -> Change:
    """As the list says. Columns and offices that it does not have stay as they were."""
    more = {heading: text for heading, text in {**(member.more if member else {}), **entry.more}.items() if text}
    role = entry.role if entry.role is not None else member.role if member else ""
    return Change(entry.row, member, Wanted(entry.number, entry.name, entry.branch, entry.phones, more, role), district)
