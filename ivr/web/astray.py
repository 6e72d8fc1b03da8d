"""What stands behind an address that is no page: a form's own leads to the page with the form, all others nowhere, and
what is wrong with them is said, in the frame that other pages have."""

from __future__ import annotations

import logging
from urllib.parse import quote

from flask import Blueprint, current_app, g, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from ivr.records.users import Known
from ivr.web import sign_in
from ivr.web.desk import Desk
from ivr.web.scope import NoSuchMonth

log = logging.getLogger(__name__)


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.app_errorhandler(404)
    @routes.app_errorhandler(405)
    def not_there(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
        """Outside the desk, only a browser that asks for what is nowhere is told here: the rest is the carrier's."""
        if not request.path.startswith("/desk") and not (_is_nowhere(error) and _from_a_browser()):
            return error
        if isinstance(error, MethodNotAllowed) and (page := _page_of_form()):
            return redirect(page)
        if "user" not in g:  # there is nobody at the door of no page
            g.user = _who(desk)
        wrong_month = error.description if isinstance(error, NoSuchMonth) else None
        return render_template("desk/not_there.html", wrong_month=wrong_month), 404


def _is_nowhere(error: HTTPException) -> bool:
    """Nothing is at this address; else what is there says so itself."""
    return isinstance(error, NotFound) and request.url_rule is None


def _from_a_browser() -> bool:
    """It asks for pages by name; whoever takes anything does not."""
    return "text/html" in request.accept_mimetypes.values()


def _who(desk: Desk) -> Known | None:
    """Who is at this browser; nobody while the database is away: what is not there is not there, all the same."""
    try:
        return sign_in.user_of(desk)
    except SQLAlchemyError as error:
        log.error("%s: the database is busy or away (%s)", request.path, error)
        return None


def _page_of_form() -> str:
    """Of what only a form is sent to, asked for like a page: the nearest page above, as the address of a form lies
    below that of its page."""
    adapter, path = current_app.create_url_adapter(request), request.path
    while adapter and request.method in ("GET", "HEAD") and (path := path.rpartition("/")[0]):
        if adapter.test(path, "GET"):
            page, asked = quote(request.script_root + path), request.query_string.decode("latin-1")
            return f"{page}?{asked}" if asked else page
    return ""
