"""A tone as long as the words would take: what the tests hear, always the same."""

from __future__ import annotations

import numpy as np

from ivr.studio.engines.engine import Rate, Samples, syllables

RATE_HZ = 16000
LOUDNESS = 0.3
SYLLABLES_PER_S: dict[Rate, float] = {"slow": 3.0, "normal": 3.5, "fast": 4.0}


class Tone:
    """Each voice has its pitch: "a" is 300 Hz, each further letter 20 Hz more."""

    name = "tone"
    version = "2"

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        seconds = syllables(text) / SYLLABLES_PER_S[rate]
        times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        pitch_hz = 300 + 20 * (ord(voice[0]) - ord("a"))
        return Samples((LOUDNESS * np.sin(2 * np.pi * pitch_hz * times)).astype(np.float32), RATE_HZ)
