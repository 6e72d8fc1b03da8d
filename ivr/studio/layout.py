"""Sentences are laid out on segments of 25 to 45 seconds that end where sentences end; every position is a whole ms."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.catalogue import TOGETHER, Sentence, is_frame
from ivr.studio.sound import FRAMES_PER_MS

LEAD_MS = 500  # until the telephone is back at the ear
TAIL_MS = 500
PARAGRAPH_MS = 1300
SHORTEST_MS = 25_000  # at the slower pace; 20 s at the other
AIM_MS = 40_000  # when a part has to be split: sentences seldom end just before the longest
LONGEST_MS = 45_000


class Piece(Protocol):
    """8 kHz sound, whole milliseconds long; it is fetched only when it is joined."""

    @property
    def length_ms(self) -> int: ...

    def sound(self) -> NDArray[np.int16]: ...


@dataclass(frozen=True, slots=True)
class Silence:
    length_ms: int

    def sound(self) -> NDArray[np.int16]:
        return np.zeros(self.length_ms * FRAMES_PER_MS, np.int16)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A spoken sentence, what it is made of, and the least silence before and after it."""

    words: str
    pieces: tuple[Piece, ...]
    before_ms: int = 0
    after_ms: int = 0

    @property
    def length_ms(self) -> int:
        return sum(each.length_ms for each in self.pieces)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences that are heard in one go."""

    title: str
    spoken: tuple[Spoken, ...]
    lead_ms: int = LEAD_MS
    tail_ms: int = TAIL_MS

    @property
    def starts_ms(self) -> tuple[int, ...]:
        """Where each sentence starts."""
        steps = [each.length_ms + _gap_ms(each, after) for each, after in pairwise(self.spoken)]
        return tuple(accumulate(steps, initial=self.lead_ms))

    @property
    def length_ms(self) -> int:
        return self.starts_ms[-1] + self.spoken[-1].length_ms + self.tail_ms

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(
            Sentence(each.words, start_ms, start_ms + each.length_ms)
            for each, start_ms in zip(self.spoken, self.starts_ms, strict=True)
        )

    @property
    def pieces(self) -> Iterable[Piece]:
        """Sound and silence in turn, from the start to the end."""
        position_ms = 0
        for each, start_ms in zip(self.spoken, self.starts_ms, strict=True):
            yield Silence(start_ms - position_ms)
            yield from each.pieces
            position_ms = start_ms + each.length_ms
        yield Silence(self.tail_ms)


def lay_out(parts: Iterable[Stretch]) -> list[Stretch]:
    """Long parts are split evenly; what is short goes with what follows, at the end with what is before."""
    laid: list[Stretch] = []
    for piece in (piece for part in parts for piece in _split(part)):
        if laid and laid[-1].length_ms < SHORTEST_MS and _fit(laid[-1], piece):
            laid[-1] = _merge(laid[-1], piece)
        else:
            laid.append(piece)
    if len(laid) > 1 and laid[-1].length_ms < SHORTEST_MS and _fit(*laid[-2:]):
        laid[-2:] = [_merge(*laid[-2:])]
    return laid


def lay_out_like(laid: Sequence[Stretch], parts: Iterable[Stretch]) -> list[Stretch]:
    """The same sentences spoken otherwise, cut where others were: segments and sentences correspond one to one."""
    spoken = iter([each for part in parts for each in part.spoken])
    return [replace(each, spoken=tuple(next(spoken) for _ in each.spoken)) for each in laid]


def _gap_ms(spoken: Spoken, after: Spoken) -> int:
    return max(spoken.after_ms, after.before_ms)


def _split(part: Stretch) -> list[Stretch]:
    """Into parts that are about as long as each other, cut where the sentence ends lie nearest to that."""
    if part.length_ms <= LONGEST_MS or len(part.spoken) == 1:
        return [part]
    count = math.ceil(part.length_ms / AIM_MS)
    target_ms = part.length_ms * (count // 2) / count
    distances = [abs(start_ms - target_ms) for start_ms in part.starts_ms[1:]]
    cut = distances.index(min(distances)) + 1
    halves = (part.spoken[:cut], part.spoken[cut:])
    return [piece for half in halves for piece in _split(Stretch(part.title, half))]


def _fit(one: Stretch, other: Stretch) -> bool:
    return _merge(one, other).length_ms <= LONGEST_MS


def _merge(one: Stretch, other: Stretch) -> Stretch:
    """Both under the headings that they have, but for what only opens or closes the lesson."""
    titles = dict.fromkeys(title for each in (one, other) for title in each.title.split(TOGETHER))
    telling = [title for title in titles if title and not is_frame(title)]
    return Stretch(TOGETHER.join(telling) or one.title or other.title, one.spoken + other.spoken)


def paragraph(spoken: Sequence[Spoken], after_ms: int) -> tuple[Spoken, ...]:
    """The same sentences, with a longer silence after the last."""
    last = spoken[-1]
    return (*spoken[:-1], replace(last, after_ms=max(last.after_ms, after_ms)))
