"""The questions of a lesson: options are the keys 1, 2, 3; a few tries at each; silence is not a wrong answer.

Whatever the caller does, the reason is told, and the round goes on. What was first answered wrong comes once more at
the end. In a group each question is put to one person after the other. Then the call goes on: after the lesson it was
heard in, else at the menu.
"""

from __future__ import annotations

from msgspec.structs import replace

from ivr.catalogue import MOST_QUESTIONS, Question
from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, offers, says_of
from ivr.dialogue.state import AfterLesson, AtMenu, Place, Quiz, State
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import (
    Answered,
    Chose,
    Event,
    GaveUp,
    Input,
    Name,
    Outcome,
    Pressed,
    Said,
    Say,
    Stray,
    Turn,
    Waited,
)

MOST_OPTIONS = 3
SILENCES = 1  # after which a question is said again; then the answer is told
UNKNOWN = tuple(Choice(str(n + 1), "dont_know") for n in range(2, MOST_OPTIONS + 1))  # the key after the options'
SAYS = (
    *says_of(*UNKNOWN),
    *(Say("press", str(n)) for n in range(1, MOST_OPTIONS + 1)),
    Say("now_answering"),
    Say("help_answering"),
    Say("choose_once_more"),
    Say("you_chose"),
    Say("the_answer_is"),
    Say("i_tell_you"),
    Say("asked_again"),
    Say("your_turn"),
    *(Say(what, str(n)) for what in ("asked", "right") for n in range(1, MOST_QUESTIONS + 1)),
    *REMINDERS,
)


def choices(talk: Talk, scene: Quiz) -> tuple[Choice, ...]:
    question = _question(talk, scene)
    options = zip(question.keys, question.options, strict=True)
    return (*(Choice(key, "option", option) for key, option in options), _unknown(question))


def _unknown(question: Question) -> Choice:
    return UNKNOWN[len(question.options) - 2]


def enter(talk: Talk, scene: Quiz) -> Turn:
    lesson = agenda.lesson_of(talk, scene.edition)
    lead = () if scene.told else (Say("now_answering"), lesson.title)
    return _ask(talk, scene, *lead)


def _question(talk: Talk, scene: Quiz) -> Question:
    wanted = (*scene.questions, *scene.again)[scene.index]
    return next(each for each in agenda.lesson_of(talk, scene.edition).questions if each.id == wanted)


def _ask(talk: Talk, scene: Quiz, *says: Said, events: tuple[Event, ...] = ()) -> Turn:
    question = _question(talk, scene)
    whose = _whose(talk, scene)
    if talk.one_key:
        return talk.ask(scene, choices(talk, scene), *says, *whose, question.stem, events=events)
    unknown = () if scene.told else offers([_unknown(question)])
    return talk.turn(scene, *says, *whose, question.ask, *unknown, events=events)


def _whose(talk: Talk, scene: Quiz) -> tuple[Said, ...]:
    """In a group, whose turn it is."""
    if not talk.state.present:
        return ()
    return Name(talk.state.learners[_at(talk, scene)].name), Say("your_turn")


def _at(talk: Talk, scene: Quiz) -> int:
    return talk.state.present[scene.index % len(talk.state.present)]


