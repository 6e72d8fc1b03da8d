"""Files that other programs would make."""

from __future__ import annotations

import io

import numpy as np

import ivr.studio.joining  # noqa: F401  (it is first to import pydub, and tells it where ffmpeg is)


def encoded(form: str, seconds: float = 1, rate_hz: int = 24000, channels: int = 1) -> bytes:
    """A tone of 440 Hz at a third of full scale, as "mp3" or "wav"."""
    from pydub import AudioSegment

    wave = 10000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)
    sound = np.repeat(wave.astype("<i2"), channels).tobytes()
    out = io.BytesIO()
    AudioSegment(sound, sample_width=2, frame_rate=rate_hz, channels=channels).export(out, format=form)
    return out.getvalue()
