"""Telephone sound in numbers, as every step of mastering sees it: 8000 samples a second, float64, 1 is full scale.

Steps work a minute at a time, so that a long recording is copied, but not ten times at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ivr import catalogue

RATE_HZ = catalogue.RATE_HZ
FRAMES_PER_MS = catalogue.FRAMES_PER_MS
BLOCK = 60 * RATE_HZ

Sound = NDArray[np.float64]


def gain(db: float) -> float:
    """What an amplitude is multiplied by to be so much louder."""
    return float(10 ** (db / 20))


def blocks(sound: Sound) -> Iterator[Sound]:
    """Its minutes, one after the other."""
    return (sound[start : start + BLOCK] for start in range(0, len(sound), BLOCK))


def mean_by_ms(sound: Sound, of: Callable[[Sound], Sound], ms: int = 1) -> Sound:
    """The mean of something in each millisecond, or in so many of them; the last are filled up with silence."""
    width = ms * FRAMES_PER_MS  # divides a minute
    rows = (np.pad(each, (0, -len(each) % width)).reshape(-1, width) for each in blocks(sound))
    return np.concatenate([np.zeros(0), *(np.mean(of(each), axis=1) for each in rows)])


def convolved(sound: Sound | NDArray[np.float32], pulse: Sound) -> Sound:
    """The whole convolution, block by block (overlap-add)."""
    size = 1 << min(16, (len(sound) + len(pulse) - 2).bit_length())
    block = size - len(pulse) + 1
    spectrum = np.fft.rfft(pulse, size)
    out = np.zeros(len(sound) + len(pulse) - 1)
    for start in range(0, len(sound), block):
        piece = np.fft.irfft(np.fft.rfft(sound[start : start + block].astype(np.float64), size) * spectrum, size)
        end = min(start + size, len(out))
        out[start:end] += piece[: end - start]
    return out
