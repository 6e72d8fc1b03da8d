"""The lesson waits: how to steer it, slower or faster, a pause, once more or on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from ivr.dialogue.state import AskingHow, Confirming, Listening, Over, PartOver, Pausing, RollCall, Scene, State
from ivr.dialogue.turn import (
    LINE_DELAY_MS,
    Chose,
    Event,
    Gather,
    GaveUp,
    Input,
    Preferred,
    Pressed,
    Silent,
    Stray,
    Waited,
)
from tests.dialogue.house import (
    FALLS,
    LI,
    PLAYING,
    RULES,
    STOVES,
    UNKNOWN,
    WANG,
    House,
    Row,
    check,
    of,
    rows,
    state,
    told,
)
from tests.drivers import BEGIN

CHOICES = "choose_slower(1) choose_pause(2) choose_other_lesson(3)"
HOW = f"help_listening {CHOICES}"
ON = Listening(FALLS, 16_000, lead="going_on")
HERE = AskingHow(FALLS, 16_000)
SLOW = replace(WANG, pace="slow")
PART_3 = "part(3) of_parts(3)", Listening(FALLS, 22_000)


def paced(learner: Any, pace: str, does: str) -> Row:
    events = (Chose("1", does), Preferred(1, "pace", pace))
    return of(learner, HERE), "1", f"{does}_now going_on", ON, events


ASKING_HOW: list[Row] = [
    paced(WANG, "slow", "slower"),
    paced(SLOW, "fast", "faster"),
    paced(replace(WANG, pace="fast"), "slow", "slower"),
    (state(HERE), "2", "paused", Pausing(FALLS, 16_000), (Chose("2", "pause"),)),
    (state(HERE), "3", "now_playing 用炉子", Listening(STOVES, 0), (Chose("3", "other_lesson"),)),
    (
        state(HERE, left={STOVES: 9_000}),
        "3",
        "go_on_with 用炉子 part(2) of_parts(2)",
        Listening(STOVES, 8_000),
        (Chose("3", "other_lesson"),),
    ),
    (state(HERE), "*", "again_now", Listening(FALLS, 12_000, lead="again_now"), (Chose("*", "again"),)),
    (state(HERE), "#", *PART_3, (Chose("#", "next"),)),
    (state(replace(HERE, misses=2)), "0", HOW, HERE, (Chose("0", "help"),)),
    (state(HERE), "", "going_on", ON, (Waited("how"),)),
    *[(state(HERE), key, f"other_key_1 {CHOICES}", replace(HERE, misses=1), (Stray(key),)) for key in "456789A"],
    (state(replace(HERE, misses=3)), "7", "going_on", ON, (Stray("7"), GaveUp("how"))),
    # without a name there is no lasting pace; a lesson that has no other pace, no questions, and none after it
    (
        state(HERE, **UNKNOWN),
        "1",
        f"other_key_1 {CHOICES.partition(' ')[2]}",
        replace(HERE, misses=1),
        (Stray("1"),),
    ),
    (
        state(AskingHow(STOVES, 2_000), heard=(FALLS,)),
        "0",
        "help_listening choose_pause(2)",
        AskingHow(STOVES, 2_000),
        (Chose("0", "help"),),
    ),
]

AGAIN = "choose_part_again(1) choose_go_on(2)"
GROUP: dict[str, Any] = {"learner": None, "grade": "group", "present": (0,)}
BETWEEN = PartOver(FALLS, 22_000)
NEXT_PART = Listening(FALLS, 22_000, lead="going_on")
LAST_PART = "again_now", Listening(FALLS, 12_000, lead="again_now")
PART_OVER: list[Row] = [
    (state(BETWEEN), "1", *LAST_PART, (Chose("1", "part_again"),)),
    (state(BETWEEN), "*", *LAST_PART, (Chose("*", "again"),)),
    (state(BETWEEN), "2", "going_on", NEXT_PART, (Chose("2", "go_on"),)),
    (state(BETWEEN), "#", "going_on", NEXT_PART, (Chose("#", "next"),)),
    (state(BETWEEN), "", "going_on", NEXT_PART, (Waited("part"),)),
    (state(replace(BETWEEN, misses=2)), "0", AGAIN, BETWEEN, (Chose("0", "help"),)),
    *[(state(BETWEEN), key, f"other_key_1 {AGAIN}", replace(BETWEEN, misses=1), (Stray(key),)) for key in "3456789A"],
    (state(replace(BETWEEN, misses=3)), "9", "going_on", NEXT_PART, (Stray("9"), GaveUp("part"))),
    (state(BETWEEN, **GROUP), "3", "roll_call", RollCall(back_to=NEXT_PART), (Chose("3", "latecomer"),)),
    (
        state(BETWEEN, **GROUP),
        "4",
        f"other_key_1 {AGAIN} choose_latecomer(3)",
        replace(BETWEEN, misses=1),
        (Stray("4"),),
    ),
]

PAUSED = Pausing(FALLS, 16_000)
PAUSES: list[Row] = [
    *[(state(PAUSED), key, "going_on", ON, (Chose(key, "go_on"),)) for key in "0123456789*#A"],
    (state(PAUSED), "", "still_waiting", replace(PAUSED, waits=1), (Waited("pause"),)),
    (state(replace(PAUSED, waits=3)), "", "still_waiting", replace(PAUSED, waits=4), (Waited("pause"),)),
    (state(replace(PAUSED, waits=4)), "", "until_next_time goodbye", Over(), (Waited("pause"),)),
    (
        state(replace(PAUSED, waits=4), learners=(WANG, LI), staff=1, grade="visit"),
        "",
        "until_next_time 王秀英 hand_over choose_confirm(1) choose_deny(2)",
        Confirming(FALLS),
        (Waited("pause"),),
    ),
]


@rows(ASKING_HOW, PART_OVER, PAUSES)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    check(house, before, act, says, scene, events)


def test_it_waits_at_the_sentence_and_goes_on_there(house: House) -> None:
    paused = house.step(state(PLAYING), Pressed("0"), BEGIN + timedelta(milliseconds=LINE_DELAY_MS[1] + 5_000))
    assert (paused.state.scene, paused.gather) == (HERE, Gather(RULES.wait_s))
    later = BEGIN + timedelta(minutes=40)
    announced = house.step(paused, Silent(), later)
    assert (told(announced), announced.gather) == ("going_on", Gather(1))
    assert told(house.step(announced, Silent(), later)) == "▶falls/1+4000=16000"


def test_a_lesson_left_for_another_keeps_its_place(house: House) -> None:
    """For the rest of the call, also for somebody unknown; until it is heard to its end."""
    for more in ({}, UNKNOWN):
        turn = house.step(state(HERE, **more), Pressed("3"))
        assert turn.state.left == {FALLS: 16_000}
        back = house.step(replace(turn.state, scene=AskingHow(STOVES, 8_000), keys=()), Pressed("3"))
        assert told(back) == "go_on_with 防跌倒 part(2) of_parts(3)"
        assert (back.state.scene, back.state.left) == (Listening(FALLS, 16_000), {FALLS: 16_000, STOVES: 8_000})
        ended = house.step(replace(back.state, scene=Listening(FALLS, 22_000, BEGIN)), Silent())
        assert ended.state.left == {STOVES: 8_000}
        asked = house.step(ended, Pressed("1"))
        assert asked.state.scene == Listening(STOVES, 8_000)


def test_a_pause_is_of_five_minutes(house: House) -> None:
    turn = house.step(state(HERE), Pressed("2"))
    waited_s = 0
    while turn.gather:
        assert isinstance(turn.gather, Gather)
        waited_s += turn.gather.seconds
        turn = house.step(turn, Silent())
    assert waited_s == 300


def test_at_the_other_pace_from_here_on(house: House) -> None:
    slower = house.step(state(HERE), Pressed("1"))
    assert slower.state.learners == (SLOW,)
    assert told(house.step(slower, Silent())) == "▶falls/1+5000=20000@slow"
    faster = house.step(of(SLOW, HERE), Pressed("1"))
    assert told(house.step(faster, Silent())) == "▶falls/1+4000=16000"


def test_a_lesson_that_is_slow_by_itself_can_be_heard_faster(house: House) -> None:
    """Its own pace is one of the two, not the middle of three."""
    lesson = house.lessons[FALLS]
    assert lesson.other_pace
    slow = House({FALLS: replace(lesson.other_pace, other_pace=replace(lesson, other_pace=None))})
    asked = slow.step(state(Listening(FALLS, 20_000), offer=(FALLS,)), Pressed("0"))
    assert told(asked).startswith("help_listening choose_faster(1)")
    faster = slow.step(asked, Pressed("1"))
    assert told(slow.step(faster, Silent())) == "▶falls/1+4000=16000@normal"
    asked = slow.step(replace(faster.state, scene=Listening(FALLS, 20_000), keys=()), Pressed("0"))
    assert told(asked).startswith("help_listening choose_slower(1)")


def test_skipping_from_the_last_segment_ends_the_lesson(house: House) -> None:
    turn = house.step(state(AskingHow(FALLS, 24_000)), Pressed("#"))
    assert told(turn).startswith("lesson_over")
    assert turn.state.heard == (FALLS,)


def test_a_group_is_asked_after_every_part(house: House) -> None:
    turn = house.step(state(PLAYING, **GROUP), Silent(), BEGIN + timedelta(seconds=11))
    assert told(turn) == f"{AGAIN} choose_latecomer(3)"
