"""The database keeps its promises on both kinds: only ever added to, made once, never half-done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from ivr.errors import MissingPart
from ivr.records.db import Database, NoDatabase, alembic_config, open_database
from ivr.records.models import Answer, Base, Branch, Call, Evidence, TurnRow
from tests.drivers import BEGIN

ROWS = {
    TurnRow: {"call_id": 1, "n": 1, "act": "answer", "digits": "", "boot": "b", "turn": "{}"}
    | {"arrived_at": BEGIN, "sent_at": BEGIN},
    Answer: {"call_id": 1, "turn": 1, "lesson": "l", "edition": "e", "question": "q", "attempt": 1, "key": "1"}
    | {"is_right": True, "at": BEGIN},
    Evidence: {"call_id": 1, "kind": "ended", "arrived_at": BEGIN},
}


@pytest.mark.parametrize("model", ROWS)
@pytest.mark.parametrize("change", ["UPDATE {} SET call_id = 1", "DELETE FROM {}"])
def test_the_record_is_only_ever_added_to(database: Database, model: type[Base], change: str) -> None:
    with database.writing() as connection:
        connection.execute(insert(Call), {"id": 1, "provider": "p", "sid": "s", "number": "", "started_at": BEGIN})
        connection.execute(insert(model), ROWS[model])
    with pytest.raises(DBAPIError, match="only ever added to"), database.writing() as connection:
        connection.exec_driver_sql(change.format(model.__tablename__))


def test_the_models_are_what_the_migrations_make(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrations_can_be_undone(database: Database) -> None:
    config = alembic_config()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")
        assert "turns" in inspect(connection).get_table_names()


def test_what_fails_is_undone_whole(database: Database) -> None:
    with pytest.raises(DBAPIError), database.writing() as connection:
        connection.execute(insert(Branch), {"name": "初心村党支部"})
        connection.execute(insert(Branch), {"name": "初心村党支部"})
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Branch)).scalar_one() == 0


def test_several_processes_may_open_a_new_database_at_once(database_url: str) -> None:
    code = f"from ivr.records.db import open_database; open_database({database_url!r}).close()"
    openers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    assert [opener.communicate(timeout=60)[1] for opener in openers] == [b""] * 4
    assert [opener.returncode for opener in openers] == [0] * 4


@pytest.mark.parametrize(
    "url", ["postgresql://ivr:a-secret@127.0.0.1:1/ivr", "sqlite:////proc/nowhere/ivr.db", "not a url"]
)
def test_a_database_that_cannot_be_opened(url: str) -> None:
    with pytest.raises(NoDatabase) as caught:
        open_database(url)
    assert "a-secret" not in str(caught.value)


def test_a_driver_that_is_not_installed() -> None:
    with pytest.raises(MissingPart, match="mysql"):
        open_database("mysql+mysqldb://ivr@127.0.0.1/ivr")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ivr.db").write_text("this is a diary, not a database, and long enough to be looked at" * 20)
    with pytest.raises(NoDatabase, match="file is not a database"):
        open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
