"""`ivr questions` and `ivr notices`, as a person types them: what waits for one member, and what they asked."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from sqlalchemy import select, update

from ivr.cli.lesson import lesson
from ivr.cli.notices import notices
from ivr.cli.pressing import press_letters
from ivr.cli.questions import questions
from ivr.config import RecordingSettings, Settings, StudioSettings
from ivr.dialogue.turn import Left
from ivr.errors import BadNotices, BadRecording, NotThere, Refused, VoiceFailed
from ivr.records import ledger, preferences
from ivr.records.db import Database, open_database
from ivr.records.models import Notice, Recording, Reply
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase
from tests.cli.conftest import database_in
from tests.databases import Originals
from tests.drivers import BEGIN, enrol
from tests.made_lessons import NAMES
from tests.studio.sounds import murmur
from tests.telephony import recordings_server
from tests.telephony.recordings_server import Keeping


@pytest.fixture
def provider() -> Iterator[Keeping]:
    with recordings_server.keeping() as keeping:
        yield keeping


@pytest.fixture
def settings(settings: Settings, provider: Keeping) -> Settings:
    studio = StudioSettings(voices={"zh": "tone:a", "yue": "tone:b"})
    own = RecordingSettings(own_hosts=(provider.host,))
    return settings.model_copy(update={"studio": studio, "recordings": own})


@pytest.fixture
def database(settings: Settings, originals: Originals) -> Iterator[Database]:
    database_in(settings.data, originals)
    opened = open_database(settings.database)
    enrol(opened, [(NAMES[0], "+8613800000001"), (NAMES[1], "+8613800000002")])
    yield opened
    opened.close()


def run(command: click.Group, settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, obj=settings, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def ask(database: Database, address: str, member: int | None = 1, kind: Any = "question", about: int = 0) -> int:
    with database.writing() as connection:
        sid = f"CA{len(connection.execute(select(Recording.id)).all())}"
        call = ledger.open_call(connection, "twilio", sid, "+8613912345678", BEGIN)
        left = Left(kind, "RE1", address, 2, about or None)
        ledger.keep_recording(connection, call, 3, left, member, BEGIN)
        return max(connection.execute(select(Recording.id)).scalars())


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(model.__table__).order_by(model.id)))


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_from_the_tone_to_the_reply(settings: Settings, database: Database, provider: Keeping) -> None:
    ask(database, provider.put())
    assert "正在取" in run(questions, settings, "list")
    assert run(questions, settings, "fetch") == "Fetched 1 of 1 recordings.\n"
    listed = run(questions, settings, "list")
    assert listed.startswith("1 个问题等您回复\n")
    assert NAMES[0] in listed and "139****5678" in listed and "可以听" in listed
    told = run(questions, settings, "reply", "1", "星期三上午九点开会。")
    assert told == f"{NAMES[0]} hears it first in the next call.\n"
    (reply,) = rows(database, Reply)
    assert (reply.question_id, reply.words, reply.delivered_at) == (1, "星期三上午九点开会。", None)
    shelf = Shelf(settings.data)
    shelf.tidy(BEGIN + timedelta(days=3000))
    assert shelf.audio(reply.audio).is_file()
    assert run(questions, settings, "list") == "0 个问题等您回复\n"
    assert "已回复，还没听" in run(questions, settings, "list", "--all")


def test_a_reply_takes_the_place_of_one_that_is_not_heard(
    settings: Settings, database: Database, provider: Keeping
) -> None:
    ask(database, provider.put())
    run(questions, settings, "reply", "1", "星期三开会。")
    told = run(questions, settings, "reply", "1", "星期四开会。")
    assert told == f"{NAMES[0]} hears it first in the next call, instead of the one that was not heard yet.\n"
    assert [reply.words for reply in rows(database, Reply)] == ["星期四开会。"]
    with database.writing() as connection:
        connection.execute(update(Reply).values(delivered_at=BEGIN))
    run(questions, settings, "reply", "1", "带上身份证明。")
    assert [reply.words for reply in rows(database, Reply)] == ["星期四开会。", "带上身份证明。"]


def test_the_reply_is_in_the_language_of_whoever_asked(
    settings: Settings, database: Database, provider: Keeping
) -> None:
    ask(database, provider.put())
    with database.writing() as connection:
        preferences.prefer(connection, 1, "language", "yue")
    run(questions, settings, "reply", "1", "星期三开会。")
    (reply,) = rows(database, Reply)
    said = [Phrase(language, "", "星期三开会。") for language in ("zh", "yue")]
    clips = press_letters(settings, said)
    assert clips[said[0]].audio != clips[said[1]].audio == reply.audio
    assert not (settings.data / "phrases").exists()


def test_a_reply_that_the_secretary_recorded(
    settings: Settings, database: Database, provider: Keeping, tmp_path: Path
) -> None:
    ask(database, provider.put())
    file = tmp_path / "reply.wav"
    soundfile.write(file, murmur(3.0), 16000)
    run(questions, settings, "reply", "1", "--recording", str(file))
    (reply,) = rows(database, Reply)
    assert reply.words == "" and 2000 < reply.length_ms < 5000
    with wave.open(str(Shelf(settings.data).audio(reply.audio))) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 8000)
        assert wav.getnframes() == reply.length_ms * 8


def test_what_is_no_good_recording_is_not_taken(
    settings: Settings, database: Database, provider: Keeping, tmp_path: Path
) -> None:
    ask(database, provider.put())
    file = tmp_path / "reply.wav"
    soundfile.write(file, np.zeros(32000), 16000)
    with pytest.raises(Refused, match="silent"):
        run(questions, settings, "reply", "1", "--recording", str(file))
    file.write_text("not a sound")
    with pytest.raises(BadRecording, match=r"reply\.wav"):
        run(questions, settings, "reply", "1", "--recording", str(file))
    assert rows(database, Reply) == []


def test_what_can_t_be_replied_to(settings: Settings, database: Database, provider: Keeping) -> None:
    ask(database, provider.put(), member=None)
    ask(database, provider.put(), kind="note")
    with pytest.raises(NotThere, match="ivr calls claim 1 NUMBER"):
        run(questions, settings, "reply", "1", "好的。")
    for other in ("2", "9"):
        with pytest.raises(NotThere, match=f"no question {other}"):
            run(questions, settings, "reply", other, "好的。")
    ask(database, provider.put())
    for wrong in ([], ["  "], ["好的。", "--recording", __file__]):
        result = CliRunner().invoke(questions, ["reply", "3", *wrong], obj=settings)
        assert result.exit_code == 2 and "Give either a TEXT or --recording FILE" in result.output
    with pytest.raises(VoiceFailed, match="nothing to say"):
        run(questions, settings, "reply", "3", "……")
    assert rows(database, Reply) == []


def test_a_question_is_written_to_a_file(
    settings: Settings, database: Database, provider: Keeping, tmp_path: Path
) -> None:
    ask(database, provider.put())
    with pytest.raises(NotThere, match="not fetched yet"):
        run(questions, settings, "play", "1", "--to", str(tmp_path / "q.wav"))
    run(questions, settings, "fetch")
    run(questions, settings, "play", "1", "--to", str(tmp_path / "q.wav"))
    assert soundfile.info(tmp_path / "q.wav").duration == pytest.approx(2, abs=0.01)
    with pytest.raises(NotThere, match="no recording 9"):
        run(questions, settings, "play", "9", "--to", str(tmp_path / "q.wav"))


def test_what_does_not_come_is_told_and_stays(settings: Settings, database: Database, provider: Keeping) -> None:
    ask(database, f"{provider.address}/Recordings/RE9")
    result = CliRunner().invoke(questions, ["fetch"], obj=settings)
    assert result.exit_code == 1
    assert "recording 1: " in result.output and "404" in result.output
    assert "Fetched 0 of 1 recordings." in result.output
    assert "没取到" in run(questions, settings, "list")


def test_what_the_secretary_spoke_by_telephone_is_a_reply(
    settings: Settings, database: Database, provider: Keeping
) -> None:
    ask(database, provider.put("RE1"))
    ask(database, provider.put("RE2"), member=2, kind="reply", about=1)
    assert run(questions, settings, "list") == "0 个问题等您回复\n"
    run(questions, settings, "fetch")
    (reply,) = rows(database, Reply)
    assert (reply.question_id, reply.words) == (1, "")


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def notice_list(folder: Path, *lines: str, headings: str = "编号,通知,截止") -> str:
    path = folder / "notices.csv"
    path.write_text("\n".join([headings, *lines]) + "\n", "utf-8")
    return str(path)


def test_notices_are_taken_listed_and_withdrawn(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = notice_list(tmp_path, "P001,本月活动改到周五。,2099年1月31日", "P002,请来领书。,")
    assert run(notices, settings, "import", file).splitlines()[-1] == (
        "Imported notices.csv: 2 new notices, 0 known already."
    )
    first, second = rows(database, Notice)
    assert (first.member_id, first.words, str(first.closes)) == (1, "本月活动改到周五。", "2099-01-31")
    assert second.closes is None
    assert Shelf(settings.data).audio(first.audio).parent.name == "recordings"
    assert not (settings.data / "phrases").exists()  # nobody else's call can say it
    again = run(notices, settings, "import", file).splitlines()[-1]
    assert again == "Imported notices.csv: 0 new notices, 2 known already."
    listed = run(notices, settings, "list")
    assert listed.startswith("2 条通知\n") and "2099-01-31" in listed
    assert run(notices, settings, "withdraw", "1") == "Withdrawn: 1.\n"
    assert run(notices, settings, "list").startswith("1 条通知\n")
    assert run(notices, settings, "list", "--all").startswith("2 条通知\n")
    with pytest.raises(NotThere, match="no open notice 1"):
        run(notices, settings, "withdraw", "2", "1")
    assert run(notices, settings, "list").startswith("1 条通知\n")


def test_the_audio_of_a_notice_that_is_over_is_deleted(
    settings: Settings, database: Database, provider: Keeping, tmp_path: Path
) -> None:
    """Two days later, and only where nobody else is told the same."""
    ask(database, provider.put())
    run(questions, settings, "reply", "1", "带上身份证明。")
    words = ("本月活动改到周五。", "请来领书。", "请来领书。", "带上身份证明。", "到村部二楼来开会，带上本子。")
    lines = (f"P00{n % 2 + 1},{each}," for n, each in enumerate(words))
    run(notices, settings, "import", notice_list(tmp_path, *lines))
    run(notices, settings, "withdraw", "1", "2", "4", "5")
    audio = [each.audio for each in rows(database, Notice)]
    aged = [*(settings.data / "recordings").glob("*.wav")]
    for path in aged:
        os.utime(path, (0, 0))
    run(lesson, settings, "tidy")
    assert {path.stem for path in aged if path.is_file()} == {*audio}  # somebody may be hearing it just now
    with database.writing() as connection:
        connection.execute(update(Notice).where(Notice.closes.is_not(None)).values(closes=BEGIN.date()))
    press_letters(settings, [Phrase("zh", "", words[4])])  # somebody is about to be told it
    assert "deleted" in run(lesson, settings, "tidy")
    assert [path.is_file() for path in map(shelf_path(settings), audio)] == [False, True, True, True, True]


def shelf_path(settings: Settings) -> Callable[[str], Path]:
    return lambda name: settings.data / "recordings" / f"{name}.wav"


def test_every_mistake_of_a_list_is_told_and_nothing_is_taken(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    file = notice_list(
        tmp_path,
        "P001,请来领书。,",
        "P009,请来领书。,",
        ",请来领书。,",
        "P001,,",
        "P001,请来领书。,下个月",
        "P001,请来领书。,2020-01-01",
        "P001,请报银行卡号和密码。,",
        f"P001,{'长' * 201},",
    )
    with pytest.raises(BadNotices) as told:
        run(notices, settings, "import", file)
    places = [str(each).partition(": ")[0] for each in told.value.mistakes]
    assert places == [
        "row 3, 编号",
        "row 4, 编号",
        "row 5, 通知",
        "row 6, 截止",
        "row 7, 截止",
        "row 8, 通知",
        "row 9, 通知",
    ]
    assert rows(database, Notice) == []


def test_nothing_that_swindlers_speak_of(settings: Settings, database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadNotices, match=r"row 2, 通知: .银行卡. is what swindlers speak of"):
        run(notices, settings, "import", notice_list(tmp_path, "P001,请报银 行-卡号。", headings="编号,通知"))
    ask(database, "https://api.twilio.com/Recordings/RE1")
    with pytest.raises(BadNotices, match=r"swindlers speak of.*or say it yourself: --recording FILE"):
        run(questions, settings, "reply", "1", "请报密——码。")
    assert rows(database, Reply) == rows(database, Notice) == []


def test_what_can_t_be_said_is_told_by_row(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = notice_list(tmp_path, "P001,请来领书。", "P002,……", headings="编号,通知")
    with pytest.raises(BadNotices, match=r"row 3, ……: there is nothing to say in it"):
        run(notices, settings, "import", file)
    assert rows(database, Notice) == []


def test_dues_may_be_told(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = notice_list(tmp_path, "P001,您这个季度的党费是十五元。", headings="编号,通知")
    assert "1 new notices" in run(notices, settings, "import", file)


def test_a_voice_that_fails_takes_no_notice(settings: Settings, database: Database, tmp_path: Path) -> None:
    at = settings.model_copy(update={"studio": StudioSettings(voices={"zh": "nonesuch:a"})})
    with pytest.raises(VoiceFailed):
        run(notices, at, "import", notice_list(tmp_path, "P001,请来领书。,"))
    assert rows(database, Notice) == []
