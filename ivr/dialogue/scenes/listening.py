"""The lesson. It plays by itself, segment after segment; 0, * and # act, and any other key changes nothing.

How far a key came in is only known from the time that passed, and some of that was the line's. So a lesson goes on
at the start of the sentence that was surely reached: a caller may hear a sentence twice, but never misses one.
Positions are those of the edition's own pace, whichever pace is played.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ivr.catalogue import MOST_PARTS, Lesson
from ivr.dialogue import agenda
from ivr.dialogue.keys import AGAIN, HELP, NEXT
from ivr.dialogue.state import AskingHow, Listening, PartOver
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import LINE_DELAY_MS, Chose, Event, Input, Play, Pressed, Said, Say, Stray, Turn

ANNOUNCING_S = 1  # nobody has to press anything after a title
BACK_AGAIN_MS = 6_000  # a second * so soon after the first goes back one segment more

SAYS = (
    Say("now_playing"),
    Say("go_on_with"),
    Say("going_on"),
    Say("again_now"),
    Say("once_more"),
    Say("other_language"),
    Say("lesson_over"),
    *(Say("part", str(n)) for n in range(1, MOST_PARTS + 1)),
    *(Say("of_parts", str(n)) for n in range(2, MOST_PARTS + 1)),
)


def enter(talk: Talk, scene: Listening) -> Turn | Go:
    """Announce a lesson, whether it begins or goes on, and in which of its parts."""
    lesson = agenda.lesson_of(talk, scene.edition)
    if scene.lead == "part":
        said = _part(lesson, lesson.locate(scene.at_ms)[0])
        here = Listening(lesson.edition, scene.at_ms)
        return talk.turn(here, *said, wait_s=ANNOUNCING_S) if said else _play(talk, lesson, scene.at_ms, 0)
    if scene.lead:
        return talk.turn(scene, Say(scene.lead), wait_s=ANNOUNCING_S)
    lead = "go_on_with" if scene.at_ms else "once_more" if agenda.is_heard(talk, lesson) else "now_playing"
    explained = (Say("other_language"),) if lesson.language != talk.state.language else ()
    part = _part(lesson, lesson.locate(scene.at_ms)[0]) if scene.at_ms else ()
    return talk.turn(replace(scene, since=None), *explained, Say(lead), lesson.title, *part, wait_s=ANNOUNCING_S)


def _part(lesson: Lesson, segment: int) -> tuple[Said, ...]:
    """ "Part two of four", where there are enough to count and not too many."""
    number = lesson.number(segment)
    return (Say("part", str(number)), Say("of_parts", str(len(lesson.counted)))) if number else ()


def answer(talk: Talk, scene: Listening, act: Input) -> Way:
    lesson = agenda.lesson_of(talk, scene.edition)
    reached = _reached(talk, lesson, scene)
    segment, _ = lesson.locate(reached)
    match act:
        case Pressed(key) if key == HELP:
            return talk.go(AskingHow(lesson.edition, lesson.sentence_start(reached)), events=(Chose(key, "help"),))
        case Pressed(key) if key == AGAIN:
            return _back(talk, scene, lesson, segment)
        case Pressed(key) if key == NEXT and scene.since is None:
            return _play(talk, lesson, scene.at_ms, 0, Chose(key, "next"))
        case Pressed(key) if key == NEXT:
            return agenda.next_part(talk, lesson, segment, Chose(key, "next"))
        case Pressed(key):
            return _play(talk, lesson, lesson.sentence_start(reached), scene.back, Stray(key))
        case _ if scene.since is None:
            return _play(talk, lesson, scene.at_ms, scene.back)
        case _:
            return _on(talk, lesson, scene, lesson.locate(scene.at_ms)[0] + 1)


def carried_on(talk: Talk, scene: Listening) -> Turn:
    """As if nothing had been pressed: on from the sentence that was reached."""
    lesson = agenda.lesson_of(talk, scene.edition)
    way = _play(talk, lesson, lesson.sentence_start(_reached(talk, lesson, scene)), scene.back)
    assert isinstance(way, Turn)  # what was reached lies before the end
    return way


def _reached(talk: Talk, lesson: Lesson, scene: Listening) -> int:
    """The content position that the caller has surely heard up to; never past the segment that is playing."""
    if scene.since is None:
        return scene.at_ms
    played = lesson.at_pace(_pace(talk))
    start = lesson.moved(scene.at_ms, played)
    segment, _ = played.locate(start)
    passed_ms = _ms(talk.now - scene.since) - LINE_DELAY_MS[1]
    reached = min(start + max(0, passed_ms), played.base_ms(segment + 1) - 1)
    return max(scene.at_ms, min(played.moved(reached, lesson), lesson.base_ms(segment + 1) - 1))


def _ms(passed: timedelta) -> int:
    return passed // timedelta(milliseconds=1)


def _pace(talk: Talk) -> str:
    return talk.learner.pace if talk.learner else ""


def _back(talk: Talk, scene: Listening, lesson: Lesson, segment: int) -> Way:
    """This segment again; pressed twice, the one before it."""
    since = scene.since or talk.now
    start = lesson.base_ms(segment)
    twice = scene.back > 0 and scene.at_ms == start and _ms(talk.now - since) < BACK_AGAIN_MS
    at_ms = lesson.base_ms(max(0, segment - 1)) if twice else start
    return _play(talk, lesson, at_ms, scene.back + 1, Chose(AGAIN, "again"))


def _on(talk: Talk, lesson: Lesson, scene: Listening, segment: int) -> Way:
    """A segment was played to its end: the next one; between two parts, first which one comes."""
    at_ms = lesson.base_ms(segment)
    if at_ms >= lesson.length_ms or segment not in lesson.parts:
        return _play(talk, lesson, at_ms, scene.back)
    if scene.back or talk.state.grade == "group":
        return talk.go(PartOver(lesson.edition, at_ms))
    return talk.go(Listening(lesson.edition, at_ms, lead="part"))


def _play(talk: Talk, lesson: Lesson, at_ms: int, back: int, *events: Event) -> Turn | Go:
    if at_ms >= lesson.length_ms:
        return agenda.finished(talk, lesson, *events)
    played = lesson.at_pace(_pace(talk))
    start = lesson.moved(at_ms, played)
    index, within_ms = played.locate(start)
    segment = played.segments[index]
    pace = "" if played is lesson else played.pace
    left_ms = segment.length_ms - within_ms
    play = Play(lesson.edition, lesson.slug, index, segment.audio, within_ms, start, left_ms, pace)
    scene = Listening(lesson.edition, at_ms, talk.now, back)
    return talk.turn(scene, play, wait_s=talk.rules.between_segments_s, events=events)
