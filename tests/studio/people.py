"""Recordings as people make them: a synthesizer's speech, spoiled as rooms and telephones do."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from functools import cache

import imageio_ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.studio.engines.espeak import Espeak

RATE_HZ = 22050
Sound = NDArray[np.float32]


@cache
def spoken(text: str, voice: str = "cmn") -> Sound:
    """Without idle ends."""
    samples = Espeak().synthesize(text, voice, "normal")
    assert samples.rate_hz == RATE_HZ
    loud = np.flatnonzero(np.abs(samples.sound) > 0.01)
    return samples.sound[loud[0] : loud[-1]]


def silence(ms: int) -> Sound:
    return np.zeros(RATE_HZ * ms // 1000, np.float32)


def told(texts: Sequence[str], pause_ms: int = 700, voice: str = "cmn") -> Sound:
    """Texts with pauses between them and before and after."""
    pieces = [silence(400)]
    for text in texts:
        pieces += [spoken(text, voice), silence(pause_ms)]
    return np.concatenate(pieces)


def hiss(sound: Sound, below_db: float) -> Sound:
    """With noise that lies so far below the speech."""
    level = np.sqrt(np.mean(sound[np.abs(sound) > 0.01] ** 2)) * 10 ** (-below_db / 20)
    noise = np.random.default_rng(1).standard_normal(len(sound)) * level
    return np.asarray(sound + noise, np.float32)


def hum(sound: Sound, level: float, hz: int = 50) -> Sound:
    times = np.arange(len(sound)) / RATE_HZ
    return np.asarray(sound + sum(level / n * np.sin(2 * np.pi * hz * n * times) for n in (1, 2, 3)), np.float32)


def wav(sound: Sound, rate_hz: int = RATE_HZ, subtype: str = "PCM_16", form: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, sound, rate_hz, subtype=subtype, format=form)
    return out.getvalue()


def converted(content: bytes, *options: str, form: str) -> bytes:
    """By ffmpeg, as telephones write it."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", *options, "-f", form]
    command += ["-movflags", "frag_keyframe"] if form in ("ipod", "3gp") else []
    return subprocess.run([*command, "pipe:1"], input=content, capture_output=True, check=True).stdout
