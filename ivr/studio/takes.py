"""A take is one utterance in one voice at one rate, mastered: made once, kept by the hash of all that decides how it
sounds.

What was made before an interruption is there the next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from ivr.errors import DamagedAudio, IvrError, VoiceFailed
from ivr.keeping import DRAFT, locked, write_whole
from ivr.studio import mastering, sound_check
from ivr.studio.engines.engine import Engine, Rate, syllables
from ivr.studio.joining import decode, join
from ivr.studio.mastering import PLAIN, Preset
from ivr.studio.patience import within
from ivr.studio.sound import FRAMES_PER_MS

UNUSED = timedelta(days=90)
PATIENCE_S = 120.0  # for one utterance; no engine that still works takes so long


class Cue(Struct, frozen=True):
    """What is to be said, and how fast."""

    text: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Take:
    """8 kHz sound on disk, whole milliseconds long."""

    path: Path
    length_ms: int

    def sound(self) -> NDArray[np.int16]:
        """Raises DamagedAudio where the file is not what it was, or was deleted meanwhile."""
        try:
            return decode(self.path.read_bytes())
        except FileNotFoundError:
            raise DamagedAudio(f"{self.path} was deleted during the press. Run the same command again.") from None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far pressing is, in utterances."""

    made: int
    reused: int
    total: int

    def __add__(self, other: Progress) -> Progress:
        return Progress(self.made + other.made, self.reused + other.reused, self.total + other.total)

    @property
    def done(self) -> int:
        return self.made + self.reused


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Booth:
    """Where one voice speaks, mastered by one preset, and the folder that keeps its takes."""

    folder: Path
    engine: Engine
    voice: str
    preset: Preset = PLAIN
    patience_s: float = PATIENCE_S

    def record(self, cues: Iterable[Cue], threads: int, on_progress: OnProgress) -> Mapping[Cue, Take]:
        """The take of each cue; raises VoiceFailed. `threads` 0 means one for each processor.

        One thread makes all rates of an utterance, one after the other: some engines synthesize it only once for that.
        """
        wanted: dict[str, list[Cue]] = {}
        for cue in dict.fromkeys(cues):
            wanted.setdefault(cue.text, []).append(cue)
        takes: dict[Cue, Take] = {}
        made = 0
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            for done, (recorded, new) in enumerate(pool.map(self._record, wanted.values()), 1):
                takes |= recorded
                made += new
                on_progress(Progress(made, done - made, len(wanted)))
        return takes

    def is_kept(self, cue: Cue) -> bool:
        """Would `record` have nothing to do for it?"""
        return kept(self._path(cue)) is not None

    def _record(self, cues: Sequence[Cue]) -> tuple[Mapping[Cue, Take], bool]:
        """The takes of an utterance, and whether one of them was made just now."""
        takes = {cue: take for cue in cues if (take := kept(self._path(cue)))}
        made = {cue: keep(self._path(cue), self._synthesize(cue)) for cue in cues if cue not in takes}
        return takes | made, bool(made)

    def _synthesize(self, cue: Cue) -> NDArray[np.int16]:
        who = f"The voice {self.engine.name}:{self.voice}"
        try:
            samples = within(self.patience_s, lambda: self.engine.synthesize(cue.text, self.voice, cue.rate))
        except IvrError:
            raise
        except Exception as error:
            raise VoiceFailed(f"{who} broke down over {cue.text!r} ({error}). Try again.") from error
        if samples is None:
            raise VoiceFailed(f"{who} did not answer within {self.patience_s:.0f} s for {cue.text!r}. Try again.")
        if fault := sound_check.fault(samples, syllables(cue.text)):
            raise VoiceFailed(f"{who} {fault} for {cue.text!r}. Try again, or word it otherwise.")
        return mastering.master(samples.sound, samples.rate_hz, self.preset)

    def _path(self, cue: Cue) -> Path:
        speaks = [self.engine.name, self.engine.version, self.voice, cue.rate, cue.text]
        decides = [*speaks, mastering.VERSION, *msgspec.structs.astuple(self.preset)]
        return self.folder / f"{hashlib.sha256(json.dumps(decides).encode()).hexdigest()}.wav"


def kept(path: Path) -> Take | None:
    """The take in a file, which is used just now; None where it is missing or damaged."""
    with contextlib.suppress(OSError):  # who may only read may still press what is there
        os.utime(path)  # first, so that nobody tidies it away
    try:
        return _take(path, decode(path.read_bytes()))
    except (FileNotFoundError, DamagedAudio):
        return None


def keep(path: Path, sound: NDArray[np.int16]) -> Take:
    """Keep a take, unless another press made it meanwhile, and counts on its length."""
    with locked(path.parent / ".lock"):
        if take := kept(path):
            return take
        write_whole(path, join([sound]))
    return _take(path, sound)


def tidy(folder: Path, now: datetime) -> int:
    """Delete the takes that no pressing has used for UNUSED; returns the bytes freed."""
    if not folder.is_dir():
        return 0
    since = (now - UNUSED).timestamp()
    with locked(folder / ".lock"):
        unused = [path for path in folder.glob("*.wav") if path.stat().st_mtime < since]
        return sum(_delete(path, since) for path in unused)


def _delete(path: Path, since: float) -> int:
    """Moved aside first: a press that takes it up just now has touched it by then, or does not find it any more."""
    aside = path.replace(path.with_name(f".{path.name}{DRAFT}"))
    stat = aside.stat()
    if stat.st_mtime >= since:
        aside.replace(path)
        return 0
    aside.unlink()
    return stat.st_size


def _take(path: Path, sound: NDArray[np.int16]) -> Take:
    return Take(path, len(sound) // FRAMES_PER_MS)
