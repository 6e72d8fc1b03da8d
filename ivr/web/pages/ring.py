"""Whom to ring or to visit: why, what to say, and a tick once it is done."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug import Response

from ivr.errors import BadEntry
from ivr.records import deeds, follow_ups
from ivr.records.numbers import masked
from ivr.reports import month, ring
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, member_of_theirs, seen


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/ring")
    def ring_page(place: str, written: str) -> str:
        return page(seen(desk, place, written))

    @routes.post("/<place:place>/<written>/ring/numbers")
    def ring_numbers(place: str, written: str) -> str:
        """The same page with telephone numbers in full; that somebody looked at them is kept."""
        about = seen(desk, place, written)
        with desk.database.writing() as connection:
            deeds.did(connection, g.user.id, "numbers", f"{about.name} {about.month}", desk.clock())
        return page(about, in_full=True)

    @routes.post("/<place:place>/<written>/ring/tick")
    def ring_tick(place: str, written: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        member = asked_for(about)
        undo, outcome = "undo" in request.form, request.form.get("outcome", "")
        try:
            with desk.database.writing() as connection:
                if undo:
                    follow_ups.untick(connection, member, about.month, desk.clock())
                else:
                    follow_ups.tick(connection, member, about.month, outcome, g.user.id, desk.clock())
        except BadEntry as error:
            return page(about, mistake=desk.words.say(f"mistake_{error.why}")), 400
        return redirect(url_for("desk.ring_page", place=place, written=written), 303)

    def asked_for(about: Seen) -> int:
        member = member_of_theirs(desk, request.form.get("member", ""))
        if member.branch not in {branch.name for branch in about.branches}:
            abort(404)
        return member.id

    def page(about: Seen, *, in_full: bool = False, mistake: str = "") -> str:
        facts = desk.month_facts(about.period, about.branches)
        with desk.database.reading() as connection:
            followed = follow_ups.of_month(connection, about.month, [person.id for person in facts.due])
        rows = ring.rows(facts, followed)
        left = sum(row.followed is None for row in rows)
        say = desk.words.say
        told = [
            month.not_begun(facts, desk.words) or say("ring_none")
            if not rows
            else say("ring_all_done", n=len(rows))
            if not left
            else say("ring_count", n=left)
        ]
        return render_template(
            "desk/ring.html",
            months_at="desk.ring_page",
            **of_month(desk, about),
            rows=rows,
            several=len(about.branches) > 1,
            told=told,
            phone=str if in_full else masked,
            in_full=in_full,
            mistake=mistake,
            zone=desk.settings.line.zone,
        )
