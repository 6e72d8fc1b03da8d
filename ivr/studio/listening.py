"""What a member hears of a lesson: all of it, one segment or one sentence, numbered from 1 as on paper."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from ivr.catalogue import Lesson, Segment
from ivr.errors import NotInLesson
from ivr.shelf import Shelf
from ivr.studio.joining import decode
from ivr.studio.reading import Wording
from ivr.studio.script import Script
from ivr.studio.sound import FRAMES_PER_MS


def heard(lesson: Lesson, shelf: Shelf, segment: int | None, sentence: int | None) -> NDArray[np.int16]:
    """8 kHz sound. Sentences count within the segment if one is named, else through the lesson; one is heard with the
    silence before and after it. Raises NotInLesson, and DamagedAudio where a piece is gone."""
    chosen = lesson.segments if segment is None else (_segment(lesson, segment),)
    if sentence is None:
        return np.concatenate([_sound(each, shelf) for each in chosen])
    places = [(each, index) for each in chosen for index in range(len(each.sentences))]
    if sentence > len(places):
        raise NotInLesson(f"There is no sentence {sentence}; they are numbered from 1 to {len(places)}.")
    place, index = places[sentence - 1]
    start_ms = place.sentences[index - 1].end_ms if index else 0
    end_ms = place.sentences[index + 1].start_ms if index + 1 < len(place.sentences) else place.length_ms
    return _sound(place, shelf)[start_ms * FRAMES_PER_MS : end_ms * FRAMES_PER_MS]


def only_sentence(written: Script, sentence: int) -> tuple[Script, int, int]:
    """The lesson as if it had no more than one sentence, counted through its parts; or those that are recorded with it.
    Which one of how many it is then. Raises NotInLesson."""
    places = [(part, each) for part in written.parts for wordings in part.paragraphs for each in wordings]
    if sentence > len(places):
        raise NotInLesson(f"There is no sentence {sentence}; they are numbered from 1 to {len(places)}.")
    part, wording = places[sentence - 1]
    said = tuple(each for _, each in places if each is wording or _in_one_go(each, wording))
    part = msgspec.structs.replace(part, paragraphs=(said,))
    place = next(at for at, each in enumerate(said, 1) if each is wording)
    return msgspec.structs.replace(written, parts=(part,), questions=()), place, len(said)


def _in_one_go(one: Wording, other: Wording) -> bool:
    """Are both in the same recording? Only all of its sentences tell where each of them is."""
    marks = [(each.recording.file, each.recording.line) for each in (one, other) if each.recording]
    return len(marks) == 2 and marks[0] == marks[1]


def _segment(lesson: Lesson, segment: int) -> Segment:
    if segment > len(lesson.segments):
        raise NotInLesson(f"There is no segment {segment}; they are numbered from 1 to {len(lesson.segments)}.")
    return lesson.segments[segment - 1]


def _sound(segment: Segment, shelf: Shelf) -> NDArray[np.int16]:
    return decode(shelf.audio(segment.audio).read_bytes())
