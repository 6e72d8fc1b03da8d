"""Every take becomes telephone audio by the same steps, for old ears on narrow lines.

    resample to 8 kHz -> one filter -> idle ends off -> level -> compress -> level -> limit

The filter takes away rumble below 200 Hz and what a line does not carry above 3400 Hz, and lifts the consonants as far
as the preset says. Plain is 5 dB around 2.2 kHz: heard by a simulated ear of 75 years in noise, that halves the errors
and costs a young ear nothing. Strong takes another tenth to quarter of them away. The level is ITU-T P.56's active
speech level, -22 dBov (RFC 7874 section 4) where nothing else is asked for; no sample is above -3 dBFS, so that no
coder on the way overloads. Samples are NumPy arrays, mono; -1 to 1 in, int16 out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np
import soxr
from msgspec import Struct
from numpy.typing import NDArray

from ivr.studio.level import level_in_a_file_db, levelled
from ivr.studio.sound import BLOCK, FRAMES_PER_MS, RATE_HZ, Sound, blocks, convolved, gain, mean_by_ms

VERSION = "2"  # part of a take's name: raise it when the sound changes

SPEECH_DB = -22.0
CEILING_DB = -3.0

RUMBLE_HZ, LINE_HZ = 200.0, 3400.0
TAPS = 255

COMPRESSED_ABOVE_DB, RATIO = -24.0, 2.0
ATTACK_MS, RELEASE_MS = 5.0, 120.0
LOOK_AHEAD_MS = 4
LOST_DB, GIVEN_BACK_TIMES = 0.25, 8  # what limiting may cost

QUIET_DB = -40.0  # below the loudest frame: not speech
MARGIN_MS = 20  # kept at both ends, so that soft consonants stay
FRAME_MS = 10
_FRAME = FRAME_MS * FRAMES_PER_MS
_REACH = LOOK_AHEAD_MS * FRAMES_PER_MS  # a power of two

PresetName = Literal["plain", "strong"]


class Preset(Struct, frozen=True):
    """How much the consonants are lifted, and the active speech level in dBov."""

    name: PresetName
    presence_hz: float
    presence_db: float
    presence_q: float
    level_db: float = SPEECH_DB

    def at(self, level_db: float) -> Preset:
        """The same at another level."""
        return msgspec.structs.replace(self, level_db=level_db)


PLAIN = Preset("plain", 2200, 5, 0.7)
STRONG = Preset("strong", 2500, 8, 0.6)
PRESETS = {each.name: each for each in (PLAIN, STRONG)}


def master(sound: NDArray[np.float32], rate_hz: int, preset: Preset = PLAIN) -> NDArray[np.int16]:
    """Sound at any rate to 8 kHz int16, whole milliseconds long; empty when nothing can be heard in it."""
    speech = _trim(_filtered(soxr.resample(np.asarray(sound, np.float32), rate_hz, RATE_HZ, quality="HQ"), preset))
    if not len(speech):
        return np.zeros(0, np.int16)
    speech = levelled(speech, SPEECH_DB)  # one level, so that every preset is compressed alike
    speech = _compressed(speech)
    speech = _loud(speech, preset.level_db)
    return np.concatenate([np.round(each * 32767).astype(np.int16) for each in blocks(speech)])


# ── the filter ───────────────────────────────────────────────────────────────────────────────────────────────────


def _filtered(sound: NDArray[np.float32], preset: Preset) -> Sound:
    """As long as before, and nothing of it moved in time."""
    return convolved(sound, _filter(preset))[TAPS // 2 :][: len(sound)]


@functools.cache
def _filter(preset: Preset) -> Sound:
    """A linear-phase FIR filter."""
    points = 4096
    frequencies: Sound = np.linspace(0, RATE_HZ / 2, points // 2 + 1)
    high_pass = 1 / np.sqrt(1 + (RUMBLE_HZ / np.maximum(frequencies, 1e-3)) ** 4)
    low_pass = 1 / np.sqrt(1 + (frequencies / LINE_HZ) ** 32)
    pulse = np.fft.irfft(high_pass * low_pass * _peak(frequencies, preset), points)
    return np.roll(pulse, TAPS // 2)[:TAPS] * np.hamming(TAPS)


def _peak(frequencies: Sound, preset: Preset) -> Sound:
    """The response of a peaking equalizer (R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filters)."""
    half, middle = 10 ** (preset.presence_db / 40), 2 * math.pi * preset.presence_hz / RATE_HZ
    alpha = math.sin(middle) / (2 * preset.presence_q)
    z = np.exp(-2j * np.pi * frequencies / RATE_HZ)
    above = 1 + alpha * half - 2 * math.cos(middle) * z + (1 - alpha * half) * z**2
    below = 1 + alpha / half - 2 * math.cos(middle) * z + (1 - alpha / half) * z**2
    response: Sound = np.abs(above / below)
    return response


# ── idle ends ────────────────────────────────────────────────────────────────────────────────────────────────────


def _trim(sound: Sound) -> Sound:
    """Without idle ends; filled up to a whole millisecond, so that what follows starts at one."""
    power = mean_by_ms(sound, np.square, FRAME_MS)
    loudest = power.max(initial=0.0)
    speech = np.flatnonzero((power > loudest * 10 ** (QUIET_DB / 10)) & (loudest > 1e-8))
    if not len(speech):
        return sound[:0]
    margin = MARGIN_MS // FRAME_MS
    first, last = max(0, speech[0] - margin), speech[-1] + 1 + margin
    kept = sound[first * _FRAME : last * _FRAME]
    return np.pad(kept, (0, -len(kept) % FRAMES_PER_MS)) if len(kept) % FRAMES_PER_MS else kept


# ── loudness ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _compressed(sound: Sound) -> Sound:
    """What is louder than the threshold grows half as fast; controlled once a millisecond."""
    loudness = 10 * np.log10(mean_by_ms(sound, np.square) + 1e-12)
    wanted = np.minimum(0, (COMPRESSED_ABOVE_DB - loudness) * (1 - 1 / RATIO))
    gains = np.fromiter(_smoothed(wanted.tolist()), np.float64, len(wanted))
    middles = np.arange(len(gains)) * FRAMES_PER_MS + FRAMES_PER_MS / 2
    turned = np.empty_like(sound)
    for start in range(0, len(sound), BLOCK):
        end = min(start + BLOCK, len(sound))
        turned[start:end] = sound[start:end] * 10 ** (np.interp(np.arange(start, end), middles, gains) / 20)
    return turned


def _smoothed(wanted: list[float]) -> Iterator[float]:
    attack, release = math.exp(-1 / ATTACK_MS), math.exp(-1 / RELEASE_MS)
    turned = 0.0
    for each in wanted:
        keep = attack if each < turned else release
        turned = each + (turned - each) * keep
        yield turned


def _loud(sound: Sound, level_db: float) -> Sound:
    """At the level and below the ceiling. What limiting takes from clicks and knocks goes to the speech."""
    loud = _limited(levelled(sound, level_db))
    for _ in range(GIVEN_BACK_TIMES):
        lost_db = level_db - level_in_a_file_db(loud)
        if lost_db <= LOST_DB:
            break
        loud = _limited(loud * gain(lost_db))
    return loud


def _limited(sound: Sound) -> Sound:
    """Nothing above the ceiling: a loud sample turns down what is around it, gently and ahead of time."""
    if max(np.abs(each).max() for each in blocks(sound)) <= gain(CEILING_DB):
        return sound
    turned = np.empty_like(sound)
    for start in range(0, len(sound), BLOCK):
        end = min(start + BLOCK, len(sound))
        before, after = min(start, 2 * _REACH), min(len(sound) - end, 2 * _REACH)
        room = np.minimum(1, gain(CEILING_DB) / np.maximum(np.abs(sound[start - before : end + after]), 1e-9))
        room = np.pad(room, (2 * _REACH - before, 2 * _REACH - after), constant_values=1.0)
        turned[start:end] = sound[start:end] * _smoothed_room(room)
    return turned


def _smoothed_room(room: Sound) -> Sound:
    """How far each sample is turned, from how far each may stay; twice the reach shorter at both ends."""
    least = room
    for step in (*(1 << n for n in range(_REACH.bit_length())), 1):  # over 2, 4, 8 … samples, 2 * _REACH + 1 at last
        least = np.minimum(least[:-step], least[step:])
    window = np.hanning(2 * _REACH + 3)[1:-1]
    # An average of least values that each know of the sample is not above its own room: the ceiling holds.
    return np.convolve(least, window / window.sum(), mode="valid")
