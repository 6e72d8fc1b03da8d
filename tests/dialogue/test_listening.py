"""The lesson: it goes on by itself, keys act on it, and whoever calls again goes on where they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ivr.dialogue.turn import (
    LINE_DELAY_MS,
    AfterLesson,
    AtMenu,
    Chose,
    Event,
    Gather,
    Listening,
    Place,
    Play,
    Pressed,
    Quiz,
    Silent,
    Stray,
)
from tests.dialogue.house import (
    BOTH,
    FALLS,
    FLOOR,
    KEYS,
    NIGHT,
    PLAYING,
    RULES,
    STOVES,
    UNKNOWN,
    WANG,
    House,
    place,
    pressed_or_not,
    state,
    told,
)
from tests.drivers import BEGIN

AFTER = "choose_next(1) choose_answer(2) choose_help(0)"
AFTER_ALL = "choose_again(1) choose_answer(2) choose_help(0)"


# ── the lesson ───────────────────────────────────────────────────────────────────────────────────────────────────

LATE_S = LINE_DELAY_MS[1] / 1000
AT_12 = "▶falls/1+0=12000"

# A key or silence in the second segment (12 to 22 s), so many seconds after it was sent.
LISTENING: dict[str, tuple[str, float, str, Event | None]] = {
    "played through": ("", 11.4, "▶falls/2+0=22000", None),
    "an end that came at once is one too": ("", 0, "▶falls/2+0=22000", None),
    "again": ("*", 6, AT_12, Chose("*", "again")),
    "again, at once": ("*", 0.1, AT_12, Chose("*", "again")),
    "next": ("#", 6, "▶falls/2+0=22000", Chose("#", "next")),
    "help": ("0", 6, "help_listening", Chose("0", "help")),
    "a stray key at once": ("5", 0, AT_12, Stray("5")),
    "as late as the line is": ("5", LATE_S, AT_12, Stray("5")),
    "just before the second sentence": ("5", LATE_S + 1.999, AT_12, Stray("5")),
    "in the second sentence": ("5", LATE_S + 2, "▶falls/1+2000=14000", Stray("5")),
    "in the last sentence": ("5", LATE_S + 9.9, "▶falls/1+8000=20000", Stray("5")),
    "long after the segment's end": ("5", 600, "▶falls/1+8000=20000", Stray("5")),
    "a clock that went backwards": ("5", -60, AT_12, Stray("5")),
    "a key that can't be read": ("A", LATE_S + 5, "▶falls/1+4000=16000", Stray("A")),
}


@pytest.mark.parametrize(("key", "after_s", "says", "event"), LISTENING.values(), ids=list(LISTENING))
def test_while_a_segment_plays(house: House, key: str, after_s: float, says: str, event: Event | None) -> None:
    now = BEGIN + timedelta(seconds=after_s)
    turn = house.step(state(PLAYING), pressed_or_not(key), now)
    assert (told(turn), turn.events) == (says, (event,) if event else ())
    if isinstance(turn.says[0], Play):
        assert turn.gather == Gather(RULES.between_segments_s)
        assert turn.state.scene == Listening(FALLS, turn.says[0].base_ms, now)
        assert turn.says[0].within_ms + turn.says[0].length_ms == (10_000 if turn.says[0].segment == 1 else 8_000)


def test_help_pauses_and_then_goes_on_at_the_sentence(house: House) -> None:
    paused = house.step(state(PLAYING), Pressed("0"), BEGIN + timedelta(seconds=LATE_S + 5))
    assert paused.state.scene == Listening(FALLS, 16_000)
    assert paused.gather == Gather(RULES.wait_s)
    later = BEGIN + timedelta(hours=1)
    for key, says in (("", "▶falls/1+4000=16000"), ("7", "▶falls/1+4000=16000"), ("*", AT_12)):
        assert told(house.step(paused.state, pressed_or_not(key), later)) == says
    assert told(house.step(paused.state, Pressed("#"), later)) == "▶falls/2+0=22000"
    assert told(house.step(paused.state, Pressed("0"), later)) == "help_listening"


def test_a_key_during_the_title(house: House) -> None:
    announced = state(Listening(FALLS, 0))
    for key, says in (("", "▶falls/0+0=0"), ("5", "▶falls/0+0=0"), ("*", "▶falls/0+0=0"), ("#", AT_12)):
        assert told(house.step(announced, pressed_or_not(key))) == says


@pytest.mark.parametrize("key", ["", "#"])
def test_the_last_segment_is_followed_by_the_choices(house: House, key: str) -> None:
    last = Listening(FALLS, 22_000, BEGIN)
    turn = house.step(state(last), pressed_or_not(key), BEGIN + timedelta(seconds=9))
    assert told(turn) == f"lesson_over {AFTER}"
    assert (turn.state.scene, turn.state.heard) == (AfterLesson(FALLS), (FALLS,))
    turn = house.step(state(last, heard=(STOVES,)), Silent())
    assert told(turn) == f"lesson_over {AFTER_ALL}"


@given(at_ms=st.integers(0, 29_999), after_s=st.floats(0, 60), key=st.sampled_from(KEYS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nobody_misses_a_sentence(house: House, at_ms: int, after_s: float, key: str) -> None:
    """Whatever is pressed and whenever, except to skip: it goes on no later than what was surely heard."""
    now = BEGIN + timedelta(seconds=after_s)
    turn = house.step(state(Listening(FALLS, at_ms, BEGIN)), Pressed(key or "7"), now)
    surely = at_ms + max(0, after_s * 1000 - LINE_DELAY_MS[1])
    if key not in ("#", "0"):
        (play,) = turn.says
        assert isinstance(play, Play)
        assert play.base_ms <= surely + 1


# ── where a learner goes on ──────────────────────────────────────────────────────────────────────────────────────


PLACES: dict[str, tuple[dict[str, Place], str]] = {
    "new here": ({}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "within the first sentence": ({FALLS: place(FALLS, 1_999)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "within a segment": ({FALLS: place(FALLS, 17_000)}, "go_on_with 防跌倒 | ▶falls/1+4000=16000"),
    "at a segment's start": ({FALLS: place(FALLS, 12_000)}, "go_on_with 防跌倒 | ▶falls/1+0=12000"),
    "within the last sentence": ({FALLS: place(FALLS, 29_999)}, "go_on_with 防跌倒 | ▶falls/2+6000=28000"),
    "skipped to the end": ({FALLS: place(FALLS, 30_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "beyond the end": ({FALLS: place(FALLS, 99_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "heard": ({FALLS: place(FALLS, 30_000, True)}, "now_playing 用炉子 | ▶stoves/0+0=0"),
    "heard, and begun again": ({FALLS: place(FALLS, 5_000, True)}, "now_playing 用炉子 | ▶stoves/0+0=0"),
    "heard, and the next begun": (
        {FALLS: place(FALLS, 30_000, True), STOVES: place(STOVES, 9_000)},
        "go_on_with 用炉子 | ▶stoves/1+0=8000",
    ),
    "all heard": (
        {FALLS: place(FALLS, 30_000, True), STOVES: place(STOVES, 14_000, True)},
        "once_more 用炉子 | ▶stoves/0+0=0",
    ),
    "the newer one heard first": ({STOVES: place(STOVES, 14_000, True)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "an edition that is gone": ({FALLS: place("gone", 17_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "an edition that is gone, heard": ({FALLS: place("gone", 17_000, True)}, "now_playing 用炉子 | ▶stoves/0+0=0"),
    "a lesson that is gone": ({"gone": place("gone", 17_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
}


@pytest.mark.parametrize(("places", "says"), PLACES.values(), ids=list(PLACES))
def test_what_plays_next(house: House, places: dict[str, Place], says: str) -> None:
    begun = house.begin(replace(WANG, places=places))
    announced = house.step(begun.state, Pressed("1"))
    playing = house.step(announced.state, Silent())
    assert f"{told(announced)} | {told(playing)}" == says


QUESTIONS: dict[str, tuple[dict[str, Place], dict[str, Any], tuple[str, ...]]] = {
    "none done": ({}, {}, BOTH),
    "one done": ({FALLS: place(FALLS, 0, False, ("q-night",))}, {}, ("q-floor",)),
    "all done: all again": ({FALLS: place(FALLS, 0, False, BOTH)}, {}, BOTH),
    "of another edition": ({FALLS: place("gone", 0, False, ("q-night", "q-old"))}, {}, ("q-floor",)),
    "just heard": ({}, {"heard": (STOVES, FALLS)}, BOTH),
    "another just heard that asks nothing": ({}, {"heard": (FALLS, STOVES)}, BOTH),
    "somebody unknown": ({}, UNKNOWN, BOTH),
}


@pytest.mark.parametrize(("places", "more", "questions"), QUESTIONS.values(), ids=list(QUESTIONS))
def test_which_questions_are_asked(
    house: House, places: dict[str, Place], more: dict[str, Any], questions: tuple[str, ...]
) -> None:
    turn = house.step(state(AtMenu(), **{"learners": (replace(WANG, places=places),)} | more), Pressed("2"))
    assert turn.state.scene == Quiz(FALLS, questions)
    assert told(turn) == f"now_answering 防跌倒 {NIGHT if 'q-night' in questions else FLOOR}"
