"""Is a person's recording good enough for an old ear on a narrow line? Each fault is told with its mend.

Faults refuse a recording, advice lets it pass. The limits were set by speech that was spoiled on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr
from msgspec import Struct

from ivr.studio import sound_check
from ivr.studio.engines.engine import Samples
from ivr.studio.level import level_db
from ivr.studio.recording.cutting import FRAME_MS, Span, cut, levels_db
from ivr.studio.recording.sound_file import SoundFile
from ivr.studio.sound import RATE_HZ

FASTEST, SLOWEST = 8.0, 1.5  # syllables a second, pauses included
IDLE_S = 2.0  # that may lie between few words
QUIET_DB, TOO_QUIET_DB = -40.0, -55.0
NOISE_DB, TOO_NOISY_DB = 20.0, 8.0
CLIPPED, TOO_CLIPPED = 0.0002, 0.005  # of all samples
HUM_DB, HUM_STANDS_OUT_DB = -35.0, 12.0  # against the speech; against what is beside it
MAINS_HZ = (50, 60)
BEST_DB = 99.0  # a noise that is digital silence
_WINDOW_MS, _STEP_MS = 500, 100


class Verdict(Struct, frozen=True):
    """What was measured, and what follows from it; in `fault_names` and `advice_names` the same by short names, for
    whoever tells it in other words."""

    figures: str
    faults: tuple[str, ...]
    advice: tuple[str, ...]
    fault_names: tuple[str, ...] = ()
    advice_names: tuple[str, ...] = ()


def judge(file: SoundFile, syllables: int | None) -> Verdict:
    """Judge a recording of a text with so many syllables; None where there is no text."""
    span = _spoken(file.samples)
    if not span:
        return _refused(f"{file.seconds:.1f} s", "silent", "It is silent. Was the microphone on?")
    seconds = (span.end_ms - span.start_ms) / 1000
    phone = np.clip(soxr.resample(file.samples.sound, file.samples.rate_hz, RATE_HZ, quality="HQ"), -1, 1)
    speech_db = level_db(np.round(phone * 32767).astype(np.int16))
    levels = levels_db(Samples(phone, RATE_HZ))
    noise_db = min(BEST_DB, speech_db - float(np.percentile(levels, 10)))
    figures = (
        f"{seconds:.1f} s of speech, {_pace(seconds, syllables)}at {speech_db:.0f} dB; "
        f"noise {noise_db:.0f} dB below; {file.clipped:.2%} clipped"
    )
    if speechless := _speechless(file.samples, levels, noise_db):
        return _refused(figures, "speechless", speechless)
    found = [
        None if syllables is None else _length(seconds, syllables),
        _graded(-speech_db, -QUIET_DB, -TOO_QUIET_DB, "quiet", "Speak closer to the microphone."),
        _graded(
            -noise_db, -NOISE_DB, -TOO_NOISY_DB, "noisy", "Choose a quiet room, and speak closer to the microphone."
        ),
        _graded(file.clipped, CLIPPED, TOO_CLIPPED, "clipped", "Speak less loudly, or further from the microphone."),
        _hum(file.samples, speech_db),
        _end(levels),
    ]
    faults, advice = ([each for each in filter(None, found) if each[0] is which] for which in (True, False))
    return Verdict(figures, _told(faults), _told(advice), _named(faults), _named(advice))


_Finding = tuple[bool, str, str]  # is it a fault, its name, what a person is told
_Found = _Finding | None


def _told(found: Sequence[_Finding]) -> tuple[str, ...]:
    return tuple(told for _, _, told in found)


def _named(found: Sequence[_Finding]) -> tuple[str, ...]:
    return tuple(name for _, name, _ in found)


def _refused(figures: str, name: str, told: str) -> Verdict:
    return Verdict(figures, (told,), (), (name,))


def _spoken(samples: Samples) -> Span | None:
    spans = cut(samples, [1])
    return spans[0] if spans else None


def _graded(value: float, advised: float, refused: float, what: str, mend: str) -> _Found:
    if value <= advised:
        return None
    is_fault = value > refused
    return is_fault, what, f"It is {'too' if is_fault else 'rather'} {what}. {mend}"


def _speechless(samples: Samples, levels: sound_check.Levels, noise_db: float) -> str | None:
    if noise_db < TOO_NOISY_DB and sound_check.is_noise(samples):
        return "It holds noise instead of speech. Is the right microphone chosen?"
    if sound_check.is_steady(levels):
        return "It holds a steady tone or hum instead of speech. Is the right microphone chosen?"
    return None


def _pace(seconds: float, syllables: int | None) -> str:
    return "" if syllables is None else f"{syllables / seconds:.1f} syllables a second, "


def _length(seconds: float, syllables: int) -> _Found:
    says = f"It has {seconds:.1f} s for {syllables} syllables"
    if seconds < syllables / FASTEST:
        return True, "not_all", f"{says}: something of the text is missing. Record all of it, slowly."
    if seconds > syllables / SLOWEST + IDLE_S:
        return True, "more", f"{says}: it holds more than the text, or long pauses. Record only this text."
    return None


def _hum(samples: Samples, speech_db: float) -> _Found:
    """Lines at the first harmonics of the mains that never go away."""
    size, step = (samples.rate_hz * ms // 1000 for ms in (_WINDOW_MS, _STEP_MS))
    if len(samples.sound) < 2 * size:
        return None
    starts = range(0, len(samples.sound) - size + 1, step)
    window = np.hanning(size)
    spectra = np.array([np.abs(np.fft.rfft(samples.sound[at : at + size] * window)) ** 2 for at in starts[:600]])
    steady = np.percentile(spectra, 10, axis=0) / window.sum() ** 2 * 2
    by_hz = size / samples.rate_hz
    for mains_hz in MAINS_HZ:
        at = [round(mains_hz * n * by_hz) for n in range(1, 7)]
        line, beside = (sum(float(steady[each + off]) for each in at) + 1e-15 for off in (0, round(12 * by_hz)))
        if 10 * np.log10(line) > speech_db + HUM_DB and 10 * np.log10(line / beside) > HUM_STANDS_OUT_DB:
            told = f"The mains hum in it ({mains_hz} Hz). Record away from chargers and other machines."
            return False, "hum", told
    return None


def _end(levels: sound_check.Levels) -> _Found:
    last = float(np.max(levels[-50 // FRAME_MS :], initial=-120.0))
    if last > np.percentile(levels, 90) - 10:
        told = "It stops while somebody speaks. Listen to its end; wait a second before you stop recording."
        return False, "cut_off", told
    return None
