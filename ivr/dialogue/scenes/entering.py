"""Numbers that are typed: a member number, a PIN. Whoever has none to type may say who they are, after the tone.

A wrong number and a wrong PIN sound alike. `*` clears what was typed before it.
"""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue.greeting import onward, welcome
from ivr.dialogue.keys import MOST_DIGITS, typed
from ivr.dialogue.state import (
    AtMenu,
    HearingNotice,
    HearingReply,
    Learner,
    Numbering,
    OnDuty,
    Proving,
    SayingName,
)
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import (
    Checked,
    Event,
    Found,
    GaveUp,
    Input,
    IsPin,
    Left,
    Pressed,
    Say,
    Silent,
    Spoke,
    Stray,
    Turn,
    Waited,
    WhoHas,
)

NAME_S = 10
SAYS = (
    *(Say(f"number_of_{purpose}") for purpose in ("me", "staff")),
    Say("say_your_name"),
    Say("name_kept"),
    Say("pin"),
    Say("not_right"),
    Say("pin_closed"),
    Say("no_number"),
    Say("no_duty"),
    Say("carry_on"),
)


def enter(talk: Talk, scene: Numbering | Proving | SayingName) -> Turn:
    match scene:
        case Numbering(purpose):
            return talk.number(scene, MOST_DIGITS, Say(f"number_of_{purpose}"))
        case Proving():
            return talk.number(scene, MOST_DIGITS, Say("pin"))
        case SayingName():
            return talk.record(scene, NAME_S, Say("say_your_name"))


def answer(talk: Talk, scene: Numbering | Proving | SayingName, act: Input) -> Way:
    match scene, act:
        case SayingName(), Spoke(name, address, seconds) if seconds:
            left = Left("name", name, address, seconds)
            return talk.go(AtMenu(), Say("name_kept"), events=(left,), named=True)
        case SayingName(), _:
            return talk.go(AtMenu(), Say("carry_on"), events=(Waited("name"),))
        case Numbering(), Pressed(key) if typed(key):
            return talk.want(WhoHas(typed(key)))
        case Numbering(), Found(learner) if learner:
            return _known(talk, scene, learner)
        case Proving(), Pressed(key) if typed(key):
            return talk.want(IsPin(_whose(talk, scene).member, typed(key)))
        case Proving(), Checked(right) if right:
            return _proven(talk, scene)
        case Proving(), Checked(closed=True):
            return _unproven(talk, scene).after(Say("pin_closed"))
        case ((Numbering() | Proving()), _):
            return _again(talk, scene, act)
        case _:
            raise AssertionError(f"{act} in {scene}")


def _again(talk: Talk, scene: Numbering | Proving, act: Input) -> Turn | Go:
    """Nothing was typed, or nothing that fits: a few times more, then on without. After a silence just once more: it
    may have been a # by habit."""
    misses = scene.misses + 1
    wrong = isinstance(act, Found | Checked)
    event: Event = Stray("") if wrong else Waited("number")
    if misses >= talk.rules.number_tries or (isinstance(act, Silent) and scene.misses):
        return _unproven(talk, scene).after(Say("carry_on"), events=(event, *((GaveUp("number"),) if wrong else ())))
    turn = enter(talk, replace(scene, misses=misses))
    return replace(turn, says=(Say("not_right" if wrong else "no_number"), *turn.says), events=(event,))


def _known(talk: Talk, scene: Numbering, learner: Learner) -> Go:
    learners, at = talk.with_learner(learner)
    if scene.purpose == "me":
        return welcome(talk.at(replace(talk.state, learners=learners)), at)
    if not (learner.role and learner.has_pin):
        return talk.go(AtMenu(), Say("no_duty"))
    return talk.go(Proving("staff"), learners=learners, staff=at)


def _whose(talk: Talk, scene: Proving) -> Learner:
    found = talk.staff if scene.purpose == "staff" else talk.learner
    assert found
    return found


def _proven(talk: Talk, scene: Proving) -> Go:
    match scene.purpose:
        case "staff":
            return talk.go(OnDuty())
        case "replies":
            return talk.go(HearingReply(), proven=True)
        case "notices":
            return talk.go(HearingNotice(), proven=True)


def _unproven(talk: Talk, scene: Numbering | Proving) -> Go:
    """On without: somebody unknown may say a name instead; what is private waits for another time."""
    match scene:
        case Numbering("me") if talk.learner is None:
            return talk.go(SayingName())
        case Proving("replies"):
            return onward(talk.at(replace(talk.state, told=True)))
        case _:
            return talk.go(AtMenu(), staff=None)
