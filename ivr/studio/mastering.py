"""Every take becomes telephone audio by the same steps: 8 kHz, no rumble, no idle ends, one level, never clipped.

Levels are those of RFC 7874 section 4 (speech at about -22 dBFS RMS), with peaks below -3 dBFS so that no coder on
the way overloads. Samples in and out are NumPy arrays, mono; -1 to 1 in, int16 out.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

VERSION = "1"  # part of a take's name: raise it when the sound changes

RATE_HZ = 8000
SPEECH_DB = -22.0
CEILING_DB = -3.0
RUMBLE_HZ = 200.0
QUIET_DB = -40.0  # below the loudest frame: not speech
MARGIN_MS = 30  # kept at both ends, so that soft consonants stay
FRAME_MS = 10
FRAMES_PER_MS = RATE_HZ // 1000
_FRAME = FRAME_MS * FRAMES_PER_MS


def master(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.int16]:
    """Sound at any rate to 8 kHz int16, whole milliseconds long; empty when nothing can be heard in it."""
    phone = soxr.resample(np.asarray(sound, np.float32), rate_hz, RATE_HZ, quality="HQ").astype(np.float64)
    speech = _trim(_without_rumble(phone))
    if not len(speech):
        return np.zeros(0, np.int16)
    levelled = speech * (_gain(SPEECH_DB) / _active_rms(speech))
    return np.round(_below_ceiling(levelled) * 32767).astype(np.int16)


def level_db(sound: NDArray[np.int16]) -> float:
    """The RMS level of what is speech in it, in dB of full scale."""
    return float(20 * np.log10(_active_rms(sound / 32767)))


def _without_rumble(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """A 12 dB per octave high-pass; in the frequency domain, so it moves nothing in time."""
    padded = len(sound) + RATE_HZ // 10
    frequencies = np.fft.rfftfreq(padded, 1 / RATE_HZ)
    response = 1 / np.sqrt(1 + (RUMBLE_HZ / np.maximum(frequencies, 1)) ** 4)
    filtered: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(sound, padded) * response, padded)
    return filtered[: len(sound)]


def _trim(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without idle ends; filled up to a whole millisecond, so that what follows starts at one."""
    speech = np.flatnonzero(_is_speech(sound))
    if not len(speech):
        return sound[:0]
    margin = MARGIN_MS // FRAME_MS
    first, last = max(0, speech[0] - margin), speech[-1] + 1 + margin
    kept = sound[first * _FRAME : last * _FRAME]
    return np.pad(kept, (0, -len(kept) % FRAMES_PER_MS))


def _active_rms(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(_frames(sound)[_is_speech(sound)] ** 2)))


def _is_speech(sound: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Per frame: is it loud enough to be speech?"""
    power = np.mean(_frames(sound) ** 2, axis=1)
    loudest = power.max(initial=0.0)
    heard: NDArray[np.bool_] = (power > loudest * 10 ** (QUIET_DB / 10)) & (loudest > 1e-8)
    return heard


def _frames(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.pad(sound, (0, -len(sound) % _FRAME)).reshape(-1, _FRAME)


def _below_ceiling(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bend what is above half the ceiling smoothly towards it: loud consonants lose little, nothing clips."""
    ceiling = _gain(CEILING_DB)
    knee = ceiling / 2
    over = np.maximum(np.abs(sound) - knee, 0)
    bent = np.sign(sound) * (np.minimum(np.abs(sound), knee) + (ceiling - knee) * np.tanh(over / (ceiling - knee)))
    return np.where(over > 0, bent, sound)


def _gain(db: float) -> float:
    return float(10 ** (db / 20))
