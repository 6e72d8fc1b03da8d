"""Processes of an engine's own, for what may die or hang, or is not to be linked with: then one sentence fails, and the
next words start another.

A request is one line of JSON. An answer is two big-endian unsigned 32-bit numbers, the sample rate in Hz and a number
of bytes, then so many bytes. A rate of 0 means that the bytes are an error message in UTF-8. The process ends when its
input does.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from ivr.errors import IvrError

_HEAD = struct.Struct("!II")


class Answer(NamedTuple):
    """What came back, and what the process wrote to standard error meanwhile."""

    rate_hz: int
    content: bytes
    remarks: str


class Unable(Exception):
    """The process is well and can't do this; the message says why."""


class Died(OSError):
    """The process ended, or was ended for taking too long; the message is the last that it wrote."""


class OwnProcesses:
    """There come to be as many as threads ask at once; none is asked by two."""

    def __init__(self, module: str, *arguments: str, patience_s: float) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._patience_s = patience_s
        self._idle: list[_Running] = []

    def ask(self, **request: object) -> Answer:
        """Raises Unable or Died."""
        running = self._ready()
        try:
            answer = running.ask(request, self._patience_s)
        except OSError as error:
            last_words = running.remarks().rpartition("\n")[2]
            running.end()
            raise Died("".join(each if each.isprintable() else "?" for each in last_words[:200])) from error
        self._idle.append(running)  # not where an interrupt left part of an answer unread
        if answer.rate_hz == 0:
            raise Unable(answer.content.decode(errors="replace"))
        return answer

    def _ready(self) -> _Running:
        with contextlib.suppress(IndexError):
            while True:
                running = self._idle.pop()
                if running.process.poll() is None:
                    return running
        return _Running(self._command)

    @property
    def idle_ids(self) -> list[int]:
        """The processes that have answered and wait for more."""
        return [running.process.pid for running in self._idle]


class _Running:
    def __init__(self, command: list[str]) -> None:
        self._written = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process ends
        self.process = subprocess.Popen(  # noqa: S603 - this Python, a module of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._written
        )
        self.end = weakref.finalize(self, _end, self.process, self._written)  # also when this process ends
        self._remarked = 0

    def ask(self, request: dict[str, object], patience_s: float) -> Answer:
        """Raises OSError when the process dies or takes too long."""
        assert self.process.stdin is not None
        watch = threading.Timer(patience_s, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            rate_hz, size = _HEAD.unpack(self._read(_HEAD.size))
            content = self._read(size)
        finally:
            watch.cancel()
        return Answer(rate_hz, content, self.remarks())

    def remarks(self) -> str:
        """What it wrote to standard error since this was asked last. The process shares the file's position."""
        written = os.pread(self._written.fileno(), 1 << 20, self._remarked)
        self._remarked += len(written)
        return written.decode(errors="replace").strip()

    def _read(self, size: int) -> bytes:
        assert self.process.stdout is not None
        content = self.process.stdout.read(size)
        if len(content) < size:
            raise OSError(f"the process ended after {len(content)} of {size} bytes")
        return content


def _end(process: subprocess.Popen[bytes], written: BinaryIO) -> None:
    process.kill()
    for file in (process.stdin, process.stdout, written):
        if file:
            with contextlib.suppress(OSError):  # closing flushes what a dead process never read
                file.close()
    process.wait()


# ── inside the process ───────────────────────────────────────────────────────────────────────────────────────────


def serve(begin: Callable[[], Callable[..., tuple[int, bytes]]]) -> None:
    """Answer each request with the rate and the bytes that its fields, as keywords, make; `begin` gets ready."""
    pipe = _own_output()  # it closes with the process, so that all is written by then that the process had to say
    answer = begin()
    for line in sys.stdin.buffer:
        try:
            rate_hz, content = answer(**json.loads(line))
        except (ValueError, IvrError) as error:
            rate_hz, content = 0, str(error).encode()
        pipe.write(_HEAD.pack(rate_hz, len(content)) + content)
        pipe.flush()


def _own_output() -> BinaryIO:
    """Our pipe to the parent; whatever a library prints goes to standard error instead."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe
