"""What is for one person only: replies to their questions, played once, first of all; and private notices."""

from __future__ import annotations

from ivr.dialogue.greeting import onward, replace_state
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, HearingNotice, HearingReply, Letter
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Delivered, Event, Input, Pressed, Say, Stray, Turn, Waited

HEAR_AGAIN, GO_ON = Choice("1", "hear_again"), Choice("2", "go_on")
CHOICES = HEAR_AGAIN, GO_ON
SAYS = (*says_of(*CHOICES), Say("a_reply"), Say("a_notice"), Say("never_money"), *REMINDERS)

Hearing = HearingReply | HearingNotice


def choices(_talk: Talk, _scene: Hearing) -> tuple[Choice, ...]:
    return CHOICES


def _letters(talk: Talk, scene: Hearing) -> tuple[Letter, ...]:
    assert talk.learner
    return talk.learner.replies if isinstance(scene, HearingReply) else talk.learner.notices


def enter(talk: Talk, scene: Hearing) -> Turn:
    """It counts as delivered once it is played."""
    letter = _letters(talk, scene)[scene.index]
    reply = isinstance(scene, HearingReply)
    lead = (Say("a_reply"), letter.clip) if reply else (Say("a_notice"), letter.clip, Say("never_money"))
    return talk.ask(scene, CHOICES, *lead, events=(Delivered("reply" if reply else "notice", letter.id),))


def answer(talk: Talk, scene: Hearing, act: Input) -> Way:
    here = type(scene)(scene.index)
    match act:
        case Pressed(key) if choice := chosen(CHOICES, key):
            chose = Chose(key, choice.does)
            return talk.go(here, events=(chose,)) if choice == HEAR_AGAIN else _next(talk, scene, chose)
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(here, events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return _next(talk, scene, Chose(key, "next"))
        case Pressed(key):
            return talk.missed(scene, CHOICES, Stray(key), "letter", _next(talk, scene))
        case _:
            return _next(talk, scene, Waited("letter"))


def _next(talk: Talk, scene: Hearing, *events: Event) -> Go:
    index = scene.index + 1
    if index < len(_letters(talk, scene)):
        return talk.go(type(scene)(index), events=events)
    if isinstance(scene, HearingNotice):
        return talk.go(AtMenu(), events=events)
    on = talk.go(scene, told=True, learners=talk.changed(replies=()))
    way = onward(replace_state(talk, on.state))
    return Go(way.state, way.says, events)
