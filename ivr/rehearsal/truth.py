"""What truly reached the caller's ear, counted by itself: nothing here is shared with the records that it checks.

A place in a lesson is a millisecond at the edition's own pace; a file at another pace is followed sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ivr.catalogue import Catalogue, Lesson, Question, Segment
from ivr.rehearsal.hearing import audio_of, played
from ivr.rehearsal.provider import Call, Heard, Sent

ROUNDING_MS = 60  # positions at two paces are rounded to milliseconds, sentence by sentence


@dataclass(frozen=True, slots=True)
class Track:
    """A file of a lesson: places in the file, each with the same place in the lesson."""

    edition: str
    marks: tuple[tuple[int, int], ...]
    segment_ms: int  # of the whole segment, at the lesson's own pace

    def place(self, at_ms: float) -> int:
        for (before, place), (after, next_place) in pairwise(self.marks):
            if before < after and at_ms <= after:
                return round(place + (next_place - place) * (at_ms - before) / (after - before))
        return self.marks[-1][1]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a lesson that was sent, from where to where it was heard; `whole`: to the end of its file."""

    edition: str
    start_ms: int
    end_ms: int
    segment_ms: int
    document: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Lessons:
    """Every edition; every file of their segments, and of their questions: all of one, or one whose answers follow."""

    editions: Mapping[str, Lesson]
    tracks: Mapping[str, Track]
    asks: Mapping[str, tuple[Lesson, Question]]
    stems: Mapping[str, tuple[Lesson, Question]]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Lessons:
        every = (*catalogue.editions.values(), *catalogue.lessons)  # what two editions share is the one on offer
        tracks = {audio: track for lesson in every for audio, track in _tracks(lesson)}
        questions = [(lesson, question) for lesson in every for question in lesson.questions]
        asks = {question.ask.audio: (lesson, question) for lesson, question in questions}
        stems = {question.stem.audio: (lesson, question) for lesson, question in questions}
        return cls(catalogue.editions, tracks, asks, stems)

    def length_ms(self, edition: str) -> int:
        return sum(segment.length_ms for segment in self.editions[edition].segments)

    def stretches(self, call: Call) -> list[Stretch]:
        """What was sent of lessons, document by document."""
        sent = ((each, name) for each in call.documents for name in played(each.body.decode()))
        return [_stretch(call, each, name, self.tracks[name]) for each, name in sent if name in self.tracks]

    def heard_whole(self, stretches: Iterable[Stretch], share: float) -> bool:
        """Whether some lesson was heard: enough of it, and its end."""
        return any(self._is_whole(edition, each, share) for edition, each in by_edition(stretches).items())

    def _is_whole(self, edition: str, stretches: list[Stretch], share: float) -> bool:
        length_ms = self.length_ms(edition)
        reached = max(each.end_ms for each in stretches)
        return covered_ms(stretches) >= share * length_ms and reached >= length_ms - ROUNDING_MS


def by_edition(stretches: Iterable[Stretch]) -> dict[str, list[Stretch]]:
    found: dict[str, list[Stretch]] = {}
    for each in stretches:
        found.setdefault(each.edition, []).append(each)
    return found


def covered_ms(stretches: Sequence[Stretch]) -> int:
    """How much was heard: each millisecond of the lesson is heard or not, and counts once."""
    heard = bytearray(max((each.end_ms for each in stretches), default=0))
    for each in stretches:
        heard[each.start_ms : each.end_ms] = b"\1" * (each.end_ms - each.start_ms)
    return heard.count(1)


def is_whole(heard: Heard) -> bool:
    """To the end of the file, but for what gets lost in counting."""
    return heard.to_s > heard.file_length_s - 0.001


def _stretch(call: Call, sent: Sent, name: str, track: Track) -> Stretch:
    from_ms, heard_ms, whole = played(sent.body.decode())[name], 0.0, False
    for each in call.heard:
        if each.document == sent.number and each.kind == "play" and audio_of(each.what)[0] == name:
            heard_ms, whole = 1000 * each.to_s, is_whole(each)
    start_ms, end_ms = track.place(from_ms), track.place(from_ms + heard_ms)
    return Stretch(track.edition, start_ms, end_ms, track.segment_ms, sent.number, whole)


def _tracks(lesson: Lesson) -> Iterator[tuple[str, Track]]:
    starts_ms = 0
    for n, own in enumerate(lesson.segments):
        for file in (own, *((lesson.other_pace.segments[n],) if lesson.other_pace else ())):
            marks = tuple(zip(_marks(file), (starts_ms + mark for mark in _marks(own)), strict=True))
            yield file.audio, Track(lesson.edition, marks, own.length_ms)
        starts_ms += own.length_ms


def _marks(segment: Segment) -> Iterator[int]:
    """Where a segment begins, each of its sentences begins, the last one ends, and the segment ends."""
    yield 0
    yield from (sentence.start_ms for sentence in segment.sentences)
    yield from (sentence.end_ms for sentence in segment.sentences[-1:])
    yield segment.length_ms
