"""One call: the caller listens and acts until somebody hangs up, or the line breaks off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.rehearsal.callers import Mind
from ivr.rehearsal.hearing import Passage, Sound, passage
from ivr.rehearsal.persons import Act, HangUp, Listen, Person, Press, Talk
from ivr.rehearsal.provider import Call, Provider

MOST_PASSAGES = 400  # a call that says more goes round in circles
A_MOMENT_S = 0.001


@dataclass(frozen=True, slots=True)
class Moment:
    """Something is said, and the caller acts; `document` is the provider's number of it."""

    at: datetime
    document: int
    heard: Passage
    act: Act


@dataclass(slots=True)
class Story:
    """What became of a call: its moments in order, and the words that were said last."""

    person: Person
    call: Call
    dropped: bool = False
    hung_up: bool = False
    moments: list[Moment] = field(default_factory=list)
    last_words: str = ""

    @property
    def pressed(self) -> bool:
        return any(isinstance(moment.act, Press) for moment in self.moments)


def hold(provider: Provider, mind: Mind, sounds: Mapping[str, Sound], breaks_after_s: float | None) -> Story:
    """Ring the line, and stay on it."""
    mind.begin()
    call = provider.call(mind.person.number)
    story, began = Story(mind.person, call), provider.clock.now()
    while not call.ended and len(story.moments) < MOST_PASSAGES:
        sent = call.documents[-1]
        heard = passage(sent.body.decode(), sounds)
        left_s = _left(breaks_after_s, began, provider)
        act = mind.act(heard)
        story.moments.append(Moment(provider.clock.now(), sent.number, heard, act))
        if left_s is not None and _reaches(act, heard) >= left_s:
            story.dropped = _broken_off(call, act, heard, left_s)
        else:
            _do(call, act, heard, left_s)
            story.hung_up = story.hung_up or isinstance(act, HangUp)
        if not call.ended and (left := _left(breaks_after_s, began, provider)) is not None and left < A_MOMENT_S:
            call.hang_up()
            story.dropped = True
    story.last_words = passage(call.documents[-1].body.decode(), sounds).words
    return story


def _left(breaks_after_s: float | None, began: datetime, provider: Provider) -> float | None:
    """Seconds until the line breaks off; None if it never does."""
    return None if breaks_after_s is None else breaks_after_s - (provider.clock.now() - began).total_seconds()


def _reaches(act: Act, heard: Passage) -> float:
    """So many seconds the caller's part takes, up to the key, the last word, the receiver put down."""
    match act:
        case Press(after_s=after_s) | HangUp(after_s):
            return after_s
        case Talk(seconds):
            return heard.lasts_s + seconds
        case Listen():
            return 0.0


def _do(call: Call, act: Act, heard: Passage, at_most_s: float | None) -> None:
    """The act; then listen on until something else is said."""
    documents = len(call.documents)
    match act:
        case Press(keys, after_s, gap_s):
            call.press(keys, after_s, gap=gap_s)
        case HangUp(after_s):
            call.hang_up(after_s)
        case Talk(seconds) if heard.tone:
            call.speak(seconds)
        case _:
            pass
    if not call.ended and len(call.documents) == documents:
        call.listen(at_most_s)


def _broken_off(call: Call, act: Act, heard: Passage, left_s: float) -> bool:
    """The line breaks in the middle of it; what was said after the tone until then has been said."""
    if isinstance(act, Talk) and left_s > heard.lasts_s:
        call.speak(left_s - heard.lasts_s, "hang up")
    else:
        call.hang_up(max(0.0, left_s))
    return True
