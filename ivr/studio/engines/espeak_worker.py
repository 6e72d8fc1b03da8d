"""eSpeak NG in a process of its own: it is GPL, it is not thread-safe, and it may abort; the line must not.

A request has "text" and "voice". With "words_per_minute" it is answered with mono 16-bit little-endian PCM, without,
with the text's phonemes and the marks that end its clauses, in UTF-8.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

import espeakng_loader

from ivr.studio.engines.own_process import serve

# espeak-ng/speak_lib.h
SYNCHRONOUS = 2
DONT_EXIT = 0x8000  # answer with an error where the data are missing, instead of ending the process
CHARS_UTF8 = 1
POS_CHARACTER = 1
PARAMETER_RATE = 1
PHONEMES_IPA = 2
BUFFER_MS = 200

_MARKS = dict(zip(".,;:!?，、；：。！？", ".,;:!?,,;:.!?", strict=True))
_ON_SOUND = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speech:
    """The library, ready to speak; raises OSError where it or its data can't be loaded."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        data = espeakng_loader.get_data_path().encode()
        self._rate_hz: int = self._library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, data, DONT_EXIT)
        if self._rate_hz <= 0:
            raise OSError("eSpeak NG can't read its data")
        self._heard: list[bytes] = []
        self._on_sound = _ON_SOUND(self._keep)  # the library keeps only a pointer: hold on to it
        self._library.espeak_SetSynthCallback(self._on_sound)

    def answer(self, text: str, voice: str, words_per_minute: int | None = None) -> tuple[int, bytes]:
        """Raises ValueError for a voice that eSpeak NG does not have."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"eSpeak NG has no voice {voice!r}")
        words = text.encode() + b"\0"
        return self._rate_hz, self._phonemes(words) if words_per_minute is None else self._say(words, words_per_minute)

    def _say(self, words: bytes, words_per_minute: int) -> bytes:
        self._library.espeak_SetParameter(PARAMETER_RATE, words_per_minute, 0)
        self._heard.clear()
        size = ctypes.c_size_t(len(words))
        if self._library.espeak_Synth(words, size, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None):
            raise ValueError("eSpeak NG could not speak this text")
        self._library.espeak_Synchronize()
        return b"".join(self._heard)

    def _phonemes(self, words: bytes) -> bytes:
        """A clause a call, until the pointer is null; what the library read then tells the mark, which it does not."""
        text = ctypes.create_string_buffer(words)
        rest = ctypes.c_void_p(start := ctypes.addressof(text))
        clauses, at = [], 0
        while rest.value:
            said = self._library.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, PHONEMES_IPA).decode()
            to = rest.value - start if rest.value else len(words)
            clauses.append(said + _mark(words[at:to].rstrip(b"\0").decode(errors="replace"), last=not rest.value))
            at = to
        return " ".join(clauses).encode()

    def _keep(self, sound: Any, length: int, _events: Any) -> int:
        if sound and length > 0:
            self._heard.append(ctypes.string_at(sound, length * 2))
        return 0


def _mark(read: str, *, last: bool) -> str:
    """What ends a clause, in ASCII. Unless it is the last, the library has read one letter of the next, too."""
    found = re.search(rf"([{''.join(_MARKS)}])\W*{'' if last else '.?'}$", read, re.DOTALL)
    return _MARKS[found[1]] if found else ""


if __name__ == "__main__":
    serve(lambda: Speech().answer)
