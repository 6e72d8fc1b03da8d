"""What all tables are made of: names for what Alembic may have to drop, times in UTC, numbers for rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, Text
from sqlalchemy import types as sql
from sqlalchemy.orm import DeclarativeBase

# Alembic can only drop what has a name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sql.TypeDecorator[datetime]):
    """Aware datetimes in UTC; SQLite, which knows no time zones, stores them naive."""

    impl = sql.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        """In one step, not in SQLAlchemy's three: pages of thousands read tens of thousands of them."""
        return _from_sqlite if dialect.name == "sqlite" else _in_utc


def _from_sqlite(written: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{written}+00:00") if written else None


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, int: Id, str: Text}
