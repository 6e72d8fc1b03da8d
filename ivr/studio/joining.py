"""pydub stays behind this door: it joins pieces to one file, and decodes MP3 with the ffmpeg that pip brought.

It never resamples here: pydub's resampler does not filter, soxr in `mastering` does.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from ivr.errors import DamagedAudio, VoiceFailed
from ivr.shelf import sound_in
from ivr.studio.engines.engine import Samples
from ivr.studio.sound import RATE_HZ

with warnings.catch_warnings():  # pydub looks for ffmpeg on the PATH and complains; it is told below where it is
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntDecodeError

AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()


def join(pieces: Iterable[NDArray[np.int16]]) -> bytes:
    """Pieces of 8 kHz mono int16, one after the other, as the bytes of one 16-bit PCM WAV file."""
    sound = b"".join(piece.astype("<i2", copy=False).tobytes() for piece in pieces)
    out = io.BytesIO()
    AudioSegment(sound, sample_width=2, frame_rate=RATE_HZ, channels=1).export(out, format="wav")
    return out.getvalue()


def decode(wav: bytes) -> NDArray[np.int16]:
    """What is really in a WAV file as `join` makes them; raises DamagedAudio for anything else.

    Not by pydub, which takes a file that was cut off for a short one.
    """
    sound = sound_in(wav)
    if sound is None:
        raise DamagedAudio(
            f"A piece of audio is not a whole mono 16-bit {RATE_HZ} Hz WAV file. Publish the lesson again."
        )
    return np.frombuffer(sound, "<i2")


def decode_mp3(mp3: bytes) -> Samples:
    """MP3 as mono samples at its own rate; raises VoiceFailed when it is not MP3."""
    try:
        segment = AudioSegment.from_file(io.BytesIO(mp3), format="mp3", codec="mp3").set_channels(1)
    except (CouldntDecodeError, IndexError) as error:
        raise VoiceFailed("The voice sent something that is not MP3. Try again later.") from error
    sound = np.frombuffer(segment.raw_data, "<i2").astype(np.float32) / np.float32(32768)
    return Samples(sound, segment.frame_rate)
