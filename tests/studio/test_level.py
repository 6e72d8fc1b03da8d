"""The active speech level, held against ITU-T P.56 word for word."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.studio.level import level_db
from tests.studio.sounds import bursts, quiet, tone


def p56_db(sound: NDArray[np.int16]) -> float:
    """ITU-T P.56 method B word for word, sample by sample."""
    g, hangover, margin = np.exp(-1 / (8000 * 0.03)), 1600, 15.9
    thresholds = [2.0**-j for j in range(15, 0, -1)]
    active, since = [0] * 15, [hangover] * 15
    p = q = 0.0
    for sample in (sound / 32768).tolist():
        p = g * p + (1 - g) * abs(sample)
        q = g * q + (1 - g) * p
        for j, threshold in enumerate(thresholds):
            if q >= threshold:
                active[j] += 1
                since[j] = 0
            elif since[j] < hangover:
                active[j] += 1
                since[j] += 1
    energy = float(np.sum((sound / 32768) ** 2))
    levels = [10 * np.log10(energy / max(1, each)) for each in active]
    over = [level - 20 * np.log10(threshold) - margin for level, threshold in zip(levels, thresholds, strict=True)]
    j = next(j for j, each in enumerate(over) if each <= 0)
    return float(levels[j - 1] + (levels[j] - levels[j - 1]) * over[j - 1] / (over[j - 1] - over[j]))


@pytest.mark.parametrize("kind", ["tone", "bursts", "a tone and silence", "soft after loud"])
def test_the_level_is_that_of_p56(kind: str) -> None:
    sound = {
        "tone": tone(1, 8000, 500),
        "bursts": bursts(8000, 0.8),
        "a tone and silence": np.concatenate([tone(0.7, 8000), quiet(1.5, 8000), tone(0.7, 8000)]),
        "soft after loud": np.concatenate([tone(1, 8000, loudness=0.5), tone(1, 8000, loudness=0.02)]),
    }[kind]
    samples = np.round(sound * 32000).astype(np.int16)
    assert level_db(samples) == pytest.approx(p56_db(samples), abs=0.25)


def test_silence_has_no_level() -> None:
    assert level_db(np.zeros(8000, np.int16)) == -np.inf
