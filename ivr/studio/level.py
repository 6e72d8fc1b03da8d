"""How loud speech is: the active speech level of ITU-T P.56, method B, in dB of full scale (dBov).

Pauses don't make speech softer: only the time counts in which somebody speaks.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ivr.studio.sound import FRAMES_PER_MS, Sound, convolved, gain, mean_by_ms

_MEMORY_MS, _HANGOVER_MS, _MARGIN_DB = 30, 200, 15.9
_DECAY = math.exp(-1 / _MEMORY_MS)
_STEPS = np.arange(14 * _MEMORY_MS)
_ENVELOPE = (1 - _DECAY) ** 2 * (_STEPS + 1) * _DECAY**_STEPS  # two exponential averages, one after the other


def level_db(sound: NDArray[np.int16]) -> float:
    """The active speech level of 8 kHz sound; -inf for silence."""
    return _active_level_db(sound / 32768)


def levelled(sound: Sound, level_db: float) -> Sound:
    """At the level that it will have in a file."""
    return sound * gain(level_db - level_in_a_file_db(sound))


def level_in_a_file_db(sound: Sound) -> float:
    """The level where a silence follows: the hangover counts."""
    return _active_level_db(sound, followed_by_ms=len(_ENVELOPE))


def _active_level_db(sound: Sound, followed_by_ms: int = 0) -> float:
    """The level while somebody speaks: speech is what lies 15.9 dB below its own level, or 0.2 s after that. The
    envelope is taken once a millisecond."""
    energy = float(np.dot(sound, sound))
    if not energy:
        return -math.inf
    loudness = np.pad(mean_by_ms(sound, np.abs), (0, followed_by_ms))
    envelope = convolved(loudness, _ENVELOPE)[: len(sound) // FRAMES_PER_MS + followed_by_ms]
    below = level_below = -math.inf
    for threshold_db in range(-96, 1, 3):
        active = max(1, _active_ms(envelope, gain(threshold_db))) * FRAMES_PER_MS
        level = 10 * math.log10(energy / active)
        over = threshold_db + _MARGIN_DB - level
        if over >= 0:
            return level if math.isinf(below) else level_below + (level - level_below) * below / (below - over)
        below, level_below = over, level
    return 10 * math.log10(energy / len(sound))


def _active_ms(envelope: Sound, threshold: float) -> int:
    """How long it is above the threshold, or at most the hangover time after that."""
    above = np.flatnonzero(envelope >= threshold)
    if not len(above):
        return 0
    steps = np.diff(above, append=len(envelope))
    return int(np.minimum(steps, 1 + _HANGOVER_MS).sum())
