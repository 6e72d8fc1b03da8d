"""Sentences on segments: 20 to 45 s, at sentence ends, positions exact."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.catalogue import TOGETHER
from ivr.studio.layout import LONGEST_MS, SHORTEST_MS, Spoken, Stretch, lay_out, lay_out_like


@dataclass(frozen=True)
class Sound:
    """As loud as can be, so that it differs from silence."""

    length_ms: int

    def sound(self) -> NDArray[np.int16]:
        return np.ones(self.length_ms * 8, np.int16)


def part(title: str, *lengths_s: float) -> Stretch:
    spoken = [Spoken(f"{title}{n}", (Sound(round(s * 1000)),), 0, 700) for n, s in enumerate(lengths_s)]
    return Stretch(title, tuple(spoken))


def shape(laid: list[Stretch]) -> list[tuple[str, int]]:
    return [(each.title.replace(TOGETHER, "|"), len(each.spoken)) for each in laid]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([part("a", 30)], [("a", 1)]),
        ([part("a", 3)], [("a", 1)]),
        ([part("a", 30), part("b", 30)], [("a", 1), ("b", 1)]),
        ([part("a", 5), part("b", 25)], [("a|b", 2)]),
        ([part("a", 5), part("b", 6), part("c", 7), part("d", 30)], [("a|b|c", 3), ("d", 1)]),
        ([part("a", 5), part("b", 43)], [("a", 1), ("b", 1)]),
        ([part("a", 30), part("b", 5)], [("a|b", 2)]),
        ([part("开头", 6), part("a", 5)], [("a", 2)]),
        ([part("开头", 6), part("", 5)], [("开头", 2)]),
        ([part("", 6), part("a", 5), part("结尾", 3)], [("a", 3)]),
        ([part("a", *[5] * 10), part("b", 5)], [("a", 5), ("a|b", 6)]),
        ([part("a", 42), part("b", 5)], [("a", 1), ("b", 1)]),
        ([part("a", *[5] * 10)], [("a", 5), ("a", 5)]),
        ([part("a", *[5] * 20)], [("a", 7), ("a", 6), ("a", 7)]),
        ([part("a", 80)], [("a", 1)]),
        ([part("a", 60, 60)], [("a", 1), ("a", 1)]),
        ([part("a", 44, 2, 44)], [("a", 1), ("a", 1), ("a", 1)]),
    ],
)
def test_parts_become_segments(parts: list[Stretch], expected: list[tuple[str, int]]) -> None:
    assert shape(lay_out(parts)) == expected


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(500, 15_000), min_size=1, max_size=30), min_size=1, max_size=6))
def test_whatever_the_sentences_are(lengths_ms: list[list[int]]) -> None:
    parts = [part(str(n), *(ms / 1000 for ms in each)) for n, each in enumerate(lengths_ms)]
    laid = lay_out(parts)
    assert [s.words for each in laid for s in each.spoken] == [s.words for each in parts for s in each.spoken]
    assert all(each.length_ms <= LONGEST_MS for each in laid)
    for one, other in pairwise(laid):
        together = one.length_ms + other.length_ms
        assert one.length_ms >= SHORTEST_MS or together > LONGEST_MS or other is laid[-1]


def test_a_long_lesson_in_one_part_is_laid_out_at_once() -> None:
    laid = lay_out([part("a", *[3] * 2000)])
    assert sum(len(each.spoken) for each in laid) == 2000
    assert all(SHORTEST_MS <= each.length_ms <= LONGEST_MS for each in laid)


def test_positions_are_those_of_the_samples() -> None:
    laid = part("a", 1.5, 0.25, 2)
    sound = np.concatenate([each.sound() for each in laid.pieces])
    assert len(sound) == laid.length_ms * 8
    assert [(s.start_ms, s.end_ms) for s in laid.sentences] == [(500, 2000), (2700, 2950), (3650, 5650)]
    for sentence in laid.sentences:
        start, end = sentence.start_ms * 8, sentence.end_ms * 8
        assert sound[start:end].all() and not sound[start - 1] and not sound[end]


def test_the_longer_silence_counts() -> None:
    quiet = [Spoken("a", (Sound(100),), 0, 700), Spoken("b", (Sound(100),), 2000, 700)]
    assert Stretch("", tuple(quiet)).starts_ms == (500, 2600)


def test_another_pace_is_cut_at_the_same_sentences() -> None:
    slow, fast = [part("a", 12, 12), part("b", *[9] * 9)], [part("a", 8, 8), part("b", *[6] * 9)]
    laid, alike = lay_out(slow), lay_out_like(lay_out(slow), fast)
    assert shape(alike) == shape(laid)
    assert [each.words for one in alike for each in one.spoken] == [f"a{n}" for n in range(2)] + [
        f"b{n}" for n in range(9)
    ]
    assert [each.length_ms for each in alike] < [each.length_ms for each in laid]
