"""Requests to the desk are small; only the forms that send a file, and the one that has a line for each member and
lesson, may be larger, and only for whoever is signed in."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session
from werkzeug.exceptions import RequestEntityTooLarge

from ivr.records.spreadsheet import MOST_BYTES as LIST_BYTES

FORMS = ("desk.replying", "desk.notices_import", "desk.looking", "desk.put_form", "desk.hours_confirmed")
SOUND_BYTES = 20 << 20
LARGEST_BODY = 32 << 20  # beyond a file that is too large, so that the page can say so and keep what was typed


def let_files_in(routes: Blueprint) -> None:
    @routes.url_value_preprocessor
    def larger(endpoint: str | None, _values: dict[str, object] | None) -> None:
        if endpoint in FORMS and "token" in session:
            request.max_content_length = LARGEST_BODY

    @routes.teardown_request
    def closed(_: BaseException | None) -> None:
        request.close()  # large files lie on the disk until then

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> tuple[str, int]:
        return render_template("desk/sent_too_large.html", sound=SOUND_BYTES >> 20, list=LIST_BYTES >> 20), 413
