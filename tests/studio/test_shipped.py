"""What ships, measured file by file: the prompts as they are, the lessons pressed with a voice that is always there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
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


@pytest.mark.parametrize("path", LESSONS, ids=[path.parent.name for path in LESSONS])
def test_a_lesson_is_pressed_as_it_should_be(path: Path, tmp_path: Path) -> None:
    """One test for all of it: pressing takes many times as long as listening."""
    written, mistakes = load(path)
    assert not mistakes
    shelf = Shelf(tmp_path)
    lesson = press(written, shelf, VOICES)
    every_file_has_the_level_and_the_length_it_should(lesson, shelf)
    sentences_are_where_they_are_said_to_be(lesson, shelf)


def every_file_has_the_level_and_the_length_it_should(lesson: Lesson, shelf: Shelf) -> None:
    for piece in files(lesson):
        sound = heard(shelf, piece.audio)
        assert level_db(sound) == pytest.approx(-22, abs=0.1)
        assert 20 * np.log10(np.abs(sound.astype(int)).max() / 32768) <= -3
        assert len(sound) == piece.length_ms * 8


def sentences_are_where_they_are_said_to_be(lesson: Lesson, shelf: Shelf) -> None:
    """Nothing sounds between them, and each begins and ends within 30 ms of what the manifest says."""
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


PHRASES = sorted((prompts.PRESSED / "phrases").glob("*.json"))


def shipped(path: Path) -> Iterable[Clip]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Clip]).values()


def test_nothing_else_ships() -> None:
    names = {clip.audio for path in PHRASES for clip in shipped(path)}
    assert {path.stem for path in (prompts.PRESSED / "audio").iterdir()} == names


@pytest.mark.parametrize("path", PHRASES, ids=lambda path: path.stem)
def test_prompts_have_the_level_the_length_and_the_silences_they_should(path: Path) -> None:
    wrong = {clip.words: faults for clip in shipped(path) if (faults := [*wrong_with(clip)])}
    assert wrong == {}


def wrong_with(clip: Clip) -> Iterator[str]:
    """What of a prompt's file is not as it should be."""
    shelf = Shelf(prompts.PRESSED, None)
    sound = heard(shelf, clip.audio)
    peak_db = 20 * np.log10(np.abs(sound.astype(int)).max() / 32768)
    first, last = edges_ms(sound)
    silences = (first, clip.length_ms - last)
    if hashlib.sha256(shelf.audio(clip.audio).read_bytes()).hexdigest() != clip.audio:
        yield "its name is not its content's"
    if level_db(sound) != pytest.approx(-22, abs=0.5) or peak_db > -3:
        yield f"level {level_db(sound)} dB, peak {peak_db} dB"
    if len(sound) != clip.length_ms * 8:
        yield f"{len(sound) / 8} ms, not {clip.length_ms}"
    if silences != pytest.approx((PHRASE_MS + MARGIN_MS,) * 2, abs=20):
        yield f"silences of {silences} ms"
