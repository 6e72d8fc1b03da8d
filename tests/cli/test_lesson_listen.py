"""`ivr lesson listen`: a lesson as it arrives, from the line or from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from ivr.catalogue import Lesson
from ivr.cli.lesson import lesson
from ivr.config import Settings, StudioSettings
from ivr.errors import BadLesson, IvrError, NotInLesson, NotWritten, UnknownLesson
from ivr.shelf import Shelf
from ivr.studio.joining import decode
from ivr.studio.line import carried
from tests.cli.conftest import on_the_shelf

TEXT = (
    "---\n标题: 防骗\n---\n# 开头\n同志们好，欢迎来听课。\n# 第一段\n先挂电话。再问家人。\n"
    "# 测验\n## 怎么办？\n- [x] 挂断\n- [ ] 转账\n# 结尾\n谢谢大家。\n"
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Also goes to a folder of its own: what is named after a lesson is written where one is."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "tone:a", "en": "tone:b"}))


@pytest.fixture
def falls(settings: Settings, pressed: Path) -> Lesson:
    on_the_shelf(pressed, settings.data)
    return Shelf(settings.data).catalogue().lessons[0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fraud.lesson.md"
    path.write_text(TEXT, "utf-8")
    return path


def listen(settings: Settings, *words: object) -> Result:
    return CliRunner().invoke(lesson, ["listen", *map(str, words)], obj=settings)


def written(name: str) -> NDArray[np.int16]:
    return decode(Path(name).read_bytes())


def sound_of(settings: Settings, *names: str) -> NDArray[np.int16]:
    shelf = Shelf(settings.data)
    return np.concatenate([decode(shelf.audio(name).read_bytes()) for name in names])


def test_a_published_lesson_is_written_whole_with_its_title_and_its_quiz(settings: Settings, falls: Lesson) -> None:
    assert listen(settings, "falls").output == "falls.wav  0:50\n"
    quiz = [clip.audio for each in falls.questions for clip in (each.ask, each.when_right, each.when_wrong)]
    whole = sound_of(settings, falls.title.audio, *(each.audio for each in falls.segments), *quiz)
    assert np.array_equal(written("falls.wav"), carried(whole, "g711a"))


def test_it_goes_through_another_line(settings: Settings, falls: Lesson) -> None:
    for codec in ("clean", "g711u"):
        listen(settings, "falls", "--through", codec, "--to", f"{codec}.wav")
    assert np.array_equal(written("g711u.wav"), carried(written("clean.wav"), "g711u"))
    assert not Path("falls.wav").exists()


def test_a_file_is_heard_as_it_would_be_published_and_is_not(settings: Settings, file: Path, spoken: Path) -> None:
    on_the_shelf(spoken, settings.data)
    assert listen(settings, file, "--through", "clean").exit_code == 0
    assert Shelf(settings.data).catalogue().lessons == ()
    before = written("fraud.wav")
    said = CliRunner().invoke(lesson, ["publish", str(file)], obj=settings).stdout
    assert "0 sentences pressed" in said
    listen(settings, "fraud", "--through", "clean", "--to", "published.wav")
    assert np.array_equal(written("published.wav"), before)


@pytest.mark.parametrize(("number", "takes"), [(("--sentence", 3), 4), (("--segment", 2), 6), (("--sentence", 0), 2)])
def test_one_number_of_a_file_speaks_nothing_else(
    settings: Settings, file: Path, number: tuple[object, ...], takes: int
) -> None:
    assert listen(settings, file, *number, "--through", "clean").exit_code == 0
    assert len(list((settings.data / "takes").glob("*.wav"))) == takes  # it and the title, each at both paces
    sound = written("fraud.wav")
    assert np.count_nonzero(sound[:3900]) == 0 and 0 < np.count_nonzero(sound) < 8000 * 3


def test_the_slower_pace_takes_longer(settings: Settings, file: Path) -> None:
    for more in ([], ["--other-pace"]):
        listen(settings, file, "--sentence", 3, *more, "--to", f"{len(more)}.wav")
    assert len(written("1.wav")) > 1.05 * len(written("0.wav"))  # with half a second at both ends


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (("stoves", "--other-pace"), NotInLesson, "at one pace only"),
        (("falls", "--segment", 2), NotInLesson, "Numbers are those of a lesson's file"),
        (("falls", "--sentence", 0), NotInLesson, "Numbers are those of a lesson's file"),
        (("{file}", "--sentence", 11), NotInLesson, "There is no sentence 11; the last one is sentence 10."),
        (("{file}", "--segment", 4), NotInLesson, "There is no segment 4; the last one is segment 3."),
        (("fall",), UnknownLesson, "'fall' is neither published .* nor a file."),
        ((".",), UnknownLesson, "'.' is neither published .* nor a file."),
        (("{bad}",), BadLesson, "It can't be heard yet:\n.*line 1: the file is empty"),
        (("falls", "--to", "none/a.wav"), NotWritten, "The sound could not be written: .*none/a.wav"),
    ],
)
def test_what_can_not_be_heard_is_told(
    settings: Settings, falls: Lesson, file: Path, words: tuple[object, ...], error: type[IvrError], told: str
) -> None:
    bad = file.with_name("bad.md")
    bad.write_bytes(b"")
    result = listen(settings, *(str(word).format(file=file, bad=bad) for word in words))
    with pytest.raises(error, match=told):
        raise result.exception or AssertionError(result.output)
    assert list(Path().iterdir()) == []


def test_a_sentence_has_one_number_however_one_counts(settings: Settings, file: Path) -> None:
    refused = listen(settings, file, "--segment", 1, "--sentence", 1)
    assert refused.exit_code == 2 and "Name one of --segment and --sentence" in refused.output


def test_a_file_that_nobody_named_is_not_written_over(settings: Settings, falls: Lesson) -> None:
    Path("falls.wav").write_bytes(b"a recording")
    refused = listen(settings, "falls").exception
    assert isinstance(refused, NotWritten) and "--to falls.wav" in str(refused)
    assert Path("falls.wav").read_bytes() == b"a recording"
    assert listen(settings, "falls", "--to", "falls.wav").exit_code == 0


def player(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """A program called aplay, and no other to play sound."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "aplay"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))


def test_play_plays_and_leaves_nothing(
    settings: Settings, falls: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path, monkeypatch, f'while read -r line; do :; done < "$2"; echo "$1" > {tmp_path}/played')
    assert listen(settings, "falls", "--play").exit_code == 0
    assert (tmp_path / "played").read_text() == "-q\n"
    assert list(Path().iterdir()) == []


def test_a_player_that_fails_or_is_not_there_is_told(
    settings: Settings, falls: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path, monkeypatch, "exit 1")
    failed = listen(settings, "falls", "--play").exception
    assert isinstance(failed, IvrError) and str(failed).startswith("aplay could not play it.")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = listen(settings, "falls", "--play")
    assert result.exit_code == 2 and "Install aplay" in result.output


def test_what_the_voice_would_refuse_is_told_before_it_speaks(tmp_path: Path, settings: Settings, file: Path) -> None:
    kokoro = settings.model_copy(update={"studio": StudioSettings(voices={"zh": "kokoro:zm_yunxi"})})
    file.write_text(TEXT.replace("先挂", "用WeChat挂"), "utf-8")
    with pytest.raises(BadLesson, match=r"line 7: kokoro:zm_yunxi can't say WeChat"):
        CliRunner().invoke(lesson, ["listen", str(file)], obj=kokoro, catch_exceptions=False)
