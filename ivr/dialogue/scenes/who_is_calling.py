"""Who is calling: a phone that several learners share asks by name. Nobody has to say; the call is then claimed
later."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import (
    Asking,
    AtMenu,
    Chose,
    Event,
    Identified,
    Input,
    Name,
    Pressed,
    Said,
    Say,
    Silent,
    Stray,
    Turn,
    Waited,
)

KEYS = ("1", "2", "3", "4")  # as many names as a caller can keep in mind
SAYS = (Say("hello"), Say("carry_on"), *(Say("press", key) for key in KEYS), *REMINDERS)


def enter(talk: Talk, scene: Asking) -> Turn:
    return talk.turn(scene, *_names(talk))


def _names(talk: Talk) -> tuple[Said, ...]:
    by_key = zip(talk.state.learners, KEYS, strict=False)
    return tuple(said for learner, key in by_key for said in (Name(learner.name), Say("press", key)))


def answer(talk: Talk, scene: Asking, act: Input) -> Turn | Go:
    match act:
        case Pressed(key) if key in KEYS[: len(talk.state.learners)]:
            return welcome(talk, int(key) - 1)
        case Pressed(key) if key in (HELP, AGAIN, NEXT):
            return talk.turn(scene, *_names(talk), events=(Chose(key, "again"),))
        case Pressed(key):
            return _again(talk, scene.misses + 1, "other", Stray(key))
        case Silent():
            return _again(talk, scene.misses + 1, "no", Waited("who"))


def welcome(talk: Talk, which: int) -> Go:
    """Greet a learner by name, and go on to the menu."""
    learner = talk.state.learners[which]
    known = replace(talk.state, scene=AtMenu(), learner=which)
    return Go(known, (Name(learner.name), Say("hello")), (Identified(learner.member),))


def _again(talk: Talk, misses: int, what: str, event: Event) -> Turn | Go:
    if misses > talk.rules.reminders:
        return talk.go(AtMenu(), Say("carry_on"), events=(event,))
    return talk.turn(Asking(misses), Say(f"{what}_key_{misses}"), *_names(talk), events=(event,))
