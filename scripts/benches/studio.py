"""What the studio costs: the memory of a press, and its mastering against pydub's on the same speech in the same run.

scripts/bench studio [--minutes N] [--rounds N] [--press]

The speech is a shipped lesson by the offline voice, sentence by sentence as a press has it, and once more as one long
recording. Both chains resample to 8 kHz, filter, level and bring down peaks; pydub's has no presence lift, and its
resampler folds what a telephone can't carry. CPU seconds of one thread; medians of interleaved rounds.

Memory is that of a process which presses a lesson of tones: the most that it held, Python and its packages included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from pydub import AudioSegment, effects

from ivr.studio.engines import open_engine
from ivr.studio.lesson_file import load
from ivr.studio.mastering import master
from ivr.studio.script import every_wording
from scripts.benches import pressing

LESSON = Path(__file__).parents[2] / "audio_lessons" / "phone-fraud" / "phone-fraud.lesson.md"

LESSON_MINUTES = (10, 120)

Sound = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="how long the long recording is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--press", action="store_true", help="also press with the neural voice, which takes minutes")
    asked = parser.parse_args()
    _memory()  # before this process grows: a child's account begins with its parent's
    _mastering(asked.minutes, asked.rounds)
    if asked.press:
        pressing.measure(asked.rounds)


def _memory() -> None:
    print("| lesson | most MB | of that before it began | s |\n| --- | ---: | ---: | ---: |")
    for minutes in LESSON_MINUTES:
        print(f"pressing {minutes} minutes", file=sys.stderr)
        command = [sys.executable, "-m", "scripts.benches.long_lesson", str(minutes)]
        took = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        print("| {minutes:.0f} minutes | {peak_mb:.0f} | {before_mb:.0f} | {seconds:.0f} |".format(**took))
    print()


def _mastering(minutes: float, rounds: int) -> None:
    sentences, rate_hz = _speech()
    whole = np.concatenate(sentences)
    recording = np.tile(whole, int(minutes * 60 * rate_hz / len(whole)) + 1)[: int(minutes * 60 * rate_hz)]
    print("| sound | chain | times real time on one core | of pydub's |\n| --- | --- | ---: | ---: |")
    for name, sounds in (("sentences", sentences), (f"{minutes:g} minutes in one", [recording])):
        seconds = sum(map(len, sounds)) / rate_hz
        took: list[tuple[float, float]] = []
        for n in range(rounds):
            print(f"{name}: round {n + 1} of {rounds}", file=sys.stderr)
            took.append((_took(master, sounds, rate_hz), _took(_by_pydub, sounds, rate_hz)))
        ours, theirs = (seconds / median(each) for each in zip(*took, strict=True))
        ratio = median(pydub / own for own, pydub in took)
        print(f"| {name} | the studio's | {ours:.0f} | {ratio:.1f} |\n| {name} | pydub's | {theirs:.0f} | 1 |")


def _speech() -> tuple[list[Sound], int]:
    engine, voice = open_engine("espeak:cmn", LESSON.parent)
    texts = [each.text for wording in every_wording(load(LESSON)[0]) for each in wording.utterances]
    said = [engine.synthesize(text, voice, "slow") for text in dict.fromkeys(texts)]
    return [each.sound for each in said], said[0].rate_hz


def _took(chain: Callable[[Sound, int], object], sounds: list[Sound], rate_hz: int) -> float:
    began = process_time()
    for sound in sounds:
        chain(sound, rate_hz)
    return process_time() - began


def _by_pydub(sound: Sound, rate_hz: int) -> object:
    samples = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    segment = AudioSegment(samples, sample_width=2, frame_rate=rate_hz, channels=1).set_frame_rate(8000)
    return effects.normalize(segment.high_pass_filter(200).low_pass_filter(3400), headroom=3.0)


if __name__ == "__main__":
    main()
