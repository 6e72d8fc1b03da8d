"""What callers said after the tone is fetched from the provider, kept here, and deleted there; in this order, so that
it is always somewhere. No transaction is open while the network is waited for.
"""

from __future__ import annotations

import io
import logging
import threading
import wave
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ivr.calls import Line
from ivr.catalogue import RATE_HZ
from ivr.config import Settings
from ivr.errors import IvrError, NotFetched
from ivr.records import recordings
from ivr.records.recordings import Taken
from ivr.telephony import media
from ivr.telephony.providers import twilio

log = logging.getLogger(__name__)

EVERY_S = 10.0  # so often we look whether there is something to do
LONGEST_S = 600  # of sound
MOST_CHANNELS = 8
LEAST_HZ, MOST_HZ = 4000, 192_000


def fetch_due(line: Line) -> list[str]:
    """Work on all that it is time for; returns what went wrong."""
    with line.database.reading() as connection:
        waiting = recordings.due(connection, line.clock())
    return list(_each(line, waiting, at_once=False))


def fetch_all(line: Line) -> tuple[int, list[str]]:
    """Work on all that is not done, also where we had given up; returns on how many, and what went wrong."""
    with line.database.reading() as connection:
        waiting = recordings.unfinished(connection)
    return len(waiting), list(_each(line, waiting, at_once=True))


@contextmanager
def fetching(line: Line, every_s: float = EVERY_S) -> Iterator[None]:
    """Fetch recordings beside other work, as long as the block runs. Other processes may do the same."""
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(line, stop, every_s), name="recordings", daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(1)  # what it is doing is taken up again at the next start


def _work(line: Line, stop: threading.Event, every_s: float) -> None:
    while not stop.wait(every_s):
        try:
            fetch_due(line)
        except Exception:
            log.exception("recordings are not looked after; we try again")


def _each(line: Line, waiting: Iterable[int], *, at_once: bool) -> Iterator[str]:
    for recording in waiting:
        if trouble := _brought(line, recording, at_once=at_once):
            yield trouble


def _brought(line: Line, recording: int, *, at_once: bool) -> str:
    """Bring one as far as it goes; returns what stopped it, "" for nothing."""
    with line.database.writing() as connection:
        taken = recordings.take(connection, recording, line.clock(), at_once=at_once)
    if taken is None:
        return ""
    try:
        source = _source(taken, line.settings)
        if taken.audio:
            line.shelf.audio(taken.audio)  # raises DamagedAudio: then the only copy is the provider's
        else:
            _keep(line, taken, source)
        media.delete(taken.address, source)
    except Exception as error:  # whatever is wrong with this one, the others are brought
        return _failed(line, taken, error)
    with line.database.writing() as connection:
        recordings.forgotten(connection, taken.id)
    return ""


def _keep(line: Line, taken: Taken, source: media.Source) -> None:
    wav, length_ms = telephone_sound(media.get(twilio.recording_file(taken.address), source))
    audio = line.shelf.put_recording(wav)
    with line.database.writing() as connection:
        recordings.kept(connection, taken.id, audio, length_ms, line.clock())
    log.info("recording %d is kept: %.0f s", taken.id, length_ms / 1000)


def _failed(line: Line, taken: Taken, error: Exception) -> str:
    for_good = isinstance(error, NotFetched) and error.for_good
    why = str(error)
    if not isinstance(error, IvrError):
        why = f"It could not be worked on ({type(error).__name__}: {error})."
        log.debug("recording %d", taken.id, exc_info=error)
    why = _storable(why)
    with line.database.writing() as connection:
        again = recordings.failed(connection, taken, why, line.clock(), for_good=for_good)
    log.warning("recording %d, try %d: %s%s", taken.id, taken.tries, why, "" if again else " We gave up.")
    return f"recording {taken.id}: {why}"


def _storable(text: str) -> str:
    """What every database takes."""
    return text.encode(errors="replace").decode().replace("\0", "?")


def _source(taken: Taken, settings: Settings) -> media.Source:
    if taken.provider != twilio.NAME or not taken.address:
        raise NotFetched(f"{taken.provider} keeps no recordings.", for_good=True)
    return media.Source(
        twilio.MEDIA_HOSTS | {*settings.recordings.hosts},
        frozenset(settings.recordings.own_hosts),
        settings.twilio.account_sid,
        settings.twilio.auth_token,
    )


def telephone_sound(content: bytes) -> tuple[bytes, int]:
    """A sound file of whatever kind as mono 16-bit WAV at 8 kHz, and its length in ms. Raises NotFetched."""
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if not (file.channels <= MOST_CHANNELS and LEAST_HZ <= file.samplerate <= MOST_HZ):
                raise NotFetched(f"What came is no call: {file.channels} channels at {file.samplerate} Hz.")
            sound = np.concatenate([*_at_our_rate(file)])
    except (soundfile.SoundFileError, ValueError) as error:
        raise NotFetched(f"What came is no sound ({error}).") from error
    if not len(sound) or not np.isfinite(sound).all():
        raise NotFetched("What came holds no sound.")
    samples = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(samples.tobytes())
    return out.getvalue(), len(samples) * 1000 // RATE_HZ


def _at_our_rate(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    """Second by second, so that a small file which unpacks into a large sound takes no more memory than another."""
    stream = soxr.ResampleStream(file.samplerate, RATE_HZ, 1, dtype="float32")
    for _ in range(LONGEST_S):
        read = file.read(file.samplerate, dtype="float32", always_2d=True)
        if not len(read):
            break
        yield stream.resample_chunk(read.mean(axis=1))
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
