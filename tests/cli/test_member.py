"""`ivr member`, as a person types it: what was learned of a member can be seen, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from ivr.cli.member import member
from ivr.config import DialogueSettings, Settings
from ivr.errors import BadPin, NotEnrolled, NotTypable
from ivr.records import latency, ledger, pins, preferences
from ivr.records.db import Database, open_database
from ivr.records.models import Call, Evidence, Member, TurnRow
from tests.cli.conftest import database_in
from tests.databases import Originals
from tests.drivers import enrol
from tests.made_lessons import NAMES

NUMBER = "+8613800000001"


@pytest.fixture
def database(settings: Settings, originals: Originals) -> Iterator[Database]:
    database_in(settings.data, originals)
    opened = open_database(settings.database)
    enrol(opened, [(NAMES[0], NUMBER), (NAMES[1], "+8613800000002")])
    yield opened
    opened.close()


def clock() -> datetime:
    """The time by which the command goes."""
    return datetime.now(UTC)  # noqa: TID251


def run(settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(member, arguments, obj=settings, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def called(database: Database, latencies: list[float], keys_failed: bool = False, minutes: int = 3) -> None:
    """A call of the first member just now, in which so many keys came so late."""
    now = clock() - timedelta(seconds=1)
    with database.writing() as connection:
        sid = f"CA{len(connection.execute(select(Call.id)).all())}"
        call = ledger.open_call(connection, "twilio", sid, NUMBER, now)
        theirs = update(Call).where(Call.id == call).values(member_id=1, keys_failed=keys_failed)
        connection.execute(theirs)
        for n, late in enumerate(latencies, 2):
            at = now - timedelta(seconds=100 * (len(latencies) - n + 2))
            asked = {"call_id": call, "n": 2 * n, "act": "end", "digits": "", "arrived_at": at, "sent_at": at}
            asked |= {"boot": "b", "turn": "{}", "member_id": 1, "said_ms": 0}
            connection.execute(insert(TurnRow), asked)
            came = at + timedelta(seconds=late)
            connection.execute(
                insert(TurnRow), asked | {"n": 2 * n + 1, "act": "key", "arrived_at": came, "said_ms": None}
            )
        ended = {"call_id": call, "kind": "ended", "arrived_at": now, "provider_s": 60 * minutes}
        connection.execute(insert(Evidence), ended)


def test_what_is_known_is_shown_with_its_reasons(settings: Settings, database: Database) -> None:
    called(database, [4.0] * 8 + [7.0, 9.0], keys_failed=True)
    at = settings.model_copy(update={"dialogue": DialogueSettings(month_min=60)})
    told = run(at, "show", "P001").splitlines()
    assert told[:8] == [
        f"member    P001 {NAMES[0]}, 初心村党支部",
        "phones    138****0001",
        "role      none; no PIN",
        "language  as the line",
        "pace      as the lesson",
        "one key   not chosen",
        "wait      11 s: 90% of the last 10 keys came within 7.0 s, and half as much again",
        "minutes   3 this month of 60",
    ]
    assert any("138****0001" in line and "按键不顺" in line for line in told[8:])
    assert NUMBER not in "".join(told)


def test_too_few_keys_to_learn_by(settings: Settings, database: Database) -> None:
    called(database, [4.0] * (latency.ENOUGH - 1))
    assert "wait      10 s, as the settings say: 4 keys are too few to learn by" in run(settings, "show", "P001")


def test_what_was_learned_is_forgotten_and_the_record_stays(settings: Settings, database: Database) -> None:
    called(database, [4.0] * 10)
    run(settings, "set", "P001", "--pace", "slow", "--language", "yue", "--one-key", "yes")
    told = run(settings, "show", "P001")
    assert "pace      slow" in told and "language  yue" in told and "one key   any key picks" in told
    assert run(settings, "reset", "P001", "--wait") == f"Forgotten of {NAMES[0]}: wait.\n"
    told = run(settings, "show", "P001")
    assert "0 keys since " in told and "pace      slow" in told
    assert run(settings, "reset", "P001") == f"Forgotten of {NAMES[0]}: wait, language, pace, one_key.\n"
    assert "pace      as the lesson" in run(settings, "show", "P001")
    with database.reading() as connection:
        assert len(connection.execute(select(TurnRow.n)).all()) == 20


def test_the_rule_is_kept_as_no_choice(settings: Settings, database: Database) -> None:
    run(settings, "set", "P001", "--pace", "slow", "--role", "secretary")
    assert "role      secretary; no PIN" in run(settings, "show", "P001")
    run(settings, "set", "P001", "--pace", "normal", "--language", "line", "--role", "none")
    with database.reading() as connection:
        assert preferences.preferred(connection, [1])[1] == {}
        assert connection.execute(select(Member.role).where(Member.id == 1)).scalar_one() == ""


def test_a_pin_is_shown_once_and_kept_nowhere(
    settings: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    changed, shown = run(settings, "set", "P001", "--pin").splitlines()
    assert changed == f"Changed for {NAMES[0]}: pin."
    pin = shown.split()[3].rstrip(".")
    assert len(pin) == 6 and pin not in caplog.text
    with database.writing() as connection:
        assert pin not in connection.execute(select(Member.pin).where(Member.id == 1)).scalar_one()
        assert pins.check(connection, 1, pin, NUMBER, clock()).right
    assert "has a PIN" in run(settings, "show", "P001") and pin not in run(settings, "show", "P001")
    assert run(settings, "set", "P001", "--pin", "480913") == f"Changed for {NAMES[0]}: pin.\n"
    run(settings, "set", "P001", "--no-pin")
    assert "no PIN" in run(settings, "show", "P001")


def test_what_can_t_be_set(settings: Settings, database: Database) -> None:
    with pytest.raises(BadPin):
        run(settings, "set", "P001", "--role", "leader", "--pin", "1234")
    assert "role      none; no PIN" in run(settings, "show", "P001")
    with pytest.raises(NotEnrolled, match="P009"):
        run(settings, "show", "P009")
    for wrong in ([], ["--pin", "--no-pin"], ["--language", "fr"]):
        result = CliRunner().invoke(member, ["set", "P001", *wrong], obj=settings)
        assert result.exit_code == 2


def test_no_rights_for_a_number_that_can_t_be_typed(settings: Settings, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.id == 2).values(number="A001", digits="001"))
    for number in ("P001", "A001"):
        for asked in (["--pin"], ["--pin", "480913"], ["--role", "leader"]):
            with pytest.raises(
                NotTypable, match=r"P001 and A001 have the same digits.*Enrol one of them under another"
            ):
                run(settings, "set", number, *asked, "--pace", "slow")
    assert "role      none; no PIN" in run(settings, "show", "P001")
    assert "pace      as the lesson" in run(settings, "show", "P001")
    run(settings, "set", "P001", "--no-pin", "--role", "none", "--pace", "slow")


def test_a_new_pin_opens_what_too_many_failures_closed_for_good(settings: Settings, database: Database) -> None:
    """And nothing else does."""
    run(settings, "set", "P001", "--pin", "480913")
    at = clock()
    with database.writing() as connection:
        for _ in range(pins.FAILURES_IN_ALL):
            at += timedelta(days=2)
            assert not pins.check(connection, 1, "111222", NUMBER, at).closed
        at += timedelta(days=2)
        assert pins.check(connection, 1, "480913", NUMBER, at).closed
    run(settings, "set", "P001", "--pin", "592604")
    with database.writing() as connection:
        assert pins.check(connection, 1, "592604", NUMBER, at).right
