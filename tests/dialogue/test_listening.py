"""The lesson: it goes on by itself, keys act on it, and whoever calls again goes on where they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ivr.dialogue.state import AfterLesson, AtMenu, Listening, PartOver, Place, Quiz
from ivr.dialogue.turn import LINE_DELAY_MS, Chose, Event, Gather, Ignored, Play, Pressed, Silent, Stray
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
    of,
    place,
    pressed_or_not,
    state,
    told,
)
from tests.drivers import BEGIN

AFTER = "choose_next(1) choose_answer(2) choose_question(3) choose_done(4)"
AFTER_ALL = AFTER.replace("next", "again")
SLOW = replace(WANG, pace="slow")


# ── the lesson ───────────────────────────────────────────────────────────────────────────────────────────────────

LATE_S = LINE_DELAY_MS[1] / 1000
AT_12 = "▶falls/1+0=12000"
HOW = "help_listening choose_slower(1) choose_pause(2) choose_other_lesson(3)"
PART_2, PART_3 = "part(2) of_parts(3)", "part(3) of_parts(3)"

# A key or silence in the second segment (12 to 22 s), so many seconds after it was sent.
LISTENING: dict[str, tuple[str, float, str, Event | None]] = {
    "played through": ("", 11.4, PART_3, None),
    "an end that came at once is one too": ("", 0, PART_3, None),
    "again": ("*", 6, AT_12, Chose("*", "again")),
    "again, at once": ("*", 0.1, AT_12, Chose("*", "again")),
    "next": ("#", 6, PART_3, Chose("#", "next")),
    "help": ("0", 6, HOW, Chose("0", "help")),
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
        assert turn.state.scene == Listening(FALLS, turn.says[0].base_ms, now, back=int(key == "*"))
        assert turn.says[0].within_ms + turn.says[0].length_ms == (10_000 if turn.says[0].segment == 1 else 8_000)


def test_every_other_key_changes_nothing(house: House) -> None:
    for key in "123456789ABCD":
        turn = house.step(state(PLAYING), Pressed(key), BEGIN + timedelta(seconds=LATE_S + 3))
        assert (told(turn), turn.events) == ("▶falls/1+2000=14000", (Stray(key),))


def test_a_key_during_the_title(house: House) -> None:
    announced = state(Listening(FALLS, 0))
    for key, says in (("", "▶falls/0+0=0"), ("5", "▶falls/0+0=0"), ("*", "▶falls/0+0=0"), ("#", "▶falls/0+0=0")):
        assert told(house.step(announced, pressed_or_not(key))) == says
    assert told(house.step(announced, Pressed("0"))) == HOW
    coming = house.step(state(PLAYING), Pressed("#"))  # and while it is said which part comes
    assert told(house.step(replace(coming.state, keys=()), Pressed("#"))) == "▶falls/2+0=22000"


@pytest.mark.parametrize("key", ["", "#"])
def test_the_last_segment_is_followed_by_the_choices(house: House, key: str) -> None:
    last = Listening(FALLS, 22_000, BEGIN)
    turn = house.step(state(last), pressed_or_not(key), BEGIN + timedelta(seconds=9))
    assert told(turn) == f"lesson_over {AFTER}"
    assert (turn.state.scene, turn.state.heard) == (AfterLesson(FALLS), (FALLS,))
    turn = house.step(state(last, heard=(STOVES,)), Silent())
    assert told(turn) == f"lesson_over {AFTER_ALL}"


def test_parts_are_counted(house: House) -> None:
    """Between two of them, which one comes; then it plays."""
    for key in ("", "#"):
        turn = house.step(state(PLAYING), pressed_or_not(key), BEGIN + timedelta(seconds=11))
        assert (told(turn), turn.gather, turn.state.scene) == (PART_3, Gather(1), Listening(FALLS, 22_000))
        assert told(house.step(turn, Silent())) == "▶falls/2+0=22000"


# Headings of the segments; which of these plays; what comes after it, by itself and by #.
PARTS: dict[str, tuple[str, int, str, str]] = {
    "within a part": ("一 一 二", 0, "▶falls/1+0=12000", "part(2) of_parts(2)"),
    "a part's end": ("一 一 二", 1, "part(2) of_parts(2)", "part(2) of_parts(2)"),
    "the first of those counted": ("开头 一 二", 0, "part(1) of_parts(2)", "part(1) of_parts(2)"),
    "between them": ("开头 一 二", 1, "part(2) of_parts(2)", "part(2) of_parts(2)"),
    "the closing": ("一 二 结尾：", 1, "▶falls/2+0=22000", "▶falls/2+0=22000"),
    "one that is counted": ("Opening 一 closing", 0, "▶falls/1+0=12000", "▶falls/1+0=12000"),
    "all one part": ("一 一 一", 0, "▶falls/1+0=12000", "▶falls/1+0=12000"),
    "to the end": ("一 二 二", 1, "▶falls/2+0=22000", f"lesson_over {AFTER_ALL}"),
    "the last": ("一 一 一", 2, f"lesson_over {AFTER_ALL}", f"lesson_over {AFTER_ALL}"),
}


@pytest.mark.parametrize(("headings", "playing", "by_itself", "by_hash"), PARTS.values(), ids=list(PARTS))
def test_what_comes_after(house: House, headings: str, playing: int, by_itself: str, by_hash: str) -> None:
    """A part is what has one heading; the opening and the closing are not counted."""
    lesson = house.lessons[FALLS]
    titled = zip(lesson.segments, headings.split(), strict=True)
    segments = tuple(replace(segment, title=title) for segment, title in titled)
    divided = House({FALLS: replace(lesson, segments=segments, other_pace=None)})
    before = state(Listening(FALLS, lesson.base_ms(playing), BEGIN), offer=(FALLS,))
    assert told(divided.step(before, Silent())) == by_itself
    assert told(divided.step(before, Pressed("#"))) == by_hash


def test_more_parts_than_are_counted_aloud(house: House) -> None:
    one = house.lessons[FALLS].segments[0]
    for count, says in ((9, "part(2) of_parts(9)"), (10, AT_12)):
        segments = tuple(replace(one, title=f"第{n}段") for n in range(count))
        many = House({FALLS: replace(house.lessons[FALLS], segments=segments, other_pace=None)})
        assert told(many.step(state(Listening(FALLS, 0, BEGIN), offer=(FALLS,)), Silent())) == says


# ── back ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_star_again_goes_back_one_more(house: House) -> None:
    turn = house.step(state(Listening(FALLS, 22_000, BEGIN)), Pressed("*"), BEGIN + timedelta(seconds=5))
    assert (told(turn), turn.state.scene) == (
        "▶falls/2+0=22000",
        Listening(FALLS, 22_000, BEGIN + timedelta(seconds=5), back=1),
    )
    soon = house.step(turn, Pressed("*"), BEGIN + timedelta(seconds=10.9))
    assert told(soon) == AT_12
    assert told(house.step(soon, Pressed("*"), BEGIN + timedelta(seconds=14))) == "▶falls/0+0=0"
    late = house.step(turn, Pressed("*"), BEGIN + timedelta(seconds=11))
    assert told(late) == "▶falls/2+0=22000"
    first = house.step(state(Listening(FALLS, 0, BEGIN, back=1)), Pressed("*"), BEGIN + timedelta(seconds=2))
    assert told(first) == "▶falls/0+0=0"


def test_who_went_back_is_asked_at_the_end_of_the_part(house: House) -> None:
    turn = house.step(state(replace(PLAYING, back=1)), Silent(), BEGIN + timedelta(seconds=11))
    assert (told(turn), turn.state.scene) == ("choose_part_again(1) choose_go_on(2)", PartOver(FALLS, 22_000))
    last = house.step(state(Listening(FALLS, 22_000, BEGIN, back=2)), Silent())
    assert last.state.scene == AfterLesson(FALLS)  # where the choices are


# ── keys that nobody meant ───────────────────────────────────────────────────────────────────────────────────────


def test_one_press_told_twice(house: House) -> None:
    """A lesson goes on where it was."""
    turn = house.step(state(PLAYING), Pressed("5"), BEGIN + timedelta(seconds=LATE_S + 5))
    again = house.step(turn, Pressed("5"), BEGIN + timedelta(seconds=LATE_S + 5.5))
    assert (told(again), again.events) == ("▶falls/1+4000=16000", (Ignored("5", "double"),))
    other = house.step(turn, Pressed("6"), BEGIN + timedelta(seconds=LATE_S + 5.5))
    assert other.events == (Stray("6"),)
    later = house.step(turn, Pressed("5"), BEGIN + timedelta(seconds=LATE_S + 5.55))
    assert later.events == (Stray("5"),)


def test_a_phone_against_a_cheek(house: House) -> None:
    """The third of many keys does nothing, not even a # that would skip."""
    turn = house.step(state(PLAYING), Pressed("5"), BEGIN + timedelta(seconds=5))
    turn = house.step(turn, Pressed("*"), BEGIN + timedelta(seconds=5.6))
    third = house.step(turn, Pressed("#"), BEGIN + timedelta(seconds=6.4))
    assert (told(third), third.events) == (AT_12, (Ignored("#", "many"),))
    assert house.step(turn, Pressed("#"), BEGIN + timedelta(seconds=6.5)).events == (Chose("#", "next"),)


