"""What somebody said, or is for one person only, as a page plays it: it is kept nowhere on the way."""

from __future__ import annotations

from flask import Response, abort, request

from ivr.errors import DamagedAudio
from ivr.web.desk import Desk


def private(desk: Desk, audio: str) -> Response:
    """404 for what is not fetched yet, or is gone."""
    try:
        wav = desk.shelf.audio(audio).read_bytes()
    except (DamagedAudio, OSError):
        abort(404)
    response = Response(wav, mimetype="audio/wav")
    response.make_conditional(request.environ, accept_ranges=True, complete_length=len(wav))
    return response
