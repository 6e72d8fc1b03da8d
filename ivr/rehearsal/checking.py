"""What no caller should have to hear: an apology, the same for ever, a line that hangs up, long silence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ivr.rehearsal.callers import PERSISTENT
from ivr.rehearsal.calling import MOST_PASSAGES, Story
from ivr.rehearsal.known import Known
from ivr.rehearsal.understanding import says


def wrong_in_call(story: Story) -> Iterator[str]:
    """Each thing, by the name of its gate."""
    yield from (f"the provider refused: {error}" for error in story.call.errors)
    if story.call.disagreements:
        yield "the provider refused: a request that came again was answered otherwise"
    if any(says("sorry", moment.heard.words) for moment in story.moments):
        yield "dead end: the line says that something broke"
    if any(not moment.heard.said for moment in story.moments):
        yield "dead end: nothing is said"
    if len(story.moments) >= MOST_PASSAGES or _going_round(story):
        yield "dead end: the same again and again"
    by_line = story.call.ended and not story.hung_up and not story.dropped
    if by_line and not says("goodbye", story.last_words):
        yield f"hung up before the goodbye, after {story.last_words[-20:]!r}"


def _going_round(story: Story) -> bool:
    """So often in a row nothing was said that had not been said before."""
    known, vain = set[str](), 0
    for moment in story.moments:
        vain = vain + 1 if moment.heard.words in known else 0
        known.add(moment.heard.words)
        if vain >= PERSISTENT:
            return True
    return False


def longest_silence(call: Known) -> tuple[float, str]:
    """Seconds in which nothing was said, and what had been said before; not counting what callers were waited for: to
    speak after a tone, to come back."""
    words = {step.document: step.said.words for step in call.seen.steps}
    waiting = {step.document for step in call.seen.steps if step.said.tone or says("waiting", step.said.words)}
    longest, before = 0.0, ""
    for one, other in pairwise(call.story.call.heard):
        silence = (other.started - one.started).total_seconds() - one.to_s
        if one.document not in waiting and silence > longest:
            longest, before = silence, words.get(one.document, "")
    return longest, before
