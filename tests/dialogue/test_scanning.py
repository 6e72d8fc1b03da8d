"""One key for everything: choices are read one by one, and whatever is pressed picks the one just read."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue import machine
from ivr.dialogue.state import (
    AfterLesson,
    AskingHow,
    AtMenu,
    Helping,
    LeavingQuestion,
    Listening,
    OnDuty,
    Quiz,
    Scene,
)
from ivr.dialogue.talk import Talk
from ivr.dialogue.turn import Chose, Gather, Preferred, Pressed, Silent, Stray, Turn, Waited
from tests.dialogue.house import BOTH, FALLS, RULES, WANG, House, of, told, tried
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


def test_reminders_read_every_choice(house: House) -> None:
    turn = at(house, AskingHow(FALLS, 12_000), 0)
    assert told(turn) == "help_listening any_key pick_slower"
    after = at(house, AfterLesson(FALLS, 2), 3, heard=(FALLS,), used_keys=True)
    assert told(after) == "pick_done"
    reminded = house.step(after, Silent())
    assert (told(reminded), reminded.state.scene) == ("no_key_3 any_key pick_next", AfterLesson(FALLS, 3))


def test_digits_come_back_to_who_can_use_them(house: House) -> None:
    """Picked three times in a row by the choice's own digit; by any other, the counting begins anew."""
    turn = at(house, Quiz(FALLS, BOTH), 0)
    turn = house.step(turn, Pressed("1"))
    assert turn.state.own_keys == 1
    assert house.step(turn.state, Pressed("5")).state.own_keys == 0
    turn = house.step(replace(turn.state, own_keys=2, keys=()), Pressed("1"))
    assert told(turn).startswith("digits_now you_chose 马上走")
    assert turn.events[0] == Preferred(1, "one_key", "no")
    assert (turn.state.learners[0].one_key, turn.state.scan, turn.state.own_keys) == (False, None, 0)
    assert told(turn).endswith("choose_dont_know(4)")


def test_where_one_key_is_chosen_and_given_up(house: House) -> None:
    turn = at(house, Helping(), 1)
    assert told(turn) == "pick_digits"
    turn = house.step(turn, Pressed("7"))
    assert turn.events == (Chose("2", "digits"), Preferred(1, "one_key", "no"))


def test_not_in_a_group_or_on_a_visit(house: House) -> None:
    """Whoever holds the phone there is somebody else."""
    turn = house.step(of(ONE, AtMenu(), grade="visit"), Pressed("*"))
    assert turn.state.scan is None
    on_duty = house.step(of(replace(ONE, role="leader"), OnDuty(), staff=0), Pressed("*"))
    assert (told(on_duty), on_duty.state.scan) == ("any_key pick_group", 0)


def test_a_key_in_a_lesson_picks_nothing(house: House) -> None:
    assert house.step(of(ONE, Listening(FALLS, 0)), Pressed("4")).events == (Stray("4"),)
