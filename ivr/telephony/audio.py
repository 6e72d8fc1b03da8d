"""The audio that providers fetch: whole files by their hash, and slices of them from a millisecond on. A name never
changes its content, so everybody may keep it for ever."""

from __future__ import annotations

import io
import re
import wave

from flask import Blueprint, Response, abort, request

from ivr.errors import DamagedAudio
from ivr.shelf import Shelf

NAME = re.compile(r"([0-9a-f]{64})(?:-([0-9]{1,9}))?\.wav")


def blueprint(shelf: Shelf) -> Blueprint:
    routes = Blueprint("audio", __name__)

    @routes.get("/audio/<name>")
    def audio(name: str) -> Response:
        named = NAME.fullmatch(name)
        if not named:
            abort(404)
        try:
            data = shelf.audio(named[1]).read_bytes()
        except DamagedAudio:
            abort(404)
        body = sliced(data, int(named[2])) if named[2] else data
        if body is None:
            abort(404)
        return _kept_for_ever(Response(body, mimetype="audio/wav"), name, len(body))

    return routes


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


def _kept_for_ever(response: Response, name: str, length: int) -> Response:
    response.set_etag(name)
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000
    response.cache_control.immutable = True
    response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    return response
