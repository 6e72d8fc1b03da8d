"""What the line plays, as it arrives at a telephone: for whoever is signed in, since every caller may hear it. What
somebody said, or what is for one person only, is not found here."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request

from ivr.errors import DamagedAudio
from ivr.web.desk import Desk

NAME = re.compile(r"([0-9a-f]{64})(?:-([0-9]{1,9}))?(?:-([0-9]{1,9}))?")
NEVER_CHANGES = "private, max-age=31536000, immutable"


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/audio/<sound>.wav")
    def audio(sound: str) -> Response:
        """A piece by its hash; from a millisecond on, as hash-500; up to another, as hash-500-2500."""
        from ivr.studio import listening  # takes a moment to load

        asked = NAME.fullmatch(sound) or abort(404)
        start_ms, end_ms = (int(ms) if ms else None for ms in asked.group(2, 3))
        try:
            path = desk.shelf.audio(asked[1])
            if desk.shelf.is_private(path):
                abort(404)
            return _sound(listening.heard_piece(path.read_bytes(), start_ms, end_ms) or abort(404))
        except DamagedAudio:
            abort(404)

    @routes.get("/audio/lesson/<slug>.wav")
    def lesson_audio(slug: str) -> Response:
        """A lesson in one go, its questions too, as `ivr lesson listen` has it; in this ?edition= of it, or as it is
        on offer."""
        from ivr.studio import listening

        wanted = request.args.get("edition", "")
        catalogue = desk.shelf.catalogue()
        known = [catalogue.editions[wanted]] if wanted in catalogue.editions else catalogue.lessons
        lesson = next((each for each in known if each.slug == slug), None) or abort(404)
        try:
            return _sound(listening.heard_whole(lesson, desk.shelf), NEVER_CHANGES if wanted else "no-store")
        except DamagedAudio:  # of an old edition the text is kept, the audio was tidied away
            abort(404)


def _sound(wav: bytes, kept: str = NEVER_CHANGES) -> Response:
    response = Response(wav, mimetype="audio/wav")
    response.headers["Cache-Control"] = kept
    response.make_conditional(request.environ, accept_ranges=True, complete_length=len(wav))
    return response
