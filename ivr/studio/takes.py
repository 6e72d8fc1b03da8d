"""A take is one utterance in one voice, mastered: made once, kept by the hash of all that decides how it sounds.

What was made before an interruption is there the next time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ivr.errors import DamagedAudio, VoiceFailed
from ivr.shelf import write_whole
from ivr.studio import mastering
from ivr.studio.engines.engine import Engine, Rate
from ivr.studio.joining import decode, join
from ivr.studio.mastering import Preset


@dataclass(frozen=True, slots=True)
class Progress:
    """How far pressing is, in takes."""

    made: int
    reused: int
    total: int

    @property
    def done(self) -> int:
        return self.made + self.reused


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Booth:
    """Where one voice speaks at one rate, mastered by one preset, and the folder that keeps its takes."""

    folder: Path
    engine: Engine
    voice: str
    rate: Rate
    preset: Preset

    def record(self, texts: Iterable[str], threads: int, on_progress: OnProgress) -> Mapping[str, NDArray[np.int16]]:
        """The take of each text; raises VoiceFailed. `threads` 0 means one for each processor."""
        wanted = list(dict.fromkeys(texts))
        takes: dict[str, NDArray[np.int16]] = {}
        made = 0
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            for text, (take, new) in zip(wanted, pool.map(self._take, wanted), strict=True):
                takes[text] = take
                made += new
                on_progress(Progress(made, len(takes) - made, len(wanted)))
        return takes

    def _take(self, text: str) -> tuple[NDArray[np.int16], bool]:
        """A text's take, and whether it was made just now."""
        path = self.folder / f"{self._key(text)}.wav"
        try:
            return decode(path.read_bytes()), False
        except (FileNotFoundError, DamagedAudio):
            take = self._make(text)
        write_whole(path, join([take]))
        return take, True

    def _make(self, text: str) -> NDArray[np.int16]:
        samples = self.engine.synthesize(text, self.voice, self.rate)
        take = mastering.master(samples.sound, samples.rate_hz, self.preset)
        if not len(take):
            raise VoiceFailed(f"The voice {self.engine.name}:{self.voice} said nothing for {text!r}.")
        return take

    def _key(self, text: str) -> str:
        speaks = [self.engine.name, self.engine.version, self.voice, self.rate, text]
        decides = [*speaks, mastering.VERSION, *msgspec.structs.astuple(self.preset)]
        return hashlib.sha256(json.dumps(decides).encode()).hexdigest()
