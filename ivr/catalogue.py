"""What can be heard: lessons, their segments, sentences and questions. Values only.

Positions in a lesson are content milliseconds: 0 is the start of the first segment, and each segment follows the
one before without a gap. Audio is named by the SHA-256 of its file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from itertools import accumulate

from msgspec import Struct

RATE_HZ = 8000  # of all audio here, which is mono and 16-bit
FRAMES_PER_MS = RATE_HZ // 1000
MOST_PARTS = 9  # that callers are told by number: of more, nobody keeps count
MOST_QUESTIONS = 10  # in a lesson; the counts that callers can be told
PACES = ("slow", "normal", "fast")
OPENING, CLOSING = ("开头", "開頭", "opening"), ("结尾", "結尾", "closing")  # what frames a lesson is called
TOGETHER = "\u2002/\u2002"  # between the headings of short parts that are heard in one go; nobody types such spaces


class Clip(Struct, frozen=True, tag=True):
    """A pressed piece of speech outside the lesson's own content: a title, a question, an explanation."""

    audio: str
    length_ms: int
    words: str


class Sentence(Struct, frozen=True):
    """One sentence; where its speech starts and ends, in ms from the start of its segment."""

    words: str
    start_ms: int
    end_ms: int


class Segment(Struct, frozen=True):
    """20-45 s of a lesson: one audio file, cut at sentence ends."""

    title: str
    audio: str
    length_ms: int
    sentences: tuple[Sentence, ...]

    @property
    def knots(self) -> tuple[int, ...]:
        """Its start, the starts and the end of its sentences, its end: what corresponds between paces."""
        inner = [each.start_ms for each in self.sentences] + [each.end_ms for each in self.sentences[-1:]]
        return (0, *inner, self.length_ms)


class Question(Struct, frozen=True):
    """A question whose options are the keys 1, 2, 3 in the file's order; `right` is the key of the right one.

    `ask` is all of it, with its keys; `stem` only what is asked, and each option only what it says.
    """

    id: str  # a hash of its words: answers stay comparable across editions until the question changes
    ask: Clip
    stem: Clip
    options: tuple[Clip, ...]
    right: str
    when_right: Clip
    when_wrong: Clip

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(str(n) for n in range(1, len(self.options) + 1))


def is_frame(heading: str) -> bool:
    """It opens or closes a lesson, and says nothing of what it is about."""
    return heading.strip(" ：:").casefold() in OPENING + CLOSING


