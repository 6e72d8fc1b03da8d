"""What people recorded becomes takes like those of a voice: cut, at two paces, mastered, kept by the hash of all that
decides how it sounds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from ivr.errors import BadRecording
from ivr.studio import mastering
from ivr.studio.engines.engine import SLOWER, Rate, Samples, syllables
from ivr.studio.markup import Recording
from ivr.studio.mastering import Preset
from ivr.studio.reading import Wording
from ivr.studio.recording.cutting import Span, cut
from ivr.studio.recording.recordings import located, together, words_of
from ivr.studio.recording.sound_file import read_sound
from ivr.studio.script import Script, every_wording
from ivr.studio.stretching import stretched
from ivr.studio.takes import Take, keep, kept

VERSION = "1"  # part of a take's name: raise it when recordings are cut or stretched otherwise
SLOWED = 3.8 / 4.45  # the slower of two paces, as voices are


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences as a person says them in one go; `takes` is empty until they are made."""

    words: str
    wordings: tuple[Wording, ...]
    takes: Mapping[Rate, Take]
    is_new: bool


def said_by_people(
    written: Script, folder: Path, rates: Sequence[Rate], preset: Preset, *, make: bool = True
) -> Iterator[Said]:
    """Everything that is recorded, in takes at these rates, the fastest of them being the speaker's own.

    Raises BadRecording for a file that can't be played or in which nobody speaks.
    """
    for wordings in together(every_wording(written)):
        recording = wordings[0].recording
        assert recording
        tape = _Tape.open(Path(written.folder), recording, preset)
        spans = cut(tape.samples, [sum(syllables(each.text) for each in wording.utterances) for wording in wordings])
        if not spans:
            raise BadRecording(f"Nobody speaks in {recording.file} (line {recording.line}). Record it again.")
        for span in spans:
            said = wordings[span.first : span.first + span.count]
            paths = {rate: folder / tape.take_name(span, _factor(rate, rates)) for rate in rates}
            takes = {rate: take for rate, path in paths.items() if (take := kept(path))}
            new = [rate for rate in rates if rate not in takes]
            if make:
                takes |= {rate: keep(paths[rate], tape.mastered(span, _factor(rate, rates))) for rate in new}
            yield Said(words_of(said, written.language), said, takes, bool(new))


def _factor(rate: Rate, rates: Sequence[Rate]) -> float:
    return SLOWED if any(SLOWER.get(each) == rate for each in rates) else 1.0


@dataclass(frozen=True, slots=True)
class _Tape:
    samples: Samples
    sha256: str
    preset: Preset

    @classmethod
    def open(cls, folder: Path, recording: Recording, preset: Preset) -> _Tape:
        path = located(folder, recording.file)
        if not path:
            raise BadRecording(
                f"{recording.file} lies outside the lesson's folder (line {recording.line}). Move it there."
            )
        samples = read_sound(path).samples
        return cls(samples, hashlib.sha256(path.read_bytes()).hexdigest(), preset)

    def take_name(self, span: Span, factor: float) -> str:
        said = [self.sha256, span.start_ms, span.end_ms, factor, VERSION]
        decides = [*said, mastering.VERSION, *structs.astuple(self.preset)]
        return f"{hashlib.sha256(json.dumps(decides).encode()).hexdigest()}.wav"

    def mastered(self, span: Span, factor: float) -> NDArray[np.int16]:
        rate_hz = self.samples.rate_hz
        sound = self.samples.sound[span.start_ms * rate_hz // 1000 : span.end_ms * rate_hz // 1000]
        return mastering.master(stretched(sound, rate_hz, factor), rate_hz, self.preset)