def test_a_menu_says_the_same_once_more(house: House) -> None:
    turn = house.step(state(AtMenu()), Pressed("9"))
    again = house.step(turn, Pressed("9"), BEGIN + timedelta(seconds=0.2))
    assert (again.says, again.state, again.events) == (turn.says, turn.state, (Ignored("9", "double"),))


# ── two paces ────────────────────────────────────────────────────────────────────────────────────────────────────

AT_15 = "▶falls/1+0=15000@slow"
# A key or silence in the second segment, heard slowly (15 to 27.5 s): what is said, and the place by its own pace.
SLOWLY: dict[str, tuple[str, float, str, int]] = {
    "again": ("*", 6, AT_15, 12_000),
    "a stray key at once": ("5", 0, AT_15, 12_000),
    "just before the second sentence": ("5", LATE_S + 2.49, AT_15, 12_000),
    "in the second sentence": ("5", LATE_S + 2.51, "▶falls/1+2500=17500@slow", 14_000),
    "in the last sentence": ("5", LATE_S + 12, "▶falls/1+10000=25000@slow", 20_000),
    "long after the segment's end": ("5", 600, "▶falls/1+10000=25000@slow", 20_000),
}


@pytest.mark.parametrize(("key", "after_s", "says", "at_ms"), SLOWLY.values(), ids=list(SLOWLY))
def test_slowly(house: House, key: str, after_s: float, says: str, at_ms: int) -> None:
    turn = house.step(of(SLOW, PLAYING), Pressed(key), BEGIN + timedelta(seconds=after_s))
    assert told(turn) == says
    assert isinstance(turn.state.scene, Listening) and turn.state.scene.at_ms == at_ms
    (play,) = turn.says
    assert isinstance(play, Play) and play.within_ms + play.length_ms == (10_000 if play.segment == 2 else 12_500)


