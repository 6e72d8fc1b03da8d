"""The card of one member's year: what they studied, what was confirmed, for whom study is not asked and why. Below it,
on the screen only, what a secretary may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, g, render_template, request
from werkzeug.wrappers import Response

from ivr import prompts
from ivr.errors import BadEntry
from ivr.records import acquaintance, exemptions, preferences
from ivr.records.closing import open_since
from ivr.records.exemptions import Exempt
from ivr.records.numbers import masked
from ivr.records.roster import Enrolled
from ivr.reports import beginning, card, period
from ivr.reports.card import MonthOnCard, Sums
from ivr.reports.member import clock, told_ways
from ivr.web import typed
from ivr.web.desk import Desk
from ivr.web.saved import saved
from ivr.web.scope import branch_named, member_of_theirs

CARD = "/member/<member:number>/<int(fixed_digits=4):year>"
CHOICES = {
    "language": ("", *sorted(prompts.PRESSED_BY)),
    "pace": ("", "slow", "fast"),
    "one_key": ("", "yes", "no"),
}
KINDS = ("excused", "left")
# Columns of the member list that stand on a card. Others may hold what is nobody's business, like identity numbers.
SHOWN = (
    *("性别", "出生年月", "出生日期", "年龄", "入党时间", "入党日期", "党小组", "小组"),
    *("Sex", "Born", "Age", "Joined", "Group"),
)


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get(CARD)
    def member_card(number: str, year: int) -> str:
        return page(member_of_theirs(desk, number), year)

    @routes.post(f"{CARD}/excused")
    def excusing(number: str, year: int) -> Response | tuple[str, int]:
        member = member_of_theirs(desk, number)
        try:
            with desk.database.writing() as connection:
                exemptions.exempt(connection, member.id, *read(request.form), g.user.id, desk.clock(), desk.today())
        except BadEntry as mistake:
            return page(member, year, mistake), 422
        return back(number, year)

    @routes.post(f"{CARD}/excused/<row:exemption>/back")
    def taking_back(number: str, year: int, exemption: int) -> Response | tuple[str, int]:
        member = member_of_theirs(desk, number)
        try:
            with desk.database.writing() as connection:
                exemptions.withdraw(connection, exemption, member.id, desk.clock(), desk.today()) or abort(404)
        except BadEntry as mistake:
            return page(member, year, mistake), 409
        return back(number, year, kept="taken_back")

    @routes.post(f"{CARD}/choices")
    def choosing(number: str, year: int) -> Response:
        member = member_of_theirs(desk, number)
        chosen = {what: request.form.get(what, "") for what in CHOICES if what in request.form}
        if any(value not in CHOICES[what] for what, value in chosen.items()):
            abort(400)
        with desk.database.writing() as connection:
            acquaintance.choose(connection, member.number, chosen)
        return back(number, year)

    def back(number: str, year: int, kept: object = 1) -> Response:
        """To where it is said: without a place of its own, a browser goes back to that of the form."""
        return saved("member_card", kept=kept, number=number, year=year, _anchor="kept")

    def page(member: Enrolled, year: int, mistake: BadEntry | None = None) -> str:
        rules = desk.settings.records
        months, exempt, chosen = gathered(member, year)
        with desk.database.reading() as connection:
            begins = beginning.of_member(connection, member, desk.settings.line.zone)
        sums = card.sums(row for month in months for row in month.rows)
        return render_template(
            "desk/member_card.html",
            member=member,
            branch=branch_named(desk, member.branch),
            year=year,
            previous=year - 1 if begins and begins.year < year else None,
            next=year + 1 if year < desk.today().year else None,
            months=months,
            ways=lambda ways: told_ways(ways, desk.words),
            clock=clock,
            sums=sums,
            of_year=of_year(sums),
            year_hours=rules.year_hours,
            exempt=exempt,
            chosen=chosen,
            choices=CHOICES,
            kinds=KINDS,
            phones=list(map(masked, member.phones)),
            particulars=[(heading, member.more[heading]) for heading in SHOWN if member.more.get(heading)],
            mistake=mistake,
            today=desk.today(),
            open_since=open_since(desk.today()),
        )

    def of_year(sums: Sums) -> str:
        """How many lessons were studied, and how: what was studied off the telephone was not heard."""
        say, n = desk.words.say, sum(sums.ways.values())
        each = (say("way_lessons", way=told_ways(ways, desk.words), n=count) for ways, count in sums.ways.items())
        return say("sum_of_year_how", n=n, ways=say("between").join(each)) if n else say("sum_of_year")

    def gathered(member: Enrolled, year: int) -> tuple[list[MonthOnCard], list[Exempt], Mapping[str, str]]:
        """Of the years from the first record to this one."""
        rules, zone, this_year = desk.settings.records, desk.settings.line.zone, desk.today().year
        with desk.database.reading() as connection:
            begins = beginning.first_day(connection, desk.shelf.catalogue(), zone)
            if not (begins.year if begins else this_year) <= year <= this_year:
                abort(404)
            months = period.year(year, zone)
            facts = card.gather(connection, member, months, desk.shelf.catalogue(), rules.completed_share)
            exempt = exemptions.of_member(connection, member.id)
            chosen = preferences.preferred(connection, [member.id])[member.id]
        return list(card.months(facts, rules.hour_minutes)), exempt, chosen


def read(form: Mapping[str, str]) -> tuple[exemptions.Kind, str, date, date | None]:
    """Raises BadEntry."""
    kind: exemptions.Kind = "left" if form.get("kind") == "left" else "excused"
    if form.get("kind") not in KINDS:
        raise BadEntry("kind", "kind_needed")
    until = form.get("until", "")
    since = typed.day("since", form.get("since", ""))
    return kind, form.get("reason", ""), since, typed.day("until", until) if until.strip() else None
