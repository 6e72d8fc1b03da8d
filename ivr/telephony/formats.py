"""Recordings lie as 16-bit PCM and leave in the format that the settings name, encoded by libsndfile, in memory.

Nothing is kept of it: a carrier fetches a name once and keeps it for ever. A segment of 45 s takes 1 ms as mu-law or
A-law, 80 ms as MP3 (measured on one core).
"""

from __future__ import annotations

import io
import wave

import soundfile

from ivr.config import AudioFormat

ENDINGS: dict[AudioFormat, str] = {"wav": "wav", "ulaw": "wav", "alaw": "wav", "mp3": "mp3"}
TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}  # by ending

_ENCODED = {"ulaw": ("WAV", "ULAW"), "alaw": ("WAV", "ALAW"), "mp3": ("MP3", "MPEG_LAYER_III")}


def named(ending: str, audio: AudioFormat) -> AudioFormat:
    """What a name with this ending stands for. One of a call that began before the settings changed has the other."""
    if ENDINGS[audio] == ending:
        return audio
    return "mp3" if ending == "mp3" else "wav"


def encoded(wav: bytes, audio: AudioFormat) -> bytes | None:
    """A mono 16-bit PCM WAV file in a format, as long to the sample; None when it is no such file, or not whole."""
    if audio == "wav":
        return wav
    try:
        with wave.open(io.BytesIO(wav)) as file:
            shape, rate_hz = (file.getnchannels(), file.getsampwidth()), file.getframerate()
            frames = file.readframes(file.getnframes())
            whole = shape == (1, 2) and len(frames) == 2 * file.getnframes()
    except (wave.Error, EOFError):
        return None
    return _written(frames, rate_hz, *_ENCODED[audio]) if whole else None


def _written(frames: bytes, rate_hz: int, container: str, coding: str) -> bytes:
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate_hz, channels=1, subtype=coding, format=container) as file:
        file.buffer_write(frames, dtype="int16")
    return out.getvalue()
