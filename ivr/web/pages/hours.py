"""Hours of study: the line suggests, the secretary ticks, branch by branch; only what is ticked counts."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, g, render_template, request
from werkzeug import Response

from ivr.records import hours
from ivr.records.places import Place
from ivr.reports import study_hours
from ivr.reports.member import clock, told_ways
from ivr.reports.study_hours import Counted, HoursRow
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.saved import saved
from ivr.web.scope import Seen, seen


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/hours")
    def hours_page(place: str, written: str) -> str:
        about = seen(desk, place, written)
        return render_template(
            "desk/hours.html",
            **of_month(desk, about),
            rows=rows(about) if about.one else [],
            sums=[] if about.one else list(sums(about)),
            hour_minutes=desk.settings.records.hour_minutes,
            tenths=study_hours.written,
            clock=clock,
            ways=lambda row: told_ways(row.ways, desk.words),
        )

    @routes.post("/<place:place>/<written>/hours")
    def hours_confirmed(place: str, written: str) -> Response:
        """What was ticked just now is confirmed as suggested; what is not ticked any more is taken back.

        Nothing else: what others confirmed since the page was shown stays, and so does a row that is gone from it."""
        about = seen(desk, place, written)
        if not about.one:
            abort(404)
        shown, was, ticked = (set(request.form.getlist(field)) for field in ("shown", "was", "ticked"))
        theirs = {_key(row): row for row in rows(about)}
        if not shown & theirs.keys():
            abort(404)
        tenths = {
            (row.member_id, row.studied.lesson): _held(row) if key in ticked else 0
            for key, row in theirs.items()
            if key in shown & (ticked ^ was)
        }
        with desk.database.writing() as connection:
            kept = hours.confirm(connection, about.month, tenths, g.user.id, desk.clock())
        return saved("hours_page", place=place, written=written, kept=kept)

    def rows(about: Seen) -> list[HoursRow]:
        facts = desk.month_facts(about.period, about.branches)
        return study_hours.rows(facts, desk.settings.records.hour_minutes)

    def sums(about: Seen) -> Iterator[tuple[Place, Counted]]:
        """Of each branch in which something was studied."""
        counted = study_hours.by_branch(
            desk.brief_facts(about.period, about.branches), desk.settings.records.hour_minutes
        )
        return ((place, counted[place.name]) for place in about.branches if place.name in counted)


def _key(row: HoursRow) -> str:
    return f"{row.member_id} {row.studied.lesson}"


def _held(row: HoursRow) -> int:
    """Confirmed once, it stays as it was confirmed until it is taken back."""
    return row.confirmed or row.suggested