def test_a_bookmark_is_kept_by_the_lesson_s_own_pace(house: House) -> None:
    announced = house.step(of(replace(SLOW, places={FALLS: place(FALLS, 17_000)}), AtMenu()), Pressed("1"))
    assert announced.state.scene == Listening(FALLS, 16_000)
    assert told(house.step(announced, Silent())) == "▶falls/1+5000=20000@slow"


def test_a_part_that_is_skipped_to_plays_slowly_too(house: House) -> None:
    turn = house.step(of(SLOW, PLAYING), Pressed("#"), BEGIN + timedelta(seconds=6))
    assert (told(turn), turn.state.scene) == (PART_3, Listening(FALLS, 22_000))
    assert told(house.step(turn, Silent())) == "▶falls/2+0=27500@slow"


def test_only_where_there_is_another(house: House) -> None:
    assert told(house.step(of(SLOW, Listening(STOVES, 0)), Silent())) == "▶stoves/0+0=0"
    assert told(house.step(of(replace(WANG, pace="fast"), Listening(FALLS, 0)), Silent())) == "▶falls/0+0=0"


@given(at_ms=st.integers(0, 29_999), after_s=st.floats(0, 60), key=st.sampled_from(KEYS), slow=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nobody_misses_a_sentence(house: House, at_ms: int, after_s: float, key: str, slow: bool) -> None:
    """Whatever is pressed and whenever, except to skip: it goes on no later than what was surely heard."""
    now = BEGIN + timedelta(seconds=after_s)
    turn = house.step(of(SLOW if slow else WANG, Listening(FALLS, at_ms, BEGIN)), Pressed(key or "7"), now)
    surely = at_ms * (1.25 if slow else 1) + max(0, after_s * 1000 - LINE_DELAY_MS[1])
    if key not in ("#", "0"):
        (play,) = turn.says
        assert isinstance(play, Play)
        assert play.base_ms <= surely + 1


# ── where a learner goes on ──────────────────────────────────────────────────────────────────────────────────────


PLACES: dict[str, tuple[dict[str, Place], str]] = {
    "new here": ({}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "within the first sentence": ({FALLS: place(FALLS, 1_999)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "within a segment": ({FALLS: place(FALLS, 17_000)}, "go_on_with 防跌倒 part(2) of_parts(3) | ▶falls/1+4000=16000"),
    "at a segment's start": ({FALLS: place(FALLS, 12_000)}, "go_on_with 防跌倒 part(2) of_parts(3) | ▶falls/1+0=12000"),
    "within the last sentence": (
        {FALLS: place(FALLS, 29_999)},
        "go_on_with 防跌倒 part(3) of_parts(3) | ▶falls/2+6000=28000",
    ),
    "skipped to the end": ({FALLS: place(FALLS, 30_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "beyond the end": ({FALLS: place(FALLS, 99_000)}, "now_playing 防跌倒 | ▶falls/0+0=0"),
    "heard": ({FALLS: place(FALLS, 30_000, True)}, "now_playing 用炉子 | ▶stoves/0+0=0"),
    "heard, and begun again": ({FALLS: place(FALLS, 5_000, True)}, "now_playing 用炉子 | ▶stoves/0+0=0"),
    "heard, and the next begun": (
        {FALLS: place(FALLS, 30_000, True), STOVES: place(STOVES, 9_000)},
        "go_on_with 用炉子 part(2) of_parts(2) | ▶stoves/1+0=8000",
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


def test_of_a_lesson_in_two_languages_one_s_own_is_heard(house: House) -> None:
    """And whoever has heard either has heard the lesson."""
    lesson = house.lessons[FALLS]
    yue = replace(lesson, slug="falls-yue", language="yue", title=replace(lesson.title, words="防跌"))
    both = House({FALLS: lesson, yue.slug: yue})
    for language, title in (("zh", "防跌倒"), ("yue", "防跌")):
        for places, lead in (({}, "now_playing"), ({FALLS: place(FALLS, 30_000, True)}, "once_more")):
            before = of(replace(WANG, places=places), AtMenu(), offer=(FALLS, yue.slug), language=language)
            assert told(both.step(before, Silent())) == f"{lead} {title}"


@pytest.mark.parametrize(("language", "says"), [("zh", "now_playing"), ("yue", "other_language now_playing")])
def test_a_lesson_in_another_language_is_explained(house: House, language: str, says: str) -> None:
    """Than the line speaks in this call: whether that is the caller's choice or the line's own."""
    for more in ({}, UNKNOWN):
        turn = house.step(state(AtMenu(), offer=(FALLS,), language=language, **more), Silent())
        assert told(turn) == f"{says} 防跌倒"


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
    asked = f"{NIGHT} choose_dont_know(4)" if "q-night" in questions else f"{FLOOR} choose_dont_know(3)"
    assert told(turn) == f"now_answering 防跌倒 {asked}"