def answer(talk: Talk, scene: Quiz, act: Input) -> Way:
    question = _question(talk, scene)
    match act:
        case Pressed(key) if key in question.keys:
            return _tried(talk, replace(scene, told=False), question, key)
        case Pressed(key) if key == _unknown(question).key:
            return _tell(talk, scene, question, key, "unknown", Chose(key, "dont_know"))
        case Pressed(key) if key == HELP:
            return _ask(talk, scene, Say("help_answering"), events=(Chose(key, "help"),))
        case Pressed(key) if key == AGAIN:
            return _ask(talk, scene, events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return _tell(talk, scene, question, key, "skipped", Chose(key, "next"))
        case Pressed(key):
            return _missed(talk, scene, question, key, Stray(key))
        case _:
            return _missed(talk, scene, question, "", Waited("quiz"))


def _event(talk: Talk, scene: Quiz, question: Question, key: str, outcome: Outcome) -> Answered:
    lesson = agenda.lesson_of(talk, scene.edition)
    member = talk.state.learners[_at(talk, scene)].member if talk.state.present else None
    attempt = scene.tries.get(question.id, 0) + 1
    return Answered(lesson.slug, lesson.edition, question.id, attempt, key, outcome, member)


def _tried(talk: Talk, scene: Quiz, question: Question, key: str) -> Way:
    right = key == question.right
    event = _event(talk, scene, question, key, "right" if right else "wrong")
    echo = Say("you_chose"), question.options[int(key) - 1]
    scene = replace(scene, tries={**scene.tries, question.id: event.attempt})
    if right:
        known = replace(scene, right=(*(each for each in scene.right if each != question.id), question.id))
        return _go_on(talk, known, *echo, question.when_right, events=(event,))
    if scene.index < len(scene.questions) and question.id not in scene.again:
        scene = replace(scene, again=(*scene.again, question.id))
    if scene.attempts + 1 >= talk.rules.attempts:
        return _go_on(talk, scene, *echo, *_the_answer(question), events=(event,))
    tried = replace(scene, attempts=scene.attempts + 1, misses=0)
    return _ask(talk, tried, *echo, question.when_wrong, Say("choose_once_more"), events=(event,))


def _the_answer(question: Question) -> tuple[Said, ...]:
    return Say("the_answer_is"), question.options[int(question.right) - 1], question.when_wrong


def _missed(talk: Talk, scene: Quiz, question: Question, key: str, event: Stray | Waited) -> Way:
    silent = isinstance(event, Waited)
    misses = scene.misses + 1
    most = 0 if silent and scene.told else min(SILENCES, talk.rules.reminders) if silent else talk.rules.reminders
    if misses > most:
        gave_up = () if silent else (GaveUp("quiz"),)
        return _tell(talk, scene, question, key, "silent" if silent else "other", event, *gave_up)
    lead = Say(f"no_key_{misses}" if silent else f"other_key_{misses}")
    noted = _event(talk, scene, question, key, "silent" if silent else "other")
    return _ask(talk, replace(scene, misses=misses, told=scene.told and silent), lead, events=(event, noted))


def _tell(talk: Talk, scene: Quiz, question: Question, key: str, outcome: Outcome, *events: Event) -> Way:
    """No answer is no wrong answer: tell it, and go on."""
    noted = _event(talk, scene, question, key, outcome)
    return _go_on(talk, scene, Say("i_tell_you"), *_the_answer(question), events=(*events, noted))


def _go_on(talk: Talk, scene: Quiz, *says: Said, events: tuple[Event, ...]) -> Turn | Go:
    following = replace(scene, index=scene.index + 1, attempts=0, misses=0)
    if following.index < len(scene.questions) + len(scene.again):
        again = (Say("asked_again"),) if following.index == len(scene.questions) else ()
        return _ask(talk, following, *says, *again, events=events)
    return _over(talk, scene).after(*says, events=events)


def _over(talk: Talk, scene: Quiz) -> Go:
    """The score, where there is something to be glad about; and on."""
    lesson = agenda.lesson_of(talk, scene.edition)
    if scene.told:
        return agenda.done_with(talk, lesson)
    score = (Say("asked", str(len(scene.questions))), Say("right", str(len(scene.right)))) if scene.right else ()
    after = AfterLesson(lesson.edition, asked=True) if lesson.slug in talk.state.heard else AtMenu()
    return Go(replace(_remembered(talk, scene), scene=after), score)


def _remembered(talk: Talk, scene: Quiz) -> State:
    """What was answered, for the rest of the call."""
    if talk.learner is None:
        return talk.state
    lesson = agenda.lesson_of(talk, scene.edition)
    known = talk.learner.places.get(lesson.slug, Place(lesson.edition))
    answered = tuple(dict.fromkeys((*known.answered, *scene.right)))
    due = tuple(each for each in known.due if each not in scene.questions)
    places = {**talk.learner.places, lesson.slug: replace(known, answered=answered, due=due)}
    return replace(talk.state, learners=talk.changed(places=places))
