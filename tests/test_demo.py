"""The demonstration leaves something to try at the desk, and the voices where a line of one's own finds them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.config import Settings
from ivr.records import claims, hours, questions
from ivr.records.db import open_database
from ivr.records.importing import import_roster
from ivr.shelf import Shelf
from ivr.studio.engines import voices_folder
from scripts.demo_call import CALLER, HERE, LESSON, MEMBERS, STRANGER, begin_anew, demonstrate, share_voices, what_next
from tests.reports.village import at

READ_PER_S = 3.3  # syllables, with their pauses, at the quicker of the two paces


def test_a_question_and_a_stranger_s_call_are_there_to_try(settings: Settings, pressed: Path) -> None:
    settings = settings.model_copy(update={"data": pressed, "database_url": f"sqlite:///{settings.data}.db"})
    database = open_database(settings.database_url)
    import_roster(database, MEMBERS.read_bytes(), MEMBERS.name, "CN")
    demonstrate(settings, at("2026-11-20 09:00"))
    with database.reading() as connection:
        (asked,) = questions.left(connection, waiting=True)
        (call,) = claims.unclaimed(connection, Shelf(pressed).catalogue())
    database.close()
    assert asked.name == CALLER and Shelf(pressed).audio(asked.audio).is_file()
    assert call.number == STRANGER and any(call.heard_ms.values())


def test_its_lesson_is_long_enough_for_hours_to_confirm(settings: Settings) -> None:
    lesson = (HERE.parent / "audio_lessons" / LESSON / f"{LESSON}.lesson.md").read_text("utf-8")
    heard = re.sub(r"---.*?---|# 测验.*(?=# 结尾)|^# .*?$", "", lesson, flags=re.DOTALL | re.MULTILINE)
    heard_ms = round(len(re.findall(r"[\u4e00-\u9fff0-9]", heard)) / READ_PER_S * 1000)
    assert hours.suggested(heard_ms, heard_ms, settings.records.hour_minutes) == 1


def test_it_says_that_what_an_earlier_one_left_is_thrown_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_anew(tmp_path)
    assert capsys.readouterr().out == ""
    (tmp_path / "ivr.db-wal").touch()
    begin_anew(tmp_path)
    assert "is thrown away" in capsys.readouterr().out and not any(tmp_path.iterdir())


def test_it_says_how_to_open_the_same_record_again(capsys: pytest.CaptureFixture[str]) -> None:
    before = "IVR_DATA=data/demo IVR_PUBLIC_URL=http://127.0.0.1:8123"
    what_next(8123, kept=True)
    told = capsys.readouterr().out
    assert f"(each with {before} before it)" in told and f"\n  {before} .venv/bin/ivr serve --port 8123\n" in told
    what_next(8123, kept=False)  # nobody could sign in
    assert "ivr serve" not in capsys.readouterr().out


def test_voices_are_fetched_once_for_both(tmp_path: Path) -> None:
    own, demo = tmp_path / "data", tmp_path / "data" / "demo"
    share_voices(demo)
    share_voices(demo)
    voices_folder(demo, "kokoro").mkdir()
    assert voices_folder(own, "kokoro").is_dir()


def test_the_voices_of_an_older_demonstration_stay(tmp_path: Path) -> None:
    kept = voices_folder(tmp_path / "demo", "kokoro")
    kept.mkdir(parents=True)
    share_voices(tmp_path / "demo")
    assert kept.is_dir() and not (tmp_path / "demo" / "voices").is_symlink()


# As a shell without a terminal begins what runs in the background.
BEGIN = ["bash", "-c", "trap '' INT; exec \"$@\"", "-", sys.executable, "-c"]
RUNS = {
    "a command": "demo_call.ivr(environment, 'serve', '--port', '0')",  # one that goes on and on
    "the line": "demo_call.keep(environment, 0)",
}
ACCOUNT = {"IVR_PUBLIC_URL": "http://127.0.0.1", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "a token"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("runs", RUNS.values(), ids=list(RUNS))
def test_it_ends_when_told_and_leaves_nothing_running(runs: str, number: signal.Signals, tmp_path: Path) -> None:
    code = f"import os; from scripts import demo_call; demo_call.end_when_told(); environment = os.environ; {runs}"
    environment = os.environ | ACCOUNT | {"IVR_DATA": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    here = Path(__file__).parent.parent
    with subprocess.Popen(
        [*BEGIN, code], env=environment, cwd=here, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout and any("The secretary's desk" in line for line in process.stdout)
            process.send_signal(number)
            _, told = process.communicate(timeout=30)  # until nobody is there any more who could write
        finally:
            process.kill()
    assert process.returncode in (0, 1, 128 + number) and "Traceback" not in told  # 1 where it was about to open
