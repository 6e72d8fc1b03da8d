"""The lesson. It plays by itself, segment after segment; 0, * and # act, and any other key changes nothing.

How far a key came in is only known from the time that passed, and some of that was the line's. So a lesson goes on
at the start of the sentence that was surely reached: a caller may hear a sentence twice, but never misses one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from ivr.catalogue import Lesson
from ivr.dialogue.keys import AGAIN, HELP, NEXT
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import (
    LINE_DELAY_MS,
    AfterLesson,
    Chose,
    Event,
    Input,
    Listening,
    Play,
    Pressed,
    Say,
    Silent,
    Stray,
    Turn,
)

ANNOUNCING_S = 1  # nobody has to press anything after a title

SAYS = (Say("now_playing"), Say("go_on_with"), Say("once_more"), Say("help_listening"))


def enter(talk: Talk, scene: Listening) -> Turn:
    """Announce a lesson, and whether it begins or goes on."""
    lesson = talk.lesson(scene.edition)
    lead = "go_on_with" if scene.at_ms else "once_more" if talk.is_heard(lesson) else "now_playing"
    return talk.turn(scene, Say(lead), lesson.title, wait_s=ANNOUNCING_S)


def answer(talk: Talk, scene: Listening, act: Input) -> Turn | Go:
    lesson = talk.lesson(scene.edition)
    reached = _reached(lesson, scene, talk.now)
    segment, _ = lesson.locate(reached)
    match act:
        case Silent() if scene.since is None:
            return _play(talk, lesson, scene.at_ms)
        case Silent():
            return _play(talk, lesson, lesson.base_ms(segment + 1))
        case Pressed(key) if key == HELP:
            paused = Listening(lesson.edition, lesson.sentence_start(reached))
            return talk.turn(paused, Say("help_listening"), events=(Chose(key, "help"),))
        case Pressed(key) if key == AGAIN:
            return _play(talk, lesson, lesson.base_ms(segment), Chose(key, "again"))
        case Pressed(key) if key == NEXT:
            return _play(talk, lesson, lesson.base_ms(segment + 1), Chose(key, "next"))
        case Pressed(key):
            return _play(talk, lesson, lesson.sentence_start(reached), Stray(key))


def _reached(lesson: Lesson, scene: Listening, now: datetime) -> int:
    """The content position that the caller has surely heard up to; never past the segment that is playing."""
    if scene.since is None:
        return scene.at_ms
    segment, _ = lesson.locate(scene.at_ms)
    passed_ms = (now - scene.since) // timedelta(milliseconds=1)
    return min(scene.at_ms + max(0, passed_ms - LINE_DELAY_MS[1]), lesson.base_ms(segment + 1) - 1)


def _play(talk: Talk, lesson: Lesson, at_ms: int, *events: Event) -> Turn | Go:
    if at_ms >= lesson.length_ms:
        heard = replace(talk.state, scene=AfterLesson(lesson.edition), heard=(*talk.state.heard, lesson.slug))
        return Go(heard, (Say("lesson_over"),), events)
    index, within_ms = lesson.locate(at_ms)
    segment = lesson.segments[index]
    left_ms = segment.length_ms - within_ms
    play = Play(lesson.edition, lesson.slug, index, segment.audio, within_ms, at_ms, left_ms)
    scene = Listening(lesson.edition, at_ms, talk.now)
    return talk.turn(scene, play, wait_s=talk.rules.between_segments_s, events=events)
