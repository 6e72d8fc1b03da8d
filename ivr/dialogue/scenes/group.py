"""Group listening on one speaker phone: the roll is called by member numbers, each name is read back and can be undone;
then the lesson counts for everybody present."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, MOST_DIGITS, typed
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
    Say("here_we_go"),
    Say("carry_on"),
)


def enter(talk: Talk, scene: RollCall) -> Turn:
    return _ask(talk, scene, Say("roll_call"))


def _ask(talk: Talk, scene: RollCall, *says: Say | Name) -> Turn:
    return talk.number(replace(scene, waited=False, misses=0), MOST_DIGITS, *says)


def answer(talk: Talk, scene: RollCall, act: Input) -> Way:
    match act:
        case Pressed(key) if key == AGAIN and talk.state.present:
            return _undo(talk, scene)
        case Pressed(key) if key and not typed(key):
            return _ask(talk, scene, Say("next_number" if talk.state.present else "nobody_yet"))
        case Pressed(key) if typed(key).isdigit():
            return talk.want(WhoHas(typed(key)))
        case Found(learner) if learner:
            return _join(talk, scene, learner)
        case Silent() | Pressed("") if talk.state.present:  # a # alone
            return _all_here(talk, scene)
        case Silent() | Pressed(""):
            return _nobody(talk, scene)
        case _:
            return replace(_ask(talk, scene, Say("no_such_number")), events=(Stray(""),))


def _join(talk: Talk, scene: RollCall, learner: Learner) -> Turn:
    known, at = talk.with_learner(_as_listener(learner))
    if len(talk.state.present) >= MOST_PRESENT:
        return _ask(talk, scene, Say("group_full"))
    learners = talk.state.learners if at == scene.by else known
    present = (*(each for each in talk.state.present if each != at), at)
    turn = _ask(talk, scene, Name(learner.name), Say("has_joined"), Say("next_number"))
    state = replace(turn.state, learners=learners, present=present)
    return replace(turn, state=state, events=(Joined(learner.member, "group"),))


def _as_listener(learner: Learner) -> Learner:
    """With no more than a group needs to know of each: how far they are. So a call of many stays small."""
    places = learner.places.items()
    return Learner(learner.member, learner.name, {slug: _place(place) for slug, place in places})


def _place(place: Place) -> Place:
    return Place(completed=True) if place.completed else Place(place.edition, place.at_ms)


def _undo(talk: Talk, scene: RollCall) -> Turn:
    """A star alone takes the last one out again."""
    *present, at = talk.state.present
    learner = talk.state.learners[at]
    turn = _ask(talk, scene, Name(learner.name), Say("is_out"), Say("next_number"))
    return replace(turn, state=replace(turn.state, present=tuple(present)), events=(Undone(learner.member),))


def _all_here(talk: Talk, scene: RollCall) -> Turn | Go:
    """The telephone may be on its way to the next one: ask once before the lesson begins."""
    if scene.waited:
        return talk.go(scene.back_to or agenda.listening(talk), Say("here_we_go"))
    return talk.number(replace(scene, waited=True), MOST_DIGITS, Say("all_here"), events=(Waited("roll"),))


def _nobody(talk: Talk, scene: RollCall) -> Turn | Go:
    misses = scene.misses + 1
    if misses > talk.rules.reminders:
        alone = {"grade": "", "staff": None, "learner": scene.by}
        return talk.go(AtMenu(), Say("carry_on"), events=(Waited("roll"),), **alone)
    return talk.number(replace(scene, misses=misses), MOST_DIGITS, Say("nobody_yet"), events=(Waited("roll"),))
