"""The parts of a lesson, named on pages as callers hear them: by number; what frames the lesson, by its heading."""

from __future__ import annotations

import re

from ivr.catalogue import TOGETHER, Lesson
from ivr.vocabulary import Vocabulary

# With what authors begin a heading; the number that is told may be another.
_NUMBERED = re.compile(
    r"(?:第\s*[0-9一二三四五六七八九十]+\s*[段节節]|part\s+(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine)\b)"
    r"(?:[\s:：、，,.．。]+|$)",
    re.IGNORECASE,
)


def named(lesson: Lesson, segment: int, words: Vocabulary) -> str:
    """The part that a segment belongs to; where that is one of several, which of them."""
    these = [n for n in range(len(lesson.segments)) if lesson.part(n) == lesson.part(segment)]
    told = _part(lesson, segment, words)
    if len(these) == 1 or len(these) == len(lesson.segments):
        return told
    return words.say("part_piece", part=told, n=these.index(segment) + 1, of=len(these))


def _part(lesson: Lesson, segment: int, words: Vocabulary) -> str:
    if number := lesson.number(segment):
        return words.say("part_n", n=number)
    title = lesson.segments[segment].title if len(lesson.parts) > 1 else ""
    return title or words.say("segment_n", n=segment + 1)


def heading(lesson: Lesson, segment: int, words: Vocabulary) -> str:
    """Its name and what it is about."""
    title = lesson.segments[segment].title
    if lesson.number(segment):
        title = TOGETHER.join(filter(None, (_NUMBERED.sub("", each, 1) for each in title.split(TOGETHER))))
    told = named(lesson, segment, words)
    return told if not title or title in told else f"{told}　{title}"


def label(lesson: Lesson, segment: int) -> str:
    """The number of a part where it begins; "" elsewhere."""
    number = lesson.number(segment)
    return str(number) if number and segment in lesson.parts else ""
