"""What a lesson's figures say about its text, in plain words: few rules, each told with the numbers behind it, and none
for fewer than a handful of people. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ivr.reports.choices import Choices
from ivr.reports.painting import BreakOff, Painting

HANDFUL = 5  # people; of fewer, a share is chance
MOST = 4  # that are told at once
QUOTED = 30  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Advice:
    """`text` names words of the vocabulary and `blanks` fill them; `count` of the people it is about is how heavy it
    weighs. It is about a sentence, or a question, by its place, or about the whole."""

    text: str
    count: int
    blanks: Mapping[str, object] = field(default_factory=dict)
    sentence: int | None = None
    question: int | None = None


def advice(painting: Painting, questions: Sequence[Choices]) -> tuple[Advice, ...]:
    """The heaviest first; of a lesson that nobody heard there is nothing to say."""
    few = painting.listeners.at_least < HANDFUL
    found = [] if few else [each for rule in OF_THE_TEXT for each in rule(painting)]
    found += [each for rule in OF_QUESTIONS for each in rule(questions)]
    told = tuple(sorted(found, key=lambda each: -each.count)[:MOST])
    if few and not painting.listeners.at_least:
        return told
    if few:
        return (Advice("advice_few", 0, {"n": painting.listeners.at_least, "handful": HANDFUL}), *told)
    return told or (Advice("advice_none", 0),)


def _broke_off(painting: Painting) -> Iterator[Advice]:
    """The calls of a third of those who came to a sentence broke off in it, or in one of the two after it: closer than
    that it is often not known. The shortest such stretches, and no two that overlap."""
    count = len(painting.sentences)
    stretches = [range(first, first + length) for length in (1, 2, 3) for first in range(count - length + 1)]
    gone = {stretch: _gone(painting.break_offs, stretch) for stretch in stretches}
    taken = _last_ones(painting)
    for stretch in sorted(stretches, key=lambda each: (len(each), -gone[each])):
        came = painting.sentences[stretch[0]].reached.at_most
        if 3 * gone[stretch] >= came >= HANDFUL and gone[stretch] > 1 and taken.isdisjoint(stretch):
            taken |= {*stretch}
            first, last = (_quoted(painting.sentences[n].at.words) for n in (stretch[0], stretch[-1]))
            blanks = {"n": gone[stretch], "of": came, "first": first}
            if len(stretch) == 1:
                yield Advice("advice_broke_off", gone[stretch], blanks, stretch[0])
            else:
                yield Advice("advice_broke_off_in", gone[stretch], {**blanks, "last": last}, stretch[0])


def _last_ones(painting: Painting) -> set[int]:
    """The last sentences of the segments after which many stop: these did not end because of what it says."""
    segments = {advice.blanks["segment"] for advice in _stopped(painting)}
    at = [each.at for each in painting.sentences]
    return {
        n for n, (this, following) in enumerate(pairwise(at)) if this.segment + 1 in segments - {following.segment + 1}
    }


def _gone(break_offs: Sequence[BreakOff], stretch: range) -> int:
    """Of how many people the call surely broke off in one of these sentences."""
    within = (each for each in break_offs if stretch[0] <= each.first and each.last <= stretch[-1])
    return sum({each.way: each.people for each in within}.values())


def _replayed(painting: Painting) -> Iterator[Advice]:
    """A third of those who came to a sentence heard it again, twice as many as is usual in this lesson: the segment
    where that is most so, for a key goes back to its start, whatever was not understood."""
    usual = median(each.again for each in painting.sentences)
    most = max(range(len(painting.sentences)), key=lambda n: painting.sentences[n].again)
    found = painting.sentences[most]
    came = found.reached.at_least
    if came >= HANDFUL and 3 * found.again >= came and found.again >= 2 * usual:
        blanks = {"segment": found.at.segment + 1, "n": found.again, "of": came}
        yield Advice("advice_again", found.again, blanks, most)


def _stopped(painting: Painting) -> Iterator[Advice]:
    """Half of all who listened heard a segment to its end, and no more."""
    heard = painting.listeners.at_least
    for n, count in enumerate(painting.stopped):
        if 2 * count >= heard:
            yield Advice("advice_stopped", count, {"n": count, "of": heard, "segment": n + 1})


def _wrong(questions: Sequence[Choices]) -> Iterator[Advice]:
    """Half of those who chose chose wrong."""
    for n, each in enumerate(questions):
        wrong = each.chose - each.right
        if each.chose >= HANDFUL and 2 * wrong >= each.chose:
            blanks = {"question": n + 1, "n": wrong, "of": each.chose}
            if each.tempting is None:
                yield Advice("advice_wrong", wrong, blanks, question=n)
            else:
                option = each.question.options[each.tempting].words
                yield Advice("advice_wrong_option", wrong, {**blanks, "option": _quoted(option)}, question=n)


def _unanswered(questions: Sequence[Choices]) -> Iterator[Advice]:
    """Half of those who were asked chose nothing."""
    for n, each in enumerate(questions):
        without = each.asked - each.chose
        if each.asked >= HANDFUL and 2 * without >= each.asked:
            yield Advice("advice_unanswered", without, {"question": n + 1, "n": without, "of": each.asked}, question=n)


OF_THE_TEXT: tuple[Callable[[Painting], Iterator[Advice]], ...] = (_broke_off, _replayed, _stopped)
OF_QUESTIONS: tuple[Callable[[Sequence[Choices]], Iterator[Advice]], ...] = (_wrong, _unanswered)


def _quoted(words: str) -> str:
    words = words.rstrip("。.")
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"
