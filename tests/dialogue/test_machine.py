"""What each key, and silence, does in each scene: a row says where the call stands, what the caller does, what is said,
where the call stands then, and what is written down of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.catalogue import Catalogue
from ivr.config import DialogueSettings
from ivr.dialogue import machine
from ivr.dialogue.turn import (
    AfterLesson,
    Asking,
    AtMenu,
    Chose,
    Event,
    Gather,
    Identified,
    Learner,
    Listening,
    Over,
    Pressed,
    Quiz,
    Say,
    Scene,
    Silent,
    State,
    Stray,
    Turn,
    Waited,
)
from tests.dialogue.house import (
    BOTH,
    FALLS,
    FIRST,
    FLOOR,
    KEYS,
    LI,
    NIGHT,
    PLAYING,
    RULES,
    STOVES,
    UNKNOWN,
    WANG,
    House,
    pressed_or_not,
    state,
    told,
    tried,
)
from tests.drivers import BEGIN

MENU = "choose_listen(1) choose_answer(2) choose_help(0) or_wait"
AFTER = "choose_next(1) choose_answer(2) choose_help(0)"
AFTER_ALL = "choose_again(1) choose_answer(2) choose_help(0)"


# ── a call is answered ───────────────────────────────────────────────────────────────────────────────────────────

BEGINNINGS: dict[str, tuple[tuple[Learner, ...], str, Scene, tuple[Event, ...]]] = {
    "somebody unknown": ((), f"welcome {MENU}", AtMenu(), ()),
    "one learner": ((WANG,), f"welcome 王秀英 hello {MENU}", AtMenu(), (Identified(1),)),
    "two": ((WANG, LI), "welcome 王秀英 press(1) 李大山 press(2)", Asking(), ()),
    "six": (
        tuple(Learner(n, f"学员{n}") for n in range(1, 7)),
        "welcome 学员1 press(1) 学员2 press(2) 学员3 press(3) 学员4 press(4)",
        Asking(),
        (),
    ),
}


@pytest.mark.parametrize(("learners", "says", "scene", "events"), BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_begin(house: House, learners: tuple[Learner, ...], says: str, scene: Scene, events: tuple[Event, ...]) -> None:
    turn = house.begin(*learners)
    assert (told(turn), turn.state.scene, turn.events, turn.gather) == (says, scene, events, Gather(RULES.wait_s))
    assert turn.state.offer == (FALLS, STOVES)
    assert turn.state.learner == (0 if events else None)


@pytest.mark.parametrize("learners", [(), (WANG,), (WANG, LI)])
def test_nothing_on_offer(learners: tuple[Learner, ...]) -> None:
    turn = House({}).begin(*learners)
    assert (told(turn), turn.state.scene, turn.gather) == ("welcome nothing_yet goodbye", Over(), None)


# ── every key in every scene ─────────────────────────────────────────────────────────────────────────────────────

TWO: dict[str, Any] = {"learners": (WANG, LI), "learner": None}
NAMES = "王秀英 press(1) 李大山 press(2)"
HEARD: dict[str, Any] = {"heard": (FALLS,)}
ALL_HEARD: dict[str, Any] = {"heard": (FALLS, STOVES)}

Row = tuple[State, str, str, Scene, tuple[Event, ...]]


def greeted(key: str, who: Learner) -> Row:
    return state(Asking(), **TWO), key, f"{who.name} hello {MENU}", AtMenu(), (Identified(who.member),)


ASKING: list[Row] = [
    greeted("1", WANG),
    greeted("2", LI),
    (state(Asking(), **TWO), "3", f"other_key_1 {NAMES}", Asking(1), (Stray("3"),)),
    (state(Asking(), **TWO), "", f"no_key_1 {NAMES}", Asking(1), (Waited("who"),)),
    (state(Asking(1), **TWO), "", f"no_key_2 {NAMES}", Asking(2), (Waited("who"),)),
    (state(Asking(2), **TWO), "A", f"other_key_3 {NAMES}", Asking(3), (Stray("A"),)),
    (state(Asking(3), **TWO), "", f"carry_on {MENU}", AtMenu(), (Waited("who"),)),
    (state(Asking(3), **TWO), "9", f"carry_on {MENU}", AtMenu(), (Stray("9"),)),
    *[(state(Asking(2), **TWO), key, NAMES, Asking(2), (Chose(key, "again"),)) for key in "0*#"],
]
LISTEN = "now_playing 防跌倒"
AT_MENU: list[Row] = [
    (state(AtMenu()), "", LISTEN, Listening(FALLS, 0), (Waited("menu"),)),
    (state(AtMenu()), "1", LISTEN, Listening(FALLS, 0), (Chose("1", "listen"),)),
    (state(AtMenu()), "#", LISTEN, Listening(FALLS, 0), (Chose("#", "listen"),)),
    (state(AtMenu()), "2", f"now_answering 防跌倒 {NIGHT}", Quiz(FALLS, BOTH), (Chose("2", "answer"),)),
    (state(AtMenu()), "0", f"help {MENU}", AtMenu(), (Chose("0", "help"),)),
    (state(AtMenu(2)), "*", MENU, AtMenu(), (Chose("*", "again"),)),
    (state(AtMenu()), "9", "other_key_1 choose_listen(1) choose_answer(2)", AtMenu(1), (Stray("9"),)),
    (state(AtMenu(1)), "A", "other_key_2 choose_listen(1) choose_answer(2)", AtMenu(2), (Stray("A"),)),
    (state(AtMenu(2)), "3", "other_key_3 choose_listen(1)", AtMenu(3), (Stray("3"),)),
    (state(AtMenu(3)), "3", f"carry_on {LISTEN}", Listening(FALLS, 0), (Stray("3"),)),
    (state(AtMenu(), **UNKNOWN), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **HEARD), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **ALL_HEARD), "1", "once_more 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **UNKNOWN | HEARD), "", "now_playing 用炉子", Listening(STOVES, 0), (Waited("menu"),)),
    (state(AtMenu(), offer=(STOVES,)), "2", f"no_questions {MENU}", AtMenu(), (Chose("2", "answer"),)),
]
AFTER_LESSON: list[Row] = [
    (state(AfterLesson(FALLS), **HEARD), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "next"),)),
    (state(AfterLesson(FALLS), **HEARD), "#", "now_playing 用炉子", Listening(STOVES, 0), (Chose("#", "next"),)),
    (state(AfterLesson(FALLS), **HEARD), "*", "once_more 防跌倒", Listening(FALLS, 0), (Chose("*", "again"),)),
    (
        state(AfterLesson(FALLS), **HEARD),
        "2",
        f"now_answering 防跌倒 {NIGHT}",
        Quiz(FALLS, BOTH),
        (Chose("2", "answer"),),
    ),
    (state(AfterLesson(FALLS, 2), **HEARD), "0", f"help {AFTER}", AfterLesson(FALLS), (Chose("0", "help"),)),
    (state(AfterLesson(FALLS), **ALL_HEARD), "1", "once_more 防跌倒", Listening(FALLS, 0), (Chose("1", "again"),)),
    (state(AfterLesson(FALLS), **ALL_HEARD), "#", "goodbye", Over(), (Chose("#", "done"),)),
    (
        state(AfterLesson(STOVES), heard=(STOVES,)),
        "2",
        "other_key_1 choose_next(1)",
        AfterLesson(STOVES, 1),
        (Stray("2"),),
    ),
    (
        state(AfterLesson(FALLS), **HEARD),
        "",
        "no_key_1 choose_next(1) choose_answer(2)",
        AfterLesson(FALLS, 1),
        (Waited("after"),),
    ),
    (
        state(AfterLesson(FALLS, 1), **HEARD),
        "7",
        "other_key_2 choose_next(1) choose_answer(2)",
        AfterLesson(FALLS, 2),
        (Stray("7"),),
    ),
    (state(AfterLesson(FALLS, 2), **HEARD), "", "no_key_3 choose_next(1)", AfterLesson(FALLS, 3), (Waited("after"),)),
    (state(AfterLesson(FALLS, 3), **HEARD), "", "goodbye", Over(), (Waited("after"),)),
    (state(AfterLesson(FALLS, 3), **HEARD), "9", "goodbye", Over(), (Stray("9"),)),
]


RIGHT, WRONG = "说得对。先坐一坐。", "是这样的：先坐一坐。"
SCORE = "asked(2) right({}) goodbye"
SECOND = Quiz(FALLS, BOTH, index=1, right=1)
QUIZ: list[Row] = [
    (state(FIRST), "2", f"{RIGHT} {FLOOR}", SECOND, tried("2", right=True)),
    (state(FIRST), "1", f"{WRONG} choose_once_more {NIGHT}", replace(FIRST, attempts=1), tried("1")),
    (
        state(replace(FIRST, attempts=1, misses=2)),
        "3",
        f"{WRONG} choose_once_more {NIGHT}",
        replace(FIRST, attempts=2),
        tried("3", 2),
    ),
    (state(replace(FIRST, attempts=2)), "1", f"{WRONG} {FLOOR}", Quiz(FALLS, BOTH, 1), tried("1", 3)),
    (state(replace(FIRST, attempts=2)), "2", f"{RIGHT} {FLOOR}", SECOND, tried("2", 3, right=True)),
    (state(FIRST), "0", f"help_answering {NIGHT}", FIRST, (Chose("0", "help"),)),
    (state(replace(FIRST, misses=2)), "*", NIGHT, replace(FIRST, misses=2), (Chose("*", "again"),)),
    (state(FIRST), "#", f"i_tell_you {WRONG} {FLOOR}", Quiz(FALLS, BOTH, 1), (Chose("#", "next"),)),
    (state(FIRST), "4", f"other_key_1 {NIGHT}", replace(FIRST, misses=1), (Stray("4"),)),
    (state(replace(FIRST, misses=1)), "", f"no_key_2 {NIGHT}", replace(FIRST, misses=2), (Waited("quiz"),)),
    (state(replace(FIRST, misses=3)), "", f"i_tell_you {WRONG} {FLOOR}", Quiz(FALLS, BOTH, 1), (Waited("quiz"),)),
    (state(replace(FIRST, misses=3)), "A", f"i_tell_you {WRONG} {FLOOR}", Quiz(FALLS, BOTH, 1), (Stray("A"),)),
    (state(SECOND), "3", f"other_key_1 {FLOOR}", replace(SECOND, misses=1), (Stray("3"),)),
    (state(SECOND), "1", f"说得对。马上擦干。 {SCORE.format(2)}", Over(), tried("1", 1, "q-floor", True)),
    (
        state(replace(SECOND, attempts=2)),
        "2",
        f"是这样的：马上擦干。 {SCORE.format(1)}",
        Over(),
        tried("2", 3, "q-floor"),
    ),
    (state(SECOND), "#", f"i_tell_you 是这样的：马上擦干。 {SCORE.format(1)}", Over(), (Chose("#", "next"),)),
]
OVER: list[Row] = [(state(Over()), key, "goodbye", Over(), ()) for key in ("", "1", "#")]


@pytest.mark.parametrize(
    ("before", "key", "says", "scene", "events"),
    [*ASKING, *AT_MENU, *AFTER_LESSON, *QUIZ, *OVER],
    ids=lambda each: type(each.scene).__name__ if isinstance(each, State) else repr(each) if each in KEYS else "",
)
def test_a_row(house: House, before: State, key: str, says: str, scene: Scene, events: tuple[Event, ...]) -> None:
    turn = house.step(before, pressed_or_not(key))
    assert (told(turn), turn.state.scene, turn.events) == (says, scene, events)
    assert (turn.gather is None) == (scene == Over())


# ── rules, and the ends of things ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reminders", [0, 1, 2, 3])
def test_as_many_reminders_as_the_rules_say(house: House, reminders: int) -> None:
    """And then the default: on a shared phone the menu, after a lesson goodbye."""
    rules = DialogueSettings(reminders=reminders)
    for scene, default, people in ((Asking(), AtMenu(), (WANG, LI)), (AfterLesson(FALLS), Over(), (WANG,))):
        turn = Turn(state(scene, learners=people, learner=None), (), Gather(1))
        for _ in range(reminders):
            turn = house.step(turn.state, Silent(), rules=rules)
            assert type(turn.state.scene) is type(scene)
        assert house.step(turn.state, Silent(), rules=rules).state.scene == default


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_as_many_attempts_as_the_rules_say(house: House, attempts: int) -> None:
    rules = DialogueSettings(attempts=attempts)
    turn = Turn(state(FIRST), (), Gather(1))
    for n in range(1, attempts + 1):
        turn = house.step(turn.state, Pressed("1"), rules=rules)
        assert turn.events == tried("1", n)
    assert turn.state.scene == Quiz(FALLS, BOTH, 1)


def test_waits_are_as_the_rules_say(house: House) -> None:
    rules = DialogueSettings(wait_s=20, between_segments_s=4)
    assert house.begin(WANG, rules=rules).gather == Gather(20)
    assert house.step(state(Listening(FALLS, 0)), Silent(), rules=rules).gather == Gather(4)
    assert house.step(state(PLAYING), Pressed("0"), rules=rules).gather == Gather(20)


@pytest.mark.parametrize("scene", [Asking(), AtMenu(), PLAYING, Listening(FALLS, 0), AfterLesson(FALLS), FIRST, Over()])
def test_end_says_it_and_hangs_up(scene: Scene) -> None:
    turn = machine.end(state(scene), Say("long_enough"), Say("goodbye"))
    assert (told(turn), turn.state.scene, turn.gather) == ("long_enough goodbye", Over(), None)
    assert turn.state.learner == 0


def test_ten_questions_and_their_score(house: House) -> None:
    """As many as a lesson may have: each count of them is a prompt that exists."""
    one = house.lessons[FALLS].questions[0]
    ten = replace(house.lessons[FALLS], questions=tuple(replace(one, id=f"q{n}") for n in range(10)))
    full = House({FALLS: ten})
    for right in range(11):
        turn = full.step(state(AtMenu(), offer=(FALLS,)), Pressed("2"))
        for n in range(10):
            turn = full.step(turn.state, Pressed("2" if n < right else "#"))
        assert told(turn).endswith(f"asked(10) right({right}) goodbye")


def test_a_lesson_withdrawn_during_the_call_plays_on(house: House) -> None:
    """What the call began with is pinned; withdrawn editions stay on the shelf."""
    gone = Catalogue((), house.catalogue.editions)
    turn = machine.step(state(PLAYING), Silent(), gone, BEGIN, RULES)
    assert told(turn) == "▶falls/2+0=22000"
    turn = machine.step(state(AfterLesson(FALLS), heard=(FALLS,)), Pressed("1"), gone, BEGIN, RULES)
    assert told(turn) == "now_playing 用炉子"
