"""`ivr report`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.report import report
from ivr.config import Settings
from ivr.errors import NotAMonth, NotEnrolled, NotWritten
from tests.databases import Filling


@pytest.fixture
def filling(with_november: Filling) -> Filling:
    return with_november


@pytest.fixture
def recorded(settings: Settings, pressed: Path, database_url: str) -> Settings:
    """A line with two lessons and the calls of November 2026."""
    return settings.model_copy(update={"data": pressed, "database_url": database_url})


def run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(report, arguments, obj=settings, catch_exceptions=False)


def test_a_report_in_each_format(recorded: Settings) -> None:
    text = run(recorded, "branch", "--month", "2026-11")
    assert text.exit_code == 0 and "8 人应学，3 人学完，还有 5 人请帮一帮。" in text.output
    told = json.loads(run(recorded, "member", "--month", "2026-11", "--format", "json").stdout_bytes)
    assert (told["report"], told["month"], len(told["rows"])) == ("member", "2026-11", 16)
    csv = run(recorded, "calls", "--month", "2026-11", "--format", "csv").stdout_bytes
    assert csv.startswith("\ufeffcall,started,".encode()) and csv.count(b"\r\n") == 9


def test_a_report_may_be_about_a_branch_or_a_member(recorded: Settings) -> None:
    page = run(recorded, "branch", "--month", "2026-11", "--branch", "初心村党支部").output
    assert page.startswith("初心村党支部　2026年11月　电话学习情况\n6 人应学，3 人学完")
    assert "\n初心村党支部　2026年11月　请帮一帮的同志\n" in page
    told = json.loads(run(recorded, "lesson", "--month", "2026-11", "--member", "001", "--format", "json").output)
    assert [(row["lesson"], row["listeners"]) for row in told["rows"]] == [("falls", 1), ("stoves", 0)]
    with pytest.raises(NotEnrolled, match="西村"):
        run(recorded, "branch", "--branch", "西村")


def test_the_month_is_the_current_one_unless_told(recorded: Settings) -> None:
    rows = json.loads(run(recorded, "member", "--format", "json", "--member", "102").output)
    assert len(rows["month"]) == 7 and len(rows["rows"]) == 2
    with pytest.raises(NotAMonth):
        run(recorded, "member", "--month", "November")
    with pytest.raises(NotAMonth, match="2999-01 has not begun"):
        run(recorded, "branch", "--month", "2999-01")


def test_a_report_may_be_written_to_a_file(recorded: Settings, tmp_path: Path) -> None:
    file = tmp_path / "november.csv"
    arguments = ("member", "--month", "2026-11", "--format", "csv")
    assert run(recorded, *arguments, "--output", str(file)).output == ""
    assert file.read_bytes() == run(recorded, *arguments).stdout_bytes
    file.write_bytes(b"somebody's own")
    with pytest.raises(NotWritten, match=r"is there already.*--force"):
        run(recorded, *arguments, "--output", str(file))
    assert file.read_bytes() == b"somebody's own"
    assert run(recorded, *arguments, "--output", str(file), "--force").output == ""
    assert file.read_bytes() == run(recorded, *arguments).stdout_bytes
    with pytest.raises(NotWritten, match="could not be written"):
        run(recorded, *arguments, "--output", str(tmp_path / "no" / "such" / "folder.csv"))
