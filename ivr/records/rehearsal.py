"""A rehearsal happens in a database of its own, which is forgotten: who is enrolled and how far they are is copied
into it, and nothing comes back."""

from __future__ import annotations

from sqlalchemy import insert, select

from ivr.records.db import Database, open_database
from ivr.records.models import Answer, Branch, Call, Member, MemberPhone, Phone, Progress

COPIED = (Branch, Member, Phone, MemberPhone, Progress, Call, Answer)


def rehearsing(database: Database) -> Database:
    """An open database in memory with the roster and the progress of another."""
    copy = open_database("sqlite://")
    with database.reading() as source, copy.writing() as target:
        for model in COPIED:
            if rows := [dict(row) for row in source.execute(select(model.__table__)).mappings()]:
                target.execute(insert(model), rows)
    return copy
