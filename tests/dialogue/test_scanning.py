"""One key for everything: choices are read one by one, and whatever is pressed picks the one just read."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue import machine
from ivr.dialogue.state import (
    AfterLesson,
    Asking,
    AskingHow,
    AtMenu,
    Helping,
    LeavingQuestion,
    Listening,
    Month,
    Numbering,
    OnDuty,
    Quiz,
    Scene,
    State,
)
from ivr.dialogue.talk import Talk
from ivr.dialogue.turn import (
    Chose,
    Delivered,
    Found,
    Gather,
    Preferred,
    Pressed,
    Say,
    Silent,
    Stray,
    Told,
    Turn,
    Waited,
)
from tests.dialogue.house import BOTH, FALLS, LI, REPLY, RULES, WANG, House, of, state, told, tried
from tests.drivers import BEGIN

ONE = replace(WANG, one_key=True)
STEM, OPTIONS = "夜里起床，先做什么？", ("马上走", "先坐一坐", "跑过去", "pick_dont_know")


def at(house: House, scene: Scene, choice: int, **more: Any) -> Turn:
    """In this scene, when this choice was read."""
    talk = Talk(of(ONE, scene, **more), house.catalogue, BEGIN, RULES)
    turn: Turn = machine.SCENES[type(scene)].enter(talk, scene)
    for _ in range(choice):
        turn = house.step(turn, Silent())
    return turn


def test_choices_are_read_one_by_one(house: House) -> None:
    turn = house.begin(ONE)
    assert told(turn) == "welcome 王秀英 hello any_key pick_listen"
    for n, says in enumerate(("pick_answer", "pick_question", "pick_help"), 1):
        assert (turn.gather, turn.state.scan) == (Gather(RULES.scan_s), n - 1)
        turn = house.step(turn, Silent())
        assert (told(turn), turn.events) == (says, ())
    after = house.step(turn, Silent())
    assert (told(after), after.events, after.state.scan) == ("now_playing 防跌倒", (Waited("menu"),), None)


@pytest.mark.parametrize("key", [*"123456789", "A", ""])
@pytest.mark.parametrize(
    ("choice", "scene", "does"),
    [(0, Listening(FALLS, 0), "listen"), (1, Quiz(FALLS, BOTH), "answer"), (2, LeavingQuestion(), "question")],
)
def test_any_key_picks_what_was_read(house: House, key: str, choice: int, scene: Scene, does: str) -> None:
    turn = house.step(at(house, AtMenu(), choice), Pressed(key))
    assert turn.state.scene == scene
    assert turn.events == (Chose(str(choice + 1), does),)


@pytest.mark.parametrize(("key", "scene"), [("0", Helping()), ("*", AtMenu()), ("#", Listening(FALLS, 0))])
@pytest.mark.parametrize("choice", [0, 3])
def test_help_again_and_next_keep_their_meaning(house: House, key: str, scene: Scene, choice: int) -> None:
    assert house.step(at(house, AtMenu(), choice), Pressed(key)).state.scene == scene


def test_a_question(house: House) -> None:
    turn = at(house, Quiz(FALLS, BOTH), 0)
    assert told(turn) == f"now_answering 防跌倒 {STEM} any_key {OPTIONS[0]}"
    for option in OPTIONS[1:]:
        turn = house.step(turn, Silent())
        assert told(turn) == option
    silent = house.step(turn, Silent())
    assert told(silent) == f"no_key_1 {STEM} any_key {OPTIONS[0]}"
    picked = house.step(at(house, Quiz(FALLS, BOTH), 1), Pressed("9"))
    assert picked.events == tried("2", outcome="right")
    assert told(picked).endswith("地上有水怎么办？ any_key 马上擦干")
    unknown = house.step(at(house, Quiz(FALLS, BOTH), 3), Pressed("9"))
    assert unknown.events[0] == Chose("4", "dont_know")


def test_a_reply(house: House) -> None:
    turn = house.begin(replace(ONE, replies=(REPLY,)))
    assert told(turn) == "welcome 王秀英 hello a_reply 去问村医。 any_key pick_hear_again"
    turn = house.step(turn, Silent())
    assert told(turn) == "pick_go_on"
    assert house.step(turn, Pressed("7")).events == (Chose("2", "go_on"), Delivered("reply", REPLY.id))


def test_reminders_read_every_choice(house: House) -> None:
    turn = at(house, AskingHow(FALLS, 12_000), 0)
    assert told(turn) == "help_listening any_key pick_slower"
    after = at(house, AfterLesson(FALLS, misses=2), 3, heard=(FALLS,), used_keys=True)
    assert told(after) == "pick_done"
    reminded = house.step(after, Silent())
    assert (told(reminded), reminded.state.scene) == ("no_key_3 any_key pick_next", AfterLesson(FALLS, misses=3))


# What was picked so far by the choices' own digits, which choice is read, what is pressed; what is counted then, or
# whether digits come back.
OWN: dict[str, tuple[str, int, str, str | None]] = {
    "the first": ("", 0, "1", "1"),
    "any other key begins anew": ("12", 0, "5", ""),
    "the same digit is habit": ("11", 0, "1", "111"),
    "three, and another among them": ("12", 0, "1", None),
    "another at last": ("11", 1, "2", None),
    "two are too few": ("1", 1, "2", "12"),
    "help, again and next don't count": ("12", 0, "*", "12"),
}


@pytest.mark.parametrize(("so_far", "choice", "key", "then"), OWN.values(), ids=list(OWN))
def test_digits_come_back_to_who_can_use_them(
    house: House, so_far: str, choice: int, key: str, then: str | None
) -> None:
    before = at(house, Quiz(FALLS, BOTH), choice)
    turn = house.step(replace(before, state=replace(before.state, own_keys=so_far)), Pressed(key))
    back = Preferred(1, "one_key", "no")
    assert (back in turn.events, turn.state.learners[0].one_key) == (then is None, then is not None)
    assert turn.state.own_keys == (then or "")
    assert told(turn).startswith("digits_now you_chose") == (then is None)
    assert (turn.state.scan is None) == (then is None)


def test_digits_come_back_before_something_is_looked_up(house: House) -> None:
    secretary = of(replace(ONE, role="secretary"), OnDuty(), staff=0, scan=2, own_keys="12")
    turn = house.step(secretary, Pressed("3"), found=Told(Month(20, 20)))
    assert turn.events == (Preferred(1, "one_key", "no"), Chose("3", "month"))
    assert turn.state.scan is None


def test_what_one_caller_has_shown_says_nothing_of_the_next(house: House) -> None:
    two: dict[str, Any] = {"learners": (WANG, replace(LI, one_key=True)), "own_keys": "12"}
    next_one = Found(replace(LI, one_key=True))
    assert house.step(state(Numbering("me"), **two), Pressed("2"), found=next_one).state.own_keys == ""
    by_name = replace(at(house, AtMenu(), 0), state=state(Asking(), **two | {"learner": None}, scan=1))
    assert house.step(by_name, Pressed("2")).state.own_keys == "122"


def test_where_one_key_is_chosen_and_given_up(house: House) -> None:
    turn = at(house, Helping(), 1)
    assert told(turn) == "pick_digits"
    turn = house.step(turn, Pressed("7"))
    assert turn.events == (Chose("2", "digits"), Preferred(1, "one_key", "no"))


# Whether choices are read one by one.
WHEN: dict[str, tuple[State, bool]] = {
    "who wants it": (of(ONE, AtMenu()), True),
    "on a visit": (of(ONE, AtMenu(), grade="visit"), True),
    "in a group, where somebody else holds the phone": (of(ONE, AtMenu(), grade="group"), False),
    "on a phone of somebody who wants it": (state(Asking(), learners=(ONE, LI), learner=None), True),
    "on a phone of others": (state(Asking(), learners=(WANG, LI), learner=None), False),
    "of others, one of whom is speaking": (state(AtMenu(), learners=(ONE, LI), learner=1), False),
    "one who typed a number, and left": (state(AtMenu(), learners=(LI, ONE), learner=None, phone=(2,)), False),
}


@pytest.mark.parametrize(("before", "is_read"), WHEN.values(), ids=list(WHEN))
def test_when_choices_are_read_one_by_one(house: House, before: State, is_read: bool) -> None:
    turn = house.step(before, Pressed("*"))
    assert (Say("any_key") in turn.says, turn.state.scan) == (is_read, 0 if is_read else None)


def test_on_duty(house: House) -> None:
    on_duty = house.step(of(replace(ONE, role="secretary"), OnDuty(), staff=0), Pressed("*"))
    assert (told(on_duty), on_duty.state.scan) == ("any_key pick_group", 0)


def test_a_key_in_a_lesson_picks_nothing(house: House) -> None:
    assert house.step(of(ONE, Listening(FALLS, 0)), Pressed("4")).events == (Stray("4"),)
