"""The database: one short transaction at a time, committed before anybody is told of it.

SQLite and PostgreSQL run the same statements. On SQLite a writer says so at the start (BEGIN IMMEDIATE: a
transaction that reads first and writes later would fail at once under a second writer), waits for its turn in the
process before it waits for the file, and has its commit on the disk before it goes on (synchronous=FULL).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, CursorResult, Dialect, Engine, Insert, Select, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

from ivr.errors import MissingPart, NoDatabase

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 7_402_991  # any number: names our advisory lock on PostgreSQL


class Database:
    """An open database. `url` is SQLAlchemy's; a plain postgresql:// is taken to mean psycopg2, which costs a
    turn a tenth less of its processor time than psycopg 3."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg2")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            self.engine = _sqlite(parsed) if self.is_sqlite else create_engine(parsed, pool_size=8)
        except ModuleNotFoundError as error:
            needs = "SQLite needs nothing; PostgreSQL needs pip install 'tingke[postgresql]'."
            raise MissingPart(f"{parsed.drivername} is not at hand. {needs}") from error
        self._writer = self.engine.execution_options(writes=True)
        self._turn_to_write = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and changes nothing."""
        with self.engine.connect() as connection:
            yield connection if self.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction: committed when the block ends, undone when it raises. `alone` makes it wait until no other
        such transaction runs, in any process."""
        with self._turn_to_write, self._writer.begin() as connection:
            if alone and not self.is_sqlite:  # SQLite has but one writer at a time
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        # Without recursive triggers, REPLACE would delete rows behind the backs of those that forbid it.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        # To the driver at once: this is on the way of every turn.
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Prepared:
    """A statement that is compiled once for each kind of database. What is on the way of every turn goes to the driver
    like this: SQLAlchemy's care for each execution costs more there than the statement itself."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any], dict[str, Any]]] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with a value for each of its parameters. Rows come as the driver gives them."""
        known = self._compiled.get(connection.dialect.name)
        sql, order, constants, converters = known or self._compile(connection.dialect)
        given = {**constants, **values}
        for name, convert in converters.items():
            given[name] = convert(given[name])
        return connection.exec_driver_sql(sql, tuple(given[name] for name in order) if order else given)

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
