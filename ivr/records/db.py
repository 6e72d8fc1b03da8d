"""The database: one short transaction at a time, committed before anybody is told of it.

SQLite and PostgreSQL run the same statements. On SQLite a writer says so at the start (BEGIN IMMEDIATE: a
transaction that reads first and writes later would fail at once under a second writer), waits for its turn in the
process before it waits for the file, and has its commit on the disk before it goes on (synchronous=FULL).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    Dialect,
    Insert,
    PoolProxiedConnection,
    RootTransaction,
    Select,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

from ivr.errors import MissingPart, NoDatabase

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 7_402_991  # any number: names our advisory lock on PostgreSQL
# The connection that was used last is used next: its statements are still prepared.
_POOL: dict[str, Any] = {"pool_size": 8, "pool_use_lifo": True}
_SQLITE: dict[str, Any] = {"connect_args": {"timeout": 10}}


class Database:
    """An open database. `url` is SQLAlchemy's; a plain postgresql:// is taken to mean psycopg 3, which
    prepares what it sends often: PostgreSQL then plans a turn's statements once, not with every turn."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            self.engine = create_engine(parsed, **(_SQLITE if self.is_sqlite else _POOL))
        except ModuleNotFoundError as error:
            needs = "SQLite needs nothing; PostgreSQL needs pip install 'tingke[postgresql]'."
            raise MissingPart(f"{parsed.drivername} is not at hand. {needs}") from error
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure)
            self._at_once = self.engine  # its connections commit each statement, unless one says BEGIN
        else:
            at_once: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
            self._at_once = create_engine(parsed, **_POOL, **at_once)
        self._turn_to_write = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and changes nothing."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with self._begun(connection, "BEGIN"):
                yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction: committed when the block ends, undone when it raises. `alone` makes it wait until no other
        such transaction runs, in any process."""
        with self._turn_to_write, self.engine.connect() as connection, self._begun(connection, "BEGIN IMMEDIATE"):
            if alone and not self.is_sqlite:  # SQLite has but one writer at a time
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            yield connection

    @contextmanager
    def writing_at_once(self) -> Iterator[Statements]:
        """No transaction: each statement that is Prepared is committed by itself, which spares two round trips."""
        with self._turn_to_write, closing(self._at_once.raw_connection()) as connection:
            yield Statements(connection, self.engine.dialect)

    def _begun(self, connection: Connection, begin: str) -> RootTransaction:
        transaction = connection.begin()
        if self.is_sqlite:  # its driver leaves that to us; asked for by an event, it costs a turn four times as much
            connection.connection.cursor().execute(begin)
        return transaction

    def close(self) -> None:
        self.engine.dispose()
        self._at_once.dispose()


@dataclass(frozen=True, slots=True)
class Statements:
    """A driver's connection, for Prepared statements only."""

    connection: PoolProxiedConnection
    dialect: Dialect

    def invalidate(self, error: BaseException) -> None:
        self.connection.invalidate(error)


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, above
    # Without recursive triggers, REPLACE would delete rows behind the backs of those that forbid it.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Prepared:
    """A statement that is compiled once for each kind of database. What is on the way of every turn goes to the driver
    like this: SQLAlchemy's care for each execution costs more there than the statement itself."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any], dict[str, Any]]] = {}

    def execute(self, connection: Connection | Statements, values: Mapping[str, Any]) -> int:
        """Run it with a value for each of its parameters; returns how many rows it touched."""
        cursor = self._sent(connection, values)
        count = cursor.rowcount
        cursor.close()
        return count

    def row(self, connection: Connection | Statements, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Its first row, as the driver gives it; None where there is none."""
        cursor = self._sent(connection, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def _sent(self, connection: Connection | Statements, values: Mapping[str, Any]) -> DBAPICursor:
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        sql, order, constants, converters = known or self._compile(dialect)
        given = {**constants, **values}
        for name, convert in converters.items():
            given[name] = convert(given[name])
        raw = connection.connection
        cursor = raw.cursor()
        try:
            cursor.execute(sql, tuple(given[name] for name in order) if order else given)
        except dialect.loaded_dbapi.Error as error:
            if lost := dialect.is_disconnect(error, raw.dbapi_connection, cursor):
                connection.invalidate(error)
            raise DBAPIError.instance(
                sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
            ) from error
        return cursor

    def _compile(self, dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any], dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        converters = {name: convert for name, type_ in types.items() if (convert := type_.bind_processor(dialect))}
        self._compiled[dialect.name] = str(compiled), compiled.positiontup, dict(compiled.params), converters
        return self._compiled[dialect.name]


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def open_database(url: str) -> Database:
    """Open a database and bring its tables up to date. Raises NoDatabase if it can't be reached."""
    try:
        database = Database(url)
    except (ArgumentError, ValueError):
        raise NoDatabase("The database's URL can't be read; write it like postgresql://user@host/name.") from None
    except OSError as error:
        raise NoDatabase(f"The database can't be opened: {error}") from error
    try:
        _migrate(database)
    except (SQLAlchemyError, CommandError) as error:
        database.close()
        shown = database.engine.url.set(query={}).render_as_string(hide_password=True)  # it may hold a password, too
        raise NoDatabase(f"The database {shown} can't be opened: {error}") from error
    return database


def _migrate(database: Database) -> None:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with database.reading() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with database.writing(alone=True) as connection:  # two processes may start at once
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
