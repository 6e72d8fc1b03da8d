"""The month of a branch, and the branches side by side; of one's own branches only."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug import Response

from ivr.reports import month as figures
from ivr.reports.facts import MonthFacts
from ivr.reports.member import clock
from ivr.reports.month import Count
from ivr.reports.month_sheet import SYMBOLS
from ivr.vocabulary import Vocabulary
from ivr.web.desk import Desk
from ivr.web.framing import of_month
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
        facts = desk.month_facts(about.period, about.branches)
        rows = figures.rows(facts)
        theirs = figures.by_branch(rows)
        return render_template(
            "desk/branch.html" if about.one else "desk/branches.html",
            **of_month(desk, about),
            rows=rows,
            counts=[
                (branch, figures.count(theirs.get(branch.name, ()))) for branch in about.branches if not facts.begins
            ],
            lessons=facts.lessons,
            told=tuple(sentences(facts, figures.count(rows), desk.words)),
            symbols=SYMBOLS,
            clock=clock,
            share=lambda count: figures.share(count.done, count.due, desk.words),
        )


def sentences(facts: MonthFacts, count: Count, words: Vocabulary) -> Iterator[str]:
    """The month in words, before any table."""
    if not facts.people:
        yield figures.not_begun(facts, words) or words.say("nobody")
        return
    if not facts.lessons:
        yield words.say("no_lessons")
        return
    waiting = count.due - count.done
    yield words.say("count_help" if waiting else "count", due=count.due, heard=count.done, waiting=waiting)
    if waiting:
        yield words.say("partly_count", n=count.partly, missing=count.not_yet)
    if count.excused:
        yield words.say(
            "excused_count" if count.excused_done else "excused_none", n=count.excused, done=count.excused_done
        )
    yield words.say("completed", share=figures.share(count.done, count.due, words))
    titles = words.say("between").join(words.say("title", title=lesson.title) for lesson in facts.lessons)
    yield words.say("lessons", titles=titles)
