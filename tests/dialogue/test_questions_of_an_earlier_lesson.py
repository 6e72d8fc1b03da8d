"""A lesson without questions may follow one whose questions nobody has answered yet: they are offered then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ivr.dialogue.state import AfterLesson, Place, Quiz
from ivr.dialogue.turn import Pressed, Say, Silent
from tests.dialogue.house import BOTH, FALLS, STOVES, WANG, House, place, state

ANSWER = Say("choose_answer", "2")


@pytest.mark.parametrize(
    ("heard", "places", "offered"),
    [
        ((STOVES,), {}, False),
        ((FALLS, STOVES), {}, True),
        ((STOVES,), {"falls": place(FALLS, 30_000, True)}, True),
        ((STOVES,), {"falls": place(FALLS, 30_000, True, ("q-night",))}, True),
        ((STOVES,), {"falls": place(FALLS, 30_000, True, BOTH)}, False),
    ],
)
def test_offered_while_unanswered(
    house: House, heard: tuple[str, ...], places: dict[str, Place], offered: bool
) -> None:
    learner = replace(WANG, places=places)
    ended = state(AfterLesson(STOVES), learners=(learner,), heard=heard, used_keys=True)
    assert (ANSWER in house.step(ended, Silent()).says) is offered
    if offered:
        scene = house.step(ended, Pressed("2")).state.scene
        assert isinstance(scene, Quiz)
        assert scene.edition == FALLS
