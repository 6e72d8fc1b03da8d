"""A call that leaves no trace is held with a copy of the records: whatever a call can ask for is in it, and nothing
comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, insert, literal, select, union

from ivr.records.db import Database, open_database
from ivr.records.models import (
    Answer,
    Attendance,
    Base,
    Branch,
    Call,
    Deed,
    Member,
    MemberPhone,
    Occasion,
    Phone,
    PinTry,
    Presence,
    Recording,
    Reply,
    SignIn,
    SignInTry,
    TurnRow,
    User,
    Visit,
)

# No call asks for who uses the desk; the PINs that were tried are of no use where nobody has their own.
_LEFT_OUT = {model.__tablename__ for model in (User, SignIn, SignInTry, Deed, PinTry)}


def copied(database: Database) -> Database:
    """An open database in memory with all that another has."""
    copy = open_database("sqlite://")
    with database.reading() as source, copy.writing() as target:
        for table in Base.metadata.sorted_tables:
            if rows := [dict(row) for row in source.execute(_rows(table)).mappings()]:
                target.execute(insert(table), rows)
    return copy


def copied_about(database: Database, members: Collection[int], url: str) -> Database:
    """A new database at `url`, open, with what is on record about these members: what a call of theirs can ask for.
    Whoever else their calls name has neither name nor number in it."""
    copy = open_database(url)
    which = _about(members)
    kept: defaultdict[str, set[int]] = defaultdict(set)
    with database.reading() as source, copy.writing() as target:
        for table in (each for each in Base.metadata.sorted_tables if each.name in which):
            found = source.execute(_rows(table).where(which[table.name])).mappings().all()
            kept[table.name] = {row["id"] for row in found if "id" in row}
            if rows := [_of_the_copy(dict(row), table, kept, members) for row in found]:
                target.execute(insert(table), rows)
    return copy


def _of_the_copy(
    row: dict[str, Any], table: Table, kept: defaultdict[str, set[int]], members: Collection[int]
) -> dict[str, Any]:
    """Without the names of others, and naming no rows that are not there."""
    if table.name == Member.__tablename__ and row["id"] not in members:
        row |= {"number": f"?{row['id']}", "name": "", "digits": "", "more": "{}", "role": "", "pin": ""}
    if table.name == Branch.__tablename__:
        row["name"] = str(row["id"])
    for key in table.foreign_keys:
        if key.parent.nullable and row[key.parent.name] not in kept[key.column.table.name]:
            row[key.parent.name] = None
    return row


def _about(members: Collection[int]) -> dict[str, ColumnElement[bool]]:
    """Which rows of each table a copy about these members has."""
    theirs = list(members)
    phones = select(MemberPhone.phone_id).where(MemberPhone.member_id.in_(theirs))
    from_their_phones = Call.number.in_(select(Phone.number).where(Phone.id.in_(phones)))
    calls = union(
        select(Call.id).where(Call.member_id.in_(theirs) | (Call.member_id.is_(None) & from_their_phones)),
        *(select(model.call_id).where(model.member_id.in_(theirs)) for model in (TurnRow, Answer, Attendance, Visit)),
    )
    named: Any = union(
        select(Member.id).where(Member.id.in_(theirs)),
        select(Call.member_id).where(Call.id.in_(calls)),
        select(Visit.visitor_id).where(Visit.call_id.in_(calls)),
        *(
            select(model.member_id).where(model.call_id.in_(calls))
            for model in (TurnRow, Answer, Attendance, Visit, Recording)
        ),
    )
    occasions = select(Presence.occasion_id).where(Presence.member_id.in_(theirs))
    branches = union(
        select(Member.branch_id).where(Member.id.in_(named)),
        select(Occasion.branch_id).where(Occasion.id.in_(occasions)),
    )
    above = select(Branch.parent_id).where(Branch.id.in_(branches))
    return dict(_by_column(theirs, calls)) | {
        Branch.__tablename__: Branch.id.in_(branches) | Branch.id.in_(above),
        Member.__tablename__: Member.id.in_(named),
        Phone.__tablename__: Phone.id.in_(phones),
        Call.__tablename__: Call.id.in_(calls),
        Occasion.__tablename__: Occasion.id.in_(occasions),
        Reply.__tablename__: Reply.question_id.in_(select(Recording.id).where(Recording.call_id.in_(calls))),
    }


def _by_column(members: list[int], calls: Any) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Of a table that names a call, or else a member."""
    for table in (each for each in Base.metadata.sorted_tables if each.name not in _LEFT_OUT):
        if "call_id" in table.columns:
            yield table.name, table.columns["call_id"].in_(calls)
        elif "member_id" in table.columns:
            yield table.name, table.columns["member_id"].in_(members)


def _rows(table: Table) -> Select[tuple[object, ...]]:
    """By their numbers, since a row may name an earlier one. What was said in a turn is most of a database, and only
    asked for in a call that goes on; none does here."""
    words = TurnRow.__table__.columns["turn"]
    columns = (literal("").label(each.name) if each is words else each for each in table.columns)
    above = (key.parent.is_not(None) for key in table.foreign_keys if key.column.table is table)
    return select(*columns).order_by(*above, *table.primary_key)
