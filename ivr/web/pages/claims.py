"""Calls that nobody is known for: whoever recognises one says whose it is, or sets it aside, and takes that back; as
`ivr calls` does."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request
from sqlalchemy import Connection
from werkzeug import Response

from ivr.errors import IvrError, NotToBeClaimed
from ivr.records import claims, deeds, recordings, roster, whose
from ivr.records.numbers import masked
from ivr.reports.timeline import minutes
from ivr.web.desk import Desk
from ivr.web.pages.calls import call_page
from ivr.web.saved import saved
from ivr.web.scope import member_of_theirs, theirs

MOST = 200  # calls on the page; the newest
LONGEST = 200  # characters of a name or a number


class _NotOne(IvrError):
    """What was typed names nobody of theirs, or several; the message is a text of the vocabulary."""


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/unclaimed")
    def unclaimed() -> str:
        """Those of the last weeks that wait; or all there are, those that were set aside among them."""
        everything = request.args.get("all") == "1"
        since = None if everything else desk.clock() - claims.RECENT
        which = whose.seen_within(theirs(desk))
        catalogue = desk.shelf.catalogue()
        with desk.database.reading() as connection:
            calls = claims.unclaimed(connection, catalogue, since, dismissed=everything, which=which, most=MOST)
            waiting = claims.how_many(connection, which)
            voices = [each for call in calls for each in (*call.names, *call.left)]
            here, lost = recordings.here(connection, voices), recordings.lost(connection, voices)
        titles = {lesson.slug: lesson.title.words for lesson in catalogue.editions.values()}
        return render_template(
            "desk/unclaimed.html",
            rows=calls,
            here=here,
            lost=lost,
            told=(told(waiting, is_any=bool(calls)),),
            older=waiting - len(calls) if not everything else 0,
            most=MOST,
            everything=everything,
            titles=titles,
            local=lambda instant: instant.astimezone(desk.settings.line.zone),
            masked=masked,
            minutes=minutes,
        )

    def told(waiting: int, *, is_any: bool) -> str:
        """Where none waits, there may be those that were set aside."""
        if waiting:
            return desk.words.say("unclaimed_count", n=waiting)
        return desk.words.say("unclaimed_only_aside" if is_any else "unclaimed_none")

    @routes.post("/call/<row:call>/claim")
    def claim(call: int) -> Response | tuple[str, int]:
        typed = request.form.get("who", "")[:LONGEST].replace("\0", "").strip()  # PostgreSQL takes no NUL
        branches, counting = theirs(desk), desk.counting()
        try:
            with desk.database.writing() as connection:
                _seen(connection, call, branches)
                number = _whose(connection, typed, branches)
                claims.claim(connection, call, number, desk.clock(), counting)
                deeds.did(connection, g.user.id, "call claimed", f"{call} {number}", desk.clock())
        except _NotOne as mistake:
            return call_page(desk, call, desk.words.say(str(mistake), typed=typed), typed), 400
        except NotToBeClaimed:
            return call_page(desk, call, desk.words.say("claim_taken"), typed), 409
        return saved("call", call=call, kept="claimed")

    @routes.post("/call/<row:call>/unclaim")
    def given_back(call: int) -> Response | tuple[str, int]:
        """It was claimed by mistake. Its user may not see it then."""
        number = member_of_theirs(desk, request.form.get("who", "")).number
        branches, counting = theirs(desk), desk.counting()
        try:
            with desk.database.writing() as connection:
                _seen(connection, call, branches)
                claims.give_back(connection, call, number, desk.clock(), counting)
                deeds.did(connection, g.user.id, "claim given back", f"{call} {number}", desk.clock())
                stays = whose.is_seen(connection, call, branches)
        except NotToBeClaimed:
            return call_page(desk, call, desk.words.say("claim_changed")), 409
        return saved("call", call=call, kept="taken_back") if stays else saved("unclaimed", kept="taken_back")

    @routes.post("/call/<row:call>/aside")
    def aside(call: int) -> Response | tuple[str, int]:
        """Set it aside; or take that back."""
        branches, undo = theirs(desk), "undo" in request.form
        try:
            with desk.database.writing() as connection:
                _seen(connection, call, branches)
                claims.dismiss(connection, [call], desk.clock(), undo=undo)
                deeds.did(
                    connection, g.user.id, "call taken back" if undo else "call set aside", str(call), desk.clock()
                )
        except NotToBeClaimed:
            return call_page(desk, call, desk.words.say("claim_taken")), 409
        return saved("call", call=call, kept="taken_back" if undo else 1)


def _seen(connection: Connection, call: int, branches: frozenset[int]) -> None:
    if not whose.is_seen(connection, call, branches):
        abort(404)


def _whose(connection: Connection, typed: str, branches: frozenset[int]) -> str:
    """The number of the one member that was meant. Raises _NotOne."""
    fits = roster.known_as(connection, typed, branches) if typed else []
    if len(fits) != 1:
        raise _NotOne("claim_nobody" if not fits else "claim_several")
    return fits[0].number
