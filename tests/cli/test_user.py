"""`ivr user`: who may use the desk, as the admin types it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from ivr.cli.user import user
from ivr.config import Settings
from ivr.errors import BadUser, NotThere
from ivr.records import sign_ins, users
from ivr.records.db import Database, open_database
from ivr.records.importing import import_roster
from tests.cli.conftest import database_in
from tests.databases import Originals

ROSTER = "姓名,电话,支部,编号,乡镇\n王秀英,,初心村党支部,1,河东镇\n"


@pytest.fixture
def database(settings: Settings, originals: Originals) -> Iterator[Database]:
    database_in(settings.data, originals)
    opened = open_database(settings.database)
    import_roster(opened, ROSTER.encode(), "roster.csv", "CN")
    yield opened
    opened.close()


def run(settings: Settings, *words: str, typed: str = "") -> str:
    return tried(settings, *words, typed=typed).output


def tried(settings: Settings, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(user, words, obj=settings, input=typed, catch_exceptions=False)


def gets_in(database: Database, name: str, password: str) -> bool:
    now = datetime.now(UTC)  # noqa: TID251
    return bool(sign_ins.sign_in(database, name, password, "key", now).token)


def test_a_password_is_made_and_shown_once(settings: Settings, database: Database) -> None:
    told, shown, password = run(settings, "add", "ChuXin", "--branch", "初心村党支部").splitlines()
    assert told == "chuxin may use the desk: https://line.example/desk/" and "shown once" in shown
    assert len(password.strip()) == 14 and gets_in(database, "chuxin", password.strip())
    assert password.strip() not in run(settings, "list")


def test_a_password_may_be_asked_for(settings: Settings, database: Database) -> None:
    told = run(settings, "add", "hedong", "--township", "河东镇", "--password", typed="eight-oak-trees\n" * 2)
    assert "eight-oak-trees" not in told and gets_in(database, "hedong", "eight-oak-trees")


def test_they_are_listed_reset_and_locked(settings: Settings, database: Database) -> None:
    run(settings, "add", "xian", "--county")
    run(settings, "add", "书记", "--branch", "初心村党支部")
    first = run(settings, "reset", "书记").splitlines()[-1].strip()
    second = run(settings, "reset", "书记").splitlines()[-1].strip()
    assert first != second and not gets_in(database, "书记", first) and gets_in(database, "书记", second)
    assert run(settings, "lock", "书记") == "书记 is locked.\n"
    assert not gets_in(database, "书记", second)
    assert [line.split() for line in run(settings, "list").splitlines()[4:]] == [
        ["xian", "county"],
        ["书记", "branch", "初心村党支部", "locked"],
    ]
    told, _, advice = run(settings, "reset", "书记").strip().rpartition("\n")
    assert advice == "书记 stays locked; `ivr user lock 书记 --off` lets them in."
    assert run(settings, "lock", "书记", "--off") == "书记 is unlocked.\n"
    assert gets_in(database, "书记", told.splitlines()[-1].strip())


REFUSED = {
    "no name at all": (["add", "王 秀英", "--county"], BadUser, "can't be a user name"),
    "a name that is taken": (["add", "XIAN", "--county"], BadUser, "There is a user xian already"),
    "a branch that is not there": (["add", "a1", "--branch", "西村"], NotThere, "There is no branch 西村"),
    "a township that is a branch": (["add", "a1", "--township", "初心村党支部"], NotThere, "no township"),
    "nobody to reset": (["reset", "a1"], BadUser, "There is no user a1"),
    "nobody to lock": (["lock", "a1"], BadUser, "There is no user a1"),
}


@pytest.mark.parametrize(("words", "error", "told"), REFUSED.values(), ids=list(REFUSED))
def test_what_can_t_be_is_told(
    settings: Settings, database: Database, words: list[str], error: type[Exception], told: str
) -> None:
    run(settings, "add", "xian", "--county")
    with pytest.raises(error, match=told):
        run(settings, *words)
    with database.reading() as connection:
        assert [each.name for each in users.listed(connection)] == ["xian"]


@pytest.mark.parametrize("password", ["short", "aaaabbbbcccc", "my-xian-password", "x" * 200])
def test_a_password_that_is_easily_guessed_is_refused(settings: Settings, database: Database, password: str) -> None:
    with pytest.raises(BadUser, match="password"):
        run(settings, "add", "xian", "--county", "--password", typed=f"{password}\n" * 2)


@pytest.mark.parametrize("places", [[], ["--county", "--branch", "初心村党支部"]])
def test_what_they_see_is_said_once(settings: Settings, places: list[str]) -> None:
    assert tried(settings, "add", "xian", *places).exit_code == 2
