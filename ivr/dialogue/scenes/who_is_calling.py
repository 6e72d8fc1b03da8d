"""Who is calling: a phone that several learners share asks by name, whoever called last first. Nobody has to say; the
call is then claimed later."""

from __future__ import annotations

from ivr.dialogue.greeting import welcome
from ivr.dialogue.keys import REMINDERS, UNIVERSAL, Choice, chosen, says_of
from ivr.dialogue.state import Asking, AtMenu, Numbering
from ivr.dialogue.talk import Talk, Way
from ivr.dialogue.turn import Chose, Input, Name, Pressed, Say, Stray, Turn, Waited

KEYS = ("1", "2", "3", "4")  # as many names as a caller can keep in mind
SOMEBODY_ELSE = tuple(Choice(str(n + 1), "somebody_else") for n in range(1, len(KEYS) + 1))  # the key after the names'
SAYS = (Say("carry_on"), *(Say("press", key) for key in KEYS), *says_of(*SOMEBODY_ELSE), *REMINDERS)


def choices(talk: Talk, _scene: Asking) -> tuple[Choice, ...]:
    learners = talk.state.learners
    names = tuple(Choice(key, "name", Name(each.name)) for each, key in zip(learners, KEYS, strict=False))
    return (*names, SOMEBODY_ELSE[len(names) - 1])


def enter(talk: Talk, scene: Asking) -> Turn:
    return talk.ask(scene, choices(talk, scene))


def answer(talk: Talk, scene: Asking, act: Input) -> Way:
    otherwise = talk.go(AtMenu(), Say("carry_on"))
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            if choice in SOMEBODY_ELSE:
                return talk.go(Numbering("me"), events=(Chose(key, choice.does),))
            return welcome(talk, KEYS.index(key), Chose(key, "name"))
        case Pressed(key) if key in UNIVERSAL:
            return talk.ask(scene, choices(talk, scene), events=(Chose(key, "again"),))
        case Pressed(key):
            return talk.missed(scene, choices(talk, scene), Stray(key), "who", otherwise)
        case _:
            return talk.missed(scene, choices(talk, scene), Waited("who"), "who", otherwise)
