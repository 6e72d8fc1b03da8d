"""The roster: who is enrolled in a branch; where there are several branches, how many, and whoever is looked for."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from ivr.naming import unpressed
from ivr.records import exemptions, roster
from ivr.records.numbers import masked
from ivr.records.roster import Enrolled
from ivr.web import names
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, seen

MOST = 50  # people that are shown of those found
MOST_NAMES = 20  # that are not pressed
LONGEST = 64  # characters that are looked for


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/members")
    def members(place: str, written: str) -> str:
        about = seen(desk, place, written)
        wanted = request.args.get("find", "").strip()[:LONGEST]
        people, sizes = listed(about, wanted)
        with desk.database.reading() as connection:
            exempt = exemptions.in_force(connection, about.period.last)
        return render_template(
            "desk/members.html",
            **of_month(desk, about),
            people=people,
            sizes=sizes,
            exempt=exempt,
            wanted=wanted,
            most=MOST,
            masked=masked,
            naming=names.under_way(desk),
            silent=silent(about),
            most_names=MOST_NAMES,
        )

    @routes.post("/<place:place>/<written>/members/names")
    def names_pressed(place: str, written: str) -> Response:
        seen(desk, place, written)
        names.begin(desk)
        return redirect(url_for("desk.members", place=place, written=written), 303)

    def silent(about: Seen) -> list[str]:
        """The names among theirs that nobody has pressed."""
        ids = [branch.id for branch in about.branches]
        return sorted({each.words for each in unpressed(desk.database, desk.shelf, desk.settings, ids)})

    def listed(about: Seen, wanted: str) -> tuple[list[Enrolled], dict[int, int]]:
        ids = [branch.id for branch in about.branches]
        with desk.database.reading() as connection:
            if wanted:
                return roster.found(connection, wanted, ids, MOST), {}
            if about.one:
                return roster.enrolled(connection, within=ids), {}
            return [], roster.sizes(connection)
