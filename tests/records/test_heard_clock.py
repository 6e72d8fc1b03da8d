"""A clock may be set, back or forward, in the middle of a call: bounds stay in order and within the play, and nothing
that the provider's own times prove to be too much is ever credited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.records.heard import Closing, Ending, Sent, fold
from tests.drivers import BEGIN

moments = st.floats(-4000, 4000).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
far = st.sampled_from((datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))
closings = st.builds(Closing, st.sampled_from(("key", "end")), moments, st.sampled_from(("one", "two")))
plays = st.builds(
    Sent,
    st.just("falls"),
    st.just("e1"),
    st.integers(0, 60_000),
    st.integers(1, 45_000),
    st.integers(1000, 10_000),
    moments,
    st.just("one"),
    st.none() | closings,
    st.lists(moments, max_size=3).map(tuple),
)
endings = st.builds(Ending, moments, st.none() | moments | far, st.none() | st.integers(0, 999_999))


@given(moments, st.lists(plays, max_size=4), st.lists(endings, max_size=3))
@example(  # the clock is set back between the sending and the repetition
    BEGIN,
    [
        Sent("falls", "e1", 0, 20_000, 1000, BEGIN, "one", Closing("key", BEGIN, "one"), (BEGIN - timedelta(60),)),
    ],
    [],
)
@example(BEGIN, [Sent("falls", "e1", 0, 20_000, 1000, BEGIN - timedelta(60), "one")], [Ending(BEGIN, None, 999_999)])
def test_bounds_are_in_order_whatever_the_clock_did(
    started_at: datetime, plays: list[Sent], told: list[Ending]
) -> None:
    for play, heard in zip(plays, fold(started_at, plays, told), strict=True):
        assert 0 <= heard.at_least_ms <= heard.at_most_ms <= play.length_ms


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("again", "at_least_ms"),
    [
        pytest.param((), 1500, id="never asked for again"),
        pytest.param((8.3,), 0, id="asked for again while the provider still tried"),
        pytest.param((14.9,), 0, id="as late as it may try"),
        pytest.param((2.0, 8.3), 0, id="twice"),
        pytest.param((300.0,), 1500, id="much later: a copy, not another try"),
    ],
)
def test_an_answer_that_was_lost_while_the_caller_hung_up(again: tuple[float, ...], at_least_ms: int) -> None:
    """The answer with the play was lost, the caller hung up at 6 s, and only then the provider asked once more: the
    play never began. Found in the village (seed 2)."""
    play = Sent("falls", "e1", 0, 20_000, 1000, BEGIN, "one", None, tuple(map(at, again)))
    (heard,) = fold(at(-60), [play], [Ending(at(23), at(6), 66)])
    assert heard.at_least_ms == at_least_ms
