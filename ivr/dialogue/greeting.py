"""A learner is known: greeted by name, and first hears what waits for them alone; then the menu."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ivr.dialogue.state import AtMenu, ChoosingLanguage, HearingReply, Learner, OfferingOneKey, Over, Proving, State
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import Event, Identified, Name, Say

SAYS = (Say("hello"), Say("month_used"), Say("for_you_alone"))


def welcome(talk: Talk, which: int, *events: Event) -> Go:
    """Greet one of the call's learners, and go on to what waits for them."""
    learner = talk.state.learners[which]
    hello = Name(learner.name), Say("hello")
    noted = (*events, Identified(learner.member))
    known = _limited(_known(talk.state, which), learner, talk)
    if learner.minutes_left == 0:
        return Go(replace(known, scene=Over()), (*hello, Say("month_used")), noted)
    return onward(talk.at(known)).after(*hello, events=noted)


def _known(state: State, which: int) -> State:
    """The learner is speaking; of the others no more than their names is needed now. What was left in this call, and
    which keys were used, is the learner's, unless somebody else was speaking before."""
    learner, is_first = state.learners[which], state.learner is None
    others = tuple(
        Learner(each.member, each.name, one_key=each.one_key) if n != which else each
        for n, each in enumerate(state.learners)
    )
    return replace(
        state,
        learners=others,
        learner=which,
        language=learner.language or state.language,
        left=state.left if is_first else {},
        heard=state.heard if is_first else (),
        own_keys=state.own_keys if is_first else "",
        proven=False,
        told=False,
    )


def onward(talk: Talk) -> Go:
    """What comes before the menu, for this learner, and is not done yet; else the menu."""
    learner = talk.learner
    if learner and len(talk.rules.languages) > 1 and not learner.language:
        return talk.go(ChoosingLanguage())
    if learner and learner.replies and not talk.state.told and talk.may_hear_private is not False:
        return talk.go(HearingReply()) if talk.may_hear_private else talk.go(Proving("replies"), Say("for_you_alone"))
    if learner and learner.clumsy and not learner.one_key:
        return talk.go(OfferingOneKey())
    return talk.go(AtMenu())


def _limited(state: State, learner: Learner, talk: Talk) -> State:
    """With the end of the call no later than the learner's month allows."""
    if learner.minutes_left is None:
        return state
    until = talk.now + timedelta(minutes=learner.minutes_left)
    if state.until is not None and state.until <= until:
        return state
    return replace(state, until=until, why="month_used")
