"""`ivr lesson record`: what people type and what they read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.lesson_record import record
from ivr.config import Settings, StudioSettings
from ivr.errors import BadLesson, BadRecording, NotInLesson, Refused
from tests.studio.people import told, wav

TEXT = (
    "---\n标题: 防骗\n---\n# 开头\n您好，欢迎来听课。请记住，先挂电话。\n"
    "# 测验\n## 怎么办？\n- [x] 挂断\n- [ ] 转账\n# 结尾\n谢谢。\n"
)


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "fraud.lesson.md"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "录音 1.wav"
    path.write_bytes(wav(told(["请记住，先挂电话。"])))
    return path


def run(settings: Settings, *words: object) -> Result:
    return CliRunner().invoke(record, [str(word) for word in words], obj=settings)


def test_without_a_number_it_shows_what_there_is(settings: Settings, lesson: Path, sound: Path) -> None:
    assert run(settings, lesson, sound, "--sentence", 2).exit_code == 0
    shown = run(settings, lesson).stdout.splitlines()
    assert shown[:6] == [
        "title",
        "    0  防骗",
        "segment 1: 开头",
        "    1  您好，欢迎来听课。",
        "    2  请记住，先挂电话。    ← recordings/fraud-sentence-2.wav",
        "segment 2: 结尾",
    ]
    assert shown[7:9] == ["quiz", "    4  怎么办？"]


def test_what_was_measured_is_shown(settings: Settings, lesson: Path, sound: Path) -> None:
    result = run(settings, lesson, sound, "--sentence", 2, "--by", "王大娘")
    assert result.stdout.startswith("sentence 2: recordings/fraud-sentence-2.wav; ")
    assert "syllables a second" in result.stdout
    assert "[录音 recordings/fraud-sentence-2.wav]请记住" in lesson.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told_"),
    [
        (["SOUND"], "Say what it is a recording of"),
        (["--sentence", 2], "Name one sound file"),
        (["SOUND", "--sentence", 2, "--whole"], "one of --sentence"),
        (["SOUND", "--sentence", -1], "is not a whole number from 0 up"),
        (["none.wav", "--sentence", 2], "does not exist"),
    ],
)
def test_a_slip_of_the_hand_is_told(
    settings: Settings, lesson: Path, sound: Path, words: list[object], told_: str
) -> None:
    result = run(settings, lesson, *(sound if each == "SOUND" else each for each in words))
    assert result.exit_code == 2 and told_ in result.output
    assert lesson.read_text("utf-8") == TEXT


@pytest.mark.parametrize(
    ("words", "told_"),
    [
        (["--sentence", 99], "There is no sentence 99; the last one is sentence 9."),
        (["--segment", 3], "There is no segment 3; the last one is segment 2."),
    ],
)
def test_a_number_that_nothing_has_is_told(
    settings: Settings, lesson: Path, sound: Path, words: list[object], told_: str
) -> None:
    error = run(settings, lesson, sound, *words).exception
    assert isinstance(error, NotInLesson) and told_ in str(error)
    assert lesson.read_text("utf-8") == TEXT


def test_what_is_not_taken_changes_nothing(settings: Settings, lesson: Path, sound: Path) -> None:
    sound.write_bytes(wav(told(["好。"])))
    assert isinstance(run(settings, lesson, sound, "--whole").exception, Refused)
    assert isinstance(run(settings, lesson, lesson, "--sentence", 2).exception, BadRecording)
    assert lesson.read_text("utf-8") == TEXT
    lesson.write_text(TEXT.replace("[x]", "[ ]"), "utf-8")
    assert isinstance(run(settings, lesson, sound, "--sentence", 2).exception, BadLesson)


def test_what_the_voice_cant_say_is_told_and_may_be_recorded(tmp_path: Path, lesson: Path, sound: Path) -> None:
    kokoro = Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "kokoro:zm_yunxi"}))
    lesson.write_text(TEXT.replace("您好，", "WeChat，").replace("请记住，", "QQ秀α，"), "utf-8")
    refused = [f"{lesson}: line 5: kokoro:zm_yunxi can't say {each}" for each in ("WeChat", "α")]
    assert [told.partition(". ")[0] for told in run(kokoro, lesson).stdout.splitlines()[-2:]] == refused
    last = run(kokoro, lesson, sound, "--sentence", 2).stdout.splitlines()[-1]
    assert last.startswith(refused[0])
