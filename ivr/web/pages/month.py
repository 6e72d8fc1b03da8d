"""The month of a branch, and the branches side by side; of one's own branches only."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug import Response

from ivr.reports import month as figures
from ivr.reports import ring, study
from ivr.reports.member import SYMBOLS, clock, standing
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.pages.ledger import offered
from ivr.web.scope import ALL, seen


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/")
    def home() -> Response:
        """A branch's user opens the branch, all others their branches; this month's."""
        theirs = desk.seen_by(g.user)
        place = str(theirs[0].id) if g.user.role == "branch" and theirs else ALL
        return redirect(url_for("desk.month", place=place, written=desk.this_month().month))

    @routes.get("/<place:place>/<written>")
    def month(place: str, written: str) -> str:
        about = seen(desk, place, written)
        of = about.period, about.branches
        whole = desk.month_facts(*of) if about.one else None
        facts = whole or desk.brief_facts(*of)
        standings = figures.standings(facts)
        followed = ring.followed_up(standings, facts, desk.followed(facts))
        theirs = figures.by_branch(standings)
        return render_template(
            "desk/branch.html" if about.one else "desk/branches.html",
            **of_month(desk, about),
            rows=figures.rows(whole) if whole else [],
            counts=[
                (branch, figures.count(theirs.get(branch.name, ()))) for branch in about.branches if not facts.begins
            ],
            lessons=facts.lessons,
            told=tuple(figures.sentences(facts, figures.count(standings), desk.words, followed)),
            symbols=SYMBOLS,
            forms=offered(),
            clock=clock,
            standing=lambda row: standing(row.stands, row.ways, desk.words),
            situation=lambda row: study.situation(row, desk.words),
            share=lambda count: figures.share(count.done, count.due, desk.words),
        )
