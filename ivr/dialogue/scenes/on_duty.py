"""Those on duty, who have given their number and PIN: leaders open groups, visitors log visits, secretaries hear the
month, too. Who can do one thing only, does it at once."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, OnDuty, Role, RollCall, TellingMonth, Visiting
from ivr.dialogue.talk import Talk, Way
from ivr.dialogue.turn import Chose, Event, Input, MonthOf, Pressed, Stray, Told, Waited

GROUP, VISIT, MONTH = Choice("1", "group"), Choice("2", "visit"), Choice("3", "month")
DUTIES: Mapping[Role, tuple[Choice, ...]] = {
    "": (),
    "leader": (GROUP,),
    "visitor": (VISIT,),
    "secretary": (GROUP, VISIT, MONTH),
}
SAYS = (*says_of(GROUP, VISIT, MONTH), *REMINDERS)


def choices(talk: Talk, _scene: OnDuty) -> tuple[Choice, ...]:
    assert talk.staff
    return tuple(each for each in DUTIES[talk.staff.role] if each != GROUP or talk.state.offer)


def enter(talk: Talk, scene: OnDuty) -> Way:
    offered = choices(talk, scene)
    if not offered:
        return talk.go(AtMenu(), staff=None)
    return talk.ask(scene, offered) if len(offered) > 1 else _do(talk, offered[0].does)


def answer(talk: Talk, scene: OnDuty, act: Input) -> Way:
    offered = choices(talk, scene)
    match act:
        case Told(month):
            return talk.go(TellingMonth(month))
        case Pressed(key) if choice := chosen(offered, key):
            return _do(talk, choice.does, Chose(key, choice.does))
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(OnDuty(), events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return talk.go(AtMenu(), staff=None, events=(Chose(key, "next"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "duty", talk.go(AtMenu(), staff=None))
        case _:
            return talk.missed(scene, offered, Waited("duty"), "duty", talk.go(AtMenu(), staff=None))


def _do(talk: Talk, does: str, *events: Event) -> Way:
    assert talk.staff
    match does:
        case "group":
            return talk.go(RollCall(by=talk.state.learner), events=events, grade="group", learner=None)
        case "visit":
            return talk.go(Visiting(), events=events)
        case _:
            return talk.want(MonthOf(talk.staff.member), events=events)
