"""The main menu. Nobody has to press anything: silence is a listener, and the next lesson plays."""

from __future__ import annotations

from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, HearingNotice, Helping, LeavingQuestion, Numbering, Over, Proving, Quiz
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Event, GaveUp, Input, Pressed, Said, Say, Stray, Turn, Waited

LISTEN, ANSWER, QUESTION = Choice("1", "listen"), Choice("2", "answer"), Choice("3", "question")
NOTICE, REVIEW, WHO = Choice("4", "notice"), Choice("4", "review"), Choice("4", "who")
FOR_HELP = Choice(HELP, "help")
SAYS = (
    *says_of(LISTEN, ANSWER, QUESTION, NOTICE, REVIEW, WHO, FOR_HELP),
    Say("or_wait"),
    Say("nothing_yet"),
    Say("carry_on"),
    Say("no_questions"),
    Say("once_wrong"),
    *REMINDERS,
)


def choices(talk: Talk, _scene: AtMenu) -> tuple[Choice, ...]:
    """Three, and at most one more that makes sense for this caller now."""
    lessons = (LISTEN, ANSWER) if talk.state.offer else ()
    own = () if talk.state.grade else (QUESTION, *_one_more(talk))
    return (*lessons, *own, FOR_HELP)


def _one_more(talk: Talk) -> tuple[Choice, ...]:
    """Who they are, of somebody unknown; a new notice, then questions once wrong, then notices heard before."""
    if talk.learner is None:
        return () if talk.state.named else (WHO,)
    notices = talk.learner.notices if talk.may_hear_private is not False else ()
    if agenda.due(talk) and all(each.is_heard for each in notices):
        return (REVIEW,)
    return (NOTICE,) if notices else ()


def enter(talk: Talk, scene: AtMenu) -> Turn:
    lead: tuple[Said, ...] = () if talk.state.offer else (Say("nothing_yet"),)
    tail = (Say("or_wait"),) if talk.state.offer else ()
    return talk.ask(scene, choices(talk, scene), *lead, tail=tail)


def answer(talk: Talk, scene: AtMenu, act: Input) -> Way:
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            return _do(talk, choice)
        case Pressed(key) if key == NEXT:
            return _listen(talk, Chose(key, "listen"))
        case Pressed(key) if key == AGAIN:
            return talk.go(AtMenu(), events=(Chose(key, "again"),))
        case Pressed(key):
            otherwise = _listen(talk).after(Say("carry_on")) if talk.state.offer else _listen(talk)
            usual = LISTEN if talk.state.offer else None
            return talk.missed(scene, choices(talk, scene), Stray(key), "menu", otherwise, usual=usual)
        case _:
            gave_up = (GaveUp("menu"),) if scene.misses > 1 else ()  # one slip of the finger is none
            return _listen(talk, Waited("menu"), *gave_up)


def _listen(talk: Talk, *events: Event) -> Go:
    """The next lesson; where there is none, goodbye."""
    return talk.go(agenda.listening(talk) if talk.state.offer else Over(), events=events)


def _do(talk: Talk, choice: Choice) -> Go:
    events = (Chose(choice.key, choice.does),)
    match choice.does:
        case "listen":
            return _listen(talk, *events)
        case "answer" if lesson := agenda.lesson_to_answer(talk):
            return talk.go(Quiz(lesson.edition, agenda.questions_left(talk, lesson)), events=events)
        case "answer":
            return talk.go(AtMenu(), Say("no_questions"), events=events)
        case "question":
            return talk.go(LeavingQuestion(), events=events)
        case "notice" if talk.may_hear_private is None:
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
