"""Where everything that is not needed each month is found."""

from __future__ import annotations

from flask import Blueprint, render_template

from ivr.records.claims import how_many
from ivr.records.questions import how_many_wait
from ivr.records.whose import seen_within
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.pages.questions import heard_by
from ivr.web.scope import seen, theirs


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/more")
    def more(place: str, written: str) -> str:
        about, which, whom = of_month(desk, seen(desk, place, written)), seen_within(theirs(desk)), heard_by(desk)
        with desk.database.reading() as connection:
            waiting, questions = how_many(connection, which), how_many_wait(connection, whom)
        return render_template("desk/more.html", **about, waiting=waiting, questions=questions)
