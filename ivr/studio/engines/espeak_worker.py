"""eSpeak NG in a process of its own: it is GPL, it is not thread-safe, and it may abort; the line must not.

One JSON line in: {"text", "voice", "words_per_minute"}. One answer out: two big-endian unsigned 32-bit numbers,
the sample rate in Hz and a number of bytes, then so many bytes of mono 16-bit little-endian PCM. A rate of 0 means
that the bytes are an error message in UTF-8. The process ends when its input does.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
from typing import Any, BinaryIO

import espeakng_loader

# espeak-ng/speak_lib.h
SYNCHRONOUS = 2
DONT_EXIT = 0x8000  # answer with an error where the data are missing, instead of ending the process
CHARS_UTF8 = 1
POS_CHARACTER = 1
PARAMETER_RATE = 1
BUFFER_MS = 200

_ON_SOUND = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speech:
    """The library, ready to speak; raises OSError where it or its data can't be loaded."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz: int = self._library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, data, DONT_EXIT)
        if self.rate_hz <= 0:
            raise OSError("eSpeak NG can't read its data")
        self._heard: list[bytes] = []
        self._on_sound = _ON_SOUND(self._keep)  # the library keeps only a pointer: hold on to it
        self._library.espeak_SetSynthCallback(self._on_sound)

    def say(self, text: str, voice: str, words_per_minute: int) -> bytes:
        """PCM at `rate_hz`; raises ValueError for a voice that eSpeak NG does not have."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"eSpeak NG has no voice {voice!r}")
        self._library.espeak_SetParameter(PARAMETER_RATE, words_per_minute, 0)
        self._heard.clear()
        words = text.encode() + b"\0"
        size = ctypes.c_size_t(len(words))
        if self._library.espeak_Synth(words, size, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None):
            raise ValueError("eSpeak NG could not speak this text")
        self._library.espeak_Synchronize()
        return b"".join(self._heard)

    def _keep(self, sound: Any, length: int, _events: Any) -> int:
        if sound and length > 0:
            self._heard.append(ctypes.string_at(sound, length * 2))
        return 0


def answer(speech: Speech, line: bytes) -> bytes:
    """What goes back for one line of input."""
    try:
        rate_hz, content = speech.rate_hz, speech.say(**json.loads(line))
    except ValueError as error:
        rate_hz, content = 0, str(error).encode()
    return struct.pack("!II", rate_hz, len(content)) + content


def _own_output() -> BinaryIO:
    """Our pipe to the parent; whatever the library prints goes to standard error instead."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def main() -> None:
    with _own_output() as pipe:
        speech = Speech()
        for line in sys.stdin.buffer:
            pipe.write(answer(speech, line))
            pipe.flush()


if __name__ == "__main__":
    main()
