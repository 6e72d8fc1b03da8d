"""What a person says freely, with no text that it should be: judged and mastered like the rest of their speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ivr.errors import Refused
from ivr.studio import mastering
from ivr.studio.joining import join
from ivr.studio.mastering import Preset
from ivr.studio.recording.cutting import cut
from ivr.studio.recording.judging import Verdict, judge
from ivr.studio.recording.sound_file import LONGEST_S, PATIENCE_S, read_sound
from ivr.studio.sound import FRAMES_PER_MS

SILENCE_MS = 400  # before and after, as prompts have


def message(
    sound: Path, preset: Preset, longest_s: int = LONGEST_S, patience_s: float = PATIENCE_S
) -> tuple[bytes, int, Verdict]:
    """A sound file of whatever source as the bytes of a WAV file, its length in ms, and what was found.

    Raises BadRecording for a file that can't be played, Refused with the faults of one that is not good enough."""
    file = read_sound(sound, longest_s, patience_s)
    verdict = judge(file, None)
    if verdict.faults:
        told = f"{sound} was not taken ({verdict.figures}):"
        raise Refused(told, (*verdict.faults, *verdict.advice), verdict.fault_names)
    spans = cut(file.samples, [1])
    first, last = (ms * file.samples.rate_hz // 1000 for ms in (spans[0].start_ms, spans[-1].end_ms))
    mastered = mastering.master(file.samples.sound[first:last], file.samples.rate_hz, preset)
    silence = np.zeros(SILENCE_MS * FRAMES_PER_MS, np.int16)
    length_ms = 2 * SILENCE_MS + len(mastered) // FRAMES_PER_MS
    return join((silence, mastered, silence)), length_ms, verdict
