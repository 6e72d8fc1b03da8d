"""One's own password, and one's own one-time codes."""

from __future__ import annotations

from datetime import timedelta

import segno
from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug import Response

from ivr.errors import BadUser
from ivr.records import deeds, one_time, sign_ins, users
from ivr.records.sign_ins import Refusal
from ivr.web.desk import Desk
from ivr.web.saved import saved

MOST = 200  # characters of a password as typed


def add_to(routes: Blueprint, desk: Desk) -> None:
    rule = desk.words.say("password_rule", least=users.LEAST)

    @routes.get("/account")
    def account() -> str:
        return page()

    @routes.post("/account/password")
    def password_changed() -> Response | tuple[str, int]:
        old, new, again = (request.form.get(name, "")[:MOST] for name in ("old", "new", "again"))
        if new != again:
            return page({"again": desk.words.say("mistake_not_the_same")}), 400
        try:
            refused = sign_ins.change_password(desk.database, g.user, old, new, desk.key, desk.clock())
        except BadUser:
            return page({"new": rule}), 400
        if refused:
            return page({"old": _told(refused, "mistake_old_password")}), 400
        session.clear()  # a new password ends every sign-in
        return redirect(url_for("desk.sign_in", changed=1), 303)

    @routes.post("/account/codes")
    def codes_changed() -> Response | tuple[str, int]:
        """Codes begin once the first of them was right; they end by a code, too."""
        if g.user.role != "county":
            abort(404)
        code, secret = request.form.get("code", "")[:20], session.get("secret", "")
        if g.user.has_codes:
            if refused := sign_ins.end_codes(desk.database, g.user, code, desk.key, desk.clock()):
                return page({"code": _told(refused, "code_wrong")}), 400
        elif not secret or one_time.fitting_step(secret, code, desk.clock()) is None:
            return page({"code": desk.words.say("code_wrong")}), 400
        else:
            with desk.database.writing() as connection:
                one_time.use(connection, g.user.id, secret)
                deeds.did(connection, g.user.id, "codes on", "", desk.clock())
        session.pop("secret", None)
        return saved("account")

    def _told(refused: Refusal, wrong: str) -> str:
        if refused == "closed":
            return desk.words.say("closed", minutes=sign_ins.WITHIN // timedelta(minutes=1))
        return desk.words.say(wrong)

    def page(wrong: dict[str, str] | None = None) -> str:
        secret = ""
        if g.user.role == "county" and not g.user.has_codes:
            secret = session.setdefault("secret", one_time.new_secret())
        picture = _picture(secret) if secret else ""
        return render_template("desk/account.html", wrong=wrong or {}, rule=rule, secret=secret, picture=picture)

    def _picture(secret: str) -> Markup:
        address = one_time.address(secret, g.user.name, desk.words.say("desk"))
        qr = segno.make(address, error="m").svg_inline(scale=6, svgclass="qr", lineclass=None, omitsize=False)
        return Markup(qr)  # noqa: S704, made of squares only
