"""`ivr calls`, as a person types it: calls that nobody is known for, and whose they become."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from ivr.app import open_line
from ivr.cli.calls import calls
from ivr.cli.lesson_listen import listen
from ivr.cli.line import serve
from ivr.cli.notices import notices
from ivr.cli.questions import questions
from ivr.config import Settings
from ivr.errors import NotEnrolled, NotToBeClaimed, UnknownCall
from ivr.records import claims, ledger, progress
from ivr.records.db import Database, open_database
from ivr.records.models import Attendance, Call, Evidence, Progress
from ivr.shelf import Shelf
from tests.databases import EMPTY, Filling
from tests.drivers import BEGIN, DirectDriver, enrol
from tests.made_lessons import NAMES

HUGE = "9" * 20
STRANGER = "+8613912345678"


@pytest.fixture
def called(settings: Settings, database_url: str, pressed: Path) -> Settings:
    """A line on which a stranger heard a lesson and answered, and rang once more without listening."""
    return settings.model_copy(update={"data": pressed, "database_url": database_url})


@pytest.fixture
def filling(request: pytest.FixtureRequest, settings: Settings, pressed: Path) -> Filling:
    def strangers(database: Database) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        stranger_calls(settings.model_copy(update={"data": pressed, "database_url": url}))

    return Filling("strangers", strangers) if "called" in request.fixturenames else EMPTY


def stranger_calls(at: Settings) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tests.drivers.open_line", lambda _, clock: open_line(at, clock))
        driver = DirectDriver(at, [(NAMES[0], "+8613800000001"), (NAMES[1], "+8613800000002")])
    driver.call(STRANGER)
    driver.press("1", 1)
    for _ in range(4):
        driver.listen()
    driver.hang_up(1)
    driver.call(STRANGER)
    driver.hang_up(1)
    driver.close()


def run(settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(calls, arguments, obj=settings, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def standings(settings: Settings) -> list[tuple[int, str, int]]:
    database = open_database(settings.database)
    with database.reading() as connection:
        found = connection.execute(select(Progress.member_id, Progress.lesson, Progress.heard_at_least_ms)).all()
        counting = progress.Counting(Shelf(settings.data).catalogue(), 0.9, settings.line.zone)
        assert progress.verify(connection, counting) == []
    database.close()
    return [(row[0], row[1], row[2]) for row in found]


def test_a_stranger_s_call_waits_and_is_claimed_once(called: Settings) -> None:
    told = run(called, "unclaimed", "--all")
    assert told.startswith("1 个待认领的电话\n")  # the other one was nothing
    assert "139****5678" in told and STRANGER not in told
    assert run(called, "claim", "1", "P002") == f"Call 1 counts for {NAMES[1]} (初心村党支部, P002) now.\n"
    (standing,) = standings(called)
    assert standing[0] == 2 and standing[2] > 0
    assert run(called, "unclaimed", "--all") == "0 个待认领的电话\n"
    again = run(called, "claim", "1", "P002")
    assert again == f"Call 1 counts for {NAMES[1]} (初心村党支部, P002) already; nothing was changed.\n"
    assert standings(called) == [standing]
    database = open_database(called.database)
    with database.reading() as connection:
        assert len(connection.execute(select(Attendance.id)).all()) == 1
    database.close()


def test_a_claim_is_taken_back_as_if_it_had_not_been(called: Settings) -> None:
    run(called, "claim", "1", "P002")
    told = f"Call 1 does not count for {NAMES[1]} any more, and waits to be claimed.\n"
    assert run(called, "unclaim", "1", "P002") == told
    assert standings(called) == [] and run(called, "unclaimed", "--all").startswith("1 个待认领的电话\n")
    with pytest.raises(NotToBeClaimed, match=f"Call 1 was not claimed for {NAMES[1]}"):
        run(called, "unclaim", "1", "P002")
    with pytest.raises(UnknownCall, match=r"no call 99\. `ivr report calls"):
        run(called, "unclaim", "99", "P002")
    run(called, "claim", "1", "P001")
    assert standings(called)[0][0] == 1


def test_what_can_t_be_claimed(called: Settings) -> None:
    run(called, "claim", "1", "P002")
    with pytest.raises(NotToBeClaimed, match=f"Call 1 is {NAMES[1]}'s already"):
        run(called, "claim", "1", "P001")
    with pytest.raises(UnknownCall, match="no call 99"):
        run(called, "claim", "99", "P001")
    with pytest.raises(NotEnrolled, match="P777"):
        run(called, "claim", "2", "P777")


def test_a_group_s_call_is_nobody_s_to_claim(database: Database, shelf: Shelf) -> None:
    enrol(database, [(NAMES[0], "+8613800000001")])
    counting = progress.Counting(shelf.catalogue(), 0.9, Settings().line.zone)
    with database.writing() as connection:
        call = ledger.open_call(connection, "twilio", "CA1", STRANGER, BEGIN)
        row = {"call_id": call, "turn": 2, "member_id": 1, "grade": "group", "joined": True, "at": BEGIN}
        connection.execute(insert(Attendance), row)
        assert claims.unclaimed(connection, shelf.catalogue()) == []
        with pytest.raises(NotToBeClaimed, match="a group's"):
            claims.claim(connection, call, "P001", BEGIN, counting)


def test_a_call_that_nobody_will_claim_is_set_aside_and_may_wait_again(called: Settings) -> None:
    began(called, 2099)
    assert run(called, "unclaimed").startswith("1 个待认领的电话\n")
    assert run(called, "dismiss", "1", "1") == "Set aside: 1.\n"
    assert run(called, "dismiss", "1") == "Set aside: none; it was so already.\n"
    assert run(called, "unclaimed") == "0 个待认领的电话\n"
    assert run(called, "unclaimed", "--all").splitlines()[-1].endswith("是")
    assert run(called, "dismiss", "1", "--undo") == "Waiting again: 1.\n"
    assert run(called, "unclaimed").startswith("1 个待认领的电话\n")
    assert not run(called, "unclaimed", "--all").splitlines()[-1].endswith("是")
    run(called, "dismiss", "1")
    assert "counts for" in run(called, "claim", "1", "P002")  # somebody remembers after all
    assert standings(called)[0][0] == 2
    database = open_database(called.database)
    with database.reading() as connection:
        kinds = connection.execute(select(Evidence.kind).where(Evidence.call_id == 1).order_by(Evidence.id)).scalars()
        assert [*kinds][-3:] == ["dismissed", "undismissed", "dismissed"]  # nothing is taken away
    database.close()


def test_what_can_t_be_set_aside_changes_nothing(called: Settings) -> None:
    with pytest.raises(UnknownCall, match="no call 99"):
        run(called, "dismiss", "1", "99")
    assert run(called, "dismiss", "1", "--undo") == "Waiting again: none; it was so already.\n"
    run(called, "claim", "1", "P002")
    with pytest.raises(NotToBeClaimed, match="Call 1 counts for somebody already"):
        run(called, "dismiss", "1")


def test_older_calls_are_counted_and_listed_when_asked_for(called: Settings) -> None:
    began(called, 2020)
    assert run(called, "unclaimed") == "0 个待认领的电话\n还有 1 个更早的：ivr calls unclaimed --all\n"
    assert run(called, "unclaimed", "--all").startswith("1 个待认领的电话\n")


def began(settings: Settings, year: int) -> None:
    database = open_database(settings.database)
    with database.writing() as connection:
        connection.execute(update(Call).values(started_at=BEGIN.replace(year=year)))
    database.close()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (calls, ["claim", HUGE, "P001"]),
        (calls, ["dismiss", HUGE]),
        (questions, ["play", HUGE, "--to", "q.wav"]),
        (questions, ["reply", HUGE, "好的。"]),
        (notices, ["withdraw", "1", HUGE]),
        (notices, ["withdraw", "0"]),
    ],
)
def test_what_no_row_can_be_called_is_refused(settings: Settings, command: click.Group, arguments: list[str]) -> None:
    result = CliRunner().invoke(command, arguments, obj=settings)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "is not a whole number from 1 to 9223372036854775807." in result.output


@pytest.mark.parametrize(
    ("command", "arguments", "meant"),
    [
        (calls, ["unclaim", "x", "P001"], "'x' is not a whole number from 1 to 9223372036854775807"),
        (calls, ["unclaim", "9" * 5000, "P001"], "99' is not a whole number from 1 to 9223372036854775807"),
        (serve, ["--threads", "x"], "'x' is not a whole number from 1 to 256"),
        (serve, ["--port", "65536"], "'65536' is not a whole number from 0 to 65535"),
        (listen, ["falls", "--sentence", "x"], "'x' is not a whole number from 0 up"),
        (listen, ["falls", "--sentence", "-1"], "'-1' is not a whole number from 0 up"),
    ],
)
def test_what_is_no_number_is_told_which_are_meant(command: click.Command, arguments: list[str], meant: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2 and f"{meant}.\n" in result.output
    assert not re.search("[<>]=", CliRunner().invoke(command, [*arguments[:-2], "--help"]).output)
