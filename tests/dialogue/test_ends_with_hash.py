"""Other lines ask for # after every number. Who presses it here by habit must not skip anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.dialogue.state import AtMenu, Key, Listening, Quiz, Scene
from ivr.dialogue.turn import Chose, Gather, Ignored, Pressed, Turn
from tests.dialogue.house import BOTH, FALLS, House, state
from tests.drivers import BEGIN

HABIT = Ignored("#", "habit")


@pytest.mark.parametrize("scene", [AtMenu(), Listening(FALLS, 0), Listening(FALLS, 0, BEGIN), Quiz(FALLS, BOTH)])
@pytest.mark.parametrize("after_ms", [300, 1_000, 2_400])
def test_a_hash_soon_after_a_digit_only_ends_it(house: House, scene: Scene, after_ms: int) -> None:
    before = Turn(state(scene, keys=(Key("1", BEGIN),)), (), Gather(10))
    after = house.step(before, Pressed("#"), BEGIN + timedelta(milliseconds=after_ms))
    assert after.events == (HABIT,)
    assert type(after.state.scene) is type(scene)


@pytest.mark.parametrize(("last", "after_ms"), [("1", 2_600), ("#", 800), ("*", 800)])
def test_a_hash_that_is_meant_skips(house: House, last: str, after_ms: int) -> None:
    before = Turn(state(Listening(FALLS, 0, BEGIN), keys=(Key(last, BEGIN),)), (), Gather(10))
    after = house.step(before, Pressed("#"), BEGIN + timedelta(milliseconds=after_ms))
    assert after.events == (Chose("#", "next"),)
