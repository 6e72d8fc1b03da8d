"""Every take becomes telephone audio by the same steps, for old ears on narrow lines.

    resample to 8 kHz -> one filter -> idle ends off -> level -> compress -> level -> limit

The filter takes away rumble below 200 Hz and what a line does not carry above 3400 Hz, and lifts the consonants around
2.2 kHz by 5 dB: heard by a simulated ear of 75 years in noise, that halves the errors and costs a young ear nothing.
The level is ITU-T P.56's active speech level, -22 dBov (RFC 7874 section 4); no sample is above -3 dBFS, so that no
coder on the way overloads. Samples are NumPy arrays, mono; -1 to 1 in, int16 out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

VERSION = "2"  # part of a take's name: raise it when the sound changes

RATE_HZ = 8000
FRAMES_PER_MS = RATE_HZ // 1000
SPEECH_DB = -22.0
CEILING_DB = -3.0

RUMBLE_HZ, LINE_HZ = 200.0, 3400.0
PRESENCE_HZ, PRESENCE_DB, PRESENCE_Q = 2200.0, 5.0, 0.7
TAPS = 255

COMPRESSED_ABOVE_DB, RATIO = -24.0, 2.0
ATTACK_MS, RELEASE_MS = 5.0, 120.0
LOOK_AHEAD_MS = 4

QUIET_DB = -40.0  # below the loudest frame: not speech
MARGIN_MS = 20  # kept at both ends, so that soft consonants stay
FRAME_MS = 10
_FRAME = FRAME_MS * FRAMES_PER_MS

Samples64 = NDArray[np.float64]


def master(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.int16]:
    """Sound at any rate to 8 kHz int16, whole milliseconds long; empty when nothing can be heard in it."""
    phone = soxr.resample(np.asarray(sound, np.float32), rate_hz, RATE_HZ, quality="HQ").astype(np.float64)
    speech = _trim(_convolved(phone, _FILTER)[TAPS // 2 :][: len(phone)])
    if not len(speech):
        return np.zeros(0, np.int16)
    levelled = _levelled(_compressed(_levelled(speech)))
    return np.round(_limited(levelled) * 32767).astype(np.int16)


def level_db(sound: NDArray[np.int16]) -> float:
    """The active speech level of 8 kHz sound in dB of full scale; -inf for silence."""
    return _active_level_db(sound / 32768)


# ── the filter ───────────────────────────────────────────────────────────────────────────────────────────────────


def _filter() -> Samples64:
    """A linear-phase FIR filter: it moves nothing in time."""
    points = 4096
    frequencies: Samples64 = np.linspace(0, RATE_HZ / 2, points // 2 + 1)
    high_pass = 1 / np.sqrt(1 + (RUMBLE_HZ / np.maximum(frequencies, 1e-3)) ** 4)
    low_pass = 1 / np.sqrt(1 + (frequencies / LINE_HZ) ** 32)
    pulse = np.fft.irfft(high_pass * low_pass * _peak(frequencies), points)
    return np.roll(pulse, TAPS // 2)[:TAPS] * np.hamming(TAPS)


def _peak(frequencies: Samples64) -> Samples64:
    """The response of a peaking equalizer (R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filters)."""
    gain, middle = 10 ** (PRESENCE_DB / 40), 2 * math.pi * PRESENCE_HZ / RATE_HZ
    alpha = math.sin(middle) / (2 * PRESENCE_Q)
    z = np.exp(-2j * np.pi * frequencies / RATE_HZ)
    above = 1 + alpha * gain - 2 * math.cos(middle) * z + (1 - alpha * gain) * z**2
    below = 1 + alpha / gain - 2 * math.cos(middle) * z + (1 - alpha / gain) * z**2
    response: Samples64 = np.abs(above / below)
    return response


def _convolved(sound: Samples64, pulse: Samples64) -> Samples64:
    """The whole convolution, block by block (overlap-add), so that an hour needs no more memory than a minute."""
    size = 1 << min(16, (len(sound) + len(pulse) - 2).bit_length())
    block = size - len(pulse) + 1
    spectrum = np.fft.rfft(pulse, size)
    out = np.zeros(len(sound) + len(pulse) - 1)
    for start in range(0, len(sound), block):
        piece = np.fft.irfft(np.fft.rfft(sound[start : start + block], size) * spectrum, size)
        end = min(start + size, len(out))
        out[start:end] += piece[: end - start]
    return out


_FILTER = _filter()


# ── idle ends ────────────────────────────────────────────────────────────────────────────────────────────────────


def _trim(sound: Samples64) -> Samples64:
    """Without idle ends; filled up to a whole millisecond, so that what follows starts at one."""
    frames = np.pad(sound, (0, -len(sound) % _FRAME)).reshape(-1, _FRAME)
    power = np.mean(frames**2, axis=1)
    loudest = power.max(initial=0.0)
    speech = np.flatnonzero((power > loudest * 10 ** (QUIET_DB / 10)) & (loudest > 1e-8))
    if not len(speech):
        return sound[:0]
    margin = MARGIN_MS // FRAME_MS
    first, last = max(0, speech[0] - margin), speech[-1] + 1 + margin
    kept = sound[first * _FRAME : last * _FRAME]
    return np.pad(kept, (0, -len(kept) % FRAMES_PER_MS))


# ── level (ITU-T P.56, method B) ─────────────────────────────────────────────────────────────────────────────────

_MEMORY_MS, _HANGOVER_MS, _MARGIN_DB = 30, 200, 15.9
_DECAY = math.exp(-1 / _MEMORY_MS)
_STEPS = np.arange(14 * _MEMORY_MS)
_ENVELOPE = (1 - _DECAY) ** 2 * (_STEPS + 1) * _DECAY**_STEPS  # two exponential averages, one after the other


def _levelled(sound: Samples64) -> Samples64:
    """At the level that it will have in a file, where a silence follows it: the hangover counts."""
    followed = np.pad(sound, (0, len(_ENVELOPE) * FRAMES_PER_MS))
    return sound * _gain(SPEECH_DB - _active_level_db(followed))


def _active_level_db(sound: Samples64) -> float:
    """The level while somebody speaks: speech is what lies 15.9 dB below its own level, or 0.2 s after that. The
    envelope is taken once a millisecond."""
    energy = float(np.dot(sound, sound))
    if not energy:
        return -math.inf
    envelope = _convolved(np.mean(np.abs(_by_ms(sound)), axis=1), _ENVELOPE)
    below = level_below = -math.inf
    for threshold_db in range(-96, 1, 3):
        active = max(1, _active_ms(envelope[: len(sound) // FRAMES_PER_MS], _gain(threshold_db))) * FRAMES_PER_MS
        level = 10 * math.log10(energy / active)
        over = threshold_db + _MARGIN_DB - level
        if over >= 0:
            return level if math.isinf(below) else level_below + (level - level_below) * below / (below - over)
        below, level_below = over, level
    return 10 * math.log10(energy / len(sound))


def _active_ms(envelope: Samples64, threshold: float) -> int:
    """How long it is above the threshold, or at most the hangover time after that."""
    above = np.flatnonzero(envelope >= threshold)
    if not len(above):
        return 0
    steps = np.diff(above, append=len(envelope))
    return int(np.minimum(steps, 1 + _HANGOVER_MS).sum())


def _by_ms(sound: Samples64) -> Samples64:
    return np.pad(sound, (0, -len(sound) % FRAMES_PER_MS)).reshape(-1, FRAMES_PER_MS)


# ── loudness ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _compressed(sound: Samples64) -> Samples64:
    """What is louder than the threshold grows half as fast; controlled once a millisecond."""
    loudness = 10 * np.log10(np.mean(_by_ms(sound) ** 2, axis=1) + 1e-12)
    wanted = np.minimum(0, (COMPRESSED_ABOVE_DB - loudness) * (1 - 1 / RATIO))
    gains = np.fromiter(_smoothed(wanted.tolist()), np.float64, len(wanted))
    middles = np.arange(len(gains)) * FRAMES_PER_MS + FRAMES_PER_MS / 2
    return sound * 10 ** (np.interp(np.arange(len(sound)), middles, gains) / 20)


def _smoothed(wanted: list[float]) -> Iterator[float]:
    attack, release = math.exp(-1 / ATTACK_MS), math.exp(-1 / RELEASE_MS)
    gain = 0.0
    for each in wanted:
        keep = attack if each < gain else release
        gain = each + (gain - each) * keep
        yield gain


def _limited(sound: Samples64) -> Samples64:
    """Nothing above the ceiling: a loud sample turns down what is around it, gently and ahead of time."""
    reach = LOOK_AHEAD_MS * FRAMES_PER_MS  # a power of two
    room = np.minimum(1, _gain(CEILING_DB) / np.maximum(np.abs(sound), 1e-9))
    if room.min(initial=1.0) == 1.0:
        return sound
    least = np.pad(room, 2 * reach, constant_values=1.0)
    for step in (*(1 << n for n in range(reach.bit_length())), 1):  # over 2, 4, 8 … samples, 2 * reach + 1 at last
        least = np.minimum(least[:-step], least[step:])
    window = np.hanning(2 * reach + 3)[1:-1]
    # An average of least values that each know of the sample is not above its own room: the ceiling holds.
    return sound * np.convolve(least, window / window.sum(), mode="valid")


def _gain(db: float) -> float:
    return float(10 ** (db / 20))
