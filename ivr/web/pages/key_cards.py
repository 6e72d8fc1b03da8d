"""Cards that members keep by the telephone: its number, large, and what the few keys do that they need."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from ivr.records import exemptions, roster
from ivr.records.numbers import national
from ivr.records.roster import Enrolled
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, seen

SIZES = ("a4", "a6")  # four on a sheet, to be cut; or one on each small one
KEYS = ("", "1", "2", "3", "*", "#", "0")  # that a card explains; "" is nothing pressed


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/key-cards")
    def key_cards(place: str, written: str) -> str:
        about = seen(desk, place, written)
        people = everybody(about)
        return render_template(
            "desk/key_cards.html",
            **of_month(desk, about),
            people=chosen(people, request.args.get("member")),
            secretary=next((person for person in people if person.role == "secretary"), None),
            line=desk.settings.line.number,
            country=desk.settings.line.country,
            national=national,
            size="a6" if request.args.get("size") == "a6" else "a4",
            sizes=SIZES,
            keys=KEYS,
            one=request.args.get("member"),
        )

    def everybody(about: Seen) -> list[Enrolled]:
        """Of a branch; of several, nobody: one of them is chosen first. Who has left needs no card."""
        if about.one is None:
            return []
        with desk.database.reading() as connection:
            exempt = exemptions.in_force(connection, about.period.last)
            people = roster.enrolled(connection, within=[about.one.id])
        left = {member for member, each in exempt.items() if each.kind == "left"}
        return [person for person in people if person.id not in left]

    def chosen(people: list[Enrolled], number: str | None) -> list[Enrolled]:
        found = [person for person in people if number in (None, person.number)]
        if number is not None and not found:
            abort(404)
        return found
