"""Group listening on one speaker phone: the roll is called by member numbers, each name is read back and can be undone;
then the lesson counts for everybody present."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue import agenda
from ivr.dialogue.scenes.entering import MOST_DIGITS, typed
from ivr.dialogue.state import AtMenu, Learner, Place, RollCall
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Found, Input, Joined, Name, Pressed, Say, Silent, Stray, Turn, Undone, Waited, WhoHas

MOST_PRESENT = 30
SAYS = (
    Say("roll_call"),
    Say("next_number"),
    Say("has_joined"),
    Say("is_out"),
    Say("no_such_number"),
    Say("nobody_yet"),
    Say("group_full"),
    Say("all_here"),
)


def enter(talk: Talk, scene: RollCall) -> Turn:
    return talk.number(scene, MOST_DIGITS, Say("roll_call"))


def answer(talk: Talk, scene: RollCall, act: Input) -> Way:
    match act:
        case Pressed(key) if key and not typed(key):
            return _undo(talk, scene)
        case Pressed(key) if typed(key).isdigit():
            return talk.want(WhoHas(typed(key)))
        case Found(learner) if learner:
            return _join(talk, scene, learner)
        case Silent() if talk.state.present:
            return _begin(talk, scene)
        case Silent():
            return _nobody(talk, scene)
        case _:
            return talk.number(replace(scene, misses=0), MOST_DIGITS, Say("no_such_number"), events=(Stray(""),))


def _join(talk: Talk, scene: RollCall, learner: Learner) -> Turn:
    learners, at = talk.with_learner(_as_listener(learner))
    if len(talk.state.present) >= MOST_PRESENT:
        return talk.number(scene, MOST_DIGITS, Say("group_full"))
    turn = talk.number(replace(scene, misses=0), MOST_DIGITS, Name(learner.name), Say("has_joined"), Say("next_number"))
    present = (*(each for each in talk.state.present if each != at), at)
    state = replace(turn.state, learners=learners, present=present)
    return replace(turn, state=state, events=(Joined(learner.member, "group"),))


def _as_listener(learner: Learner) -> Learner:
    """With no more than a group needs to know of each: what they have heard. So a call of many stays small."""
    heard = {slug: Place(completed=True) for slug, place in learner.places.items() if place.completed}
    return Learner(learner.member, learner.name, heard)


def _undo(talk: Talk, scene: RollCall) -> Turn:
    """A star alone takes the last one out again."""
    if not talk.state.present:
        return talk.number(scene, MOST_DIGITS, Say("roll_call"))
    *present, at = talk.state.present
    learner = talk.state.learners[at]
    turn = talk.number(scene, MOST_DIGITS, Name(learner.name), Say("is_out"), Say("next_number"))
    return replace(turn, state=replace(turn.state, present=tuple(present)), events=(Undone(learner.member),))


def _begin(talk: Talk, scene: RollCall) -> Go:
    lesson = scene.back_to or agenda.listening(talk)
    return talk.go(lesson, Say("all_here"))


def _nobody(talk: Talk, scene: RollCall) -> Turn | Go:
    misses = scene.misses + 1
    if misses > talk.rules.reminders:
        return talk.go(AtMenu(), events=(Waited("roll"),), grade="", staff=None)
    return talk.number(replace(scene, misses=misses), MOST_DIGITS, Say("nobody_yet"), events=(Waited("roll"),))
