"""What a call left, in words; nothing that it did is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ivr.dialogue.turn import Delivered, Left, Preferred, Stray, Visited
from ivr.reports.member import clock
from ivr.reports.traces import Trace, Traces
from ivr.vocabulary import Vocabulary


def told(traces: Traces, words: Vocabulary) -> Iterator[str]:
    say = words.say
    yield say("traced_length", time=clock(traces.lasted_s) or "0:00")
    if traces.names:
        yield say("traced_whose", names=say("between").join(traces.names))
    else:
        yield say("traced_waits" if traces.waits else "traced_nobody")
    if not traces.lessons:
        yield say("traced_no_lesson")
    for lesson in traces.lessons:
        yield _heard(lesson, words)
    if traces.questions:
        yield say("traced_answers", n=traces.questions, right=traces.right)
    yield from _events(traces, words)


def _heard(lesson: Trace, words: Vocabulary) -> str:
    """The least and the most are told apart only where they read differently."""
    least, most = (clock(ms / 1000) or "0:00" for ms in (lesson.at_least_ms, lesson.at_most_ms))
    values = {
        "title": lesson.title,
        "heard": least if least == most else words.say("traced_bounds", least=least, most=most),
        "whole": clock(lesson.length_ms / 1000),
    }
    if lesson.completed:
        return words.say("traced_completed", **values)
    if lesson.bookmark_ms is None:
        return words.say("traced_heard", **values)
    return words.say("traced_partly", **values, at=clock(lesson.bookmark_ms / 1000) or "0:00")


def _events(traces: Traces, words: Vocabulary) -> Iterator[str]:
    say = words.say
    for event in traces.events:
        if isinstance(event, Left):
            yield say(f"traced_{event.kind}", seconds=event.seconds)
        elif isinstance(event, Visited):
            yield say("traced_visited" if event.confirmed else "traced_not_confirmed")
    count = Counter(type(event) for event in traces.events)
    for kind, text in ((Delivered, "traced_letters"), (Preferred, "traced_choices"), (Stray, "traced_strays")):
        if count[kind]:
            yield say(text, n=count[kind])
