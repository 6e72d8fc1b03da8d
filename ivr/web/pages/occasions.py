"""What was done off the telephone: visits and meetings, written down and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, g, render_template, request
from werkzeug import Response

from ivr.errors import BadEntry
from ivr.records import hours, occasions
from ivr.records.closing import open_since
from ivr.records.occasions import Kind, Written
from ivr.records.roster import Enrolled, enrolled
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.saved import saved
from ivr.web.scope import Seen, member_of_theirs, seen
from ivr.web.typed import day as typed_day


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/occasions")
    def occasions_page(place: str, written: str) -> str:
        return page(seen(desk, place, written))

    def page(about: Seen, mistake: str = "") -> str:
        branches = {branch.id: branch.name for branch in about.branches}
        with desk.database.reading() as connection:
            kept = tuple(occasions.between(connection, about.period.first, about.period.last, branches))
            people = {each.id: each.name for each in enrolled(connection, within=branches)}
        return render_template(
            "desk/occasions.html",
            **of_month(desk, about),
            kept=kept,
            people=people,
            branches=branches,
            titles=titles(),
            is_open=about.period.first >= open_since(desk.today()),
            mistake=mistake,
        )

    @routes.get("/<place:place>/<written>/visit")
    def visit_form(place: str, written: str) -> str:
        known = {name: request.args.get(name, "") for name in ("member", "back", "numbers")}
        return form_for(seen(desk, place, written), "visit", known)

    @routes.get("/<place:place>/<written>/meeting")
    def meeting_form(place: str, written: str) -> str:
        return form_for(seen(desk, place, written), "meeting", {})

    def form_for(about: Seen, kind: Kind, typed: Mapping[str, str]) -> str:
        """Of several branches, first which one; of a member, theirs."""
        if number := typed.get("member"):
            branch = member_of_theirs(desk, number).branch
            about = one(about.place, about.month)
            if branch != about.branches[0].name:
                abort(404)
        if about.one:
            return form(about, kind, typed)
        return render_template("desk/which_branch.html", **of_month(desk, about), kind=kind)

    @routes.post("/<place:place>/<written>/<any(visit, meeting):kind>")
    def occasion_written(place: str, written: str, kind: Kind) -> Response | tuple[str, int]:
        about = one(place, written)
        typed = {name: text.replace("\r\n", "\n") for name, text in request.form.items()}
        try:
            told = read(about, kind, typed)
            with desk.database.writing() as connection:
                by = (g.user.id, desk.clock(), desk.today())
                occasions.write(connection, about.branches[0].id, told, *by, offered_since(told.lesson))
        except BadEntry as error:
            return form(about, kind, typed, error), 400
        month = f"{told.day:%Y-%m}"
        if typed.get("back") == "ring" and month == written:
            numbers = 1 if typed.get("numbers") else None  # in full, as they were
            return saved("ring_page", place=place, written=written, numbers=numbers)
        return saved("occasions_page", place=about.branches[0].id, written=month)

    @routes.post("/<place:place>/<written>/occasions/<row:occasion>/withdraw")
    def occasion_withdrawn(place: str, written: str, occasion: int) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        of = [branch.id for branch in about.branches]
        try:
            with desk.database.writing() as connection:
                occasions.withdraw(connection, occasion, of, desk.clock(), desk.today()) or abort(404)
                kept = "hours_stay" if hours.rest_on(connection, occasion) else "taken_back"
        except BadEntry as error:
            return page(about, desk.words.say(f"mistake_{error.why}", **error.values)), 409
        return saved("occasions_page", place=place, written=written, kept=kept)

    def one(place: str, written: str) -> Seen:
        """The branch that it is written down for; from all of several, that of the member."""
        about = seen(desk, place, written)
        if about.one:
            return about
        number = request.values.get("member", "")
        branch = member_of_theirs(desk, number).branch if number else ""
        theirs = next((each for each in about.branches if each.name == branch), None) or abort(404)
        return seen(desk, str(theirs.id), written)

    def titles() -> dict[str, str]:
        return {lesson.slug: lesson.title.words for lesson in desk.shelf.catalogue().lessons}

    def offered_since(lesson: str | None) -> date:
        catalogue = desk.shelf.catalogue()
        return next((catalogue.offered_since(each) for each in catalogue.lessons if each.slug == lesson), date.min)

    def members(about: Seen) -> list[Enrolled]:
        return desk.to_choose_from([branch.id for branch in about.branches])

    def read(about: Seen, kind: Kind, typed: Mapping[str, str]) -> Written:
        theirs = {person.number: person.id for person in members(about)}
        chosen = request.form.getlist("members") or [request.form.get("member", "")]
        there = tuple(theirs[number] for number in chosen if number in theirs)
        lesson = typed.get("lesson", "")
        if lesson and lesson not in titles():
            abort(404)
        texts = {name: typed.get(name, "").strip() for name in occasions.LONGEST}
        return Written(kind, typed_day("day", typed.get("day", "")), lesson or None, there, **texts)

    def form(about: Seen, kind: Kind, typed: Mapping[str, str], error: BadEntry | None = None) -> str:
        theirs = members(about)
        title = desk.words.say("title", title=titles().get(typed.get("lesson", ""), ""))
        return render_template(
            "desk/occasion.html",
            **of_month(desk, about),
            kind=kind,
            typed={"day": desk.today().isoformat(), **typed},
            chosen=request.form.getlist("members"),
            wrong={error.field: desk.words.say(f"mistake_{error.why}", title=title, **error.values)} if error else {},
            members=theirs,
            visited=next((each.name for each in theirs if each.number == typed.get("member")), ""),
            titles=titles(),
            open_since=open_since(desk.today()),
            today=desk.today(),
        )
