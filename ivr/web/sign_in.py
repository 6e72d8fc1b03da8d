"""Nobody gets past here but by user name and password; every form carries a token that only our pages have."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from ivr.records import sign_ins, users
from ivr.records.users import Known
from ivr.web import unsent
from ivr.web.carried import Carried, asked, carried
from ivr.web.desk import Desk

log = logging.getLogger(__name__)

csrf = CSRFProtect()
OPEN = ("desk.sign_in", "desk.signing_in", "desk.code", "desk.code_given", "desk.static")  # to everybody
LONGEST = 200  # characters of what is typed
HALF = timedelta(minutes=5)  # for the one-time code, after the password

Answer = Response | str | tuple[str, int]


def user_of(desk: Desk) -> Known | None:
    """Who is at this browser."""
    token = session.get("token", "")
    return sign_ins.signed_in(desk.database, token, desk.clock()) if token else None


def add_to(routes: Blueprint, desk: Desk) -> None:
    """The door, before every page of these routes."""

    @routes.before_request
    def admit() -> Answer | None:
        csrf.protect()
        typed = (*request.args.values(), *request.form.values(), request.path)
        if request.endpoint not in (*OPEN, "desk.claim", "desk.calls", "desk.replying") and any(
            "\0" in value for value in typed
        ):
            abort(404)  # PostgreSQL takes none, and nobody types one
        if request.endpoint in OPEN:
            return None
        g.user = user_of(desk)
        return None if g.user else _first("over" if "token" in session else "", asked())

    @routes.get("/sign-in")
    def sign_in() -> str:
        return _page(next((why for why in ("over", "changed") if why in request.args), ""), carried())

    @routes.post("/sign-in")
    def signing_in() -> Answer:
        name, password = (request.form.get(field, "")[:LONGEST] for field in ("name", "password"))
        now = desk.clock()  # before the password is looked at: a new one that is given meanwhile is newer
        attempt = sign_ins.sign_in(desk.database, name, password, desk.key, now)
        if attempt.token:
            return _let_in(attempt.token, users.folded(name), carried())
        if attempt.wants_code is not None:
            session.clear()
            session["half"] = (attempt.wants_code, now.timestamp())
            onward = carried()
            return _code_page("", onward) if onward.typed else redirect(url_for("desk.code", to=_to(onward)))
        why = "closed" if attempt.is_closed else "locked" if attempt.is_locked else "wrong"
        log.info("a sign-in from %s was refused: %s", request.remote_addr, why)  # what was typed may be a password
        return _page(why, carried(), name), 403

    @routes.get("/sign-in/code")
    def code() -> Answer:
        return _code_page("", carried()) if _half() else _first("over", carried())

    @routes.post("/sign-in/code")
    def code_given() -> Answer:
        half = _half()
        if half is None:
            return _first("over", carried())
        typed = request.form.get("code", "")[:20]
        attempt = sign_ins.with_code(desk.database, *half, typed, desk.key, desk.clock())
        if attempt.token:
            return _let_in(attempt.token, str(half[0]), carried())
        if attempt.is_closed or attempt.is_locked or attempt.is_over:
            session.clear()
            why = "closed" if attempt.is_closed else "locked" if attempt.is_locked else "half_over"
            return _page(why, carried()), 403
        return _code_page("code_wrong", carried()), 403

    @routes.post("/sign-out")
    def sign_out() -> Response:
        sign_ins.sign_out(desk.database, session["token"])
        session.clear()
        return redirect(url_for("desk.sign_in"))

    @routes.errorhandler(CSRFError)
    def stale(_: CSRFError) -> tuple[str, int]:
        return _page("stale", carried() if request.endpoint in OPEN else asked()), 400

    def _let_in(token: str, user: str, onward: Carried) -> Answer:
        """To what was asked for; or first to what was typed, which only they themselves send on."""
        log.info("user %s signed in from %s", user, request.remote_addr)
        session.clear()  # nothing from before goes on, the forms' token neither
        session["token"] = token
        known = sign_ins.signed_in(desk.database, token, desk.clock()) if onward.typed else None
        if known:
            return render_template("desk/unsent.html", onward=onward, read=unsent.told(desk, onward, known))
        return redirect(onward.page or url_for("desk.home"))

    def _half() -> tuple[int, datetime] | None:
        """Whose password was right, a moment ago, and when."""
        user, at = session.get("half", (None, 0.0))
        is_over = desk.clock().timestamp() - at >= HALF.total_seconds()
        return None if user is None or is_over else (user, datetime.fromtimestamp(at, UTC))

    def _first(why: str, onward: Carried) -> Answer:
        """They have to sign in. Where something would have been changed, the page that says so is not just another."""
        if onward.typed or (request.method == "POST" and request.endpoint not in OPEN):
            return _page(why or "over", onward), 403
        return redirect(url_for("desk.sign_in", over=1 if why else None, to=_to(onward)))

    def _to(onward: Carried) -> str | None:
        return onward.page if onward.page not in ("", url_for("desk.home")) else None

    def _code_page(why: str, onward: Carried) -> str:
        return render_template("desk/code.html", told=desk.words.say(why) if why else "", onward=onward)

    def _page(why: str, onward: Carried, name: str = "") -> str:
        minutes = int(sign_ins.WITHIN.total_seconds() // 60)
        address = f"{desk.settings.line.public_url}/desk/"
        told = [desk.words.say(why, minutes=minutes, address=address)] if why else []
        told += [desk.words.say("typed_waits")] if onward.typed else []
        return render_template("desk/sign_in.html", told=told, name=name, onward=onward)
