"""What is for one person only: replies to their questions, played once, first of all; and private notices."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from ivr.dialogue.greeting import onward
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
    clip = _letters(talk, scene)[scene.index].clip
    if isinstance(scene, HearingReply):
        return talk.ask(scene, CHOICES, Say("a_reply"), clip)
    return talk.ask(scene, CHOICES, Say("a_notice"), clip, Say("never_money"))


def answer(talk: Talk, scene: Hearing, act: Input) -> Way:
    """It counts as delivered once the caller goes on: where the line drops before, it is played again."""
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
    letters = _letters(talk, scene)
    kind: Literal["reply", "notice"] = "reply" if isinstance(scene, HearingReply) else "notice"
    events = (*events, Delivered(kind, letters[scene.index].id))
    if scene.index + 1 < len(letters):
        return talk.go(type(scene)(scene.index + 1), events=events)
    if isinstance(scene, HearingNotice):
        heard = tuple(replace(each, is_heard=True) for each in letters)
        return talk.go(AtMenu(), events=events, learners=talk.changed(notices=heard))
    done = replace(talk.state, told=True, learners=talk.changed(replies=()))
    return onward(talk.at(done)).after(events=events)
