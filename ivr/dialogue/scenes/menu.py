"""The main menu. Nobody has to press anything: silence is a listener, and the next lesson plays."""

from __future__ import annotations

from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, HearingNotice, Helping, LeavingQuestion, Numbering, Proving, Quiz
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Input, Pressed, Say, Stray, Turn, Waited

LISTEN, ANSWER, QUESTION = Choice("1", "listen"), Choice("2", "answer"), Choice("3", "question")
NOTICE, REVIEW, WHO = Choice("4", "notice"), Choice("4", "review"), Choice("4", "who")
FOR_HELP = Choice(HELP, "help")
SAYS = (
    *says_of(LISTEN, ANSWER, QUESTION, NOTICE, REVIEW, WHO, FOR_HELP),
    Say("or_wait"),
    Say("carry_on"),
    Say("no_questions"),
    Say("once_wrong"),
    *REMINDERS,
)


def choices(talk: Talk, _scene: AtMenu) -> tuple[Choice, ...]:
    """Three, and at most one more that makes sense for this caller now."""
    return (LISTEN, ANSWER, QUESTION, *_one_more(talk), FOR_HELP)


def _one_more(talk: Talk) -> tuple[Choice, ...]:
    if talk.learner is None:
        return () if talk.state.grade else (WHO,)
    if talk.learner.notices:
        return (NOTICE,)
    return (REVIEW,) if agenda.due(talk) else ()


def enter(talk: Talk, scene: AtMenu) -> Turn:
    return talk.ask(scene, choices(talk, scene), tail=(Say("or_wait"),))


def answer(talk: Talk, scene: AtMenu, act: Input) -> Way:
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            return _do(talk, choice)
        case Pressed(key) if key == NEXT:
            return talk.go(agenda.listening(talk), events=(Chose(key, "listen"),))
        case Pressed(key) if key == AGAIN:
            return talk.go(AtMenu(), events=(Chose(key, "again"),))
        case Pressed(key):
            otherwise = talk.go(agenda.listening(talk), Say("carry_on"))
            return talk.missed(scene, choices(talk, scene), Stray(key), "menu", otherwise)
        case _:
            return talk.go(agenda.listening(talk), events=(Waited("menu"),))


def _do(talk: Talk, choice: Choice) -> Go:
    events = (Chose(choice.key, choice.does),)
    match choice.does:
        case "listen":
            return talk.go(agenda.listening(talk), events=events)
        case "answer" if lesson := agenda.lesson_to_answer(talk):
            return talk.go(Quiz(lesson.edition, agenda.questions_left(talk, lesson)), events=events)
        case "answer":
            return talk.go(AtMenu(), Say("no_questions"), events=events)
        case "question":
            return talk.go(LeavingQuestion(), events=events)
        case "notice" if talk.learner and talk.learner.has_pin and not talk.state.proven:
            return talk.go(Proving("notices"), events=events)
        case "notice":
            return talk.go(HearingNotice(), events=events)
        case "review" if found := agenda.due(talk):
            lesson, questions = found
            return talk.go(Quiz(lesson.edition, questions), Say("once_wrong"), events=events)
        case "who":
            return talk.go(Numbering("me"), events=events)
        case _:
            return talk.go(Helping(), events=events)
