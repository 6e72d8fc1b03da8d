"""The questions of a lesson: options are the keys 1, 2, 3; a few tries at each; silence is not a wrong answer.

Whatever the caller does, the reason is told, and the round goes on.
"""

from __future__ import annotations

from msgspec.structs import replace

from ivr.catalogue import MOST_QUESTIONS, Question
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import (
    Answered,
    Chose,
    Event,
    Input,
    Over,
    Pressed,
    Quiz,
    Said,
    Say,
    Silent,
    Stray,
    Turn,
    Waited,
)

SAYS = (
    Say("now_answering"),
    Say("help_answering"),
    Say("choose_once_more"),
    Say("i_tell_you"),
    *(Say(what, str(n)) for what in ("asked", "right") for n in range(MOST_QUESTIONS + 1)),
    *REMINDERS,
)


def enter(talk: Talk, scene: Quiz) -> Turn:
    """Begin a round; with no question left over from earlier rounds, ask all of them again."""
    lesson = talk.lesson(scene.edition)
    questions = scene.questions or tuple(question.id for question in lesson.questions)
    return _ask(talk, replace(scene, questions=questions), Say("now_answering"), lesson.title)


def _question(talk: Talk, scene: Quiz) -> Question:
    wanted = scene.questions[scene.index]
    return next(each for each in talk.lesson(scene.edition).questions if each.id == wanted)


def _ask(talk: Talk, scene: Quiz, *says: Said, events: tuple[Event, ...] = ()) -> Turn:
    return talk.turn(scene, *says, _question(talk, scene).ask, events=events)


def answer(talk: Talk, scene: Quiz, act: Input) -> Turn | Go:
    question = _question(talk, scene)
    match act:
        case Pressed(key) if key in question.keys:
            return _tried(talk, scene, question, key)
        case Pressed(key) if key == HELP:
            return _ask(talk, scene, Say("help_answering"), events=(Chose(key, "help"),))
        case Pressed(key) if key == AGAIN:
            return _ask(talk, scene, events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return _tell(talk, scene, question, Chose(key, "next"))
        case Pressed(key):
            return _missed(talk, scene, question, "other", Stray(key))
        case Silent():
            return _missed(talk, scene, question, "no", Waited("quiz"))


def _tried(talk: Talk, scene: Quiz, question: Question, key: str) -> Turn | Go:
    right = key == question.right
    lesson = talk.lesson(scene.edition)
    attempt = scene.attempts + 1
    event = Answered(lesson.slug, lesson.edition, question.id, attempt, key, right)
    if right:
        return _go_on(talk, replace(scene, right=scene.right + 1), question.when_right, event=event)
    if attempt >= talk.rules.attempts:
        return _go_on(talk, scene, question.when_wrong, event=event)
    tried = replace(scene, attempts=attempt, misses=0)
    return _ask(talk, tried, question.when_wrong, Say("choose_once_more"), events=(event,))


def _missed(talk: Talk, scene: Quiz, question: Question, what: str, event: Event) -> Turn | Go:
    misses = scene.misses + 1
    if misses > talk.rules.reminders:
        return _tell(talk, scene, question, event)
    return _ask(talk, replace(scene, misses=misses), Say(f"{what}_key_{misses}"), events=(event,))


def _tell(talk: Talk, scene: Quiz, question: Question, event: Event) -> Turn | Go:
    """No answer is no wrong answer: tell it, and go on."""
    return _go_on(talk, scene, Say("i_tell_you"), question.when_wrong, event=event)


def _go_on(talk: Talk, scene: Quiz, *says: Said, event: Event) -> Turn | Go:
    following = replace(scene, index=scene.index + 1, attempts=0, misses=0)
    if following.index < len(scene.questions):
        return _ask(talk, following, *says, events=(event,))
    score = Say("asked", str(len(scene.questions))), Say("right", str(scene.right))
    return talk.go(Over(), *says, *score, events=(event,))
