"""Nobody gets past here but by user name and password; every form carries a token that only our pages have."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from ivr.records import sign_ins, users
from ivr.web.desk import Desk

log = logging.getLogger(__name__)

csrf = CSRFProtect()
OPEN = ("desk.sign_in", "desk.signing_in", "desk.code", "desk.code_given", "desk.static")  # to everybody
LONGEST = 200  # characters of what is typed
HALF = timedelta(minutes=5)  # for the one-time code, after the password


def add_to(routes: Blueprint, desk: Desk) -> None:
    """The door, before every page of these routes."""

    @routes.before_request
    def admit() -> Response | None:
        csrf.protect()
        typed = (*request.args.values(), *request.form.values(), request.path)
        if request.endpoint not in (*OPEN, "desk.claim", "desk.calls", "desk.replying") and any(
            "\0" in value for value in typed
        ):
            abort(404)  # PostgreSQL takes none, and nobody types one
        if request.endpoint in OPEN:
            return None
        token = session.get("token", "")
        g.user = sign_ins.signed_in(desk.database, token, desk.clock()) if token else None
        return None if g.user else redirect(url_for("desk.sign_in", over=1 if token else None))

    @routes.get("/sign-in")
    def sign_in() -> str:
        return _page(next((why for why in ("over", "changed") if why in request.args), ""))

    @routes.post("/sign-in")
    def signing_in() -> Response | tuple[str, int]:
        name, password = (request.form.get(field, "")[:LONGEST] for field in ("name", "password"))
        attempt = sign_ins.sign_in(desk.database, name, password, desk.key, desk.clock())
        if attempt.token:
            return _let_in(attempt.token, users.folded(name))
        if attempt.wants_code is not None:
            session.clear()
            session["half"] = (attempt.wants_code, desk.clock().timestamp())
            return redirect(url_for("desk.code"))
        why = "closed" if attempt.is_closed else "locked" if attempt.is_locked else "wrong"
        log.info("a sign-in from %s was refused: %s", request.remote_addr, why)  # what was typed may be a password
        return _page(why, name), 403

    @routes.get("/sign-in/code")
    def code() -> str | Response:
        return _code_page("") if _half() else redirect(url_for("desk.sign_in", over=1))

    @routes.post("/sign-in/code")
    def code_given() -> Response | tuple[str, int]:
        user = _half()
        if user is None:
            return redirect(url_for("desk.sign_in", over=1))
        attempt = sign_ins.with_code(desk.database, user, request.form.get("code", "")[:20], desk.key, desk.clock())
        if attempt.token:
            return _let_in(attempt.token, str(user))
        if attempt.is_closed or attempt.is_locked:
            session.clear()
            return _page("closed" if attempt.is_closed else "locked"), 403
        return _code_page("code_wrong"), 403

    @routes.post("/sign-out")
    def sign_out() -> Response:
        sign_ins.sign_out(desk.database, session["token"])
        session.clear()
        return redirect(url_for("desk.sign_in"))

    @routes.errorhandler(CSRFError)
    def stale(_: CSRFError) -> tuple[str, int]:
        return _page("stale"), 400

    def _let_in(token: str, user: str) -> Response:
        log.info("user %s signed in from %s", user, request.remote_addr)
        session.clear()  # nothing from before goes on, the forms' token neither
        session["token"] = token
        return redirect(url_for("desk.home"))

    def _half() -> int | None:
        """Whose password was right, a moment ago."""
        user, at = session.get("half", (None, 0.0))
        return user if desk.clock().timestamp() - at < HALF.total_seconds() else None

    def _code_page(why: str) -> str:
        return render_template("desk/code.html", told=desk.words.say(why) if why else "")

    def _page(why: str, name: str = "") -> str:
        minutes = int(sign_ins.WITHIN.total_seconds() // 60)
        address = f"{desk.settings.line.public_url}{url_for('desk.home')}"
        told = desk.words.say(why, minutes=minutes, address=address) if why else ""
        return render_template("desk/sign_in.html", told=told, name=name)
