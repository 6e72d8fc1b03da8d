"""A home visit, logged from the member's own phone: a lesson or a talk, which the member confirms by 1; then the
visitor's note. It is a visit only once it is confirmed."""

from __future__ import annotations

from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, NO, REMINDERS, YES, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, Confirming, Learner, Noting, Over, Visiting
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import (
    Chose,
    Input,
    Left,
    Name,
    Pressed,
    Say,
    Spoke,
    Stray,
    Turn,
    Visited,
    Waited,
)

LESSON, TALK = Choice("1", "visit_lesson"), Choice("2", "visit_talk")
CONFIRM, DENY = Choice(YES, "confirm"), Choice(NO, "deny")
NOTE_S = 30
SAYS = (
    *says_of(LESSON, TALK, CONFIRM, DENY),
    Say("visit_needs_member"),
    Say("hand_over"),
    Say("visit_confirmed"),
    Say("visit_denied"),
    Say("leave_note"),
    Say("note_kept"),
    *REMINDERS,
)


def choices(talk: Talk, scene: Visiting | Confirming) -> tuple[Choice, ...]:
    if isinstance(scene, Confirming):
        return (CONFIRM, DENY)
    return (LESSON, TALK) if talk.state.offer else (TALK,)


def enter(talk: Talk, scene: Visiting | Confirming | Noting) -> Turn | Go:
    match scene:
        case Noting():
            return talk.record(scene, NOTE_S, Say("leave_note"))
        case Visiting() if not talk.on_own_phone or talk.state.learner == talk.state.staff:
            return talk.go(AtMenu(), Say("visit_needs_member"), staff=None)
        case Visiting():
            return talk.ask(scene, choices(talk, scene))
        case Confirming():
            return talk.ask(scene, choices(talk, scene), Name(_member(talk).name), Say("hand_over"))


def _member(talk: Talk) -> Learner:
    assert talk.learner
    return talk.learner


def answer(talk: Talk, scene: Visiting | Confirming | Noting, act: Input) -> Way:
    match scene, act:
        case Noting(), Spoke(name, address, seconds) if seconds:
            assert talk.staff
            left = Left("note", name, address, seconds, by=talk.staff.member)
            return talk.go(Over(), Say("note_kept"), events=(left,))
        case Noting(), _:
            return talk.go(Over(), events=(Waited("note"),))
        case Visiting(), _:
            return _visiting(talk, scene, act)
        case Confirming(), _:
            return _confirming(talk, scene, act)


def _visiting(talk: Talk, scene: Visiting, act: Input) -> Way:
    offered = choices(talk, scene)
    match act:
        case Pressed(key) if choice := chosen(offered, key):
            there = agenda.listening(talk) if choice == LESSON else Confirming()
            return talk.go(there, events=(Chose(key, choice.does),), grade="visit")
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(Visiting(), events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return talk.go(AtMenu(), events=(Chose(key, "next"),), staff=None)
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "visit", talk.go(AtMenu(), staff=None))
        case _:
            return talk.missed(scene, offered, Waited("visit"), "visit", talk.go(AtMenu(), staff=None))


def _confirming(talk: Talk, scene: Confirming, act: Input) -> Way:
    offered = choices(talk, scene)
    match act:
        case Pressed(key) if choice := chosen(offered, key):
            return _noted(talk, scene, confirmed=choice == CONFIRM, by=Chose(key, choice.does))
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(Confirming(scene.edition), events=(Chose(key, "again"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "confirm", _noted(talk, scene, confirmed=False))
        case _:
            return talk.missed(scene, offered, Waited("confirm"), "confirm", _noted(talk, scene, confirmed=False))


def _noted(talk: Talk, scene: Confirming, *, confirmed: bool, by: Chose | None = None) -> Go:
    assert talk.staff
    visited = Visited(talk.staff.member, _member(talk).member, scene.edition, confirmed)
    events = (*((by,) if by else ()), visited)
    if confirmed:
        return talk.go(Noting(), Say("visit_confirmed"), events=events)
    return talk.go(Over(), Say("visit_denied"), events=events)
