"""A recording of several sentences is cut at its pauses: at the longest ones where that gives each sentence a length
that its syllables can have, and otherwise in blocks that hold several sentences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from ivr.studio.engines.engine import Samples

FRAME_MS = 10
MARGIN_MS = 20  # kept at both ends of speech, so that soft consonants stay
PAUSE_MS = 200  # shorter silences lie within words
BLOCK_MS = 30_000  # at the slower pace still no longer than a segment
LIKELY = (0.5, 2.0)  # how long a sentence may be, by the share that its syllables have
ALLOWED_MS = 400  # more or less than that
NOISE_MARGIN_DB = 9.0  # speech is above the noise by this, and within these of the loudest
QUIETEST_DB, QUIET_DB = -40.0, -25.0

Frames = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """Where `count` sentences from the `first` on are said, in ms."""

    first: int
    count: int
    start_ms: int
    end_ms: int


def cut(samples: Samples, syllables: Sequence[int]) -> tuple[Span, ...]:
    """The spans of sentences with so many syllables; none where nobody speaks."""
    runs = _speech(samples)
    if not runs:
        return ()
    cuts = _longest_pauses(runs, len(syllables))
    spans = _between(runs, cuts)
    if len(spans) == len(syllables) and _likely(spans, syllables):
        shares = [(index, 1) for index in range(len(spans))]
    else:
        spans, shares = _blocks(runs, syllables)
    ends_ms = len(samples.sound) * 1000 // samples.rate_hz
    frame_ms = samples.rate_hz * FRAME_MS // 1000 * 1000 / samples.rate_hz  # at 11025 Hz it is not quite FRAME_MS
    return tuple(
        Span(*share, max(0, round(start * frame_ms) - MARGIN_MS), min(ends_ms, round(end * frame_ms) + MARGIN_MS))
        for share, (start, end) in zip(shares, spans, strict=True)
    )


def levels_db(samples: Samples) -> NDArray[np.float64]:
    """The level of each frame, against full scale; -120 for silence."""
    size = samples.rate_hz * FRAME_MS // 1000
    whole = samples.sound[: len(samples.sound) // size * size].reshape(-1, size)
    levels: NDArray[np.float64] = 10 * np.log10(np.einsum("ij,ij->i", whole, whole).astype(np.float64) / size + 1e-12)
    return levels


def _speech(samples: Samples) -> list[Frames]:
    """Runs of frames in which somebody speaks, apart by pauses."""
    levels = levels_db(samples)
    loudest = levels.max(initial=-math.inf)
    if loudest < -80:
        return []
    noise = float(np.percentile(levels, 10))
    limit = min(max(noise + NOISE_MARGIN_DB, loudest + QUIETEST_DB), loudest + QUIET_DB)
    active = np.flatnonzero(levels > limit)
    breaks = np.flatnonzero(np.diff(active) > PAUSE_MS // FRAME_MS)
    starts, ends = [active[0], *active[breaks + 1]], [*active[breaks], active[-1]]
    return [(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]


def _longest_pauses(runs: Sequence[Frames], sentences: int) -> list[int]:
    """The runs behind which the longest pauses are, as many as there are ends of sentences within."""
    pauses = [after[0] - before[1] for before, after in pairwise(runs)]
    return sorted(sorted(range(len(pauses)), key=lambda each: -pauses[each])[: sentences - 1])


def _between(runs: Sequence[Frames], cuts: Sequence[int]) -> list[Frames]:
    firsts, lasts = [0, *(each + 1 for each in cuts)], [*cuts, len(runs) - 1]
    return [(runs[first][0], runs[last][1]) for first, last in zip(firsts, lasts, strict=True)]


def _likely(spans: Sequence[Frames], syllables: Sequence[int]) -> bool:
    frame_per_syllable = sum(end - start for start, end in spans) / max(1, sum(syllables))
    allowed = ALLOWED_MS // FRAME_MS
    return all(
        LIKELY[0] * frame_per_syllable * each - allowed
        <= end - start
        <= LIKELY[1] * frame_per_syllable * each + allowed
        for (start, end), each in zip(spans, syllables, strict=True)
    )


def _blocks(runs: Sequence[Frames], syllables: Sequence[int]) -> tuple[list[Frames], list[tuple[int, int]]]:
    """Blocks, and which sentences each holds: by their middles, were all syllables equally long."""
    blocks = _split(list(runs))
    lengths = [end - start for start, end in blocks]
    ends = np.array(list(accumulate(lengths))) / sum(lengths)
    middles = [end - each / 2 for end, each in zip(accumulate(syllables), syllables, strict=True)]
    holders = np.minimum(np.searchsorted(ends, np.array(middles) / max(1, sum(syllables))), len(blocks) - 1).tolist()
    holders[0], holders[-1] = 0, holders[-1] if len(holders) > 1 else 0
    held: list[Frames] = []
    shares: list[tuple[int, int]] = []
    for index, block in enumerate(blocks):
        if count := holders.count(index):
            held.append(block)
            shares.append((holders.index(index), count))
        else:  # a block that no sentence fits goes with the one before it
            held[-1] = (held[-1][0], block[1])
    return held, shares


def _split(runs: list[Frames]) -> list[Frames]:
    """Blocks that are about as long as each other, cut at the longest pause near to that."""
    start, end = runs[0][0], runs[-1][1]
    count = math.ceil((end - start) * FRAME_MS / BLOCK_MS)
    if count == 1 or len(runs) == 1:
        return [(start, end)]
    target = start + (end - start) * (count // 2) / count
    reach = (end - start) / count / 2
    pauses = [(after[0] - before[1], (after[0] + before[1]) / 2) for before, after in pairwise(runs)]
    near = [n for n, (_, middle) in enumerate(pauses) if abs(middle - target) <= reach]
    if near:
        cut = max(near, key=lambda n: pauses[n][0])
    else:
        cut = min(range(len(pauses)), key=lambda n: abs(pauses[n][1] - target))
    return [*_split(runs[: cut + 1]), *_split(runs[cut + 1 :])]
