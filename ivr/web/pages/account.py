"""One's own password, and one's own one-time codes."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug import Response

from ivr.errors import BadUser
from ivr.records import deeds, one_time, users
from ivr.web.desk import Desk

MOST = 200  # characters of a password as typed


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/account")
    def account() -> str:
        return page(kept="kept" in request.args)

    @routes.post("/account/password")
    def password_changed() -> Response | tuple[str, int]:
        old, new, again = (request.form.get(name, "")[:MOST] for name in ("old", "new", "again"))
        if new != again:
            return page({"again": desk.words.say("mistake_not_the_same")}), 400
        try:
            with desk.database.writing() as connection:
                if not users.change_password(connection, g.user, old, new, desk.clock()):
                    return page({"old": desk.words.say("mistake_old_password")}), 400
                deeds.did(connection, g.user.id, "password", "", desk.clock())
        except BadUser:
            return page({"new": desk.words.say("mistake_password", least=users.LEAST)}), 400
        session.clear()  # a new password ends every sign-in
        return redirect(url_for("desk.sign_in", changed=1), 303)

    @routes.post("/account/codes")
    def codes_changed() -> Response | tuple[str, int]:
        """Codes begin once the first of them was right; they end by a code, too."""
        if g.user.role != "county":
            abort(404)
        code, secret = request.form.get("code", "")[:20], session.get("secret", "")
        with desk.database.writing(alone=True) as connection:
            if g.user.has_codes:
                right, secret = one_time.take(connection, g.user.id, code, desk.clock()), ""
            else:
                right = bool(secret) and one_time.fitting_step(secret, code, desk.clock()) is not None
            if right:
                one_time.use(connection, g.user.id, secret)
                deeds.did(connection, g.user.id, "codes on" if secret else "codes off", "", desk.clock())
        if not right:
            return page({"code": desk.words.say("code_wrong")}), 400
        session.pop("secret", None)
        return redirect(url_for("desk.account", kept=1), 303)

    def page(wrong: dict[str, str] | None = None, *, kept: bool = False) -> str:
        secret = ""
        if g.user.role == "county" and not g.user.has_codes:
            secret = session.setdefault("secret", one_time.new_secret())
        return render_template(
            "desk/account.html", wrong=wrong or {}, kept=kept, secret=secret, picture=_picture(secret) if secret else ""
        )

    def _picture(secret: str) -> Markup:
        address = one_time.address(secret, g.user.name, desk.words.say("desk"))
        qr = segno.make(address, error="m").svg_inline(scale=6, svgclass="qr", lineclass=None, omitsize=False)
        return Markup(qr)  # noqa: S704, made of squares only
