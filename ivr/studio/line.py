"""What a telephone line makes of sound: coded as on the way to the listener, and decoded again.

`g711u` and `g711a` are the two of ITU-T G.711 (mu-law in America and Japan, A-law elsewhere), by libsndfile. `amr` is
AMR-NB at 12.2 kbit/s, as mobile telephones have it, by ffmpeg. Sound is 8 kHz int16, as long after as before.
"""

from __future__ import annotations

import io
import subprocess
from typing import Literal

import imageio_ffmpeg
import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.errors import MissingPart
from ivr.studio.sound import FRAMES_PER_MS, RATE_HZ

Codec = Literal["clean", "g711a", "g711u", "amr"]

AMR_AHEAD = 5 * FRAMES_PER_MS
_PCM = ("-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1")


def carried(sound: NDArray[np.int16], codec: Codec) -> NDArray[np.int16]:
    """The sound as it arrives; raises MissingPart where ffmpeg has no AMR-NB."""
    match codec:
        case "clean":
            return sound
        case "g711a":
            return _g711(sound, "ALAW")
        case "g711u":
            return _g711(sound, "ULAW")
        case "amr":
            return _amr(sound)


def _g711(sound: NDArray[np.int16], law: str) -> NDArray[np.int16]:
    coded = io.BytesIO()
    raw = {"samplerate": RATE_HZ, "format": "RAW", "subtype": law}
    soundfile.write(coded, sound, **raw)
    coded.seek(0)
    heard, _ = soundfile.read(coded, dtype="int16", channels=1, **raw)
    return np.asarray(heard, np.int16)


def _amr(sound: NDArray[np.int16]) -> NDArray[np.int16]:
    """Coded in frames of 20 ms, each when the first 5 ms of the next are known: so much is cut off at the start."""
    coded = _ffmpeg(
        [*_PCM, "-i", "-", "-c:a", "libopencore_amrnb", "-b:a", "12.2k", "-f", "amr", "-"],
        np.pad(sound, (0, AMR_AHEAD)).astype("<i2", copy=False).tobytes(),
    )
    heard = np.frombuffer(_ffmpeg(["-f", "amr", "-i", "-", *_PCM, "-"], coded), "<i2")
    return heard[AMR_AHEAD:][: len(sound)]


def _ffmpeg(arguments: list[str], content: bytes) -> bytes:
    try:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *arguments]
        done = subprocess.run(command, input=content, capture_output=True, check=False)  # noqa: S603
    except (RuntimeError, OSError) as error:  # none anywhere, or one that does not start
        raise _no_amr(str(error)) from error
    if done.returncode:
        raise _no_amr(done.stderr.decode(errors="replace"))
    return done.stdout


def _no_amr(told: str) -> MissingPart:
    reason = (told.strip().splitlines() or ["it gave no reason"])[0]
    return MissingPart(
        f"The ffmpeg here can't code AMR-NB ({reason})."
        " Name another one in the environment, IMAGEIO_FFMPEG_EXE=…, or listen --through g711a."
    )
