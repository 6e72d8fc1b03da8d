"""The main menu. Nobody has to press anything: silence is a listener, and the next lesson plays."""

from __future__ import annotations

from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, offers, reminder
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import AtMenu, Chose, Input, Pressed, Quiz, Say, Silent, Stray, Turn, Waited

CHOICES = (Choice("1", "listen"), Choice("2", "answer"), Choice(HELP, "help"))
SAYS = (*offers(CHOICES), Say("or_wait"), Say("help"), Say("carry_on"), Say("no_questions"), *REMINDERS)


def enter(talk: Talk, scene: AtMenu) -> Turn:
    return talk.turn(scene, *offers(CHOICES), Say("or_wait"))


def answer(talk: Talk, scene: AtMenu, act: Input) -> Turn | Go:
    match act:
        case Silent():
            return talk.go(talk.listening(), events=(Waited("menu"),))
        case Pressed(key) if choice := chosen(CHOICES, key):
            return _do(talk, choice)
        case Pressed(key) if key == NEXT:
            return talk.go(talk.listening(), events=(Chose(key, "listen"),))
        case Pressed(key) if key == AGAIN:
            return talk.go(AtMenu(), events=(Chose(key, "again"),))
        case Pressed(key) if scene.misses >= talk.rules.reminders:
            return talk.go(talk.listening(), Say("carry_on"), events=(Stray(key),))
        case Pressed(key):
            says = reminder(scene.misses + 1, CHOICES, silent=False)
            return talk.turn(AtMenu(scene.misses + 1), *says, events=(Stray(key),))


def _do(talk: Talk, choice: Choice) -> Go:
    events = (Chose(choice.key, choice.does),)
    match choice.does:
        case "listen":
            return talk.go(talk.listening(), events=events)
        case "answer" if lesson := talk.lesson_to_answer():
            return talk.go(Quiz(lesson.edition, talk.questions_left(lesson)), events=events)
        case "answer":
            return talk.go(AtMenu(), Say("no_questions"), events=events)
        case _:
            return talk.go(AtMenu(), Say("help"), events=events)
