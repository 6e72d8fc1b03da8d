"""Where everything that is not needed each month is found."""

from __future__ import annotations

from flask import Blueprint, render_template

from ivr.records.claims import how_many
from ivr.records.whose import seen_within
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import seen, theirs


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/more")
    def more(place: str, written: str) -> str:
        which = seen_within(theirs(desk))
        with desk.database.reading() as connection:
            waiting = how_many(connection, which)
        return render_template("desk/more.html", **of_month(desk, seen(desk, place, written)), waiting=waiting)
