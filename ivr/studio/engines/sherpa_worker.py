"""A sherpa-onnx model in a process of its own: given a model that it can't use, the library ends the process.

Started with the model's folder. A request has "text", "speaker" and "speed", and is answered with mono 32-bit
little-endian float. Since 2.0 the library has no eSpeak NG in it: models without a lexicon get phonemes from ours.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
import sherpa_onnx

from ivr.studio.engines.espeak import Espeak
from ivr.studio.engines.own_process import serve
from ivr.studio.engines.sherpa_models import Model, recognise


class Speech:
    """The model, ready to speak. Raises MissingPart, ValueError or RuntimeError, or ends the process."""

    def __init__(self, folder: Path) -> None:
        model = recognise(folder)
        config = sherpa_onnx.OfflineTtsConfig(model=_configured(model))
        if not config.validate():
            raise ValueError(f"sherpa-onnx refuses the files in {folder}")
        self._tts = sherpa_onnx.OfflineTts(config)
        self._language = "" if model.lexicon else self._tts.lang
        self._espeak = Espeak() if self._language else None

    def answer(self, text: str, speaker: int, speed: float) -> tuple[int, bytes]:
        """Raises ValueError for a speaker whom the model does not have, VoiceFailed for want of phonemes."""
        speakers = max(self._tts.num_speakers, 1)
        if speaker >= speakers:
            raise ValueError(f"the model has {speakers} speaker(s), numbered from 0")
        how = sherpa_onnx.GenerationConfig()
        how.sid, how.speed = speaker, speed
        if self._espeak:
            how.phoneme_codepoints = [[ord(each) for each in phonemes(text, self._language, self._espeak)]]
        said = self._tts.generate(text, how)
        if not said.samples:
            raise ValueError("the model has nothing for these words")
        return said.sample_rate, np.asarray(said.samples, "<f4").tobytes()


def phonemes(text: str, language: str, espeak: Espeak) -> str:
    """As Piper's models learned them: decomposed, and without eSpeak NG's notes on changes of language, like (en)."""
    return unicodedata.normalize("NFD", re.sub(r"\([a-z-]+\)", "", espeak.phonemes(text, language)))


def _configured(model: Model) -> sherpa_onnx.OfflineTtsModelConfig:
    families = {
        "kokoro": sherpa_onnx.OfflineTtsKokoroModelConfig,
        "matcha": sherpa_onnx.OfflineTtsMatchaModelConfig,
        "vits": sherpa_onnx.OfflineTtsVitsModelConfig,
    }
    files = {name: str(path) for name, path in model.files.items()}
    family = families[model.family](**files, lexicon=",".join(map(str, model.lexicon)))
    # One thread: the press has one for each processor, and each of them a process like this one.
    return sherpa_onnx.OfflineTtsModelConfig(**{model.family: family}, num_threads=1)


if __name__ == "__main__":
    serve(lambda: Speech(Path(sys.argv[1])).answer)
