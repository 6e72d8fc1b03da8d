"""Who may use the desk, for those above them: new ones, new passwords (shown once), locked and unlocked."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug import Response

from ivr.errors import BadUser, NameTaken
from ivr.records import deeds, places, users
from ivr.records.places import Place, Role
from ivr.records.users import Known
from ivr.web.desk import Desk
from ivr.web.saved import saved

MOST = 64  # characters of a name
SHOWN = "new_password"  # and whose, until it was shown


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/users")
    def users_page() -> str:
        return page(shown=session.pop(SHOWN, None))

    @routes.post("/users/add")
    def user_added() -> Response | tuple[str, int]:
        name, of = request.form.get("name", "")[:MOST], request.form.get("of", "")
        role, place = next(((role, each) for role, each in offered() if str(each.id) == of), (None, None))
        if role is None or place is None:
            return page(typed=name, mistake=desk.words.say("mistake_no_place")), 400
        password = users.new_password()
        try:
            hashed = users.hashed(password, name)
            with desk.database.writing(alone=True) as connection:  # two may be given one name at once
                kept = users.add(connection, name, role, place.id, hashed, desk.clock())
                deeds.did(connection, g.user.id, "user added", kept, desk.clock())
        except BadUser as error:
            mistake = "mistake_user_taken" if isinstance(error, NameTaken) else "mistake_user_name"
            return page(typed=name, mistake=desk.words.say(mistake, name=users.folded(name))), 400
        return with_password(kept, password)

    @routes.get("/users/<user>/<any(reset, lock):what>")
    def user_asked(user: str, what: str) -> str:
        """What can't be made as it was is asked first."""
        asked = one_of_theirs(user)
        return render_template("desk/users_ask.html", name=asked.name, what=what, is_locked=asked.is_locked)

    @routes.post("/users/<user>/<any(reset, lock, unlock):what>")
    def user_changed(user: str, what: str) -> Response:
        name = one_of_theirs(user).name
        password = users.new_password()
        hashed = users.hashed(password, name) if what == "reset" else None
        with desk.database.writing() as connection:
            if hashed:
                users.set_password(connection, name, hashed, desk.clock())
            else:
                users.set_locked(connection, name, locked=what == "lock")
            deeds.did(connection, g.user.id, f"user {what}", name, desk.clock())
        return with_password(name, password) if hashed else saved("users_page")

    def with_password(name: str, password: str) -> Response:
        """To the page that shows it, the first time only."""
        session[SHOWN] = (name, password)
        return redirect(url_for("desk.users_page"), 303)

    def one_of_theirs(name: str) -> Known:
        return next((each for each in theirs() if each.name == name), None) or abort(404)

    def theirs() -> list[Known]:
        with desk.database.reading() as connection:
            return users.below(connection, g.user)

    def offered() -> list[tuple[Role, Place]]:
        """The places that a new user may be of."""
        with desk.database.reading() as connection:
            districts = places.districts(connection) if g.user.role == "county" else []
        branches = desk.seen_by(g.user) if g.user.role != "branch" else ()
        return [("township", each) for each in districts] + [("branch", each) for each in branches]

    def page(typed: str = "", mistake: str = "", shown: tuple[str, str] | None = None) -> str:
        if g.user.role == "branch":
            abort(404)
        return render_template(
            "desk/users.html",
            users=theirs(),
            offered=offered(),
            typed=typed,
            mistake=mistake,
            shown=shown,
            address=f"{desk.settings.line.public_url}/desk/",
        )
