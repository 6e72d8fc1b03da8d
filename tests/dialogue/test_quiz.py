"""The questions: their meaning is said back, silence is not wrong, what was wrong comes once more; for a group in
turns; told to whoever presses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.config import DialogueSettings
from ivr.dialogue.state import AfterLesson, AtMenu, Confirming, Over, Place, Quiz, Scene, State
from ivr.dialogue.turn import Answered, Chose, Event, Gather, GaveUp, Input, Pressed, Silent, Stray, Turn, Waited
from tests.dialogue.house import (
    BOTH,
    CHEN,
    FALLS,
    FIRST,
    FLOOR,
    LI,
    MENU,
    NIGHT,
    STOVES,
    WANG,
    House,
    Row,
    check,
    of,
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
LAST = replace(SECOND, right=("q-night",), tries={"q-night": 1})
WRONG_ONCE = replace(FIRST, attempts=1, again=("q-night",), tries={"q-night": 1})
WRONG_TWICE = replace(WRONG_ONCE, attempts=2, tries={"q-night": 2})
NIGHT_AGAIN = replace(SECOND, again=("q-night",), tries={"q-night": 3})
SCORE = "asked(2) right({})"
FLOOR_RIGHT = "you_chose 马上擦干 说得对。马上擦干。"


def outcome(key: str, what: Any, attempt: int = 1, question: str = "q-night") -> Answered:
    return Answered(FALLS, FALLS, question, attempt, key, what)


ANSWERS: list[Row] = [
    (state(FIRST), "2", f"you_chose 先坐一坐 {RIGHT} {ASK_FLOOR}", LAST, tried("2", outcome="right")),
    *[
        (
            state(FIRST),
            key,
            f"you_chose {meaning} {WRONG} choose_once_more {ASK_NIGHT}",
            WRONG_ONCE,
            tried(key),
        )
        for key, meaning in (("1", "马上走"), ("3", "跑过去"))
    ],
    (
        state(replace(WRONG_ONCE, misses=2)),
        "3",
        f"you_chose 跑过去 {WRONG} choose_once_more {ASK_NIGHT}",
        WRONG_TWICE,
        tried("3", 2),
    ),
    (state(WRONG_TWICE), "1", f"you_chose 马上走 {THE_ANSWER} {ASK_FLOOR}", NIGHT_AGAIN, tried("1", 3)),
    (
        state(WRONG_TWICE),
        "2",
        f"you_chose 先坐一坐 {RIGHT} {ASK_FLOOR}",
        replace(NIGHT_AGAIN, right=("q-night",)),
        tried("2", 3, outcome="right"),
    ),
]
# The round again, whose tries are counted on; then the score of both.
ROUND_AGAIN = replace(NIGHT_AGAIN, index=2, right=("q-floor",), tries={"q-night": 3, "q-floor": 1})
AGAIN: list[Row] = [
    (
        state(NIGHT_AGAIN),
        "1",
        f"{FLOOR_RIGHT} asked_again {ASK_NIGHT}",
        ROUND_AGAIN,
        tried("1", 1, "q-floor", "right"),
    ),
    (
        state(ROUND_AGAIN),
        "2",
        f"you_chose 先坐一坐 {RIGHT} {SCORE.format(2)} {MENU}",
        AtMenu(),
        tried("2", 4, outcome="right"),
    ),
    (
        state(replace(ROUND_AGAIN, right=("q-night", "q-floor"))),  # at the second try
        "2",
        f"you_chose 先坐一坐 {RIGHT} {SCORE.format(2)} {MENU}",
        AtMenu(),
        tried("2", 4, outcome="right"),
    ),
    (
        state(ROUND_AGAIN),
        "3",
        f"you_chose 跑过去 {WRONG} choose_once_more {ASK_NIGHT}",
        replace(ROUND_AGAIN, attempts=1, tries={"q-night": 4, "q-floor": 1}),
        tried("3", 4),
    ),
    (
        state(replace(ROUND_AGAIN, attempts=2, tries={"q-night": 5})),
        "1",
        f"you_chose 马上走 {THE_ANSWER} {SCORE.format(1)} {MENU}",
        AtMenu(),
        tried("1", 6),
    ),
]
# Where the call goes on; the score is said where something was right.
NOTHING_RIGHT = replace(SECOND, tries={"q-night": 3})
FLOOR_SKIPPED = Chose("#", "next"), outcome("#", "skipped", question="q-floor")
AFTER = "choose_next(1) choose_question(3) choose_done(4)"
ASKED = AfterLesson(FALLS, asked=True)
THEN: list[Row] = [
    (state(LAST), "1", f"{FLOOR_RIGHT} {SCORE.format(2)} {MENU}", AtMenu(), tried("1", 1, "q-floor", "right")),
    (state(LAST), "#", f"i_tell_you {FLOOR_ANSWER} {SCORE.format(1)} {MENU}", AtMenu(), FLOOR_SKIPPED),
    (state(NOTHING_RIGHT), "#", f"i_tell_you {FLOOR_ANSWER} {MENU}", AtMenu(), FLOOR_SKIPPED),
    *[
        (state(LAST, heard=heard), "#", f"i_tell_you {FLOOR_ANSWER} {SCORE.format(1)} {says}", ASKED, FLOOR_SKIPPED)
        for heard, says in (((FALLS,), AFTER), ((FALLS, STOVES), AFTER.replace("next", "again")))
    ],
    (
        state(LAST, heard=(STOVES,)),
        "#",
        f"i_tell_you {FLOOR_ANSWER} {SCORE.format(1)} {MENU}",
        AtMenu(),
        FLOOR_SKIPPED,
    ),
    (state(NOTHING_RIGHT, heard=(FALLS,)), "#", f"i_tell_you {FLOOR_ANSWER} {AFTER}", ASKED, FLOOR_SKIPPED),
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
        f"i_tell_you {FLOOR_ANSWER} {MENU}",
        AtMenu(),
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
    # a silence is reminded of once; then the answer is told
    (state(FIRST), "", f"no_key_1 {ASK_NIGHT}", replace(FIRST, misses=1), (Waited("quiz"), outcome("", "silent"))),
    *[
        (
            state(replace(FIRST, misses=misses)),
            "",
            f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
            SECOND,
            (Waited("quiz"), outcome("", "silent")),
        )
        for misses in (1, 3)
    ],
    (
        state(WRONG_ONCE),
        "",
        f"no_key_1 {ASK_NIGHT}",
        replace(WRONG_ONCE, misses=1),
        (Waited("quiz"), outcome("", "silent", 2)),
    ),
    (
        state(replace(WRONG_ONCE, misses=1)),
        "4",
        f"i_tell_you {THE_ANSWER} {ASK_FLOOR}",
        replace(NIGHT_AGAIN, tries={"q-night": 1}),
        (Chose("4", "dont_know"), outcome("4", "unknown", 2)),
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
        f"i_tell_you {FLOOR_ANSWER} choose_listen(1) choose_answer(2) choose_help(0) or_wait",
        AtMenu(),
        (Chose("#", "next"), replace(outcome("#", "skipped", question="q-floor"), member=1)),
    ),
    (state(FIRST, **GROUP), "*", f"陈德明 your_turn {ASK_NIGHT}", FIRST, (Chose("*", "again"),)),
]


@rows(ANSWERS, AGAIN, THEN, NOT_ANSWERED, TELLING, TURNS)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    check(house, before, act, says, scene, events)


def test_a_visit_is_confirmed_after_the_questions(house: House) -> None:
    """Once nothing else is wanted; told, at once."""
    there: dict[str, Any] = {"learners": (WANG, LI), "phone": (1,), "staff": 1, "grade": "visit", "heard": (FALLS,)}
    turn = house.step(state(LAST, **there), Pressed("1"))
    assert turn.state.scene == ASKED
    assert house.step(turn, Silent()).state.scene == Confirming(FALLS)
    assert house.step(state(replace(TOLD, index=1), **there), Silent()).state.scene == Confirming(FALLS)


# What is due, and what is left once the round is over: what is due then, and asked by key 2.
LEFT: dict[str, tuple[Place, Quiz, str, tuple[str, ...], str]] = {
    "one right": (Place(FALLS), replace(LAST, index=1), "#", ("q-night",), ASK_FLOOR),
    "all right": (Place(FALLS), LAST, "1", BOTH, ASK_NIGHT),
    "one more right": (Place(FALLS, answered=("q-night",)), Quiz(FALLS, ("q-floor",)), "1", BOTH, ASK_NIGHT),
    "what was due": (Place(FALLS, answered=BOTH, due=("q-floor",)), Quiz(FALLS, ("q-floor",)), "1", BOTH, ASK_NIGHT),
    "what was due, not answered": (
        Place(FALLS, answered=("q-night",), due=("q-floor",)),
        Quiz(FALLS, ("q-floor",)),
        "#",
        ("q-night",),
        ASK_FLOOR,
    ),
}


@pytest.mark.parametrize(("before", "scene", "key", "answered", "says"), LEFT.values(), ids=list(LEFT))
def test_what_was_answered_is_remembered(
    house: House, before: Place, scene: Quiz, key: str, answered: tuple[str, ...], says: str
) -> None:
    """For the rest of the call; and nothing that was due is offered twice."""
    turn = house.step(of(replace(WANG, places={FALLS: before}), scene), Pressed(key))
    assert turn.state.learners[0].places == {FALLS: replace(before, answered=answered, due=())}
    assert told(turn).endswith(MENU)  # which has no fourth choice
    assert told(house.step(turn.state, Pressed("2"))) == f"now_answering 防跌倒 {says}"


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_as_many_attempts_as_the_rules_say(house: House, attempts: int) -> None:
    rules = DialogueSettings(attempts=attempts)
    turn = Turn(state(FIRST), (), Gather(1))
    for n in range(1, attempts + 1):
        turn = house.step(replace(turn.state, keys=()), Pressed("1"), rules=rules)
        assert turn.events == tried("1", n)
    assert turn.state.scene == replace(NIGHT_AGAIN, tries={"q-night": attempts})


def test_ten_questions_and_their_score(house: House) -> None:
    """As many as a lesson may have: each count of them is a prompt that exists."""
    one = house.lessons[FALLS].questions[0]
    ten = replace(house.lessons[FALLS], questions=tuple(replace(one, id=f"q{n}") for n in range(10)), other_pace=None)
    full = House({FALLS: ten})
    for right in range(11):
        turn = full.step(state(AtMenu(), offer=(FALLS,)), Pressed("2"))
        for n in range(10):
            turn = full.step(replace(turn.state, keys=()), Pressed("2" if n < right else "#"))
        score = f"asked(10) right({right})" if right else WRONG
        assert told(turn).endswith(f"{score} {MENU}")


def test_all_wrong_comes_again_once_and_then_ends(house: House) -> None:
    turn = Turn(state(FIRST), (), Gather(1))
    tries = []
    while isinstance(turn.state.scene, Quiz):
        question = "q-night" if NIGHT in told(turn) or not turn.says else "q-floor"
        turn = house.step(replace(turn.state, keys=()), Pressed("1" if question == "q-night" else "2"))
        tries += [(event.question, event.attempt) for event in turn.events if isinstance(event, Answered)]
    assert tries == [(question, n) for some in ((1, 2, 3), (4, 5, 6)) for question in BOTH for n in some]
    assert told(turn).endswith(f"{FLOOR_ANSWER} {MENU}")


def test_silence_alone_ends_a_round(house: House) -> None:
    turn = house.step(state(AtMenu()), Pressed("2"))
    silences = 0
    while isinstance(turn.state.scene, Quiz):
        turn = house.step(turn, Silent())
        silences += 1
    assert silences == 2 * (1 + 1)
