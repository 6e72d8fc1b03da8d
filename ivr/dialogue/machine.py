"""The conversation as a function: begin() and step() take values and give a Turn, and hand each call to its scene."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from ivr.catalogue import Catalogue
from ivr.config import DialogueSettings
from ivr.dialogue.scenes import after_lesson, listening, menu, over, quiz, who_is_calling
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import (
    AfterLesson,
    Asking,
    AtMenu,
    Input,
    Learner,
    Listening,
    Over,
    Quiz,
    Say,
    State,
    Turn,
)

SCENES = (who_is_calling, menu, listening, after_lesson, quiz, over)
LINE_SAYS = (Say("welcome"), Say("nothing_yet"), Say("long_enough"), Say("sorry"))


def every_say() -> frozenset[Say]:
    """Every prompt that can be said; each must exist as audio."""
    return frozenset(LINE_SAYS).union(*(scene.SAYS for scene in SCENES))


def begin(
    learners: tuple[Learner, ...],
    offer: tuple[str, ...],
    catalogue: Catalogue,
    now: datetime,
    rules: DialogueSettings,
) -> Turn:
    """A call is answered. `learners` are those enrolled with its number, `offer` the editions it may hear."""
    talk = Talk(State(AtMenu(), learners, offer), catalogue, now, rules)
    if not offer:
        return _entered(talk, talk.go(Over(), Say("welcome"), Say("nothing_yet")))
    match learners:
        case ():
            first = talk.go(AtMenu())
        case (_,):
            first = who_is_calling.welcome(talk, 0)
        case _:
            first = talk.go(Asking())
    turn = _entered(talk, first)
    return replace(turn, says=(Say("welcome"), *turn.says))


def step(state: State, act: Input, catalogue: Catalogue, now: datetime, rules: DialogueSettings) -> Turn:
    """The caller pressed a key, or did not: what now?"""
    talk = Talk(state, catalogue, now, rules)
    way = _answered(talk, act)
    return _entered(talk, way) if isinstance(way, Go) else way


def end(state: State, *says: Say) -> Turn:
    """Say something and hang up, whatever the scene."""
    return Turn(replace(state, scene=Over()), says, None)


def _answered(talk: Talk, act: Input) -> Turn | Go:
    match talk.state.scene:
        case Asking() as scene:
            return who_is_calling.answer(talk, scene, act)
        case AtMenu() as scene:
            return menu.answer(talk, scene, act)
        case Listening() as scene:
            return listening.answer(talk, scene, act)
        case AfterLesson() as scene:
            return after_lesson.answer(talk, scene, act)
        case Quiz() as scene:
            return quiz.answer(talk, scene, act)
        case Over() as scene:
            return talk.go(scene)


def _entered(talk: Talk, way: Go) -> Turn:
    arrived = Talk(way.state, talk.catalogue, talk.now, talk.rules)
    turn = _enter(arrived)
    return replace(turn, says=way.says + turn.says, events=way.events + turn.events)


def _enter(talk: Talk) -> Turn:
    match talk.state.scene:
        case Asking() as scene:
            return who_is_calling.enter(talk, scene)
        case AtMenu() as scene:
            return menu.enter(talk, scene)
        case Listening() as scene:
            return listening.enter(talk, scene)
        case AfterLesson() as scene:
            return after_lesson.enter(talk, scene)
        case Quiz() as scene:
            return quiz.enter(talk, scene)
        case Over() as scene:
            return over.enter(talk, scene)
