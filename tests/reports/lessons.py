"""A lesson of two segments with two sentences each, as values only, and plays of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from ivr.catalogue import Clip, Lesson, Question, Segment, Sentence
from ivr.records.plays import HeardRow
from ivr.records.studied import Span, spans

CLIP = Clip("0" * 64, 1000, "words")
BEGAN = datetime(2026, 11, 9, 8, tzinfo=UTC)


def segment(*words: str) -> Segment:
    """4 s for each sentence, and a second of silence after it."""
    said = tuple(Sentence(each, 5000 * n, 5000 * n + 4000) for n, each in enumerate(words))
    return Segment("segment", "0" * 64, 5000 * len(words), said)


def question(name: str, right: str, *options: str) -> Question:
    clips = tuple(Clip("0" * 64, 1000, option) for option in options)
    return Question(name, CLIP, Clip("0" * 64, 1000, f"{name}?"), clips, right, CLIP, CLIP)


QUESTION = question("q", "2", "run", "sit", "jump")
LESSON = Lesson(
    slug="falls",
    code="T",
    title=CLIP,
    language="zh",
    voice="made",
    segments=(segment("one", "two"), segment("three", "four")),
    questions=(QUESTION,),
    pass_mark=0,
    opens=None,
    closes=None,
    edition="now",
)


def play(
    member: int | None,
    base_s: float,
    at_least_s: float,
    at_most_s: float | None = None,
    closed_by: str | None = "end",
    call: int | None = None,
    edition: str = "now",
    length_s: float | None = None,
) -> HeardRow:
    """From `base_s` to the end of its segment, unless a length is told; the call is the member's first."""
    base, surely = (round(1000 * each) for each in (base_s, at_least_s))
    perhaps = surely if at_most_s is None else round(1000 * at_most_s)
    length = 10_000 - base % 10_000 if length_s is None else round(1000 * length_s)
    number = call if call is not None else 100 * (member or 0)
    return HeardRow(member, "inferred", number, 1, "falls", edition, BEGAN, closed_by, base, surely, perhaps, length)


def heard(played: Iterable[HeardRow], running: Collection[int] = ()) -> list[tuple[Span, ...]]:
    """What each member heard, as `paint` wants it; of the calls that are not `running` the last play ended there."""
    theirs: dict[int, list[HeardRow]] = {}
    for row in played:
        if row.member_id is not None:
            theirs.setdefault(row.member_id, []).append(row)
    found = [spans(rows, {row.call_id for row in rows} - {*running}) for rows in theirs.values()]
    return [by_edition[LESSON.edition] for by_edition in found if LESSON.edition in by_edition]
