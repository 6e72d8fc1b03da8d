"""Any model that sherpa-onnx can speak with, from a folder of the data folder. A model that ends its process harms
nothing else, and words that a model would leave out are an error."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Rate, Samples, installed_version, plain
from ivr.studio.engines.own_process import Answer, Died, OwnProcesses, Unable
from ivr.studio.engines.sherpa_models import recognise

# Near what eSpeak NG takes: 3.2, 3.6 and 4.2 words a second (measured with the Piper voice en_US-joe-medium).
SPEED: dict[Rate, float] = {"slow": 0.6, "normal": 0.7, "fast": 0.85}
PATIENCE_S = 120.0
SETTINGS = "1"  # part of a take's name: raise it when the speeds above, or the phonemes, change

_VOICE = re.compile(r"(?P<folder>[^\W_][\w.-]*)(?:#(?P<speaker>\d{1,4}))?")
_WORD_LEFT_OUT = re.compile(r"OOV(?: \w+ skipped)?[:\s']+(\w+)")
_PHONEME_LEFT_OUT = re.compile(r"unknown phonemes.*U\+([0-9a-f]+)")
_ORIGIN = re.compile(r"^\S+:\w+:\d+ |^\w+: ")  # where the library or Python writes from


class Sherpa:
    """One model. A voice is the name of its folder, with the speaker's number if it has several: "vctk#12"."""

    name = "sherpa"

    def __init__(self, folder: Path) -> None:
        """Raises MissingPart for a package or a file of the model that is not there."""
        library = installed_version("sherpa-onnx", "sherpa")
        self.version = f"{recognise(folder).fingerprint} {library} {SETTINGS}"
        self._folder = folder
        module = "ivr.studio.engines.sherpa_worker"
        self._processes = OwnProcesses(module, str(folder), patience_s=PATIENCE_S)

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        _, speaker = parse_voice(voice)
        if not re.search(r"\w", text):
            raise VoiceFailed(f"There is nothing to say in {text[:30]!r}.")
        answer = self._ask(plain(text), speaker, SPEED[rate])
        if unknown := left_out(answer.remarks):
            raise VoiceFailed(f"sherpa:{voice} has no sound for {unknown} in {text[:30]!r}. Word it otherwise.")
        return Samples(np.frombuffer(answer.content, "<f4"), answer.rate_hz)

    def _ask(self, text: str, speaker: int, speed: float) -> Answer:
        try:
            return self._processes.ask(text=text, speaker=speaker, speed=speed)
        except Died as error:
            said = _ORIGIN.sub("", str(error)).rstrip(".") or "it was killed, or took too long"
            mend = "If this comes back, unpack the model anew."
            raise VoiceFailed(f"sherpa-onnx stopped, with {self._folder}: {said}. {mend}") from error
        except Unable as error:
            raise VoiceFailed(f"sherpa-onnx can't say {text[:30]!r} with {self._folder}: {error}.") from error

    @property
    def worker_ids(self) -> list[int]:
        """The processes that have spoken and wait for more."""
        return self._processes.idle_ids


def parse_voice(voice: str) -> tuple[str, int]:
    """The folder's name and the speaker's number; raises VoiceFailed for anything else, such as a path."""
    found = _VOICE.fullmatch(voice)
    if not found:
        like = "a model folder's name, like sherpa:vctk or sherpa:vctk#12"
        raise VoiceFailed(f"There is no voice sherpa:{voice}. Write {like}.")
    return found["folder"], int(found["speaker"] or 0)


def left_out(remarks: str) -> str | None:
    """A word or a sound that the library says it leaves out. Punctuation and marks of tone or stress it may."""
    if word := _WORD_LEFT_OUT.search(remarks):
        return repr(word[1])
    phonemes = (chr(int(each, 16)) for each in _PHONEME_LEFT_OUT.findall(remarks))
    return next((f"[{each}]" for each in phonemes if unicodedata.category(each) in ("Ll", "Lo")), None)
