"""`ivr doctor` says what is well and what is missing, with the mend, and changes nothing."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr import doctor as checks
from ivr.cli.doctor import doctor
from ivr.config import Settings
from ivr.doctor import machine
from ivr.records import users
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.shelf import Shelf
from ivr.web import paper
from tests.cli.conftest import database_in, harmed, on_the_shelf
from tests.databases import Filling, Originals
from tests.reports.village import ROSTER

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
NEEDED = ("settings", "address", "provider", "database", "desk", "lessons", "prompts", "disk", "clock", "ffmpeg", "PDF")


def people(database: Database) -> None:
    import_roster(database, ROSTER.encode(), "roster.csv", "CN")
    with database.writing() as connection:
        users.add(connection, "xian", "county", None, users.hashed("eight-oak-trees", "xian"), NOW)


@pytest.fixture
def well(settings: Settings, pressed: Path, originals: Originals) -> Settings:
    on_the_shelf(pressed, settings.data)
    database_in(settings.data, originals, Filling("doctor", people))
    return settings


def states(settings: Settings, now: datetime = NOW) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in checks.examine(settings, now):
        found.setdefault(each.what, []).append(each.state)
        assert each.told and (each.state == "well" or each.mend or each.what == "lessons"), each
    return found


def test_what_is_well_is_said_to_be(well: Settings) -> None:
    found = states(well)
    assert {what: found[what][0] for what in NEEDED} == dict.fromkeys(NEEDED, "well")
    assert found.keys() == checks.CHECKS.keys()


def test_it_ends_with_1_where_something_needed_is_missing(well: Settings) -> None:
    assert CliRunner().invoke(doctor, [], obj=well).exit_code == 0
    lacking = well.model_copy(update={"twilio": well.twilio.model_copy(update={"auth_token": ""})})
    told = CliRunner().invoke(doctor, ["--json"], obj=lacking)
    assert told.exit_code == 1
    (provider,) = [each for each in json.loads(told.stdout) if each["what"] == "provider"]
    assert provider["state"] == "missing" and "TWILIO_AUTH_TOKEN" in provider["told"] and provider["mend"]
    assert "✗ provider: TWILIO_AUTH_TOKEN not set" in CliRunner().invoke(doctor, [], obj=lacking).stdout


def test_on_an_empty_machine_nothing_is_made(settings: Settings) -> None:
    found = states(settings)
    assert (found["database"], found["lessons"]) == (["note"], ["missing"])
    assert not settings.data.exists()


def test_a_damaged_lesson_is_named(well: Settings) -> None:
    lesson = Shelf(well.data).catalogue().lessons[0]
    harmed(Shelf(well.data).audio(lesson.segments[0].audio), b"RIFF")
    (fault, *_) = [each for each in checks.examine(well, NOW) if each.what == "lessons"]
    assert fault.state == "missing" and fault.told.startswith(f"{lesson.slug}: The audio of segment 1")


@pytest.mark.parametrize(
    ("url", "state"),
    [("https://line.example", "well"), ("http://127.0.0.1:8080", "note"), ("http://line.example", "missing")],
)
def test_passwords_need_https(settings: Settings, url: str, state: str) -> None:
    line = settings.line.model_copy(update={"public_url": url})
    assert states(settings.model_copy(update={"line": line}))["address"] == [state]


def test_a_database_that_is_away_or_old_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:9/none"})
    assert states(away)["database"] == ["missing"]
    settings.data.mkdir()
    (settings.data / "ivr.db").touch()
    assert states(settings)["database"] == ["note"]
    (settings.data / "ivr.db").write_bytes(b"no database at all" * 100)
    assert states(settings)["database"] == ["missing"]


def test_a_clock_that_is_wrong_is_told(settings: Settings) -> None:
    assert states(settings, datetime(1970, 1, 1, tzinfo=UTC))["clock"] == ["missing"]


def test_without_weasyprint_and_fonts_the_line_works_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setattr(machine, "FONT_DIRS", ())
    monkeypatch.setenv("HOME", str(tmp_path))
    paper._weasyprint.cache_clear()
    try:
        found = {each.what: each for each in checks.examine(settings, NOW)}
    finally:
        paper._weasyprint.cache_clear()
    assert found["PDF"].state == found["fonts"].state == "note"
    assert "tingke[pdf]" in found["PDF"].mend and "libpango-1.0-0" in found["PDF"].mend
