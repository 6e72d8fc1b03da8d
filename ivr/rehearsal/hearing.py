"""What a caller hears of a document: words, and when they are said. Nothing else of it reaches an ear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ivr import prompts
from ivr.catalogue import Clip, Lesson, Question
from ivr.dialogue import machine
from ivr.rehearsal.provider import say_seconds
from ivr.shelf import Shelf

_SOUNDS = re.compile("<Play>(.*?)</Play>|<Say[^>]*>(.*?)</Say>")


@dataclass(frozen=True, slots=True)
class Sound:
    """A file: its length, and each of its sentences with the millisecond at which it starts."""

    length_ms: int
    sentences: tuple[tuple[int, str], ...]

    def words_from(self, start_ms: int) -> str:
        return "".join(words for at_ms, words in self.sentences if at_ms >= start_ms)


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of what is said, in seconds from the start of the document."""

    words: str
    starts_s: float
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Passage:
    """All that a document says, then `tone`: whether it records afterwards."""

    said: tuple[Said, ...]
    tone: bool = False

    @property
    def words(self) -> str:
        return "".join(each.words for each in self.said)

    @property
    def lasts_s(self) -> float:
        return sum(each.lasts_s for each in self.said)

    def time_of(self, at: int) -> float:
        """When the character at this place in `words` has been said."""
        for each in self.said:
            if at < len(each.words):
                return each.starts_s + each.lasts_s * (at + 1) / len(each.words)
            at -= len(each.words)
        return self.lasts_s


def passage(xml: str, sounds: Mapping[str, Sound]) -> Passage:
    """A document as it is heard."""
    said, at_s = list[Said](), 0.0
    for words, lasts_s in _pieces(xml, sounds):
        said.append(Said(words, at_s, lasts_s))
        at_s += lasts_s
    return Passage(tuple(said), "<Record" in xml)


def _pieces(xml: str, sounds: Mapping[str, Sound]) -> Iterator[tuple[str, float]]:
    for address, words in _SOUNDS.findall(xml):
        if words:
            yield unescape(words), say_seconds(unescape(words))
        else:
            name, start_ms = audio_of(address)
            sound = sounds[name]
            yield sound.words_from(start_ms), (sound.length_ms - start_ms) / 1000


def audio_of(address: str) -> tuple[str, int]:
    """The file that an address plays, and from which millisecond on."""
    name, _, start_ms = PurePosixPath(urlsplit(address).path).stem.partition("-")
    return name, int(start_ms or 0)


def played(xml: str) -> dict[str, int]:
    """The files that a document plays, in order, each with the millisecond from which on."""
    return dict(audio_of(address) for address, _ in _SOUNDS.findall(xml) if address)


def sounds_of(shelf: Shelf, names: Iterable[str] = ()) -> dict[str, Sound]:
    """Every file of the lessons, and of the prompts and names that are pressed."""
    editions = shelf.catalogue().editions.values()
    sounds: dict[str, Sound] = {}
    for lesson in (*editions, *(each.other_pace for each in editions if each.other_pace)):
        sounds |= _of_lesson(lesson)
    wanted = set(names)
    for line in map(prompts.load, prompts.LANGUAGES):
        for words in {line.words(say.prompt, say.value) for say in machine.every_say()} | wanted:
            if clip := shelf.phrase(line.voice, words):
                sounds[clip.audio] = _of_clip(clip)
    return sounds


def _of_lesson(lesson: Lesson) -> dict[str, Sound]:
    clips = (lesson.title, *(clip for question in lesson.questions for clip in clips_of(question)))
    return {clip.audio: _of_clip(clip) for clip in clips} | {
        segment.audio: Sound(segment.length_ms, tuple((each.start_ms, each.words) for each in segment.sentences))
        for segment in lesson.segments
    }


def clips_of(question: Question) -> tuple[Clip, ...]:
    return question.ask, question.stem, *question.options, question.when_right, question.when_wrong


def _of_clip(clip: Clip) -> Sound:
    return Sound(clip.length_ms, ((0, clip.words),))
