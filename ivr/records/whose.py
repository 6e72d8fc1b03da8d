"""Whose a call is, and so who may see it.

A call shows to whoever sees a member it counts for: its own, who spoke or answered in it, who attended, who visited and
was visited. One that nobody is known for shows where something ties it to a member: the number that it came from is
theirs, or was theirs in another call; or their member number was typed in it. What nothing ties to anybody shows only
to those who see everybody enrolled: the county, and a branch that is the only one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from ivr.records import ledger
from ivr.records.models import Answer, Attendance, Branch, Call, Member, MemberPhone, Phone, Recording, TurnRow, Visit

_Left = aliased(Attendance)
_UNDONE = exists().where(
    _Left.call_id == Attendance.call_id,
    _Left.member_id == Attendance.member_id,
    _Left.id > Attendance.id,
    ~_Left.joined,
    (_Left.grade == "group") | (_Left.turn == 1),  # where a claim ends in the first turn, it was given back
)
ATTENDED = Attendance.joined & ~_UNDONE.correlate(Attendance)
_ASKS_FOR_NUMBER = '"type":"Numbering"'  # in the JSON of a Turn


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a call counts for."""

    id: int
    name: str
    number: str
    branch: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom a call counts for: those of some branches by name, and how many `others`."""

    known: tuple[Person, ...] = ()
    others: int = 0

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(person.id for person in self.known)


# ── which calls ──────────────────────────────────────────────────────────────────────────────────────────────────


def counts_for(members: Any) -> ColumnElement[bool]:
    """Of a call: it counts for one of these members (ids, or a selection of ids)."""
    own = select(Call.id).where(Call.member_id.in_(members))
    heard = select(TurnRow.call_id).where(TurnRow.member_id.in_(members), TurnRow.lesson.is_not(None))
    answered = select(Answer.call_id).where(Answer.member_id.in_(members))
    attended = select(Attendance.call_id).where(Attendance.member_id.in_(members), ATTENDED)
    return Call.id.in_(union(own, heard, answered, attended))


def seen_within(branches: Collection[int]) -> ColumnElement[bool]:
    """Of a call: whoever sees these branches may see it."""
    theirs = select(Member.id).where(Member.branch_id.in_(branches))
    visits = select(Visit.call_id).where(Visit.member_id.in_(theirs) | Visit.visitor_id.in_(theirs))
    sees_everybody = ~exists().where(Member.branch_id.not_in(branches))
    tied = ledger.IS_NOBODYS & or_(_number_is_of(theirs), _number_was_of(theirs), _typed_of(branches))
    return sees_everybody | counts_for(theirs) | Call.id.in_(visits) | tied


def _number_is_of(members: Select[Any]) -> ColumnElement[bool]:
    """By the roster as it is now."""
    owner = select(MemberPhone.member_id).join(Phone, Phone.id == MemberPhone.phone_id)
    return owner.where(Phone.number == Call.number, MemberPhone.member_id.in_(members)).correlate(Call).exists()


def _number_was_of(members: Select[Any]) -> ColumnElement[bool]:
    """By other calls; withheld numbers are nobody's."""
    other = aliased(Call)
    same = (other.number == Call.number) & other.number.startswith("+")
    return exists().where(same, other.member_id.in_(members)).correlate(Call)


def _typed_of(branches: Collection[int]) -> ColumnElement[bool]:
    """As the line takes a typed number: what counts comes after the last star, without zeros before it."""
    asked, typed = aliased(TurnRow), aliased(TurnRow)
    keys, digits = func.rtrim(typed.digits, "#"), func.ltrim(Member.digits, "0")
    fits = (func.ltrim(keys, "0") == digits) | keys.endswith("*" + digits) | keys.endswith("*" + Member.digits)
    return (
        exists()
        .where(
            typed.call_id == Call.id,
            typed.digits != "",
            asked.call_id == typed.call_id,
            asked.n == typed.n - 1,
            asked.turn.contains(_ASKS_FOR_NUMBER),
            Member.branch_id.in_(branches),
            digits != "",
            fits,
        )
        .correlate(Call)
    )


def is_seen(connection: Connection, call: int, branches: Collection[int]) -> bool:
    found = select(Call.id).where(Call.id == call, seen_within(branches))
    return connection.execute(found).first() is not None


# ── whom they count for ──────────────────────────────────────────────────────────────────────────────────────────


def parties(connection: Connection, calls: Iterable[int], branches: Collection[int]) -> dict[int, Parties]:
    """Whom each of these calls counts for, or who visited in it: by name only those of these branches, by number."""
    ids = list(calls)
    taking_part = union(
        select(Call.id, Call.member_id).where(Call.id.in_(ids), Call.member_id.is_not(None)),
        select(TurnRow.call_id, TurnRow.member_id).where(TurnRow.call_id.in_(ids), TurnRow.member_id.is_not(None)),
        select(Attendance.call_id, Attendance.member_id).where(Attendance.call_id.in_(ids), ATTENDED),
        select(Visit.call_id, Visit.member_id).where(Visit.call_id.in_(ids)),
        select(Visit.call_id, Visit.visitor_id).where(Visit.call_id.in_(ids)),
    ).subquery()
    found = (
        select(taking_part.c[0].label("call"), Member.id, Member.name, Member.number, Branch.name.label("branch"))
        .add_columns(Branch.id.in_(branches).label("theirs"))
        .join(Member, Member.id == taking_part.c[1])
        .join(Branch, Branch.id == Member.branch_id)
        .order_by(Member.number)
    )
    told = dict.fromkeys(ids, Parties())
    for row in connection.execute(found):
        known, others = told[row.call].known, told[row.call].others
        person = Person(row.id, row.name, row.number, row.branch)
        told[row.call] = Parties((*known, person), others) if row.theirs else Parties(known, others + 1)
    return told


def named_within(connection: Connection, names: Collection[str], branches: Collection[int]) -> frozenset[str]:
    """Those of these names that members of these branches have."""
    found = select(Member.name).where(Member.name.in_(names), Member.branch_id.in_(branches))
    return frozenset(connection.execute(found).scalars())


def recording_seen(connection: Connection, call: int, recording: int, branches: Collection[int]) -> bool:
    """Was this said in this call, and by somebody of these branches, or by nobody known?"""
    theirs = select(Member.id).where(Member.branch_id.in_(branches))
    found = select(Recording.id).join(Call, Call.id == Recording.call_id)
    here = (Recording.id == recording) & (Recording.call_id == call)
    speaker = Recording.member_id.is_(None) | Recording.member_id.in_(theirs)
    return connection.execute(found.where(here, speaker, seen_within(branches))).first() is not None
