"""Twilio: is a request really theirs? Source: their "Security" page, and their SDK as the test's oracle. And where the
recordings lie that they tell us of."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit, urlunsplit

NAME = "twilio"
SIGNATURE = "X-Twilio-Signature"
LANGUAGES = {"zh": "cmn-CN", "yue": "yue-HK", "en": "en-US"}  # as <Say> names them
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
# By region, with or without the edge that is spoken to. Source: their "Global infrastructure" page.
MEDIA_HOSTS = frozenset(
    f"api.{place}twilio.com" for place in ("", "ie1.", "dublin.ie1.", "au1.", "sydney.au1.", "us1.", "ashburn.us1.")
)


def is_signed(url: str, form: Iterable[tuple[str, str]], signature: str, token: str) -> bool:
    """Whether `signature` is Twilio's for a form posted to `url`: base64 of HMAC-SHA1 over the URL and the sorted
    names and values. They sign some URLs with the port and some without, so either will do."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    given = signature.encode("utf-8", "replace")
    return any(hmac.compare_digest(sign(each + fields, token), given) for each in _spellings(url))


def recording_file(address: str) -> str:
    """Where the sound of a recording lies: the address that we are told is that of its description."""
    return f"{address}.wav"


def sign(text: str, token: str) -> bytes:
    digest = hmac.new(token.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()
    return base64.b64encode(digest)


def _spellings(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    host, colon, port = parts.netloc.rpartition(":")
    if colon and port.isdigit():
        yield urlunsplit(parts._replace(netloc=host))
    else:
        usual = "443" if parts.scheme == "https" else "80"
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{usual}"))
