"""How each sentence of a lesson was heard: how many people came to it, heard it more than once, hung up in it. Pure.

A telephone does not tell how far a call got, so a figure has two ends: what is sure, and what may be. Positions are
content milliseconds of the edition's own pace, whichever pace was played.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, pairwise

from ivr.catalogue import Lesson, Sentence
from ivr.records.studied import Span

EAR_MS = 300  # so much of a sentence must have been heard for it to have been heard at all
POINTS = 240  # of a curve, about


@dataclass(frozen=True, slots=True)
class Bounds:
    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence where it stands: spoken from `start_ms` to `end_ms`; `next_ms` is where the following one begins."""

    segment: int
    words: str
    start_ms: int
    end_ms: int
    next_ms: int


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Somebody hung up, or was cut off, between two positions: in one of the sentences from `first` to `last`. Where
    that may have been after the last word of the lesson, `last` is past the last sentence. So did all `people` who
    heard the lesson just like that; `way` numbers the ways it was heard."""

    way: int
    people: int
    first: int
    last: int
    low_ms: int
    high_ms: int


@dataclass(frozen=True, slots=True)
class Painted:
    """A sentence in numbers of people. `likely_ended` shares each break-off out among the sentences it may lie in."""

    at: Stretch
    reached: Bounds
    again: int
    ended: Bounds
    likely_ended: float

    @property
    def depth(self) -> int:
        """How deep it is painted, 0 to 4: by the share of those it reached who hung up in it."""
        share = self.likely_ended / max(1, self.reached.at_most)
        return sum(share >= least for least in DEPTHS)


DEPTHS = (0.02, 0.1, 0.25, 0.5)


@dataclass(frozen=True, slots=True)
class Painting:
    """An edition as these people heard it. `curve` is how many came at least so far, every `step_ms` from the start;
    `stopped` is, for each segment but the last, how many surely heard its last sentence and surely no more than the
    first one of the next."""

    listeners: Bounds
    sentences: tuple[Painted, ...]
    break_offs: tuple[BreakOff, ...]
    stopped: tuple[int, ...]
    step_ms: int
    curve: tuple[Bounds, ...]

    def came_to(self, at_ms: int) -> Bounds:
        """By the point of the curve that lies nearest before."""
        return self.curve[min(at_ms // self.step_ms, len(self.curve) - 1)]


def paint(lesson: Lesson, heard: Iterable[tuple[Span, ...]]) -> Painting:
    """By what each of some people heard of this edition."""
    ways = Counter(heard)  # many heard it from end to end, all in the same way
    text = stretches(lesson)
    found = (_break_offs(text, n, played, people) for n, (played, people) in enumerate(ways.items()))
    break_offs = tuple(dict.fromkeys(chain.from_iterable(found)))
    farthest = Counter[tuple[int, int]]()
    for played, people in ways.items():
        farthest[_farthest(played)] += people
    step_ms = max(1000, lesson.length_ms // POINTS)
    return Painting(
        next(_curve(farthest, (0,))),
        tuple(_sentences(text, ways, break_offs)),
        break_offs,
        tuple(_stopped(text, farthest)),
        step_ms,
        tuple(_curve(farthest, range(0, lesson.length_ms + 1, step_ms))),
    )


def stretches(lesson: Lesson) -> tuple[Stretch, ...]:
    """Its sentences in order; the silence after one belongs to it."""
    found = []
    for n, segment in enumerate(lesson.segments):
        base_ms = lesson.base_ms(n)
        said = segment.sentences or (Sentence("", 0, segment.length_ms),)
        nexts = [each.start_ms for each in said[1:]] + [segment.length_ms]
        for each, next_ms in zip(said, nexts, strict=True):
            spoken = base_ms + each.start_ms, base_ms + each.end_ms
            found.append(Stretch(n, each.words, *spoken, base_ms + next_ms))
    return tuple(found)


def _sentences(
    text: Sequence[Stretch], ways: Mapping[tuple[Span, ...], int], break_offs: Sequence[BreakOff]
) -> Iterator[Painted]:
    surely, perhaps, again = ([0] * len(text) for _ in range(3))
    heard = cache(partial(_heard, text))  # most plays are a segment from end to end
    for played, people in ways.items():
        spans = [(play.base_ms, play.base_ms + play.at_least_ms) for play in played]
        found = (
            (surely, {n for span in spans for n in heard(*span)}),
            (perhaps, {n for play in played for n in heard(play.base_ms, play.base_ms + play.at_most_ms)}),
            (again, _twice(text, spans, heard)),
        )
        for counted, sentences in found:
            for n in sentences:
                counted[n] += people
    likely = _likely(text, break_offs)
    certain, possible = _ended(len(text), break_offs)
    for n, stretch in enumerate(text):
        yield Painted(
            stretch, Bounds(surely[n], perhaps[n]), again[n], Bounds(certain[n], possible[n]), round(likely[n], 3)
        )


def _heard(text: Sequence[Stretch], start: int, end: int) -> range:
    """The sentences of which what is played from `start` to `end` gives enough to hear: at most the first and the last
    of those that it touches it does not."""
    first = bisect_right(text, start, key=lambda each: each.next_ms)
    last = bisect_left(text, end, key=lambda each: each.start_ms) - 1
    while first <= last and not _is_enough(text[first], start, end):
        first += 1
    while first <= last and not _is_enough(text[last], start, end):
        last -= 1
    return range(first, last + 1)


def _is_enough(sentence: Stretch, start: int, end: int) -> bool:
    spoken_ms = sentence.end_ms - sentence.start_ms
    return min(end, sentence.end_ms) - max(start, sentence.start_ms) >= min(EAR_MS, spoken_ms)


def _twice(
    text: Sequence[Stretch], spans: Sequence[tuple[int, int]], heard: Callable[[int, int], range]
) -> Iterator[int]:
    """The sentences that were surely heard in two plays, half of them or more each time: whoever is cut off after a
    word, and goes on there, has not heard it twice."""
    in_all = Counter(n for span in spans for n in heard(*span))
    for n in (n for n, count in in_all.items() if count > 1):
        said = text[n]
        played = [span for span in spans if n in heard(*span)]
        halves = (2 * (min(end, said.end_ms) - max(start, said.start_ms)) for start, end in played)
        if sum(half >= said.end_ms - said.start_ms for half in halves) > 1:
            yield n


def _break_offs(text: Sequence[Stretch], way: int, played: Iterable[Span], people: int) -> Iterator[BreakOff]:
    for play in played:
        if play.is_last and play.at_most_ms:
            end = play.base_ms + play.length_ms
            low = min(play.base_ms + play.at_least_ms, end - 1)
            high = max(low + 1, min(play.base_ms + play.at_most_ms, end))
            if low < text[-1].end_ms:
                last = len(text) if high > text[-1].end_ms else _at(text, high - 1)
                yield BreakOff(way, people, _at(text, low), last, low, high)


def _at(text: Sequence[Stretch], at_ms: int) -> int:
    return min(bisect_right(text, at_ms, key=lambda each: each.next_ms), len(text) - 1)


def _likely(text: Sequence[Stretch], break_offs: Iterable[BreakOff]) -> list[float]:
    shares: defaultdict[tuple[int, int, int], float] = defaultdict(float)
    for each in break_offs:
        for n in range(each.first, min(each.last, len(text) - 1) + 1):
            begins, ends = text[n - 1].next_ms if n else 0, text[n].next_ms if n + 1 < len(text) else text[n].end_ms
            in_it = min(each.high_ms, ends) - max(each.low_ms, begins)
            shares[each.way, each.people, n] += in_it / (each.high_ms - each.low_ms)
    total = [0.0] * len(text)
    for (_, people, n), share in shares.items():
        total[n] += people * min(1.0, share)
    return total


def _ended(count: int, break_offs: Iterable[BreakOff]) -> tuple[list[int], list[int]]:
    """By sentence: how many people surely hung up in it, and how many may have."""
    surely: list[dict[int, int]] = [{} for _ in range(count)]
    perhaps: list[dict[int, int]] = [{} for _ in range(count)]
    for each in break_offs:
        if each.first == each.last:
            surely[each.first][each.way] = each.people
        for n in range(each.first, min(each.last, count - 1) + 1):
            perhaps[n][each.way] = each.people
    return [sum(people.values()) for people in surely], [sum(people.values()) for people in perhaps]


def _farthest(played: Sequence[Span]) -> tuple[int, int]:
    """How far somebody came at least, and at most."""
    surely = max((play.base_ms + play.at_least_ms for play in played if play.at_least_ms), default=0)
    return surely, max((play.base_ms + play.at_most_ms for play in played if play.at_most_ms), default=0)


def _curve(farthest: Mapping[tuple[int, int], int], positions: Iterable[int]) -> Iterator[Bounds]:
    """How many came so far; to the start comes whoever hears anything."""
    surely = sorted(least for (least, _), people in farthest.items() for _ in range(people))
    perhaps = sorted(most for (_, most), people in farthest.items() for _ in range(people))
    for at_ms in positions:
        wanted = max(1, at_ms)
        yield Bounds(len(surely) - bisect_left(surely, wanted), len(perhaps) - bisect_left(perhaps, wanted))


def _stopped(text: Sequence[Stretch], farthest: Mapping[tuple[int, int], int]) -> Iterator[int]:
    for last, following in pairwise(text):
        if last.segment != following.segment:
            low, high = last.start_ms + EAR_MS, following.next_ms
            yield sum(people for (surely, perhaps), people in farthest.items() if low <= surely and perhaps < high)
