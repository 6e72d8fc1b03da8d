"""Where people came to, heard again and hung up in a lesson's text: tables of plays, and what is painted of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as replace_step

import pytest
from msgspec.structs import replace

from ivr.catalogue import Lesson, Segment
from ivr.records import places
from ivr.records.plays import HeardRow
from ivr.reports import lesson
from ivr.reports.facts import gather_brief
from ivr.reports.painting import Bounds, Painting, paint, stretches
from ivr.reports.period import of_month
from tests.reports.lessons import LESSON, heard, play, segment
from tests.reports.village import ZONE, Step, Village, bye, listens, menu


def painted(*played: HeardRow, running: tuple[int, ...] = ()) -> Painting:
    return paint(LESSON, heard(played, running))


def reached(painting: Painting) -> list[str]:
    return [_shown(each.reached) for each in painting.sentences]


def ended(painting: Painting) -> list[str]:
    return [_shown(each.ended) for each in painting.sentences]


def _shown(bounds: Bounds) -> str:
    pair = dict.fromkeys((str(bounds.at_least), str(bounds.at_most)))
    return "-".join(pair)


def test_a_sentence_lasts_until_the_next_begins() -> None:
    assert [(each.words, each.start_ms, each.end_ms, each.next_ms) for each in stretches(LESSON)] == [
        ("one", 0, 4000, 5000),
        ("two", 5000, 9000, 10_000),
        ("three", 10_000, 14_000, 15_000),
        ("four", 15_000, 19_000, 20_000),
    ]


def test_a_segment_of_which_no_sentence_is_known_is_one() -> None:
    unmarked = replace(LESSON, segments=(Segment("s", "", 7000, ()), segment("one")))
    assert [(each.words, each.start_ms, each.next_ms) for each in stretches(unmarked)] == [
        ("", 0, 7000),
        ("one", 7000, 12_000),
    ]


@pytest.mark.parametrize(
    ("played", "came", "hung_up"),
    [
        ([], ["0", "0", "0", "0"], ["0", "0", "0", "0"]),
        ([play(1, 0, 10), play(1, 10, 10)], ["1", "1", "1", "1"], ["0", "0", "0", "0"]),
        # a drop at each place: in a sentence, in the silence after it, at a segment's end, between the last words
        ([play(1, 0, 2, closed_by=None)], ["1", "0", "0", "0"], ["1", "0", "0", "0"]),
        ([play(1, 0, 4.5, closed_by=None)], ["1", "0", "0", "0"], ["1", "0", "0", "0"]),
        ([play(1, 0, 10, closed_by=None)], ["1", "1", "0", "0"], ["0", "1", "0", "0"]),
        ([play(1, 0, 10), play(1, 10, 3, closed_by=None)], ["1", "1", "1", "0"], ["0", "0", "1", "0"]),
        ([play(1, 0, 10), play(1, 10, 8, closed_by=None)], ["1", "1", "1", "1"], ["0", "0", "0", "1"]),
        # all had been said: nobody left anything out
        ([play(1, 0, 10), play(1, 10, 9.5, closed_by=None)], ["1", "1", "1", "1"], ["0", "0", "0", "0"]),
        ([play(1, 0, 10), play(1, 10, 8, 10, closed_by=None)], ["1", "1", "1", "1"], ["0", "0", "0", "0-1"]),
        # hung up before it can have begun
        ([play(1, 0, 10), play(1, 10, 0, closed_by=None)], ["1", "1", "0", "0"], ["0", "0", "0", "0"]),
        # within bounds: in one sentence for sure, in one of two, in any
        ([play(1, 0, 1, 4.5, closed_by=None)], ["1", "0", "0", "0"], ["1", "0", "0", "0"]),
        ([play(1, 0, 3, 6, closed_by=None)], ["1", "0-1", "0", "0"], ["0-1", "0-1", "0", "0"]),
        ([play(1, 0, 0, 10, closed_by=None)], ["0-1", "0-1", "0", "0"], ["0-1", "0-1", "0", "0"]),
        # so little of a sentence that nobody can say what it was
        ([play(1, 0, 5.2, closed_by=None)], ["1", "0", "0", "0"], ["0", "1", "0", "0"]),
        # a key, and another lesson: they did not hang up
        ([play(1, 0, 6, closed_by="key")], ["1", "1", "0", "0"], ["0", "0", "0", "0"]),
        # the next part by #: what was skipped was not heard
        ([play(1, 0, 2, closed_by="key"), play(1, 10, 10)], ["1", "0", "1", "1"], ["0", "0", "0", "0"]),
        # two people; one of them twice in the same place is one person
        (
            [play(1, 0, 2, closed_by=None), play(1, 0, 2, closed_by=None, call=5), play(2, 0, 10)],
            ["2", "1", "0", "0"],
            ["1", "0", "0", "0"],
        ),
        # another edition's
        ([play(1, 0, 2, edition="old")], ["0", "0", "0", "0"], ["0", "0", "0", "0"]),
    ],
)
def test_who_came_to_a_sentence_and_who_hung_up_in_it(
    played: list[HeardRow], came: list[str], hung_up: list[str]
) -> None:
    painting = painted(*played)
    assert (reached(painting), ended(painting)) == (came, hung_up)


def test_a_call_that_goes_on_has_not_ended_anywhere() -> None:
    running = play(1, 0, 0, 10, closed_by=None)
    assert ended(painted(running, running=(running.call_id,))) == ["0", "0", "0", "0"]


def test_a_late_callback_narrows_where_it_ended() -> None:
    before, after = painted(play(1, 0, 0, 10, closed_by=None)), painted(play(1, 0, 5.5, 8, closed_by=None))
    assert (ended(before), ended(after)) == (["0-1", "0-1", "0", "0"], ["0", "1", "0", "0"])
    assert [each.likely_ended for each in before.sentences] == [0.5, 0.5, 0, 0]
    assert [each.likely_ended for each in after.sentences] == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("played", "again"),
    [
        ([play(1, 0, 10), play(1, 10, 10)], [0, 0, 0, 0]),
        # the segment once more; the first time up to the middle of its second sentence, or not so far
        ([play(1, 0, 7.5, closed_by="key"), play(1, 0, 10)], [1, 1, 0, 0]),
        ([play(1, 0, 6.5, closed_by="key"), play(1, 0, 10)], [1, 0, 0, 0]),
        # cut off, and on from that sentence in another call
        ([play(1, 0, 6, closed_by=None), play(1, 5, 5, call=7)], [0, 0, 0, 0]),
        # all of it in two calls; by two people; by one and somebody else
        ([play(n, 0, 10, call=call) for n in (1, 2) for call in (n, n + 10)], [2, 2, 0, 0]),
        ([play(1, 0, 10), play(2, 0, 10)], [0, 0, 0, 0]),
        # what may not have been heard does not count
        ([play(1, 0, 0, 10, closed_by="key"), play(1, 0, 10)], [0, 0, 0, 0]),
    ],
)
def test_who_heard_a_sentence_more_than_once(played: list[HeardRow], again: list[int]) -> None:
    assert [each.again for each in painted(*played).sentences] == again


@pytest.mark.parametrize(
    ("stayed", "left", "depth"), [(50, 0, 0), (98, 2, 1), (89, 11, 2), (70, 30, 3), (5, 5, 4), (0, 1, 4), (0, 0, 0)]
)
def test_the_more_hang_up_the_deeper_it_is_painted(stayed: int, left: int, depth: int) -> None:
    whole = [play(n, 0, 10) for n in range(stayed)]
    gone = [play(1000 + n, 0, 2, closed_by=None) for n in range(left)]
    painting = painted(*whole, *gone)
    assert [each.depth for each in painting.sentences] == [depth, 0, 0, 0]


def test_the_curve_is_how_many_came_so_far() -> None:
    painting = painted(
        play(1, 0, 10),
        play(1, 10, 10),
        play(2, 0, 3, 6, closed_by=None),
        play(3, 0, 0, 2, closed_by=None),
        play(4, 15, 5),
    )
    assert painting.step_ms == 1000 and len(painting.curve) == 21
    told = {second: _shown(painting.curve[second]) for second in (0, 1, 3, 4, 6, 7, 15, 20)}
    assert told == {0: "3-4", 1: "3-4", 3: "3", 4: "2-3", 6: "2-3", 7: "2", 15: "2", 20: "2"}
    assert painting.listeners == Bounds(3, 4)
    assert painted().listeners == Bounds(0, 0) and painted().curve[0] == Bounds(0, 0)


def test_a_long_lesson_has_a_curve_of_no_more_points() -> None:
    long = replace(LESSON, segments=tuple(segment(*"abcdef") for _ in range(60)))
    painting = paint(long, heard([play(1, 0, 30)]))
    assert 200 < len(painting.curve) < 260


@pytest.mark.parametrize(
    ("played", "stopped"),
    [
        ([play(1, 0, 10, closed_by=None)], 1),
        ([play(1, 0, 10), play(1, 10, 0, 4, closed_by=None)], 1),  # hung up before the next one was well begun
        ([play(1, 0, 10), play(1, 10, 2, 6, closed_by=None)], 0),
        ([play(1, 0, 3, closed_by=None)], 0),
        ([play(1, 0, 10, closed_by=None), play(1, 10, 10, call=7)], 0),  # went on another day
    ],
)
def test_who_stopped_after_a_segment(played: list[HeardRow], stopped: int) -> None:
    assert painted(*played).stopped == (stopped,)


# ── from the ledger ──────────────────────────────────────────────────────────────────────────────────────────────


def of_falls(village: Village) -> Painting:
    slug, connection = village.falls.slug, village.connection
    branches = [place.id for place in places.seen_by(connection, "county", None)]
    facts = gather_brief(connection, of_month("2026-11", ZONE), village.catalogue, 0.9, branches, lesson=slug)
    return paint(village.falls, [spans[village.falls.edition] for spans in lesson.heard_of(facts, slug)])


def test_a_call_as_the_ledger_tells_it(village: Village) -> None:
    """12 s, then 6 s of the second segment, of which the line took 0.25 to 3.5 s, and the provider's clock is off by
    a second or two: in one of its first three sentences."""
    village.call("002", "2026-11-10 19:30", menu(), *listens(village.falls, 0, 1), hung_up=6)
    painting = of_falls(village)
    assert reached(painting)[:6] == ["1"] * 6
    (broke_off,) = painting.break_offs
    assert (broke_off.first, broke_off.last) == (6, 8)
    assert sum(each.likely_ended for each in painting.sentences) == pytest.approx(1, abs=0.01)


def at_pace(lesson: Lesson, edition: str, pace: str) -> Iterator[Step]:
    """All of it, as whoever chose that pace hears it; its segments are 15, 12.5 and 10 s long where it is slow."""
    for step in listens(lesson, 0, 1, 2):
        assert step.play
        yield replace_step(step, play=replace(step.play, edition=edition, pace=pace))


@pytest.mark.parametrize("pace", ["", "slow"])
def test_two_paces_are_painted_on_one_text(village: Village, pace: str) -> None:
    steps = at_pace(village.falls.at_pace(pace), village.falls.edition, pace)
    village.call("002", "2026-11-10 19:30", menu(), *steps, bye(12), hung_up=1)
    painting = of_falls(village)
    assert reached(painting) == ["1"] * 15 and ended(painting) == ["0"] * 15
    assert painting.curve[-1] == Bounds(1, 1)
