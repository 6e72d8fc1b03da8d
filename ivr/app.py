"""The web process is put together here, and nowhere else."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, Response, jsonify, redirect, url_for
from sqlalchemy import select
from werkzeug import Response as BaseResponse

from ivr import calls, prompts, vocabulary, web
from ivr.config import Settings
from ivr.errors import BadSettings
from ivr.records.db import open_database
from ivr.records.models import TurnRow
from ivr.shelf import Shelf
from ivr.telephony import audio, webhook
from ivr.voicing import voicing
from ivr.web.desk import Desk
from ivr.web.secret import secret_key

log = logging.getLogger(__name__)


def now() -> datetime:
    return datetime.now(UTC)


def open_line(settings: Settings, clock: Callable[[], datetime] = now) -> calls.Line:
    """The line's parts, opened: the database brought up to date, the shelf, the time."""
    shelf = Shelf(settings.data)
    voiced = voicing(shelf, settings.line.language)
    return calls.Line(open_database(settings.database), shelf, voiced, settings, clock, secrets.token_hex(8))


def create_app(settings: Settings, clock: Callable[[], datetime] = now) -> Flask:
    """The line as a WSGI application; the provider's addresses are there (else 404) if there is a line of theirs.

    Raises BadSettings where it could not tell the provider from others."""
    has_line = bool(settings.twilio.account_sid or settings.twilio.auth_token)
    if has_line and settings.twilio.lacking:
        missing = [f"{variable}: not set; the provider's console shows it" for variable in settings.twilio.lacking]
        raise BadSettings("The line can't be opened to calls:", missing)
    line = open_line(settings, clock)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = webhook.LONGEST_BODY
    app.extensions["line"] = line
    if has_line:
        app.register_blueprint(webhook.blueprint(line, prompts.load(settings.line.language)))
    app.register_blueprint(audio.blueprint(line.shelf, settings.line.audio))
    words = vocabulary.load(settings.desk.words)
    web.install(app, Desk(line.database, line.shelf, settings, words, secret_key(settings), clock))

    @app.get("/")
    def start() -> BaseResponse:
        """Who types the name of this machine alone looks for the desk."""
        return redirect(url_for("desk.home"))

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        return _health(line)

    return app


def _health(line: calls.Line) -> tuple[Response, int]:
    try:
        with line.database.reading() as connection:
            connection.execute(select(TurnRow.n).limit(1))
        lessons = len(line.shelf.catalogue().lessons)
    except Exception:
        log.exception("not healthy")
        return jsonify(status="failing"), 503
    return jsonify(status="ok", lessons=lessons), 200
