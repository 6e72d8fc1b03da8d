"""Databases for tests, each a copy of one that was migrated and filled once: that is many times quicker."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Connection, Select, text

from ivr.records.db import Database, open_database


@dataclass(frozen=True)
class Filling:
    """What there is in a database when a test begins, besides the tables."""

    name: str
    fill: Callable[[Database], None]


EMPTY = Filling("empty", lambda _: None)
ON_ONE = pytest.mark.parametrize("database_url", [pytest.param("sqlite", id="on_one")], indirect=True)
"""For a test of something slow that is the same on both kinds of database."""


@dataclass
class Originals:
    """Of each filling a database of each kind, made when first asked for; SQLite's lie in a folder."""

    folder: Path
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    made: dict[str, CodeType] = field(default_factory=dict)

    def sqlite(self, filling: Filling, copy: Path) -> str:
        """Copy one to a file; returns its URL."""
        original = self.folder / f"{filling.name}.db"
        self._make(f"sqlite:///{original}", filling)
        shutil.copyfile(original, copy)
        return f"sqlite:///{copy}"

    def postgresql(self, filling: Filling, url: str) -> str:
        """Copy one on a server, whose URL has a place for {name}, under a new name; returns its URL."""
        original, copy = url.format(name=filling.name), f"test_{next(self.numbers)}"
        if original not in self.made:
            self._create(url, filling.name, "template1")
        self._make(original, filling)
        self._create(url, copy, filling.name)
        return url.format(name=copy)

    def _make(self, url: str, filling: Filling) -> None:
        """A second filling of the same name would be another's database in some orders of the tests."""
        how = filling.fill.__code__
        if url not in self.made:
            database = open_database(url)
            filling.fill(database)
            database.close()
            self.made[url] = how
        assert self.made[url] is how, f"two fillings are named {filling.name}"

    def _create(self, url: str, name: str, template: str) -> None:
        maker = Database(url.format(name="postgres"))
        with maker.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        maker.close()


def copied(request: pytest.FixtureRequest, filling: Filling, folder: Path) -> str:
    """The URL of a new database, of the kind that is the fixture's parameter."""
    originals: Originals = request.getfixturevalue("originals")
    if request.param == "sqlite":
        return originals.sqlite(filling, folder / "ivr.db")
    return originals.postgresql(filling, request.getfixturevalue("postgres_url"))


def planned(connection: Connection, statement: Select[Any] | CompoundSelect[Any]) -> str:
    """How the database goes about it, if there were much to look through."""
    if connection.dialect.name == "sqlite":
        explain = "EXPLAIN QUERY PLAN"
    else:
        explain = "EXPLAIN"
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    written = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return str(connection.exec_driver_sql(f"{explain} {written}").all())
