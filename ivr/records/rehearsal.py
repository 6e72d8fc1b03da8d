"""A rehearsal happens in a database of its own, which is forgotten: who is enrolled, how far they are, what they
chose and what waits for them is copied into it, and nothing comes back."""

from __future__ import annotations

from sqlalchemy import insert, select

from ivr.records.db import Database, open_database
from ivr.records.models import (
    Answer,
    Branch,
    Call,
    Evidence,
    Member,
    MemberPhone,
    Notice,
    Phone,
    Preference,
    Progress,
    Recording,
    Reply,
)

COPIED = (Branch, Member, Phone, MemberPhone, Preference, Progress, Call, Evidence, Answer, Recording, Reply, Notice)


def rehearsing(database: Database) -> Database:
    """An open database in memory with the roster of another, and what its members would meet in a call."""
    copy = open_database("sqlite://")
    with database.reading() as source, copy.writing() as target:
        for model in COPIED:
            if rows := [dict(row) for row in source.execute(select(model.__table__)).mappings()]:
                target.execute(insert(model), rows)
    return copy
