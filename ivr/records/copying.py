"""A call that leaves no trace is held with a copy of the records, in memory: whatever a call can ask for is in it, and
nothing comes back."""

from __future__ import annotations

from sqlalchemy import Select, Table, insert, literal, select

from ivr.records.db import Database, open_database
from ivr.records.models import Base, TurnRow


def copied(database: Database) -> Database:
    """An open database in memory with all that another has."""
    copy = open_database("sqlite://")
    with database.reading() as source, copy.writing() as target:
        for table in Base.metadata.sorted_tables:
            if rows := [dict(row) for row in source.execute(_rows(table)).mappings()]:
                target.execute(insert(table), rows)
    return copy


def _rows(table: Table) -> Select[tuple[object, ...]]:
    """By their numbers, since a row may name an earlier one. What was said in a turn is most of a database, and only
    asked for in a call that goes on; none does here."""
    words = TurnRow.__table__.columns["turn"]
    columns = (literal("").label(each.name) if each is words else each for each in table.columns)
    above = (key.parent.is_not(None) for key in table.foreign_keys if key.column.table is table)
    return select(*columns).order_by(*above, *table.primary_key)
