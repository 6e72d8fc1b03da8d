"""Any sound file that people have becomes mono samples; none may be too long for the memory of a small machine.

libsndfile reads WAV, FLAC and OGG. MP3 and what telephones record (M4A, AMR, 3GP) the ffmpeg that pip brought turns
into WAV first: at the end of some MP3 files libsndfile makes a click.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import imageio_ffmpeg
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ivr.errors import BadRecording
from ivr.studio.engines.engine import Samples

LONGEST_S = 20 * 60
LOWEST_HZ = 6000
HIGHEST_HZ = 24_000  # three times what a telephone carries; more only costs memory
FULL_SCALE = 0.995
CLIPPED_RUN = 3  # samples at full scale, one after the other: a single one may be a peak
PATIENCE_S = 300.0  # for converting a file
MOST_BYTES = 1 << 30  # on the disk, converted: more than the longest has in stereo
_BLOCK = 1 << 16
# Only files of sound, and nothing that names other files or addresses to be read.
_CONTAINERS = "aac,amr,amrnb,amrwb,aiff,asf,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,wav"


@dataclass(frozen=True, slots=True)
class SoundFile:
    """What is in a file: samples at its own rate or HIGHEST_HZ, its own rate, and the share of samples clipped."""

    samples: Samples
    rate_hz: int
    clipped: float

    @property
    def seconds(self) -> float:
        return len(self.samples.sound) / self.samples.rate_hz


def read_sound(path: Path, longest_s: int = LONGEST_S, patience_s: float = PATIENCE_S) -> SoundFile:
    """Raises BadRecording, naming the file and the mend."""
    try:
        with path.open("rb") as file:
            _judge_whole(path, file)
            return _converted(path, longest_s, patience_s) if _is_mp3(file) else _read(path, file, longest_s)
    except OSError as error:
        raise BadRecording(f"{path} can't be read ({error.strerror}). Is it there, and may you read it?") from error
    except soundfile.LibsndfileError:
        return _converted(path, longest_s, patience_s)


def _judge_whole(path: Path, file: BinaryIO) -> None:
    """libsndfile takes a WAV file that was cut off for a short one."""
    head, size = file.read(8), file.seek(0, 2)
    file.seek(0)
    if not size:
        raise BadRecording(f"{path} is empty. Copy it again from where it was recorded.", "empty")
    stated = int.from_bytes(head[4:8], "little") + 8
    if head[:4] == b"RIFF" and size < stated < 0xFFFFFFFF:
        told = f"{path} is not whole: {size} of {stated} bytes. Copy it again from where it was recorded."
        raise BadRecording(told, "not_whole")


def _is_mp3(file: BinaryIO) -> bool:
    with soundfile.SoundFile(file) as opened:
        is_mp3: bool = opened.format == "MP3"
    file.seek(0)
    return is_mp3


def _read(path: Path, file: BinaryIO, longest_s: int) -> SoundFile:
    with soundfile.SoundFile(file) as opened:
        rate_hz: int = opened.samplerate
        if rate_hz < LOWEST_HZ:
            raise BadRecording(f"{path} has only {rate_hz} samples a second. Record with at least 8000.", "too_coarse")
        return _resampled(path, opened, rate_hz, longest_s)


def _resampled(path: Path, opened: soundfile.SoundFile, rate_hz: int, longest_s: int) -> SoundFile:
    at_hz = min(rate_hz, HIGHEST_HZ)
    stream = soxr.ResampleStream(rate_hz, at_hz, 1, dtype="float32", quality="HQ")
    pieces, clipped, total = [], 0, 0
    for block in opened.blocks(_BLOCK, dtype="float32", always_2d=True):
        if not np.isfinite(block).all():
            raise BadRecording(f"{path} holds no sound that can be played. Save it as 16-bit WAV.")
        clipped, total = clipped + _clipped(block), total + block.size
        if total > longest_s * rate_hz * opened.channels:
            raise _too_long(path, longest_s)
        pieces.append(stream.resample_chunk(block.mean(axis=1)))
    pieces.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    return SoundFile(Samples(np.concatenate(pieces), at_hz), rate_hz, clipped / max(1, total))


def _clipped(block: NDArray[np.float32]) -> int:
    full = np.abs(block) >= FULL_SCALE
    runs = np.lib.stride_tricks.sliding_window_view(full, min(CLIPPED_RUN, len(full)), axis=0)
    return int(runs.all(axis=-1).sum())


def _too_long(path: Path, longest_s: int) -> BadRecording:
    return BadRecording(f"{path} lasts more than {longest_s // 60} minutes. Cut it in parts.", "too_long")


def _converted(path: Path, longest_s: int, patience_s: float) -> SoundFile:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "sound.wav"
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-xerror"]
        limits = ["-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS]
        most = ["-t", str(longest_s + 1), "-fs", str(MOST_BYTES)]
        sound = ["-map", "0:a:0", *most, "-c:a", "pcm_s16le", str(wav)]
        try:
            subprocess.run(  # noqa: S603 - our ffmpeg, a list of arguments
                [*ffmpeg, *limits, "-i", f"file:{path.absolute()}", *sound],
                check=True,
                capture_output=True,
                timeout=patience_s,
            )
            if wav.stat().st_size > MOST_BYTES * 0.99:  # ffmpeg stopped there: the rest is missing
                raise _too_long(path, longest_s)
            with wav.open("rb") as file:
                return _read(path, file, longest_s)
        except (subprocess.SubprocessError, soundfile.LibsndfileError) as error:
            raise BadRecording(
                f"{path} can't be played: it is no sound file, or not all of it. Copy it again, or save it as WAV."
            ) from error
