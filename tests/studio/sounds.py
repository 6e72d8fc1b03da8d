"""Sounds to master, and files that other programs would make."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

import ivr.studio.joining  # noqa: F401  (it is first to import pydub, and tells it where ffmpeg is)

Sound = NDArray[np.float32]


def tone(seconds: float, rate_hz: int, pitch_hz: float = 1000, loudness: float = 0.5) -> Sound:
    wave: Sound = np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz).astype(np.float32)
    return wave * np.float32(loudness)


def quiet(seconds: float, rate_hz: int) -> Sound:
    return np.zeros(round(seconds * rate_hz), np.float32)


def bursts(rate_hz: int, loudness: float) -> Sound:
    """Something as uneven as speech: noise whose loudness swells, a peak 20 dB above its level."""
    noise = np.random.default_rng(1).standard_normal(rate_hz * 3).astype(np.float32)
    sound = noise * np.abs(np.sin(np.arange(len(noise)) / rate_hz * 9)).astype(np.float32)
    sound[len(sound) // 2] = 40
    scaled: Sound = sound * np.float32(loudness / np.abs(sound).max())
    return scaled


def encoded(form: str, seconds: float = 1, rate_hz: int = 24000, channels: int = 1) -> bytes:
    """A tone of 440 Hz at a third of full scale, as "mp3" or "wav"."""
    from pydub import AudioSegment

    wave = 10000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)
    sound = np.repeat(wave.astype("<i2"), channels).tobytes()
    out = io.BytesIO()
    AudioSegment(sound, sample_width=2, frame_rate=rate_hz, channels=channels).export(out, format=form)
    return out.getvalue()


def murmur(seconds: float) -> NDArray[np.float64]:
    """Not speech, but as loud and soft as speech is: syllables of many tones, four a second. At 16 kHz."""
    rng = np.random.default_rng(7)
    time = np.arange(int(seconds * 16000)) / 16000
    tones = sum(np.sin(2 * np.pi * 140 * n * time + rng.uniform(0, 6)) / n for n in range(1, 25))
    loud = np.clip(np.sin(2 * np.pi * 2 * time) ** 2 - 0.1, 0, None)
    around = np.zeros(4000)
    sound: NDArray[np.float64] = np.concatenate([around, 0.1 * tones * loud, around])
    return sound + 1e-5 * rng.standard_normal(len(time) + 8000)
