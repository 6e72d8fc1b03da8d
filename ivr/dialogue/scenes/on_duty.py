"""Those on duty, who have given their number and PIN: a group to open, a visit to log, the month to hear."""

from __future__ import annotations

from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, OnDuty, RollCall, TellingMonth, Visiting
from ivr.dialogue.talk import Talk, Way
from ivr.dialogue.turn import Chose, Input, MonthOf, Pressed, Stray, Told, Turn, Waited

GROUP, VISIT, MONTH = Choice("1", "group"), Choice("2", "visit"), Choice("3", "month")
SAYS = (*says_of(GROUP, VISIT, MONTH), *REMINDERS)


def choices(talk: Talk, _scene: OnDuty) -> tuple[Choice, ...]:
    assert talk.staff
    return (GROUP, VISIT, MONTH) if talk.staff.role == "secretary" else (GROUP, VISIT)


def enter(talk: Talk, scene: OnDuty) -> Turn:
    return talk.ask(scene, choices(talk, scene))


def answer(talk: Talk, scene: OnDuty, act: Input) -> Way:
    offered = choices(talk, scene)
    match act:
        case Told(month):
            return talk.go(TellingMonth(month))
        case Pressed(key) if choice := chosen(offered, key):
            return _do(talk, choice)
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(OnDuty(), events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return talk.go(AtMenu(), staff=None, events=(Chose(key, "next"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "duty", talk.go(AtMenu(), staff=None))
        case _:
            return talk.missed(scene, offered, Waited("duty"), "duty", talk.go(AtMenu(), staff=None))


def _do(talk: Talk, choice: Choice) -> Way:
    events = (Chose(choice.key, choice.does),)
    assert talk.staff
    match choice.does:
        case "group":
            return talk.go(RollCall(), events=events, grade="group", learner=None)
        case "visit":
            return talk.go(Visiting(), events=events)
        case _:
            return talk.want(MonthOf(talk.staff.member), events=events)
