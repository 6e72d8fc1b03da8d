"""Whom to ring or to visit: why, what to say, and a tick once it is done."""

from __future__ import annotations

import re

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug import Response

from ivr.errors import BadEntry
from ivr.records import deeds, follow_ups
from ivr.records.numbers import masked, national
from ivr.records.roster import Enrolled
from ivr.reports import ring, study
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.saved import saved
from ivr.web.scope import Seen, member_of_theirs, seen

NUMBERS = "numbers"  # of the list that shows them in full


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/ring")
    def ring_page(place: str, written: str) -> str:
        about = seen(desk, place, written)
        if not in_full(about):
            session.pop(NUMBERS, None)
        return page(about)

    @routes.post("/<place:place>/<written>/ring/numbers")
    def ring_numbers(place: str, written: str) -> Response:
        """In full, until the user hides them, leaves the page (other than to write down a visit) or signs out; that
        they looked at the numbers is kept."""
        about = seen(desk, place, written)
        with desk.database.writing() as connection:
            deeds.did(connection, g.user.id, "numbers", f"{about.name} {about.month}", desk.clock())
        session[NUMBERS] = (about.place, about.month)
        return redirect(url_for("desk.ring_page", place=place, written=written, numbers=1), 303)

    def in_full(about: Seen) -> bool:
        """By its address alone, the page shows none in full."""
        return "numbers" in request.args and session.get(NUMBERS) == (about.place, about.month)

    @routes.post("/<place:place>/<written>/ring/tick")
    def ring_tick(place: str, written: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        member, undo = asked_for(about), "undo" in request.form
        outcome, seen_there = request.form.get("outcome", ""), request.form.get("seen", "")
        replaces = int(seen_there) if re.fullmatch("[0-9]{1,18}", seen_there) else None
        try:
            with desk.database.writing() as connection:
                of, now = (connection, member.id, about.month), desk.clock()
                done = (
                    follow_ups.untick(*of, now, replaces)
                    if undo
                    else follow_ups.tick(*of, outcome, g.user.id, now, replaces)
                )
        except BadEntry as error:
            return page(about, desk.words.say(f"mistake_{error.why}", **error.values), (member.number, outcome)), 400
        if not done:
            return page(about, stands_already(about, member, outcome.strip())), 409
        to = {"place": place, "written": written, "numbers": 1 if in_full(about) else None}
        return saved("ring_page", kept="taken_back" if undo else 1, **to)

    def stands_already(about: Seen, member: Enrolled, typed: str) -> str:
        """Who was quicker, and what they wrote."""
        with desk.database.reading() as connection:
            followed = follow_ups.of_month(connection, about.month, [member.id]).get(member.id)
        say = desk.words.say
        if followed is None:
            told = say("ring_taken_back", name=member.name)
        else:
            when = f"{followed.at.astimezone(desk.settings.line.zone):%m-%d %H:%M}"
            wrote = followed.outcome or say("ring_tick")
            told = say("ring_quicker", name=member.name, user=followed.by, when=when, outcome=wrote)
        return " ".join(filter(None, (told, typed and say("ring_yours", typed=typed))))

    def to_dial(number: str) -> str:
        return national(number, desk.settings.line.country)

    def asked_for(about: Seen) -> Enrolled:
        member = member_of_theirs(desk, request.form.get("member", ""))
        return member if member.branch in {branch.name for branch in about.branches} else abort(404)

    def page(about: Seen, mistake: str = "", refused: tuple[str, str] = ("", "")) -> str:
        """`refused` is a member number, and what was typed for them."""
        of = about.period, about.branches
        whole = desk.month_facts(*of) if about.one else None
        facts = whole or desk.brief_facts(*of)
        followed = desk.followed(facts)
        rows = ring.rows(whole, followed) if whole else []
        waiting = {} if whole else ring.by_branch(facts, followed)
        left = sum(not row.done for row in rows) + sum(each.left for each in waiting.values())
        all_ = len(rows) + sum(each.left + each.followed for each in waiting.values())
        say = desk.words.say
        if not all_:
            empty = "nobody" if not facts.people else "ring_none" if facts.lessons else "no_lessons"
            told = facts.not_begun(desk.words) or say(empty)
        else:
            told = (
                say("ring_count" if about.one else "ring_count_all", n=left) if left else say("ring_all_done", n=all_)
            )
        return render_template(
            "desk/ring.html",
            months_at="desk.ring_page",
            **of_month(desk, about),
            rows=rows,
            waiting=waiting,
            told=[told],
            phone=to_dial if in_full(about) else masked,
            in_full=in_full(about),
            why=lambda row: study.reason(row.month, desk.words),
            help_for=lambda row: study.help_for(row.month, desk.words),
            mistake=mistake,
            refused=refused,
            outcome=lambda done: done.told(desk.words),
        )
