"""Notices: a sentence for one member, heard in their calls until a day; of the user's own branches' members."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug import Response as Redirect

from ivr import letters
from ivr.errors import BadEntry, BadNotices, NothingToSay, NotThere
from ivr.records import notices as records
from ivr.records.notices import LONGEST, Given, Meant, asks_for, is_open
from ivr.records.roster import enrolled
from ivr.records.spreadsheet import MOST_BYTES
from ivr.web.desk import Desk
from ivr.web.pages.questions import ROW, plain, waiting_page
from ivr.web.presses import Ended, Presses
from ivr.web.scope import branch_of_theirs, member_of_theirs
from ivr.web.sounds import private

MOST = 300  # notices on the page
FIELDS = ("member", "words", "closes")
Wrong = Mapping[str, str]


def add_to(routes: Blueprint, desk: Desk, presses: Presses) -> None:
    say = desk.words.say

    @routes.get("/notices")
    def notices() -> str | Response:
        press = presses.of(g.user.id, "notices", request.args.get("press", ""))
        if not press:
            return page()
        if press.ended is None:
            return waiting_page(url_for("desk.notices", press=request.args["press"], **chosen()))
        return page(press.typed if press.ended.wrong else {}, press.ended.wrong, done=press.ended.told)

    @routes.post("/notices")
    def notice_written() -> Redirect | tuple[str, int]:
        typed = {name: plain(request.form.get(name, "")) for name in FIELDS}
        try:
            return begun([read(typed)], typed)
        except BadEntry as error:
            word = asks_for(typed["words"])
            told = say(f"mistake_{error.why}", most=LONGEST["words"], word=word)
            return page(typed, {error.field: told}), 400

    @routes.post("/notices/list")
    def notices_import() -> Redirect | tuple[str, int]:
        file = request.files.get("list")
        content = file.stream.read(MOST_BYTES + 1) if file and file.filename else b""
        try:
            if not content:
                raise BadEntry("list", "no_list")
            with desk.database.reading() as connection:
                meant = records.read(connection, content, "", today(), within=theirs())
            return begun(meant, {})
        except BadEntry as error:
            return page({}, {error.field: say(f"mistake_{error.why}")}), 400
        except BadNotices as error:
            return page({}, {"list": say("notices_not_taken")}, mistakes=error.mistakes), 400

    @routes.post(f"/notices/<{ROW}:notice>/withdraw")
    def notice_withdrawn(notice: int) -> Redirect:
        if is_open(one(notice), today()):  # else somebody was quicker
            with suppress(NotThere), desk.database.writing() as connection:
                records.withdraw(connection, [notice], today())
        return redirect(url_for("desk.notices"), 303)

    @routes.get(f"/notices/<{ROW}:notice>.wav")
    def notice_sound(notice: int) -> Response:
        return private(desk, one(notice).audio)

    def one(notice: int) -> Given:
        with desk.database.reading() as connection:
            given = records.given(connection, today(), closed=True, within=theirs(), only=notice)
        return given[0] if given else abort(404)

    def chosen() -> dict[str, Any]:
        return {"branch": request.args["branch"]} if "branch" in request.args else {}

    def theirs() -> frozenset[int]:
        return frozenset(place.id for place in desk.seen_by(g.user))

    def today() -> date:
        return letters.today(desk.settings, desk.clock())

    def read(typed: Mapping[str, str]) -> Meant:
        """Raises BadEntry."""
        if not typed["member"]:
            raise BadEntry("member", "no_member")
        member = member_of_theirs(desk, typed["member"])
        words = typed["words"].replace("\n", " ")
        if not words or len(words) > LONGEST["words"]:
            raise BadEntry("words", "words_too_long" if words else "no_words")
        if asks_for(words):
            raise BadEntry("words", "swindling")
        meant = Meant(member, "", words, last_day(typed["closes"]))
        with desk.database.reading() as connection:
            (found,) = records.in_their_languages(connection, [meant])
        return found

    def last_day(written: str) -> date | None:
        if not written:
            return None
        day = records.day(written)
        if day is None or day < today():
            raise BadEntry("closes", "day_over" if day else "no_day")
        return day

    def begun(meant: Sequence[Meant], typed: Mapping[str, str]) -> Redirect:
        """Raises BadEntry."""
        now, where = desk.clock(), "words" if typed else "list"

        def work() -> Ended:
            try:
                added = letters.give(desk.database, desk.settings, meant, now)
            except NothingToSay:
                return Ended(wrong={where: say("mistake_nothing_to_say")})
            return Ended((say("notices_ready", n=added, known=len(meant) - added),))

        failed = Ended(wrong={where: say("mistake_not_made")})
        ticket = presses.begin(g.user.id, "notices", typed, work, failed, now)
        return redirect(url_for("desk.notices", press=ticket, **chosen()), 303)

    def page(
        typed: Mapping[str, str] | None = None,
        wrong: Wrong | None = None,
        *,
        mistakes: Sequence[object] = (),
        done: Sequence[str] = (),
    ) -> str:
        typed, everything = typed or {}, "all" in request.args
        branches = desk.seen_by(g.user)
        asked = request.args.get("branch", "")
        one = (
            branches[0]
            if len(branches) == 1
            else branch_of_theirs(desk, int(asked))
            if re.fullmatch("[0-9]{1,18}", asked)
            else None
        )
        with desk.database.reading() as connection:
            given = records.given(connection, today(), closed=everything, within=theirs())
            members = enrolled(connection, within=[one.id]) if one else []
        return render_template(
            "desk/notices.html",
            given=given[: -MOST - 1 : -1],
            more=len(given) > MOST,
            most=MOST,
            is_open=lambda each: is_open(each, today()),
            everything=everything,
            branches=branches,
            chosen=one,
            members=members,
            typed=typed,
            wrong=wrong or {},
            mistakes=mistakes,
            done=done,
            longest=LONGEST["words"],
            moment=moment,
            today=today().isoformat(),
        )

    def moment(when: datetime) -> str:
        return f"{when.astimezone(desk.settings.line.zone):%Y-%m-%d %H:%M}"
