"""What a member hears of a lesson, in one go: all of it, or what one number in its file stands for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import msgspec
import numpy as np
from numpy.typing import NDArray

from ivr.catalogue import Lesson
from ivr.shelf import Shelf
from ivr.studio.joining import decode, join
from ivr.studio.line import Codec, carried
from ivr.studio.reading import Wording
from ivr.studio.recording.marking import Target
from ivr.studio.script import Part, Script, every_wording
from ivr.studio.sound import FRAMES_PER_MS

FIXED_LINE: Codec = "g711a"  # as in China and Europe


def heard(lesson: Lesson, shelf: Shelf) -> NDArray[np.int16]:
    """8 kHz sound of the title, the segments, and each question with what is said after a right and a wrong answer.

    Raises DamagedAudio where a piece is gone.
    """
    return np.concatenate([decode(shelf.audio(each).read_bytes()) for each in _pieces(lesson)])


def heard_among(lesson: Lesson, shelf: Shelf, sentences: range) -> NDArray[np.int16]:
    """8 kHz sound of these sentences, by their places in the lesson's segments, with the silence around them."""
    sound = np.concatenate([decode(shelf.audio(each.audio).read_bytes()) for each in lesson.segments])
    spoken = [
        (lesson.base_ms(index) + each.start_ms, lesson.base_ms(index) + each.end_ms)
        for index, segment in enumerate(lesson.segments)
        for each in segment.sentences
    ]
    start_ms = spoken[sentences.start - 1][1] if sentences.start else 0
    end_ms = spoken[sentences.stop][0] if sentences.stop < len(spoken) else lesson.length_ms
    return sound[start_ms * FRAMES_PER_MS : end_ms * FRAMES_PER_MS]


def heard_whole(lesson: Lesson, shelf: Shelf) -> bytes:
    """All of `heard`, as a WAV file that has been through a fixed line. Raises DamagedAudio."""
    return join([carried(heard(lesson, shelf), FIXED_LINE)])


def heard_piece(wav: bytes, start_ms: int | None = None, end_ms: int | None = None) -> bytes:
    """A WAV file, or what of it lies between two times, that has been through a fixed line; b"" where nothing is.

    Raises DamagedAudio.
    """
    start, end = (None if ms is None else ms * FRAMES_PER_MS for ms in (start_ms, end_ms))
    sound = decode(wav)[start:end]
    return join([carried(sound, FIXED_LINE)]) if len(sound) else b""


def only(written: Script, target: Target) -> tuple[Script, range, int]:
    """The lesson as if it had no more than this, and what is recorded in one go with it, for only all of a recording
    tells where each of its sentences is. The places of the target in that, and how many sentences it has."""
    wordings = list(every_wording(written))
    wanted = [wordings[at] for at in target.places]
    kept = [at for at, each in enumerate(wordings) if at in target.places or _in_one_go(each, wanted)]
    numbers = count()
    paragraphs = (tuple(each for each in said if next(numbers) in kept) for said in _paragraphs(written))
    part = Part(target.name, tuple(filter(None, paragraphs)))
    start = kept.index(target.first)
    alone = msgspec.structs.replace(written, parts=(part,), questions=())
    return alone, range(start, start + target.count), len(kept)


def _pieces(lesson: Lesson) -> Iterator[str]:
    yield lesson.title.audio
    yield from (each.audio for each in lesson.segments)
    for question in lesson.questions:
        yield from (each.audio for each in (question.ask, question.when_right, question.when_wrong))


def _paragraphs(written: Script) -> Iterator[tuple[Wording, ...]]:
    """All wordings in the order of `every_wording`."""
    yield (written.title,)
    for part in written.parts:
        yield from part.paragraphs
    for question in written.questions:
        yield from (question.ask, question.when_right, question.when_wrong)


def _in_one_go(one: Wording, others: list[Wording]) -> bool:
    """Is it in a recording of any of them?"""
    marks = [(each.recording.file, each.recording.line) for each in others if each.recording]
    return one.recording is not None and (one.recording.file, one.recording.line) in marks
