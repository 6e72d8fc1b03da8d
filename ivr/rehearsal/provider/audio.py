"""A Play is worth its real length: the file is fetched as a caching proxy fetches it, and has to decode."""

from __future__ import annotations

import io
import re
import wave
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message

from .clock import Clock
from .errors import ProviderError, Unreachable
from .files import mp3_seconds, wav_seconds
from .network import Response, Transport

LENGTHS = {**dict.fromkeys(("audio/wav", "audio/wave", "audio/x-wav"), wav_seconds), "audio/mpeg": mp3_seconds}
LONGEST_S = 40 * 60  # TW:voice/twiml/play: a file longer than 40 minutes can drop the call


@dataclass(frozen=True, slots=True)
class Fetch:
    """A GET that really went out; answers from the cache are not fetches."""

    url: str
    at: datetime
    status: int


@dataclass(frozen=True, slots=True)
class _Kept:
    seconds: float
    fresh_until: datetime
    etag: str | None


class MediaCache:
    """The proxy between Twilio and our audio: by URL, obeying Cache-Control, revalidating by ETag."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self.fetches: list[Fetch] = []

    def fresh(self, url: str) -> bool:
        kept = self._kept.get(url)
        return kept is not None and kept.fresh_until > self._clock.now()

    def seconds(self, url: str, *, nested: bool) -> float:
        """The length of the file at `url`, fetched if need be; `nested` in a Gather chooses the error's number."""
        if self.fresh(url):
            return self._kept[url].seconds
        kept = self._kept.get(url)
        answer = self._get(url, kept.etag if kept else None)
        unchanged = kept is not None and answer.status == 304
        seconds = kept.seconds if kept and unchanged else _checked(answer, url, 13325 if nested else 13420)
        self._keep(url, answer, seconds)
        return seconds

    def _get(self, url: str, etag: str | None) -> Response:
        """No parameters and no signature: TW:voice/twiml/play, "Twilio does not send its standard parameters"."""
        headers = {"User-Agent": "TwilioProxy/1.1", "Accept": "audio/*"}
        if etag:
            headers["If-None-Match"] = etag
        bare = url.partition("#")[0]
        try:
            answer = self._transport("GET", bare, headers, b"")
        except Unreachable as error:
            raise ProviderError(11200, f"the audio cannot be fetched: {error}", url) from error
        self.fetches.append(Fetch(url, self._clock.now(), answer.status))
        return answer

    def _keep(self, url: str, answer: Response, seconds: float) -> None:
        control = (answer.header("Cache-Control") or "").lower()
        age = re.search(r"max-age=(\d+)", control)
        fresh = int(age[1]) if age and "no-cache" not in control else 0
        self._kept.pop(url, None)
        if "no-store" not in control:
            until = self._clock.now() + timedelta(seconds=fresh)
            self._kept[url] = _Kept(seconds, until, answer.header("ETag"))


def media_type(value: str) -> tuple[str, str | None]:
    """`text/xml; charset=utf-8` in its two parts."""
    message = Message()
    message["Content-Type"] = value
    return message.get_content_type() if "/" in value else "", message.get_content_charset()


def _checked(answer: Response, url: str, wrong_type: int) -> float:
    if answer.status != 200:
        raise ProviderError(11200, f"the audio came with status {answer.status}", url)
    content_type = answer.header("Content-Type")
    if not content_type:
        raise ProviderError(12300, "the audio has no Content-Type", url)
    length = LENGTHS.get(media_type(content_type)[0])
    if not length:
        raise ProviderError(wrong_type, f"the audio came as {content_type}", url)
    try:
        seconds = length(answer.body)
    except ValueError as error:
        raise ProviderError(11200, f"the audio is not what its type says: {error}", url) from error
    if seconds > LONGEST_S:
        raise ProviderError(wrong_type, f"the audio lasts {seconds:.0f} s; more than 40 minutes drop calls", url)
    return seconds


def silent_wav(seconds: float) -> bytes:
    """A file of silence as long as asked, for tests that need only the length."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * round(seconds * 8000)))
    return buffer.getvalue()
