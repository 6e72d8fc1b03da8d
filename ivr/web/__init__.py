"""The secretary's desk: pages that print. They work without JavaScript, load nothing from elsewhere, and whoever is
not signed in sees the sign-in page only; what is not theirs to see is not there (404)."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request
from sqlalchemy.exc import OperationalError

from ivr.config import Settings
from ivr.errors import IvrError, NoDatabase
from ivr.web import astray, pages, sign_in
from ivr.web.desk import Desk
from ivr.web.scope import MemberConverter, PlaceConverter, RowConverter
from ivr.web.sending import let_files_in

log = logging.getLogger(__name__)

# Nothing but our own style sheet, scripts and audio, no frame around us, no form that sends elsewhere.
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self' blob:",  # a blob is what was recorded in the page, to be heard before it is sent
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def install(app: Flask, desk: Desk) -> None:
    """Put the desk into a web process."""
    app.extensions["desk"] = desk
    app.secret_key = desk.key
    _keep_cookies_to_ourselves(app, desk.settings)
    sign_in.csrf.init_app(app)
    app.url_map.converters |= {"place": PlaceConverter, "member": MemberConverter, "row": RowConverter}
    app.register_blueprint(_blueprint(desk))


def _keep_cookies_to_ourselves(app: Flask, settings: Settings) -> None:
    """A cookie for https, that this host alone may set and read, unless the line is told to be on plain http: on one's
    own machine, in a closed network."""
    https = settings.line.public_url.startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-desk" if https else "desk",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the carrier's requests are signed; the desk asks for it itself
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )


def _blueprint(desk: Desk) -> Blueprint:
    routes = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static")
    let_files_in(routes)
    sign_in.add_to(routes, desk)
    pages.add_to(routes, desk)
    astray.add_to(routes, desk)

    @routes.after_app_request
    def guard(response: Response) -> Response:
        if request.path.startswith("/desk") or "user" in g:  # a page, wherever it stands
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")  # what never changes says so itself
        return response

    @routes.errorhandler(IvrError)
    def told_why(error: IvrError) -> tuple[str, int]:
        log.error("%s: %s", request.path, error)
        return _went_wrong(503 if isinstance(error, NoDatabase) else 500, str(error))

    @routes.errorhandler(OperationalError)
    def busy(error: OperationalError) -> tuple[str, int]:
        log.error("%s: the database is busy or away (%s)", request.path, error.orig)
        return _went_wrong(503, desk.words.say("database_busy"))

    @routes.errorhandler(500)
    def broke(_: Exception) -> tuple[str, int]:
        """Flask has logged it, with where it happened; whoever is at the desk is told no details."""
        return _went_wrong(500, desk.words.say("broke"))

    @routes.app_context_processor
    def known() -> dict[str, Any]:
        words = desk.words
        month = desk.this_month().month
        return {"say": words.say, "language": words.language, "user": g.get("user"), "this_month": month}

    return routes


def _went_wrong(status: int, told: str) -> tuple[str, int]:
    return render_template("desk/went_wrong.html", told=told), status
