"""`ivr ledger`: does the stored progress still say what the record says? Whatever was changed in it is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, select, update

from ivr.cli.ledger import ledger
from ivr.config import Settings
from ivr.records.db import Database, open_database
from ivr.records.models import Answer, Call, Evidence, Progress, TurnRow
from tests.databases import Filling
from tests.drivers import HttpDriver
from tests.telephony.door import stored

PEOPLE = [("王秀英", "+8613800000001"), ("李大山", "+8613800000002")]


@pytest.fixture
def heard(settings: Settings, pressed: Path, database_url: str) -> Settings:
    """A line on which a member heard a lesson and answered, and another began one and was cut off."""
    return settings.model_copy(update={"data": pressed, "database_url": database_url})


@pytest.fixture
def filling(settings: Settings, pressed: Path) -> Filling:
    def calls(database: Database) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        two_call(settings.model_copy(update={"data": pressed, "database_url": url}))

    return Filling("two_called", calls)


def two_call(at: Settings) -> None:
    driver = HttpDriver(at, PEOPLE)
    driver.call(PEOPLE[0][1])
    for key in ("1", "", "", "", "", "2", "1", "2", "1"):
        driver.press(key, None) if key else driver.listen()
    while not driver.over:
        driver.listen()
    driver.call(PEOPLE[1][1])
    driver.press("1", None)
    driver.listen()
    driver.hang_up(8)
    driver.provider.finish()
    driver.close()


def run(settings: Settings, command: str) -> Result:
    return CliRunner().invoke(ledger, [command], obj=settings)


def change(settings: Settings, *statements: Any) -> None:
    database = open_database(settings.database)
    with database.writing() as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount
    database.close()


def rows(settings: Settings) -> dict[str, list[Any]]:
    database = open_database(settings.database)
    found = stored(database)
    database.close()
    return found


def test_nothing_differs(heard: Settings) -> None:
    result = run(heard, "verify")
    assert (result.exit_code, result.stdout) == (0, "Progress is as recorded.\n")


def test_an_empty_line_is_as_recorded(settings: Settings) -> None:
    assert run(settings, "verify").stdout == "Progress is as recorded.\n"
    assert run(settings, "rebuild").stdout == "Rebuilt the progress of 0 members and lessons.\n"


FIRST = (Progress.member_id == 1) & (Progress.lesson == "falls")
GHOST = {"edition": "e", "bookmark_ms": 0, "heard_at_least_ms": 1, "heard_at_most_ms": 1, "length_ms": 1}

TAMPERED: dict[str, Any] = {
    **{
        f"another {column}": update(Progress).where(FIRST).values({column: value})
        for column, value in {
            "edition": "0" * 16,
            "bookmark_ms": 29_999,
            "heard_at_least_ms": 29_999,
            "heard_at_most_ms": 30_001,
            "length_ms": 1,
            "completed": False,
            "answered": 3,
            "correct": 1,
        }.items()
    },
    "a row less": delete(Progress).where(FIRST),
    "a row more": insert(Progress).values(member_id=2, lesson="stoves", completed=True, answered=0, correct=0, **GHOST),
    "another's row": update(Progress).where(FIRST).values(member_id=2, lesson="stoves"),
}


@pytest.mark.parametrize("tampering", TAMPERED.values(), ids=list(TAMPERED))
def test_what_was_changed_is_found_and_mended(heard: Settings, tampering: Any) -> None:
    before = rows(heard)
    change(heard, tampering)
    result = run(heard, "verify")
    assert result.exit_code == 1
    *differing, told = result.stdout.splitlines()
    assert told == f"{len(differing)} differ. `ivr ledger rebuild` mends them."
    assert differing and all(each.startswith("member ") for each in differing)
    assert rows(heard)["progress"] != before["progress"]  # verifying changes nothing
    mended = run(heard, "rebuild")
    assert (mended.exit_code, mended.stdout) == (0, "Rebuilt the progress of 2 members and lessons.\n")
    assert rows(heard) == before
    assert run(heard, "verify").exit_code == 0


def test_a_name_or_a_number_is_not_shown(heard: Settings) -> None:
    change(heard, TAMPERED["another correct"])
    told = run(heard, "verify").stdout
    assert "13800000001" not in told and "王秀英" not in told


def test_rebuild_twice_is_rebuild_once(heard: Settings) -> None:
    before = rows(heard)
    run(heard, "rebuild")
    run(heard, "rebuild")
    assert rows(heard) == before


def added(heard: Settings, make: Callable[[Any], Any]) -> None:
    """Something more in the ledger that nobody settled."""
    database = open_database(heard.database)
    with database.writing() as connection:
        last = connection.execute(select(TurnRow.__table__).order_by(TurnRow.call_id, TurnRow.n).limit(1)).one()
        connection.execute(make(last))
    database.close()


LATER: dict[str, Callable[[Any], Any]] = {
    "a right answer": lambda turn: insert(Answer).values(
        call_id=turn.call_id,
        turn=99,
        member_id=2,
        lesson="falls",
        edition="e",
        question="q",
        attempt=1,
        key="1",
        is_right=True,
        at=turn.sent_at,
    ),
    "a call's end": lambda turn: insert(Evidence).values(
        call_id=select(Call.id).where(Call.member_id == 2).scalar_subquery(),
        kind="ended",
        arrived_at=turn.sent_at,
    ),
}


@pytest.mark.parametrize("later", LATER.values(), ids=list(LATER))
def test_what_is_in_the_record_but_was_never_counted_is_found(heard: Settings, later: Callable[[Any], Any]) -> None:
    added(heard, later)
    assert run(heard, "verify").exit_code == 1
    assert run(heard, "rebuild").exit_code == 0
    assert run(heard, "verify").exit_code == 0
