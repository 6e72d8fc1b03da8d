"""The questions: their meaning is said back, silence is not wrong, what was wrong comes once more; for a group in
turns; told to whoever presses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.config import DialogueSettings
from ivr.dialogue.state import AtMenu, Confirming, Over, Quiz, Scene, State
from ivr.dialogue.turn import Answered, Chose, Event, Gather, GaveUp, Input, Pressed, Silent, Stray, Turn, Waited
from tests.dialogue.house import (
    BOTH,
    CHEN,
    FALLS,
    FIRST,
    FLOOR,
    LI,
    NIGHT,
    WANG,
    House,
    Row,
    check,
    rows,
    state,
    told,
    tried,
)

ASK_NIGHT, ASK_FLOOR = f"{NIGHT} choose_dont_know(4)", f"{FLOOR} choose_dont_know(3)"
RIGHT, WRONG = "说得对。先坐一坐。", "是这样的：先坐一坐。"
THE_ANSWER = f"the_answer_is 先坐一坐 {WRONG}"
FLOOR_ANSWER = "the_answer_is 马上擦干 是这样的：马上擦干。"
SECOND = Quiz(FALLS, BOTH, index=1)
LAST = replace(SECOND, right=1)
NIGHT_AGAIN = replace(SECOND, again=("q-night",))
SCORE = "asked(2) right({}) goodbye"


def outcome(key: str, what: Any, attempt: int = 1, question: str = "q-night") -> Answered:
    return Answered(FALLS, FALLS, question, attempt, key, what)


ANSWERS: list[Row] = [
    (state(FIRST), "2", f"you_chose 先坐一坐 {RIGHT} {ASK_FLOOR}", LAST, tried("2", outcome="right")),
    *[
        (
            state(FIRST),
            key,
            f"you_chose {meaning} {WRONG} choose_once_more {ASK_NIGHT}",
            replace(FIRST, attempts=1, again=("q-night",)),
            tried(key),
        )
        for key, meaning in (("1", "马上走"), ("3", "跑过去"))
    ],
    (
        state(replace(FIRST, attempts=1, misses=2, again=("q-night",))),
        "3",
        f"you_chose 跑过去 {WRONG} choose_once_more {ASK_NIGHT}",
        replace(FIRST, attempts=2, again=("q-night",)),
        tried("3", 2),
    ),
    (
        state(replace(FIRST, attempts=2, again=("q-night",))),
        "1",
        f"you_chose 马上走 {THE_ANSWER} {ASK_FLOOR}",
        NIGHT_AGAIN,
        tried("1", 3),
    ),
    (
        state(replace(FIRST, attempts=2, again=("q-night",))),
        "2",
        f"you_chose 先坐一坐 {RIGHT} {ASK_FLOOR}",
        replace(NIGHT_AGAIN, right=1),
        tried("2", 3, outcome="right"),
    ),
    (
        state(LAST),
        "1",
        f"you_chose 马上擦干 说得对。马上擦干。 {SCORE.format(2)}",
        Over(),
        tried("1", 1, "q-floor", "right"),
    ),
]
ROUND_AGAIN = replace(NIGHT_AGAIN, index=2, right=1)
AGAIN: list[Row] = [
    (
        state(NIGHT_AGAIN),
        "1",
        f"you_chose 马上擦干 说得对。马上擦干。 asked_again {ASK_NIGHT}",
        ROUND_AGAIN,
        tried("1", 1, "q-floor", "right"),
    ),
    (
        state(ROUND_AGAIN),
        "2",
        f"you_chose 先坐一坐 {RIGHT} {SCORE.format(1)}",
        Over(),
        tried("2", outcome="right"),
    ),
    (
        state(replace(ROUND_AGAIN, attempts=2)),
        "1",
        f"you_chose 马上走 {THE_ANSWER} {SCORE.format(1)}",
        Over(),
        tried("1", 3),
    ),
    (
        state(ROUND_AGAIN),
        "3",
        f"you_chose 跑过去 {WRONG} choose_once_more {ASK_NIGHT}",
        replace(ROUND_AGAIN, attempts=1),
        tried("3"),
    ),
]
NOT_ANSWERED: list[Row] = [
    (
        state(FIRST),
        "4",
        f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
        SECOND,
        (Chose("4", "dont_know"), outcome("4", "unknown")),
    ),
    (
        state(SECOND),
        "3",
        f"i_tell_you {FLOOR_ANSWER} {SCORE.format(0)}",
        Over(),
        (Chose("3", "dont_know"), outcome("3", "unknown", question="q-floor")),
    ),
    (
        state(FIRST),
        "#",
        f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
        SECOND,
        (Chose("#", "next"), outcome("#", "skipped")),
    ),
    (state(FIRST), "0", f"help_answering {ASK_NIGHT}", FIRST, (Chose("0", "help"),)),
    (state(replace(FIRST, misses=2)), "*", ASK_NIGHT, replace(FIRST, misses=2), (Chose("*", "again"),)),
    *[
        (
            state(FIRST),
            key,
            f"other_key_1 {ASK_NIGHT}",
            replace(FIRST, misses=1),
            (Stray(key), outcome(key, "other")),
        )
        for key in "56789A"
    ],
    *[
        (
            state(SECOND),
            key,
            f"other_key_1 {ASK_FLOOR}",
            replace(SECOND, misses=1),
            (Stray(key), outcome(key, "other", question="q-floor")),
        )
        for key in "456789A"
    ],
    (
        state(replace(FIRST, misses=1, attempts=1)),
        "",
        f"no_key_2 {ASK_NIGHT}",
        replace(FIRST, misses=2, attempts=1),
        (Waited("quiz"), outcome("", "silent", 2)),
    ),
    (
        state(replace(FIRST, misses=3)),
        "",
        f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
        SECOND,
        (Waited("quiz"), outcome("", "silent")),
    ),
    (
        state(replace(FIRST, misses=3)),
        "A",
        f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
        SECOND,
        (Stray("A"), GaveUp("quiz"), outcome("A", "other")),
    ),
]
TOLD = replace(FIRST, told=True)
TELLING: list[Row] = [
    (
        state(TOLD),
        "",
        f"i_tell_you {THE_ANSWER} {FLOOR}",
        replace(TOLD, index=1),
        (Waited("quiz"), outcome("", "silent")),
    ),
    (
        state(replace(TOLD, index=1)),
        "",
        f"i_tell_you {FLOOR_ANSWER} goodbye",
        Over(),
        (Waited("quiz"), outcome("", "silent", question="q-floor")),
    ),
    (state(TOLD), "2", f"you_chose 先坐一坐 {RIGHT} {ASK_FLOOR}", LAST, tried("2", outcome="right")),
    (
        state(TOLD),
        "7",
        f"other_key_1 {ASK_NIGHT}",
        replace(FIRST, misses=1),
        (Stray("7"), outcome("7", "other")),
    ),
]

GROUP: dict[str, Any] = {"learners": (WANG, LI, CHEN), "learner": None, "grade": "group", "present": (2, 0)}
TURNS: list[Row] = [
    (
        state(FIRST, **GROUP),
        "2",
        f"you_chose 先坐一坐 {RIGHT} 王秀英 your_turn {ASK_FLOOR}",
        LAST,
        (replace(outcome("2", "right"), member=3),),
    ),
    (
        state(SECOND, **GROUP),
        "#",
        f"i_tell_you {FLOOR_ANSWER} {SCORE.format(0)}",
        Over(),
        (Chose("#", "next"), replace(outcome("#", "skipped", question="q-floor"), member=1)),
    ),
    (state(FIRST, **GROUP), "*", f"陈德明 your_turn {ASK_NIGHT}", FIRST, (Chose("*", "again"),)),
]


@rows(ANSWERS, AGAIN, NOT_ANSWERED, TELLING, TURNS)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    check(house, before, act, says, scene, events)


def test_a_visit_is_confirmed_after_the_questions(house: House) -> None:
    turn = house.step(state(LAST, learners=(WANG, LI), staff=1, grade="visit"), Pressed("1"))
    assert turn.state.scene == Confirming(FALLS)
    assert "asked(2) right(2) 王秀英 hand_over" in told(turn)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_as_many_attempts_as_the_rules_say(house: House, attempts: int) -> None:
    rules = DialogueSettings(attempts=attempts)
    turn = Turn(state(FIRST), (), Gather(1))
    for n in range(1, attempts + 1):
        turn = house.step(replace(turn.state, keys=()), Pressed("1"), rules=rules)
        assert turn.events == tried("1", n)
    assert turn.state.scene == NIGHT_AGAIN


def test_ten_questions_and_their_score(house: House) -> None:
    """As many as a lesson may have: each count of them is a prompt that exists."""
    one = house.lessons[FALLS].questions[0]
    ten = replace(house.lessons[FALLS], questions=tuple(replace(one, id=f"q{n}") for n in range(10)), other_pace=None)
    full = House({FALLS: ten})
    for right in range(11):
        turn = full.step(state(AtMenu(), offer=(FALLS,)), Pressed("2"))
        for n in range(10):
            turn = full.step(replace(turn.state, keys=()), Pressed("2" if n < right else "#"))
        assert told(turn).endswith(f"asked(10) right({right}) goodbye")


def test_all_wrong_comes_again_once_and_then_ends(house: House) -> None:
    turn = Turn(state(FIRST), (), Gather(1))
    asked = 0
    while turn.gather:
        question = "q-night" if NIGHT in told(turn) or not turn.says else "q-floor"
        turn = house.step(replace(turn.state, keys=()), Pressed("1" if question == "q-night" else "2"))
        asked += 1
    assert asked == 2 * 2 * 3
    assert told(turn).endswith(SCORE.format(0))


def test_silence_alone_ends_a_round(house: House) -> None:
    turn = house.step(state(AtMenu()), Pressed("2"))
    silences = 0
    while turn.gather:
        turn = house.step(turn, Silent())
        silences += 1
    assert silences == 2 * (1 + 3)
