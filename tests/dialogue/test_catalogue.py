"""Positions in a lesson, at every edge: segments follow each other without a gap, and a bookmark finds its sentence
again in a lesson that was changed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from ivr.catalogue import TOGETHER, Catalogue, Clip, Lesson, Segment, Sentence

CLIP = Clip("0" * 64, 100, "题")


def segment(length_ms: int, *sentences: tuple[str, int, int]) -> Segment:
    return Segment("段", "0" * 64, length_ms, tuple(Sentence(*each) for each in sentences))


def lesson(*segments: Segment, edition: str = "e1") -> Lesson:
    return Lesson("falls", "T-1", CLIP, "zh", "made", segments, (), 0, None, None, edition=edition)


def spoken(*segments: str, ms: int = 1000) -> Lesson:
    """A lesson of segments whose sentences are letters, each of a second."""
    made = []
    for words in segments:
        sentences = [(word, n * ms + 200, n * ms + 900) for n, word in enumerate(words)]
        made.append(segment(ms * len(words), *sentences))
    return lesson(*made)


LESSON = spoken("abc", "de", "f")  # 3, 2 and 1 s

WHERE = {
    0: (0, 0),
    1: (0, 1),
    2_999: (0, 2_999),
    3_000: (1, 0),
    4_999: (1, 1_999),
    5_000: (2, 0),
    5_999: (2, 999),
    6_000: (2, 1_000),  # the end of the lesson is the end of its last segment
    9_999_999: (2, 1_000),
}


@pytest.mark.parametrize(("at_ms", "where"), WHERE.items())
def test_locate(at_ms: int, where: tuple[int, int]) -> None:
    assert LESSON.locate(at_ms) == where


def test_base_ms_and_length() -> None:
    assert [LESSON.base_ms(n) for n in range(4)] == [0, 3_000, 5_000, 6_000]
    assert LESSON.length_ms == 6_000


TITLES = {
    "each its own": ("开头 一 二 结尾", (1, 2), ("一", "二")),
    "a part of two segments": ("一 一 二", (0, 2), ("一", "二")),
    "two in one go": ("一|二 三", (0, 1), ("一", "二", "三")),
    "the end of one with the next": ("一 一|二 三", (0, 1, 2), ("一", "二", "三")),
    "and the next in two segments": ("一 一|二 二 三", (0, 1, 3), ("一", "二", "三")),
    "what frames it": ("Opening： 一 closing", (1,), ("一",)),
    "an author's own stroke": ("进/出 二", (0, 1), ("进/出", "二")),
}


@pytest.mark.parametrize(("titles", "counted", "headings"), TITLES.values(), ids=TITLES)
def test_parts_and_their_headings(titles: str, counted: tuple[int, ...], headings: tuple[str, ...]) -> None:
    told = lesson(*(replace(segment(1000), title=title.replace("|", TOGETHER)) for title in titles.split()))
    assert (told.counted, told.headings) == (counted, headings)


# The speech of the second sentence begins 200 ms after its second.
STARTS = {
    0: 0,
    199: 0,
    200: 0,  # the first sentence starts with its segment, whatever silence comes before it
    1_199: 0,
    1_200: 1_200,
    2_199: 1_200,
    2_200: 2_200,
    2_999: 2_200,
    3_000: 3_000,
    3_100: 3_000,
    4_200: 4_200,
    5_000: 5_000,
    5_999: 5_000,
    6_000: 5_000,
    7_000: 5_000,
}


@pytest.mark.parametrize(("at_ms", "start_ms"), STARTS.items())
def test_sentence_start(at_ms: int, start_ms: int) -> None:
    assert LESSON.sentence_start(at_ms) == start_ms


@pytest.mark.parametrize("at_ms", [0, 500, 999])
def test_a_segment_without_sentences_starts_where_it_starts(at_ms: int) -> None:
    assert lesson(segment(1000)).sentence_start(at_ms) == 0
    assert lesson(segment(300, ("a", 0, 300)), segment(1000)).sentence_start(300 + at_ms) == 300


lengths = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@st.composite
def lessons(draw: st.DrawFn, letters: str = "abcdefgh") -> Lesson:
    """Segments of sentences, with or without silence before them."""
    made = []
    for length_ms in draw(lengths):
        starts = sorted(draw(st.sets(st.integers(0, length_ms - 1), max_size=4)))
        words = draw(st.lists(st.sampled_from(letters), min_size=len(starts), max_size=len(starts)))
        ends = [*starts[1:], length_ms]
        made.append(segment(length_ms, *zip(words, starts, ends, strict=False)))
    return lesson(*made)


@given(lessons(), st.integers(0, 300))
def test_a_place_and_its_segment_are_one_position(each: Lesson, at_ms: int) -> None:
    index, within = each.locate(at_ms)
    assert each.base_ms(index) + within == min(at_ms, each.length_ms)
    assert 0 <= within < each.segments[index].length_ms or at_ms >= each.length_ms


@given(lessons(), st.integers(0, 300))
def test_a_sentence_starts_before_what_is_said_in_it(each: Lesson, at_ms: int) -> None:
    """In the same segment, never after; and asking again changes nothing."""
    start_ms = each.sentence_start(at_ms)
    assert 0 <= start_ms <= at_ms and start_ms < each.length_ms
    assert each.sentence_start(start_ms) == start_ms
    if at_ms < each.length_ms:
        assert each.locate(start_ms)[0] == each.locate(at_ms)[0]


# ── a bookmark in an older edition ───────────────────────────────────────────────────────────────────────────────

OLD = spoken("abc", "de", "f")
CARRIED: dict[str, tuple[Lesson, int, int]] = {
    "nothing changed": (spoken("abc", "de", "f"), 4_300, 4_200),
    "the start": (spoken("xyz"), 0, 0),
    "the start, where its sentence moved": (spoken("xa", "b"), 500, 1_200),
    "its segment is gone": (spoken("de", "f"), 4_300, 1_200),
    "a segment more": (spoken("xx", "abc", "de", "f"), 4_300, 6_200),
    "its sentence moved into another segment": (spoken("abcd", "ef"), 4_300, 4_000),
    "its sentence is gone: the segment's start": (spoken("abc", "dx", "f"), 4_300, 3_000),
    "its sentence and its segment are gone": (spoken("abc"), 4_300, 0),
    "only one segment now": (spoken("abcdef"), 4_300, 4_200),
    "silence before the first sentence: the segment's start": (spoken("xyz", "de"), 3_100, 3_000),
    "the end": (spoken("abc", "de", "f"), 6_000, 6_000),
    "beyond the end": (spoken("abc", "de", "f"), 9_000, 6_000),
    "the end of a shorter one": (spoken("ab"), 6_000, 2_000),
    "the end of a longer one": (spoken("abc", "de", "fghi"), 6_000, 9_000),
    "said twice: the nearer one": (spoken("e", "abcd", "ex"), 4_300, 5_000),
}


@pytest.mark.parametrize(("new", "at_ms", "carried"), CARRIED.values(), ids=list(CARRIED))
def test_carry_over(new: Lesson, at_ms: int, carried: int) -> None:
    assert new.carry_over(at_ms, OLD) == carried


@given(lessons(), lessons(), st.integers(0, 300))
@example(lesson(segment(1)), lesson(segment(1)), 0)
def test_a_bookmark_never_leaves_the_lesson(new: Lesson, old: Lesson, at_ms: int) -> None:
    """It is the start of a sentence or of a segment; the end only for who had come to the end."""
    carried = new.carry_over(at_ms, old)
    if at_ms >= old.length_ms:
        assert carried == new.length_ms
    else:
        assert 0 <= carried < new.length_ms
        assert new.sentence_start(carried) == carried


@given(lessons(), st.integers(0, 300))
def test_into_the_same_words_it_stays_where_it_was(each: Lesson, at_ms: int) -> None:
    words = [sentence.words for segment in each.segments for sentence in segment.sentences]
    assume(len(set(words)) == len(words) and at_ms < each.length_ms)
    assert replace(each, edition="e2").carry_over(at_ms, each) == each.sentence_start(at_ms)


# ── what is on offer ─────────────────────────────────────────────────────────────────────────────────────────────

TODAY = date(2026, 11, 2)
WINDOWS = [
    (None, None, True),
    (TODAY, None, True),
    (None, TODAY, True),
    (TODAY, TODAY, True),
    (date(2026, 11, 3), None, False),
    (None, date(2026, 11, 1), False),
    (date(2026, 11, 1), date(2026, 11, 3), True),
    (date(2026, 11, 3), date(2026, 11, 1), False),
]


@pytest.mark.parametrize(("opens", "closes", "offered"), WINDOWS)
def test_the_days_of_a_lesson(opens: date | None, closes: date | None, offered: bool) -> None:
    each = replace(LESSON, opens=opens, closes=closes)
    assert each.offered_on(TODAY) is offered
    other = replace(LESSON, slug="other")
    on_offer = (each, other) if offered else (other,)
    assert Catalogue((each, other), {}).offered_on(TODAY) == on_offer
    assert Catalogue((each, other), {}).offered_between(TODAY, TODAY) == on_offer
    assert Catalogue((each, other), {}, {"other": date(2026, 11, 3)}).offered_between(TODAY, TODAY) == on_offer[:-1]
