"""A lesson has ended: answer its questions, hear the next or the same again, or simply hang up. Whoever presses nothing
is told the questions and their answers, unless they were asked already."""

from __future__ import annotations

from ivr.catalogue import Lesson
from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AfterLesson, Helping, LeavingQuestion, Listening, Quiz
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Input, Pressed, Say, Silent, Stray, Turn, Waited

HEAR_NEXT, HEAR_AGAIN = Choice("1", "next"), Choice("1", "again")
ANSWER, QUESTION, DONE = Choice("2", "answer"), Choice("3", "question"), Choice("4", "done")
SAYS = (*says_of(HEAR_NEXT, HEAR_AGAIN, ANSWER, QUESTION, DONE), Say("hear_answers"), *REMINDERS)


def choices(talk: Talk, scene: AfterLesson) -> tuple[Choice, ...]:
    """Those that make sense now."""
    lesson = agenda.lesson_of(talk, scene.edition)
    listen = HEAR_NEXT if agenda.next_lesson(talk) else HEAR_AGAIN
    asking = not scene.asked and agenda.lesson_to_answer_after(talk, lesson)
    own = () if talk.state.grade else (QUESTION,)
    return (listen, *((ANSWER,) if asking else ()), *own, DONE)


def enter(talk: Talk, scene: AfterLesson) -> Turn:
    return talk.ask(scene, choices(talk, scene))


def answer(talk: Talk, scene: AfterLesson, act: Input) -> Way:
    lesson = agenda.lesson_of(talk, scene.edition)
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            return _do(talk, scene, choice)
        case Pressed(key) if key == AGAIN:
            return _do(talk, scene, Choice(key, "again"))
        case Pressed(key) if key == NEXT:
            return _do(talk, scene, _following(talk, scene))
        case Pressed(key) if key == HELP:
            return talk.go(Helping(), events=(Chose(key, "help"),))
        case Pressed(key):
            return _missed(talk, scene, lesson, Stray(key))
        case Silent() if scene.asked or not talk.state.used_keys:
            return _left_alone(talk, scene, lesson).after(events=(Waited("after"),))
        case _:
            return _missed(talk, scene, lesson, Waited("after"))


def _following(talk: Talk, scene: AfterLesson) -> Choice:
    """What # goes on with: the next lesson; where there is none, the questions; then nothing is left."""
    offered = choices(talk, scene)
    does = "next" if HEAR_NEXT in offered else "answer" if ANSWER in offered else "done"
    return Choice(NEXT, does)


def _missed(talk: Talk, scene: AfterLesson, lesson: Lesson, event: Stray | Waited) -> Turn | Go:
    offered = choices(talk, scene)
    return talk.missed(scene, offered, event, "after", _left_alone(talk, scene, lesson), usual=offered[0])


def _left_alone(talk: Talk, scene: AfterLesson, lesson: Lesson) -> Go:
    """Nobody presses: the questions and their answers are told, then goodbye."""
    if scene.asked or not lesson.questions:
        return agenda.done_with(talk, lesson)
    told = Quiz(lesson.edition, agenda.questions_left(talk, lesson), told=True)
    return talk.go(told, Say("hear_answers"))


def _do(talk: Talk, scene: AfterLesson, choice: Choice) -> Go:
    events = (Chose(choice.key, choice.does),)
    lesson = agenda.lesson_of(talk, scene.edition)
    match choice.does:
        case "answer" if asked := agenda.lesson_to_answer_after(talk, lesson):
            return talk.go(Quiz(asked.edition, agenda.questions_left(talk, asked)), events=events)
        case "next":
            return talk.go(agenda.listening(talk), events=events)
        case "again":
            return talk.go(Listening(scene.edition, 0), events=events)
        case "question":
            return talk.go(LeavingQuestion(), events=events)
        case _:
            return agenda.done_with(talk, lesson, *events)
