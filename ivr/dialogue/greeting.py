"""A learner is known: greeted by name, and first hears what waits for them alone; then the menu."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ivr.dialogue.state import AtMenu, ChoosingLanguage, HearingReply, Learner, OfferingOneKey, Over, Proving, State
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import Event, Identified, Name, Say

SAYS = (Say("hello"), Say("month_used"))


def welcome(talk: Talk, which: int, *events: Event) -> Go:
    """Greet one of the call's learners, and go on to what waits for them."""
    learner = talk.state.learners[which]
    greeting = Name(learner.name), Say("hello")
    language = learner.language or talk.state.language
    names = tuple(each if each is learner else Learner(each.member, each.name) for each in talk.state.learners)
    fresh = replace(talk.state, learners=names, learner=which, language=language, proven=False, told=False)
    known = _limited(fresh, learner, talk)
    noted = (*events, Identified(learner.member))
    if learner.minutes_left == 0:
        return Go(replace(known, scene=Over()), (*greeting, Say("month_used")), noted)
    arrived = onward(replace_state(talk, known))
    return Go(arrived.state, (*greeting, *arrived.says), noted)


def onward(talk: Talk) -> Go:
    """What comes before the menu, for this learner, and is not done yet; else the menu."""
    learner = talk.learner
    if learner and len(talk.rules.languages) > 1 and not talk.state.language:
        return talk.go(ChoosingLanguage())
    if learner and learner.replies and not talk.state.told:
        return talk.go(Proving("replies") if learner.has_pin and not talk.state.proven else HearingReply())
    if learner and learner.clumsy and not learner.one_key:
        return talk.go(OfferingOneKey())
    return talk.go(AtMenu())


def replace_state(talk: Talk, state: State) -> Talk:
    return Talk(state, talk.catalogue, talk.now, talk.rules)


def _limited(state: State, learner: Learner, talk: Talk) -> State:
    """With the end of the call no later than the learner's month allows."""
    if learner.minutes_left is None:
        return state
    until = talk.now + timedelta(minutes=learner.minutes_left)
    if state.until is not None and state.until <= until:
        return state
    return replace(state, until=until, why="month_used")
