"""The lesson waits: how to steer it, slower or faster, a pause, once more or on."""

from __future__ import annotations

from typing import Any

from ivr.catalogue import Lesson
from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AskingHow, Confirming, Listening, Over, PartOver, Pausing, RollCall
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Event, Input, Preferred, Pressed, Say, Stray, Turn, Waited

SLOWER, FASTER = Choice("1", "slower"), Choice("1", "faster")
PAUSE, OTHER = Choice("2", "pause"), Choice("3", "other_lesson")
HEAR_AGAIN, GO_ON, LATECOMER = Choice("1", "part_again"), Choice("2", "go_on"), Choice("3", "latecomer")
SAYS = (
    *says_of(SLOWER, FASTER, PAUSE, OTHER, HEAR_AGAIN, GO_ON, LATECOMER),
    Say("help_listening"),
    Say("slower_now"),
    Say("faster_now"),
    Say("paused"),
    Say("still_waiting"),
    Say("until_next_time"),
    *REMINDERS,
)

Steering = AskingHow | Pausing | PartOver


def choices(talk: Talk, scene: Steering) -> tuple[Choice, ...]:
    match scene:
        case AskingHow():
            lesson = agenda.lesson_of(talk, scene.edition)
            other = (OTHER,) if agenda.other_waiting(talk, lesson) else ()
            return (*_pace(talk, lesson), PAUSE, *other)
        case PartOver():
            return (HEAR_AGAIN, GO_ON, LATECOMER) if talk.state.grade == "group" else (HEAR_AGAIN, GO_ON)
        case _:
            return ()


def _pace(talk: Talk, lesson: Lesson) -> tuple[Choice, ...]:
    """The other of its two."""
    if talk.learner is None or lesson.other_pace is None:
        return ()
    slow = lesson.at_pace("slow")
    return (FASTER if lesson.at_pace(talk.learner.pace) is slow else SLOWER,)


def enter(talk: Talk, scene: Steering) -> Turn:
    match scene:
        case AskingHow():
            return talk.ask(scene, choices(talk, scene), Say("help_listening"))
        case PartOver():
            return talk.ask(scene, choices(talk, scene))
        case Pausing():
            return talk.turn(scene, Say("still_waiting" if scene.waits else "paused"), wait_s=talk.rules.pause_s)


def answer(talk: Talk, scene: Steering, act: Input) -> Way:
    if isinstance(scene, Pausing):
        return _waited(talk, scene, act)
    back = _from(scene)
    where = "part" if isinstance(scene, PartOver) else "how"
    match act:
        case Pressed(key) if choice := chosen(choices(talk, scene), key):
            return _do(talk, scene, choice)
        case Pressed(key) if key == AGAIN:
            return _again(talk, scene, Chose(key, "again"))
        case Pressed(key) if key == HELP:
            return talk.go(type(scene)(scene.edition, scene.at_ms), events=(Chose(key, "help"),))
        case Pressed(key) if key == NEXT:
            return _next(talk, scene, Chose(key, "next"))
        case Pressed(key):
            return talk.missed(scene, choices(talk, scene), Stray(key), where, talk.go(back))
        case _:
            return talk.go(back, events=(Waited(where),))


def _do(talk: Talk, scene: AskingHow | PartOver, choice: Choice) -> Go:
    chose = Chose(choice.key, choice.does)
    match choice.does:
        case "slower" | "faster":
            return _paced(talk, scene, chose)
        case "pause":
            return talk.go(Pausing(scene.edition, scene.at_ms), events=(chose,))
        case "other_lesson":
            other = agenda.other_waiting(talk, agenda.lesson_of(talk, scene.edition))
            left = agenda.leaving(talk, scene.edition, scene.at_ms)
            return talk.go(agenda.listening(talk, other), events=(chose,), left=left)
        case "part_again":
            return _again(talk, scene, chose)
        case "latecomer":
            return talk.go(RollCall(back_to=_from(scene)), events=(chose,))
        case _:
            return talk.go(_from(scene), events=(chose,))


def _paced(talk: Talk, scene: AskingHow | PartOver, chose: Chose) -> Go:
    """At the other pace from here on, and in every later call."""
    assert talk.learner
    value = "slow" if chose.what == "slower" else "fast"
    events: tuple[Event, ...] = (chose, Preferred(talk.learner.member, "pace", value))
    paced: dict[str, Any] = {"learners": talk.changed(pace=value)}
    return talk.go(_from(scene), Say(f"{chose.what}_now"), events=events, **paced)


def _again(talk: Talk, scene: AskingHow | PartOver, chose: Chose) -> Go:
    """What was heard last, from its start: the part that ended, the segment that waits."""
    lesson = agenda.lesson_of(talk, scene.edition)
    segment, _ = lesson.locate(scene.at_ms)
    if isinstance(scene, PartOver):
        segment = lesson.parts[max(0, lesson.part(segment) - 1)]
    return talk.go(Listening(scene.edition, lesson.base_ms(segment), lead="again_now"), events=(chose,))


def _from(scene: Steering) -> Listening:
    return Listening(scene.edition, scene.at_ms, lead="going_on")


def _next(talk: Talk, scene: AskingHow | PartOver, chose: Chose) -> Way:
    """On with the part that comes."""
    lesson = agenda.lesson_of(talk, scene.edition)
    if isinstance(scene, PartOver):
        return talk.go(_from(scene), events=(chose,))
    return agenda.next_part(talk, lesson, lesson.locate(scene.at_ms)[0], chose)


def _waited(talk: Talk, scene: Pausing, act: Input) -> Go:
    """Any key goes on. After some minutes nobody is there any more: the next call goes on from here."""
    if isinstance(act, Pressed):
        return talk.go(_from(scene), events=(Chose(act.key, "go_on"),))
    waits = scene.waits + 1
    if waits >= talk.rules.pauses:
        there = Confirming(scene.edition) if talk.state.grade == "visit" else Over()
        return talk.go(there, Say("until_next_time"), events=(Waited("pause"),))
    return talk.go(Pausing(scene.edition, scene.at_ms, waits), events=(Waited("pause"),))
