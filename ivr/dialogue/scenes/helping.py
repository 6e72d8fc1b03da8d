"""Help at the menu: how it all works, and what is not wanted often enough to stand in the menu."""

from __future__ import annotations

from ivr.dialogue.keys import HELP, NEXT, REMINDERS, UNIVERSAL, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, ChoosingLanguage, Helping, Numbering
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Input, Preferred, Pressed, Say, Stray, Turn, Waited

SLOWER, FASTER = Choice("1", "slower"), Choice("1", "faster")
ONE_KEY, DIGITS = Choice("2", "one_key"), Choice("2", "digits")
SOMEBODY_ELSE, LANGUAGE, ON_DUTY = Choice("3", "not_me"), Choice("4", "other_language"), Choice("5", "on_duty")
SAYS = (
    *says_of(SLOWER, FASTER, ONE_KEY, DIGITS, SOMEBODY_ELSE, LANGUAGE, ON_DUTY),
    Say("help"),
    Say("slower_now"),
    Say("faster_now"),
    Say("one_key_now"),
    Say("digits_now"),
    *REMINDERS,
)


def choices(talk: Talk, _scene: Helping) -> tuple[Choice, ...]:
    own = () if talk.learner is None else _own(talk)
    language = (LANGUAGE,) if len(talk.rules.languages) > 1 else ()
    return (*own, *language, *_duty(talk))


def _own(talk: Talk) -> tuple[Choice, ...]:
    assert talk.learner
    pace = FASTER if talk.learner.pace == "slow" else SLOWER
    other = () if talk.state.grade else (SOMEBODY_ELSE,)
    return pace, DIGITS if talk.learner.one_key else ONE_KEY, *other


def _duty(talk: Talk) -> tuple[Choice, ...]:
    """Offered to those who may be on duty. The key works on every telephone: visitors know it."""
    members_only = talk.learner is not None and not talk.learner.role
    return () if talk.state.grade or members_only else (ON_DUTY,)


def enter(talk: Talk, scene: Helping) -> Turn:
    return talk.ask(scene, choices(talk, scene), Say("help"))


def answer(talk: Talk, scene: Helping, act: Input) -> Way:
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            return _do(talk, choice)
        case Pressed(key) if key == ON_DUTY.key and not talk.state.grade and talk.state.scan is None:
            return _do(talk, ON_DUTY)
        case Pressed(key) if key == NEXT:
            return talk.go(AtMenu(), events=(Chose(key, "next"),))
        case Pressed(key) if key in UNIVERSAL:
            return talk.go(Helping(), events=(Chose(key, "help" if key == HELP else "again"),))
        case Pressed(key):
            return talk.missed(scene, choices(talk, scene), Stray(key), "help", talk.go(AtMenu()))
        case _:
            return talk.go(AtMenu(), events=(Waited("help"),))


def _do(talk: Talk, choice: Choice) -> Go:
    chose = Chose(choice.key, choice.does)
    match choice.does:
        case "on_duty":
            return talk.go(Numbering("staff"), events=(chose,))
        case "not_me":
            return talk.go(Numbering("me"), events=(chose,))
        case "other_language":
            return talk.go(ChoosingLanguage(), events=(chose,))
        case "one_key" | "digits":
            return _preferring(talk, chose, "one_key", "yes" if choice.does == "one_key" else "no")
        case _:
            return _preferring(talk, chose, "pace", "slow" if choice.does == "slower" else "fast")


def _preferring(talk: Talk, chose: Chose, what: str, value: str) -> Go:
    """A lasting choice, and back to the menu."""
    assert talk.learner
    learners = talk.changed(pace=value) if what == "pace" else talk.changed(one_key=value == "yes")
    events = (chose, Preferred(talk.learner.member, what, value))
    return talk.go(AtMenu(), Say(f"{chose.what}_now"), events=events, learners=learners)
