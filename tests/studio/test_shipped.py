"""What ships, measured file by file: the prompts as they are, the lessons pressed with a voice that is always there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from ivr import prompts
from ivr.catalogue import Clip, Lesson, Segment
from ivr.dialogue.machine import every_say
from ivr.shelf import Shelf
from ivr.studio.joining import decode
from ivr.studio.lesson_file import load
from ivr.studio.level import level_db
from ivr.studio.mastering import MARGIN_MS
from ivr.studio.press import PHRASE_MS, Voices, press

LESSONS = sorted((Path(__file__).parents[2] / "audio_lessons").glob("*/*.lesson.md"))
VOICES = Voices({"zh": "espeak:cmn", "en": "espeak:en-us"})


@pytest.fixture(scope="module", params=LESSONS, ids=[path.parent.name for path in LESSONS])
def pressed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lesson, Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    written, mistakes = load(request.param)
    assert not mistakes
    return press(written, shelf, VOICES), shelf


def files(lesson: Lesson) -> list[Segment | Clip]:
    clips = [clip for asked in lesson.questions for clip in (asked.ask, asked.when_right, asked.when_wrong)]
    return [*lesson.segments, lesson.title, *clips, *(files(lesson.other_pace) if lesson.other_pace else ())]


def heard(shelf: Shelf, name: str) -> NDArray[np.int16]:
    return decode(shelf.audio(name).read_bytes())


def edges_ms(sound: NDArray[np.int16]) -> tuple[float, float]:
    """Where sound begins and ends, by its energy: 40 dB below the loudest 5 ms."""
    frames = np.pad(sound.astype(float), (0, -len(sound) % 40)).reshape(-1, 40)
    energy = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(energy > energy.max() / 10_000)
    return float(loud[0] * 5), float((loud[-1] + 1) * 5)


def test_every_file_has_the_level_and_the_length_it_should(pressed: tuple[Lesson, Shelf]) -> None:
    lesson, shelf = pressed
    for piece in files(lesson):
        sound = heard(shelf, piece.audio)
        assert level_db(sound) == pytest.approx(-22, abs=0.1)
        assert 20 * np.log10(np.abs(sound.astype(int)).max() / 32768) <= -3
        assert len(sound) == piece.length_ms * 8


def test_sentences_are_where_they_are_said_to_be(pressed: tuple[Lesson, Shelf]) -> None:
    """Nothing sounds between them, and each begins and ends within 30 ms of what the manifest says."""
    lesson, shelf = pressed
    assert lesson.other_pace
    for segment in (*lesson.segments, *lesson.other_pace.segments):
        sound = heard(shelf, segment.audio)
        for sentence in segment.sentences:
            first, last = edges_ms(sound[sentence.start_ms * 8 : sentence.end_ms * 8])
            assert first <= 30
            assert sentence.end_ms - sentence.start_ms - last <= 30
            sound = sound.copy()
            sound[sentence.start_ms * 8 : sentence.end_ms * 8] = 0
        assert not sound.any()
        assert segment.sentences[0].start_ms == 500
        assert segment.length_ms - segment.sentences[-1].end_ms == 500


# ── prompts ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_every_prompt_ships_as_audio(language: str) -> None:
    line, shelf = prompts.load(language), Shelf(prompts.PRESSED, None)
    wanted = {line.words(say.prompt, say.value) for say in every_say(prompts.PEOPLE)}
    assert {words for words in wanted if not shelf.phrase(line.voice, words)} == set()


def shipped() -> list[Clip]:
    found = (prompts.PRESSED / "phrases").glob("*.json")
    return [clip for path in found for clip in msgspec.json.decode(path.read_bytes(), type=dict[str, Clip]).values()]


def test_nothing_else_ships() -> None:
    assert {path.stem for path in (prompts.PRESSED / "audio").iterdir()} == {clip.audio for clip in shipped()}


@pytest.mark.parametrize("clip", shipped(), ids=lambda clip: clip.words)
def test_prompts_have_the_level_the_length_and_the_silences_they_should(clip: Clip) -> None:
    shelf = Shelf(prompts.PRESSED, None)
    file = shelf.audio(clip.audio)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == clip.audio
    sound = heard(shelf, clip.audio)
    assert level_db(sound) == pytest.approx(-22, abs=0.5)
    assert 20 * np.log10(np.abs(sound.astype(int)).max() / 32768) <= -3
    assert len(sound) == clip.length_ms * 8
    first, last = edges_ms(sound)
    assert first == pytest.approx(PHRASE_MS + MARGIN_MS, abs=20)
    assert clip.length_ms - last == pytest.approx(PHRASE_MS + MARGIN_MS, abs=20)
