"""eSpeak NG, the voice that is always there: in a process of its own, which may die; the next words start another."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
import threading
import weakref

import numpy as np

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Rate, Samples, installed_version, plain

# In Mandarin 145 is 3.2 syllables a second while speaking, 165 is 3.6, 190 is 4.3 (measured with eSpeak NG 1.52).
WORDS_PER_MINUTE: dict[Rate, int] = {"slow": 145, "normal": 165, "fast": 190}
PATIENCE_S = 30.0
SETTINGS = "rates-1"  # part of a take's name: raise it when the table above changes

_HEAD = struct.Struct("!II")


class Espeak:
    """One worker process, started with the first words, asked by one thread at a time."""

    name = "espeak"

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        """Raises MissingPart where the package is not installed."""
        self.version = f"{installed_version('espeakng-loader', 'espeak')} {SETTINGS}"
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        request = {"text": plain(text), "voice": voice, "words_per_minute": WORDS_PER_MINUTE[rate]}
        with self._lock:
            if self._worker is None or not self._worker.ready:
                self._worker = _Worker()
            try:
                return self._worker.ask(request, self._patience_s)
            except OSError as error:
                self._worker.end()
                raise VoiceFailed(f"eSpeak NG stopped while saying {text[:30]!r}. Try again.") from error

    @property
    def worker_id(self) -> int | None:
        """The process that speaks, while there is one."""
        return self._worker.process.pid if self._worker else None


class _Worker:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ivr.studio.engines.espeak_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.end = weakref.finalize(self, _end, self.process)  # also when this process ends
        self._in_step = True

    @property
    def ready(self) -> bool:
        """False once it died, or when somebody stopped listening before its answer was complete."""
        return self._in_step and self.process.poll() is None

    def ask(self, request: dict[str, object], patience_s: float) -> Samples:
        """Raises OSError when the process dies or takes too long, VoiceFailed when it can't say this."""
        assert self.process.stdin is not None
        watch = threading.Timer(patience_s, self.process.kill)
        watch.start()
        self._in_step = False
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            rate_hz, size = _HEAD.unpack(self._read(_HEAD.size))
            content = self._read(size)
            self._in_step = True
        finally:
            watch.cancel()
        return _samples(rate_hz, content, request)

    def _read(self, size: int) -> bytes:
        assert self.process.stdout is not None
        content = self.process.stdout.read(size)
        if len(content) < size:
            raise OSError(f"the speech process ended after {len(content)} of {size} bytes")
        return content


def _samples(rate_hz: int, content: bytes, request: dict[str, object]) -> Samples:
    if rate_hz == 0:
        raise VoiceFailed(f"{content.decode(errors='replace')}. Choose another one in config.toml, [studio.voices].")
    sound = np.frombuffer(content, "<i2").astype(np.float32) / np.float32(32768)
    if not sound.any():
        text, voice = request["text"], request["voice"]
        raise VoiceFailed(f"eSpeak NG said nothing for {text!r}. Does the voice {voice!r} speak its language?")
    return Samples(sound, rate_hz)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):  # closing flushes what a dead process never read
                pipe.close()
    process.wait()
