"""Is it speech, and all of it? What an engine or a person hands over is checked before it is mastered.

The limits are wide: they find what is broken, not what is ugly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ivr.studio.engines.engine import Samples

SYLLABLE_S = (0.08, 1.2)  # what a syllable may take, silences included
HURRIED_S = 0.15  # what no pace of ours comes near: who is so fast and ends loud did not end
LOUD_DB = -15.0  # the last frame against all of it
IDLE_S = 1.5  # that may lie around the words
FRAME_MS = 20
NOISE_FLATNESS = 0.35  # of a spectrum; white noise has about 0.56 in frames, speech below 0.2

STEADY_DB = 6.0  # between soft and loud tenths of the frames: speech has 20 and more

Levels = NDArray[np.float64]
_Frames = NDArray[np.float64]


def fault(samples: Samples, syllables: int) -> str | None:
    """What is wrong with sound for so many syllables, as the end of a sentence that begins with who made it."""
    sound = np.asarray(samples.sound, np.float64)
    if not np.isfinite(sound).all():
        return "made no sound that can be played"
    frames = _frames(sound, samples.rate_hz)
    power = np.mean(frames**2, axis=1)
    if not len(power) or power.max() < 1e-8:
        return "said nothing"
    seconds = len(sound) / samples.rate_hz
    shortest_s, longest_s = (limit * syllables for limit in SYLLABLE_S)
    if not shortest_s <= seconds <= longest_s + IDLE_S:
        return f"took {seconds:.1f} s, which can't be right,"
    if is_noise(samples):
        return "made noise instead of speech"
    loud = 10 * np.log10(power[-1] / np.mean(power) + 1e-12) > LOUD_DB
    if loud and seconds < HURRIED_S * syllables:
        return "stopped in the middle"
    return None


def is_noise(samples: Samples) -> bool:
    """Does it hiss more than it speaks? The sound is finite and not silent."""
    frames = _frames(np.asarray(samples.sound, np.float64), samples.rate_hz)
    power = np.mean(frames**2, axis=1)
    return _flatness(frames[power > power.max() / 1000]) > NOISE_FLATNESS


def is_steady(levels: Levels) -> bool:
    """Is it as loud all the time, in the dB of its frames?"""
    soft, loud = np.percentile(levels, (10, 90))
    return bool(loud - soft < STEADY_DB)


def _frames(sound: NDArray[np.float64], rate_hz: int) -> _Frames:
    """Whole frames; the last one ends where the sound does."""
    size = rate_hz * FRAME_MS // 1000
    return sound[len(sound) % size :].reshape(-1, size)


def _flatness(frames: _Frames) -> float:
    """The spectral flatness of the middle frame, from 0 (a tone) to about 0.56 (white noise): geometric by arithmetic
    mean of the power spectrum (J. D. Johnston, 1988)."""
    power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)) ** 2 + 1e-12
    return float(np.median(np.exp(np.mean(np.log(power), axis=1)) / np.mean(power, axis=1)))
