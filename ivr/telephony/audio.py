"""The audio that providers fetch: whole files by their hash, and slices of them from a millisecond on, in the format of
the settings. A name never changes what is heard, so everybody may keep it for ever; what is for one person only, nobody
but the provider who plays it."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable

from flask import Blueprint, Response, abort, request

from ivr.config import AudioFormat
from ivr.errors import DamagedAudio
from ivr.shelf import Shelf
from ivr.telephony.formats import ENDINGS, TYPES, encoded, named

NAME = re.compile(r"([0-9a-f]{64})(?:-([0-9]{1,9}))?\.(wav|mp3)")


def blueprint(shelf: Shelf, sent_as: AudioFormat = "wav") -> Blueprint:
    routes = Blueprint("audio", __name__)

    @routes.get("/audio/<name>")
    def audio(name: str) -> Response:
        asked = NAME.fullmatch(name)
        if not asked:
            abort(404)
        sha256, start_ms, ending = asked.groups()
        kind = named(ending, sent_as)
        try:
            path = shelf.audio(sha256)
            data = path.read_bytes()
        except DamagedAudio:
            abort(404)
        piece = sliced(data, int(start_ms)) if start_ms else data
        body = None if piece is None else encoded(piece, kind)
        if body is None:
            abort(404)
        tag = name if kind == ending else f"{name}-{kind}"  # mu-law and A-law have other bytes under the same name
        response = Response(body, mimetype=TYPES[ending])
        if shelf.is_private(path):
            response.cache_control.private = True
        else:
            response.cache_control.public = True
        return _kept_for_ever(response, tag, len(body))

    return routes


def address(base_url: str, sent_as: AudioFormat) -> Callable[[str], str]:
    """Where a piece is fetched: its hash, or its hash and the millisecond after which it starts, as "hash-500"."""
    return lambda piece: f"{base_url}/audio/{piece}.{ENDINGS[sent_as]}"


def sliced(data: bytes, start_ms: int) -> bytes | None:
    """A WAV file from `start_ms` on; None if it is not that long, or no WAV file."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            start = start_ms * file.getframerate() // 1000
            if start >= file.getnframes():
                return None
            params = file.getparams()
            file.setpos(start)
            frames = file.readframes(file.getnframes() - start)
    except (wave.Error, EOFError):
        return None
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams(params)
        file.writeframes(frames)
    return out.getvalue()


def _kept_for_ever(response: Response, tag: str, length: int) -> Response:
    response.set_etag(tag)
    response.cache_control.max_age = 31_536_000
    response.cache_control.immutable = True
    response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    return response
