"""The database: one short transaction at a time, committed before anybody is told of it.

SQLite and PostgreSQL run the same statements. On SQLite a writer says so at the start (BEGIN IMMEDIATE: a
transaction that reads first and writes later would fail at once under a second writer), waits for its turn in the
process before it waits for the file, and has its commit on the disk before it goes on (synchronous=FULL).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    Insert,
    RootTransaction,
    Select,
    create_engine,
    event,
    make_url,
    text,
)
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
        self._singly = self._for_single_statements(parsed)
        for engine in {self.engine, self._singly}:
            event.listen(engine, "connect", _configure if self.is_sqlite else _configure_postgresql)
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
    def writing_singly(self) -> Iterator[Connection]:
        """No transaction: each statement that is Prepared is committed by itself, which spares two round trips. It
        never waits for other processes: OperationalError says that SQLite's file is taken."""
        with self._turn_to_write, self._singly.connect() as connection:
            yield connection

    def _for_single_statements(self, url: URL) -> Engine:
        if not self.is_sqlite:
            return create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **_POOL)
        if url.database in (None, "", ":memory:"):  # another engine would see another database
            return self.engine
        return create_engine(url, connect_args={"timeout": 0})  # commits each statement, unless one says BEGIN

    def _begun(self, connection: Connection, begin: str) -> RootTransaction:
        transaction = connection.begin()
        if self.is_sqlite:  # its driver leaves that to us; asked for by an event, it costs a turn four times as much
            _run(connection, begin)
        return transaction

    def drop_connections(self) -> None:
        """Open all connections anew from now on: where one was lost, the others are, too."""
        self.engine.dispose()
        self._singly.dispose()

    def close(self) -> None:
        self.drop_connections()


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, above
    # Without recursive triggers, REPLACE would delete rows behind the backs of those that forbid it.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _record: Any) -> None:
    """Times come as they are kept: to turn tens of thousands of them takes a page a tenth of its time. No statement is
    compiled to machine code: that pays off in seconds, and ours take milliseconds."""
    cursor = connection.cursor()
    cursor.execute("SET TIME ZONE 'UTC'")
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()


class Prepared:
    """A statement that is compiled once for each kind of database. What is on the way of every turn goes to the driver
    like this: SQLAlchemy's care for each execution costs more there than the statement itself."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, str], tuple[str, list[str] | None, dict[str, Any], dict[str, Any]]] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run it with a value for each of its parameters; returns how many rows it touched."""
        _, count = self._run(connection, values)
        return count

    def row(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Its first row, as the driver gives it; None where there is none."""
        row, _ = self._run(connection, values, fetch=True)
        return row

    def _run(
        self, connection: Connection, values: Mapping[str, Any], *, fetch: bool = False
    ) -> tuple[tuple[Any, ...] | None, int]:
        dialect = connection.dialect
        known = self._compiled.get((dialect.name, dialect.driver))
        sql, order, constants, converters = known or self._compile(dialect)
        given = {**constants, **values}
        for name, convert in converters.items():
            given[name] = convert(given[name])
        return _run(connection, sql, tuple(given[name] for name in order) if order else given, fetch=fetch)

    def _compile(self, dialect: Dialect) -> tuple[str, list[str] | None, dict[str, Any], dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        converters = {name: convert for name, type_ in types.items() if (convert := type_.bind_processor(dialect))}
        self._compiled[dialect.name, dialect.driver] = (
            str(compiled),
            compiled.positiontup,
            dict(compiled.params),
            converters,
        )
        return self._compiled[dialect.name, dialect.driver]


def _run(
    connection: Connection, sql: str, values: Any = (), *, fetch: bool = False
) -> tuple[tuple[Any, ...] | None, int]:
    """Give a statement to the driver at once, and raise what SQLAlchemy would; the first row, if asked for, and how
    many rows were touched."""
    raw, dialect = connection.connection, connection.dialect
    cursor = raw.cursor()
    try:
        cursor.execute(sql, values)
        return (cursor.fetchone() if fetch else None), cursor.rowcount
    except dialect.loaded_dbapi.Error as error:
        if lost := dialect.is_disconnect(error, raw.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
        ) from error
    finally:
        cursor.close()


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


@cache
def newest_revision() -> str | None:
    """What the tables are brought up to: to find it, each migration is run through once."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _migrate(database: Database) -> None:
    with database.reading() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest_revision():
            return
    with database.writing(alone=True) as connection:  # two processes may start at once
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
