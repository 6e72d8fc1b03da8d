"""What was heard: one row for each rule of `ivr.records.heard`, and the properties that hold for all."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ivr.records.heard import Closing, Ending, Heard, Sent, fold, union_ms
from tests.drivers import BEGIN

SENT = Sent("falls", "e1", base_ms=12_000, length_ms=20_000, gather_ms=1_000, sent_at=BEGIN, boot="one")


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def closed(act: str, seconds: float, boot: str = "one") -> Sent:
    return replace(SENT, closing=Closing(act, BEGIN + at(seconds), boot))


def ended(arrived: float, provider: float | None = None, lasted_s: int | None = None) -> Ending:
    return Ending(BEGIN + at(arrived), None if provider is None else BEGIN + at(provider), lasted_s)


@pytest.mark.parametrize(
    ("play", "endings", "bounds"),
    [
        pytest.param(closed("end", 21.4), [], (20_000, 20_000), id="played to its end"),
        pytest.param(closed("end", 20.8), [], (20_000, 20_000), id="an end a quarter second early is still one"),
        pytest.param(closed("end", 9.0), [], (0, 8_000), id="an end that came too soon proves nothing"),
        pytest.param(closed("key", 10.0), [], (6_500, 9_750), id="a key, less the delay of the line"),
        pytest.param(closed("key", 2.0), [], (0, 1_750), id="a key that came at once"),
        pytest.param(closed("key", 60.0), [], (20_000, 20_000), id="a key long after the end"),
        pytest.param(closed("key", 10.0, boot="two"), [], (0, 9_750), id="the server was started anew in between"),
        pytest.param(SENT, [], (0, 20_000), id="nobody knows how it ended"),
        pytest.param(SENT, [ended(11.0)], (0, 10_750), id="a callback without any figures: before it came"),
        pytest.param(SENT, [ended(11.0, 10.0)], (5_500, 10_750), id="its time stamp is right to the second"),
        pytest.param(SENT, [ended(400.0, 10.0)], (5_500, 11_750), id="a late callback is as good"),
        pytest.param(SENT, [ended(400.0, 10.0), ended(11.0, 10.0)], (5_500, 10_750), id="two callbacks: both hold"),
        pytest.param(SENT, [ended(400.0, None, 12)], (6_500, 20_000), id="the duration is a lower bound"),
        pytest.param(SENT, [ended(5.0, 100.0)], (0, 4_750), id="where they contradict, our own clock counts"),
        pytest.param(
            replace(closed("key", 12.0), resent=(BEGIN + at(4),)), [], (4_500, 11_750), id="it may have begun later"
        ),
        pytest.param(
            replace(SENT, resent=(BEGIN + at(300),)), [ended(11.0, 10.0)], (5_500, 10_750), id="asked for when over"
        ),
    ],
)
def test_bounds(play: Sent, endings: list[Ending], bounds: tuple[int, int]) -> None:
    (heard,) = fold(BEGIN, [play], endings)
    assert (heard.at_least_ms, heard.at_most_ms) == bounds
    assert heard.surely == (12_000, 12_000 + bounds[0])


def test_what_is_heard_twice_counts_once() -> None:
    assert union_ms([(0, 10), (5, 20), (30, 40), (5, 6)]) == 30
    assert union_ms([]) == 0


def test_the_spans_start_where_the_play_did() -> None:
    heard = Heard(SENT, 3_000, 5_000)
    assert (heard.surely, heard.perhaps) == ((12_000, 15_000), (12_000, 17_000))


seconds = st.floats(0, 400)
plays = st.builds(
    lambda act, closed_at, resent, boot: replace(
        SENT,
        closing=Closing(act, BEGIN + at(closed_at), boot) if act else None,
        resent=tuple(BEGIN + at(each) for each in resent),
    ),
    st.sampled_from(["", "key", "end"]),
    seconds,
    st.lists(seconds, max_size=3),
    st.sampled_from(["one", "two"]),
)
endings = st.builds(ended, seconds, st.none() | seconds, st.none() | st.integers(0, 400))


@given(plays, st.lists(endings, max_size=4), st.integers(0, 1000))
def test_order_and_duplicates_change_nothing(play: Sent, told: list[Ending], seed: int) -> None:
    (heard,) = fold(BEGIN, [play], told)
    again = told * 2
    Random(seed).shuffle(again)
    twice = replace(play, resent=tuple(reversed(play.resent)) + play.resent)
    (shuffled,) = fold(BEGIN, [twice], again)
    assert (heard.at_least_ms, heard.at_most_ms) == (shuffled.at_least_ms, shuffled.at_most_ms)


@given(plays, st.lists(endings, max_size=4))
def test_bounds_are_in_order_and_within_the_play(play: Sent, told: list[Ending]) -> None:
    (heard,) = fold(BEGIN, [play], told)
    assert 0 <= heard.at_least_ms <= heard.at_most_ms <= play.length_ms


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair)))))
def test_a_union_is_the_number_of_milliseconds_in_it(spans: list[tuple[int, int]]) -> None:
    assert union_ms(spans) == len({ms for start, end in spans for ms in range(start, end)})
