"""A lesson has ended: answer its questions, hear the next or the same again, or simply hang up."""

from __future__ import annotations

from ivr.catalogue import Lesson
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, offers, reminder
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import (
    AfterLesson,
    Chose,
    Event,
    Input,
    Listening,
    Over,
    Pressed,
    Quiz,
    Say,
    Silent,
    Stray,
    Turn,
    Waited,
)

CHOICES = (Choice("1", "next"), Choice("1", "again"), Choice("2", "answer"), Choice(HELP, "help"))
SAYS = (*offers(CHOICES), Say("lesson_over"), Say("help"), *REMINDERS)


def _open(talk: Talk, lesson: Lesson) -> tuple[Choice, ...]:
    """The choices that make sense now."""
    closed = {"again" if talk.next_lesson() else "next"}
    if not lesson.questions:
        closed.add("answer")
    return tuple(choice for choice in CHOICES if choice.does not in closed)


def enter(talk: Talk, scene: AfterLesson) -> Turn:
    return talk.turn(scene, *offers(_open(talk, talk.lesson(scene.edition))))


def answer(talk: Talk, scene: AfterLesson, act: Input) -> Turn | Go:
    choices = _open(talk, talk.lesson(scene.edition))
    match act:
        case Silent():
            return _again(talk, scene, choices, Waited("after"))
        case Pressed(key) if choice := chosen(choices, key):
            return _do(talk, scene, choice)
        case Pressed(key) if key == AGAIN:
            return _do(talk, scene, Choice(key, "again"))
        case Pressed(key) if key == NEXT:
            return _do(talk, scene, Choice(key, "next" if talk.next_lesson() else "done"))
        case Pressed(key):
            return _again(talk, scene, choices, Stray(key))


def _do(talk: Talk, scene: AfterLesson, choice: Choice) -> Go:
    events = (Chose(choice.key, choice.does),)
    match choice.does:
        case "answer":
            left = talk.questions_left(talk.lesson(scene.edition))
            return talk.go(Quiz(scene.edition, left), events=events)
        case "next":
            return talk.go(talk.listening(), events=events)
        case "again":
            return talk.go(Listening(scene.edition, 0), events=events)
        case "done":
            return talk.go(Over(), events=events)
        case _:
            return talk.go(AfterLesson(scene.edition), Say("help"), events=events)


def _again(talk: Talk, scene: AfterLesson, choices: tuple[Choice, ...], event: Event) -> Turn | Go:
    misses = scene.misses + 1
    if misses > talk.rules.reminders:
        return talk.go(Over(), events=(event,))
    says = reminder(misses, choices, silent=isinstance(event, Waited))
    return talk.turn(AfterLesson(scene.edition, misses), *says, events=(event,))
