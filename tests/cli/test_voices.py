"""`ivr voices try`, and who speaks a language that the settings do not name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.lesson import lesson
from ivr.cli.voices import voices
from ivr.config import Settings, StudioSettings
from ivr.errors import NotWritten
from ivr.shelf import Shelf
from tests.cli.conftest import on_the_shelf
from tests.studio.test_tags import UYGHUR

pytest.importorskip("espeakng_loader", reason="eSpeak NG is not installed")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "tone:a", "en": "tone:b"}))


def try_voice(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(voices, ["try", *words], obj=settings)


@pytest.mark.parametrize(
    ("text", "voice", "said"),
    [
        ("有事打110", None, "有事打幺幺零"),
        ("打2181 1234", "espeak:yue", "打二一八一，一二三四"),
        ("Call 911", "espeak:en-us", "Call nine one one"),
        ("ياخشىمۇسىز، 110", "espeak:ug", "ياخشىمۇسىز، 110"),
    ],
)
def test_a_text_is_read_by_the_rules_of_the_voice_s_language(
    settings: Settings, text: str, voice: str | None, said: str
) -> None:
    result = try_voice(settings, text, *(["--voice", voice] if voice else []))
    assert result.stdout == f"{said}\ntry.wav\n", result.exception


def test_a_file_that_nobody_named_is_not_written_over(settings: Settings) -> None:
    Path("try.wav").write_bytes(b"a recording")
    refused = try_voice(settings, "您好").exception
    assert isinstance(refused, NotWritten) and "--to try.wav" in str(refused)
    assert Path("try.wav").read_bytes() == b"a recording"
    assert try_voice(settings, "您好", "--to", "try.wav").exit_code == 0


def test_espeak_publishes_what_the_settings_name_no_voice_for(settings: Settings, spoken: Path) -> None:
    on_the_shelf(spoken, settings.data)
    Path("falls.lesson.md").write_text(UYGHUR, "utf-8")
    result = CliRunner().invoke(lesson, ["publish", "falls.lesson.md"], obj=settings)
    assert result.exit_code == 0, result.exception
    (published,) = Shelf(settings.data).catalogue().lessons
    assert (published.language, published.voice) == ("ug", "espeak:ug")
