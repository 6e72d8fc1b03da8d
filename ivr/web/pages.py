"""The month of a branch, the branches side by side, and the ledger to take away; of one's own branches only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, send_file, url_for
from werkzeug import Response as Answer

from ivr.errors import NotAMonth
from ivr.records.places import Place
from ivr.reports import ledger, month
from ivr.reports.facts import Facts
from ivr.reports.formats import to_csv
from ivr.reports.member import clock
from ivr.reports.month import Count, MonthRow
from ivr.reports.period import Period
from ivr.reports.workbook import to_xlsx
from ivr.vocabulary import Vocabulary
from ivr.web.desk import Desk

SYMBOLS = {"heard": "●", "visited": "△", "partly": "◐", "not_yet": "○"}
MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page is about: a month, and those of the user's branches that are asked for."""

    period: Period
    branches: tuple[Place, ...]
    name: str


def add_to(routes: Blueprint, desk: Desk) -> None:
    say = desk.words.say

    @routes.get("/")
    def home() -> Answer:
        """A branch's user opens the branch, all others their branches; this month's."""
        theirs = desk.seen_by(g.user)
        this_month = desk.this_month().month
        if g.user.role == "branch" and theirs:
            return redirect(url_for("desk.branch", branch=theirs[0].id, written=this_month))
        return redirect(url_for("desk.branches", written=this_month))

    @routes.get("/branches/<written>")
    def branches(written: str) -> str:
        seen = all_of_theirs(written)
        facts = desk.facts(seen.period, seen.branches)
        rows = month.rows(facts)
        theirs = month.by_branch(rows)
        counts = [(place, month.count(theirs.get(place.name, ()))) for place in seen.branches]
        return page("desk/branches.html", seen, facts, rows, counts=counts)

    @routes.get("/branch/<int:branch>/<written>")
    def branch(branch: int, written: str) -> str:
        seen = one_of_theirs(branch, written)
        facts = desk.facts(seen.period, seen.branches)
        return page("desk/branch.html", seen, facts, month.rows(facts))

    @routes.get("/branches/<written>/ledger.<any(xlsx, csv):form>")
    def branches_ledger(written: str, form: str) -> Response:
        return taken_away(all_of_theirs(written), form)

    @routes.get("/branch/<int:branch>/<written>/ledger.<any(xlsx, csv):form>")
    def branch_ledger(branch: int, written: str, form: str) -> Response:
        return taken_away(one_of_theirs(branch, written), form)

    @routes.errorhandler(404)
    def not_there(_: Exception) -> tuple[str, int]:
        return render_template("desk/not_there.html"), 404

    def all_of_theirs(written: str) -> Seen:
        place = g.user.place or desk.words.names["county"]
        return Seen(_month(desk, written), desk.seen_by(g.user), place)

    def one_of_theirs(branch: int, written: str) -> Seen:
        found = next((place for place in desk.seen_by(g.user) if place.id == branch), None) or abort(404)
        return Seen(_month(desk, written), (found,), found.name)

    def taken_away(seen: Seen, form: str) -> Response:
        sheet = ledger.sheet(desk.facts(seen.period, seen.branches), seen.name, desk.words)
        content = to_xlsx(sheet) if form == "xlsx" else to_csv(sheet).encode()
        name = f"{say('ledger')}-{seen.name}-{seen.period.month}.{form}"
        return send_file(BytesIO(content), MIMETYPES[form], as_attachment=True, download_name=name)

    def page(template: str, seen: Seen, facts: Facts, rows: list[MonthRow], **more: Any) -> str:
        first = seen.period.first
        following = seen.period.last + timedelta(days=1)
        return render_template(
            template,
            seen=seen,
            rows=rows,
            lessons=facts.lessons,
            told=tuple(sentences(facts, month.count(rows), desk.words)),
            month=say("month", year=first.year, month=first.month),
            previous=f"{first - timedelta(days=1):%Y-%m}",
            next=f"{following:%Y-%m}" if following <= desk.this_month().first else "",
            symbols=SYMBOLS,
            clock=clock,
            share=lambda count: month.share(count.done, count.due, desk.words),
            **more,
        )


def _month(desk: Desk, written: str) -> Period:
    try:
        return desk.month(written)
    except NotAMonth:
        abort(404)


def sentences(facts: Facts, count: Count, words: Vocabulary) -> Iterator[str]:
    """The month in words, before any table."""
    if not count.due:
        yield words.say("nobody")
        return
    if not facts.lessons:
        yield words.say("no_lessons")
        return
    waiting = count.due - count.done
    yield words.say("count_help" if waiting else "count", due=count.due, heard=count.done, waiting=waiting)
    if waiting:
        yield words.say("partly_count", n=count.partly, missing=count.not_yet)
    yield words.say("completed", share=month.share(count.done, count.due, words))
    titles = words.say("between").join(words.say("title", title=lesson.title) for lesson in facts.lessons)
    yield words.say("lessons", titles=titles)
