"""Google's voice over the internet by gTTS: packed into few requests, retried when refused, and believed only
when it decodes.

gTTS speaks to an unofficial address without a promise, does not check its certificate, and returns an empty file
without an error when it is sent a web page instead of sound. Everything that can go wrong becomes VoiceFailed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import gtts

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Rate, Samples, installed_version, plain
from ivr.studio.joining import decode_mp3

MOST_CHARACTERS = 100  # what the address takes in one request
WAITS_S = (1.0, 4.0, 15.0)  # before trying again
TIMEOUT_S = (5.0, 20.0)  # to connect, to answer
LEAST_BYTES = 1000  # a syllable is about 2 kB

_ELSEWHERE = "Try again later, or choose another voice in config.toml under [studio.voices]."


class Gtts:
    """Voices are gTTS language codes: zh-CN, zh-TW, yue, en. There are two speeds: slow, and the other two."""

    name = "gtts"

    def __init__(self, sleep: Callable[[float], None] = time.sleep, timeout_s: tuple[float, float] = TIMEOUT_S) -> None:
        self.version = installed_version("gTTS", "gtts")
        self._sleep = sleep
        self._timeout_s = timeout_s

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        requests = [words for words in pack(plain(text)) if re.search(r"\w", words)]
        if not requests:
            raise VoiceFailed(f"There is nothing to say in {text!r}.")
        return decode_mp3(b"".join(self._ask(words, voice, slow=rate == "slow") for words in requests))

    def _ask(self, text: str, voice: str, *, slow: bool) -> bytes:
        for wait_s in (*WAITS_S, None):
            try:
                return self._ask_once(text, voice, slow=slow)
            except gtts.gTTSError as error:
                if wait_s is None or not _passes(error):
                    raise VoiceFailed(_explain(error, voice)) from error
                self._sleep(wait_s)
        raise AssertionError("the last try returns or raises")

    def _ask_once(self, text: str, voice: str, *, slow: bool) -> bytes:
        """The MP3 of at most 100 characters; its language check is off, since it warns about zh-CN."""
        request = gtts.gTTS(
            text, lang=voice, slow=slow, lang_check=False, pre_processor_funcs=[], timeout=self._timeout_s
        )
        try:
            mp3 = b"".join(request.stream())
        except ValueError:  # neither text nor base64: not what the address sends when all is well
            mp3 = b""
        if len(mp3) < LEAST_BYTES:
            raise VoiceFailed(f"Google sent no sound for {text[:30]!r}. {_ELSEWHERE}")
        return mp3


def pack(text: str) -> Iterator[str]:
    """Cut a text into as few requests as its sentences allow, each at most 100 characters; nothing is lost."""
    packed = ""
    for piece in _pieces(text):
        if packed and len(packed) + len(piece) > MOST_CHARACTERS:
            yield packed
            packed = ""
        packed += piece
    yield packed


def _pieces(text: str) -> Iterator[str]:
    """Sentences; of long ones the clauses; of long clauses the words or, in Chinese, hard cuts."""
    for boundary in (r"(?<=[。！？；!?;\n])|(?<=\.\s)", r"(?<=[，、,：:])", r"(?<=\s)", ""):
        pieces = re.split(boundary, text) if boundary else _hard_cuts(text)
        if len(text) <= MOST_CHARACTERS or len(pieces) > 1:
            for piece in pieces:
                yield from _pieces(piece) if len(piece) > MOST_CHARACTERS else [piece]
            return


def _hard_cuts(text: str) -> list[str]:
    return [text[start : start + MOST_CHARACTERS] for start in range(0, len(text), MOST_CHARACTERS)]


def _passes(error: gtts.gTTSError) -> bool:
    """Is it the kind of refusal that passes with time?"""
    return error.rsp is not None and (error.rsp.status_code == 429 or error.rsp.status_code >= 500)


def _explain(error: gtts.gTTSError, voice: str) -> str:
    if error.rsp is None:
        return f"Google's voice can't be reached ({error.__context__ or error}). Is there internet? {_ELSEWHERE}"
    if error.rsp.status_code == 200:
        return f"Google sent no sound. Does it know the voice {voice!r}? {_ELSEWHERE}"
    return f"Google's voice refuses ({error.rsp.status_code} {error.rsp.reason}). {_ELSEWHERE}"