class Lesson(Struct, frozen=True, dict=True):
    """One edition of a lesson; immutable once published. `edition` is the hash of everything else in it.

    `other_pace` is the same lesson read more slowly or faster: the same sentences in the same segments.
    """

    slug: str
    code: str
    title: Clip
    language: str
    voice: str
    segments: tuple[Segment, ...]
    questions: tuple[Question, ...]
    pass_mark: int
    opens: date | None
    closes: date | None
    pace: str = ""  # slow, normal or fast
    other_pace: Lesson | None = None
    edition: str = ""

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """The content position at which each segment ends."""
        return tuple(accumulate(segment.length_ms for segment in self.segments))

    @property
    def length_ms(self) -> int:
        return self._ends[-1]

    def base_ms(self, segment: int) -> int:
        """The content position at which a segment starts; past the last one, the lesson's end."""
        return self._ends[min(segment, len(self._ends)) - 1] if segment else 0

    def locate(self, at_ms: int) -> tuple[int, int]:
        """A content position as (segment, ms within it); the lesson's end is the end of the last segment."""
        index = min(bisect_right(self._ends, at_ms), len(self.segments) - 1)
        return index, min(at_ms, self.length_ms) - self.base_ms(index)

    def sentence_start(self, at_ms: int) -> int:
        """The content position where the sentence that is being said at `at_ms` starts."""
        segment, within = self.locate(at_ms)
        starts = [s.start_ms for s in self.segments[segment].sentences if s.start_ms <= within]
        return self.base_ms(segment) + (starts[-1] if len(starts) > 1 else 0)

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """The first segment of each part: where there is a heading that the segment before does not have."""
        headings = [{*segment.title.split(TOGETHER)} for segment in self.segments]
        return tuple(n for n, here in enumerate(headings) if n == 0 or not here <= headings[n - 1])

    @cached_property
    def counted(self) -> tuple[int, ...]:
        """The first segment of each part that the lesson itself counts: neither the opening nor the closing."""
        return tuple(n for n in self.parts if not is_frame(self.segments[n].title))

    @property
    def headings(self) -> tuple[str, ...]:
        """Of what the lesson counts, each once; of parts that are heard in one go, too."""
        titles = (title for segment in self.segments for title in segment.title.split(TOGETHER))
        return tuple(title for title in dict.fromkeys(titles) if not is_frame(title))

    def part(self, segment: int) -> int:
        """Which part a segment belongs to, from 0."""
        return bisect_right(self.parts, segment) - 1

    def number(self, segment: int) -> int:
        """Which of the counted parts a segment belongs to, from 1, as callers are told; 0 where they are told none."""
        start = self.parts[self.part(segment)]
        if not 1 < len(self.counted) <= MOST_PARTS or start not in self.counted:
            return 0
        return self.counted.index(start) + 1

    def after_part(self, segment: int) -> int:
        """The first segment of the part that comes after this one; past the last, the number of segments. Where nothing
        is divided into parts, the next segment."""
        if len(self.parts) < 2:
            return segment + 1
        return next((n for n in self.parts if n > segment), len(self.segments))

    def at_pace(self, pace: str) -> Lesson:
        """The "slow" or the "fast" of its two paces; "": as it is."""
        if self.other_pace is None or not pace:
            return self
        slower, faster = sorted((self, self.other_pace), key=lambda each: PACES.index(each.pace))
        return slower if pace == PACES[0] else faster

    def moved(self, at_ms: int, to: Lesson) -> int:
        """A position of this lesson in the same one at another pace: as far into the same sentence."""
        if to is self:
            return at_ms
        segment, within = self.locate(at_ms)
        knots, others = self.segments[segment].knots, to.segments[segment].knots
        n = min(bisect_right(knots, within), len(knots) - 1)
        span = knots[n] - knots[n - 1]
        share = (within - knots[n - 1]) / span if span else 0
        return to.base_ms(segment) + others[n - 1] + round(share * (others[n] - others[n - 1]))

    def offered_on(self, day: date) -> bool:
        return (self.opens is None or self.opens <= day) and (self.closes is None or day <= self.closes)

    def carry_over(self, at_ms: int, old: Lesson) -> int:
        """Where a bookmark into an older edition lies in this one: the same sentence if it still stands, else the
        same segment, else the start."""
        if at_ms >= old.length_ms:
            return self.length_ms
        segment, within = old.locate(at_ms)
        said = [s.words for s in old.segments[segment].sentences if s.start_ms <= within][-1:]
        same = [
            self.sentence_start(self.base_ms(index) + sentence.start_ms)
            for index, each in enumerate(self.segments)
            for sentence in each.sentences
            if [sentence.words] == said
        ]
        if same:
            return min(same, key=lambda start_ms: abs(start_ms - at_ms))
        return self.base_ms(segment) if segment < len(self.segments) else 0


class Catalogue(Struct, frozen=True):
    """The lessons on offer, oldest first, and every edition that a call or a record may still name. `first_days` are
    those on which lessons were first on offer, by slug; of one that is not there, no day is known."""

    lessons: tuple[Lesson, ...]
    editions: Mapping[str, Lesson]
    first_days: Mapping[str, date] = {}

    def offered_on(self, day: date) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.lessons if lesson.offered_on(day))

    def offered_between(self, first: date, last: date) -> tuple[Lesson, ...]:
        """Those on offer that could be heard on one of these days."""
        return tuple(
            each for each in self.lessons if self.offered_since(each) <= last and (each.closes or last) >= first
        )

    def offered_since(self, lesson: Lesson) -> date:
        """`date.min` where it always was."""
        return max(lesson.opens or date.min, self.first_days.get(lesson.slug, date.min))
