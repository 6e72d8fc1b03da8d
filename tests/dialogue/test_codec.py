"""A turn waits in the database, and comes back as it went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ivr.catalogue import Clip
from ivr.dialogue import codec
from ivr.dialogue.turn import (
    AfterLesson,
    Answered,
    Asking,
    AtMenu,
    Chose,
    Gather,
    Identified,
    Learner,
    Listening,
    Name,
    Over,
    Place,
    Play,
    Quiz,
    Say,
    State,
    Stray,
    Turn,
    Waited,
)
from tests.dialogue.house import (
    BOTH,
    FALLS,
    House,
    place,
    state,
)

# ── a turn waits in the database ─────────────────────────────────────────────────────────────────────────────────

instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(codec="utf-8"), max_size=10)
counts = st.integers(0, 2**53)
places_ = st.builds(Place, texts, counts, st.booleans(), st.lists(texts, max_size=3).map(tuple))
learners_ = st.builds(Learner, counts, texts, st.dictionaries(texts, places_, max_size=2))
scenes = st.one_of(
    st.builds(Asking, counts),
    st.builds(AtMenu, counts),
    st.builds(Listening, texts, counts, st.none() | instants),
    st.builds(AfterLesson, texts, counts),
    st.builds(Quiz, texts, st.lists(texts, max_size=3).map(tuple), counts, counts, counts, counts),
    st.builds(Over),
)
says_ = st.one_of(
    st.builds(Say, texts, texts),
    st.builds(Name, texts),
    st.builds(Clip, texts, counts, texts),
    st.builds(Play, texts, texts, counts, texts, counts, counts, counts),
)
events_ = st.one_of(
    st.builds(Identified, counts),
    st.builds(Chose, texts, texts),
    st.builds(Stray, texts),
    st.builds(Waited, texts),
    st.builds(Answered, texts, texts, texts, counts, texts, st.booleans()),
)
several = st.lists(texts, max_size=3).map(tuple)
states = st.builds(State, scenes, st.lists(learners_, max_size=2).map(tuple), several, st.none() | counts, several)
turns = st.builds(
    Turn,
    states,
    st.lists(says_, max_size=4).map(tuple),
    st.none() | st.builds(Gather, counts),
    st.lists(events_, max_size=3).map(tuple),
)


@given(turns)
def test_it_comes_back_as_it_went_in(turn: Turn) -> None:
    text = codec.encode(turn)
    assert codec.decode(text) == turn
    assert codec.encode(codec.decode(text)) == text


def test_a_moment_keeps_its_microsecond_and_its_zone() -> None:
    beijing = timezone(timedelta(hours=8))
    since = datetime(2026, 11, 2, 9, 0, 0, 123_456, tzinfo=beijing)
    back = codec.decode(codec.encode(Turn(state(Listening(FALLS, 0, since)), (), None))).state.scene
    assert isinstance(back, Listening) and back.since == since


def test_a_turn_is_small_enough_to_wait(house: House) -> None:
    """Of a phone that six share, each in the middle of everything."""
    people = [Learner(n, f"学员{n}", {FALLS: place(FALLS, 1, False, BOTH)}) for n in range(6)]
    assert len(codec.encode(house.begin(*people)).encode()) < 4096
