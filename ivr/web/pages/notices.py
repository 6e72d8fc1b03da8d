"""Notices: a sentence for one member, heard in their calls until a day; of the user's own branches' members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug import Response as Redirect

from ivr import letters
from ivr.catalogue import Clip
from ivr.errors import BadEntry, BadNotices, MissingPart, NotThere, VoiceFailed
from ivr.records import deeds
from ivr.records import notices as records
from ivr.records.mistakes import Mistake
from ivr.records.notices import LONGEST, MOST_ROWS, Given, Meant, asks_for, is_open
from ivr.records.roster import sizes
from ivr.records.spreadsheet import MOST_BYTES
from ivr.studio.phrases import Phrase, press_letters, unsaid
from ivr.web.desk import Desk
from ivr.web.pages.questions import ROW, can_t_say, plain, waiting_page
from ivr.web.presses import Ended, Far, Pieces
from ivr.web.saved import saved
from ivr.web.scope import branch_chosen, member_of_theirs, theirs
from ivr.web.sounds import private

MOST = 300  # notices on the page; mistakes of a list
MOST_A_DAY = 10  # for each member, on average
A_PIECE = 4  # notices that are pressed before others have their turn
WITHDRAWN = "notice withdrawn"  # the deed
FIELDS = ("member", "words", "closes")
Wrong = Mapping[str, str]


def add_to(routes: Blueprint, desk: Desk) -> None:
    say = desk.words.say

    @routes.get("/notices")
    def notices() -> str | Response:
        press = desk.presses.of(g.user.id, "notices", request.args.get("press", ""))
        if not press:
            return page()
        if press.ended is None:
            return waiting_page(url_for("desk.notices", press=request.args["press"], **chosen()), press.far)
        ended = press.ended
        return page(press.typed if ended.wrong else {}, ended.wrong, mistakes=ended.mistakes, done=ended.told)

    @routes.post("/notices")
    def notice_written() -> Redirect | tuple[str, int]:
        typed = {name: plain(request.form.get(name, "")) for name in FIELDS}
        try:
            return begun([read(typed)], typed)
        except BadEntry as error:
            return page(typed, {error.field: say(f"mistake_{error.why}", **error.values)}), 400

    @routes.post("/notices/list")
    def notices_import() -> Redirect | tuple[str, int]:
        file = request.files.get("list")
        content = file.stream.read(MOST_BYTES + 1) if file and file.filename else b""
        try:
            if not content:
                raise BadEntry("list", "no_list")
            with desk.database.reading() as connection:
                meant = records.read(connection, content, "", desk.today(), within=theirs(desk))
            return begun(meant, {})
        except BadEntry as error:
            return page({}, {error.field: say(f"mistake_{error.why}", **error.values)}), 400
        except BadNotices as error:
            found = [told(each) for each in error.mistakes if isinstance(each, Mistake)]
            return page({}, {"list": say("notices_not_taken")}, mistakes=found), 400

    @routes.post(f"/notices/<{ROW}:notice>/withdraw")
    def notice_withdrawn(notice: int) -> Redirect:
        if is_open(one(notice), desk.today()):  # else somebody was quicker
            with suppress(NotThere), desk.database.writing() as connection:
                records.withdraw(connection, [notice], desk.today())
                deeds.did(connection, g.user.id, WITHDRAWN, str(notice), desk.clock())
        return saved("notices", kept="taken_back")

    @routes.get(f"/notices/<{ROW}:notice>.wav")
    def notice_sound(notice: int) -> Response:
        return private(desk, one(notice).audio)

    def one(notice: int) -> Given:
        with desk.database.reading() as connection:
            given = records.given(connection, desk.today(), closed=True, within=theirs(desk), only=notice)
        return given[0] if given else abort(404)

    def chosen() -> dict[str, Any]:
        return {"branch": request.args["branch"]} if "branch" in request.args else {}

    def read(typed: Mapping[str, str]) -> Meant:
        """Raises BadEntry."""
        if not typed["member"]:
            raise BadEntry("member", "no_member")
        member = member_of_theirs(desk, typed["member"])
        words = typed["words"].replace("\n", " ")
        if not words:
            raise BadEntry("words", "no_words")
        if len(words) > LONGEST["words"]:
            raise BadEntry("words", "too_long", most=LONGEST["words"], written=len(words))
        if word := asks_for(words):
            raise BadEntry("words", "swindling", word=word)
        meant = Meant(member, "", words, last_day(typed["closes"]))
        with desk.database.reading() as connection:
            (found,) = records.in_their_languages(connection, [meant])
        return found

    def last_day(written: str) -> date | None:
        if not written:
            return None
        day = records.day(written)
        if day is None or day < desk.today():
            raise BadEntry("closes", "day_over" if day else "no_day")
        return day

    def begun(meant: Sequence[Meant], typed: Mapping[str, str]) -> Redirect:
        """Raises BadEntry."""
        where, failed = ("words", "mistake_not_made") if typed else ("list", "notices_not_made")
        within, now = theirs(desk), desk.clock()

        def work() -> Pieces:
            try:
                return (yield from giving(meant, within, where, now))
            except (MissingPart, VoiceFailed):
                return Ended(wrong={where: say("mistake_no_voice")})

        ticket = desk.presses.begin(g.user.id, "notices", typed, work, Ended(wrong={where: say(failed)}), now)
        return redirect(url_for("desk.notices", press=ticket, **chosen()), 303)

    def giving(meant: Sequence[Meant], within: frozenset[int], where: str, now: datetime) -> Pieces:
        """A list is given whole, or not at all. Raises MissingPart or VoiceFailed where nothing can be said."""
        with desk.database.reading() as connection:
            most = MOST_A_DAY * sum(size for branch, size in sizes(connection).items() if branch in within)
            if records.given_lately(connection, within, now) + len(meant) > most:
                return Ended(wrong={where: say("mistake_enough_notices", most=most)})
        if wrong := letters.check(desk.settings, meant):
            return refused([(each.row, can_t_say(desk.words, why)) for each, why in wrong], where)
        phrases, clips = letters.phrases(desk.settings, meant), dict[Phrase, Clip]()
        for done in range(0, len(phrases), A_PIECE):
            yield Far(done, len(phrases))
            some = phrases[done : done + A_PIECE]
            try:
                clips |= press_letters(desk.settings, some)
            except VoiceFailed:
                if broke := unsaid(some, lambda each: press_letters(desk.settings, [each])):
                    rows = [each.row for each, said in zip(meant, phrases, strict=True) if said in broke]
                    return refused([(row, say("mistake_not_said")) for row in rows], where)
                clips |= press_letters(desk.settings, some)
        added = letters.keep(desk.database, desk.settings, meant, clips, now)
        return Ended((say("notices_ready", n=added, known=len(meant) - added),))

    def refused(wrong: Sequence[tuple[int, str]], where: str) -> Ended:
        """These rows, each with what is wrong in it; or the one that was typed."""
        if where == "words":
            return Ended(wrong={where: wrong[0][1]})
        rows = tuple(say("notice_row", row=row, told=what) for row, what in wrong)
        return Ended(wrong={where: say("notices_not_taken")}, mistakes=rows)

    def told(mistake: Mistake) -> str:
        what = say(f"list_{mistake.why}", **{**mistake.values, "told": mistake.told})
        where = f"{mistake.heading}：{what}" if mistake.heading else what
        return say("notice_row", row=mistake.row, told=where) if mistake.row else what

    def page(
        typed: Mapping[str, str] | None = None,
        wrong: Wrong | None = None,
        *,
        mistakes: Sequence[str] = (),
        done: Sequence[str] = (),
    ) -> str:
        typed, everything = typed or {}, "all" in request.args
        branches = desk.seen_by(g.user)
        one = branch_chosen(desk, request.args.get("branch", ""))
        with desk.database.reading() as connection:
            given = records.given(connection, desk.today(), closed=everything, within=theirs(desk))
            shown = given[: -MOST - 1 : -1]
            closed = [str(each.id) for each in shown if not is_open(each, desk.today())]
            withdrawn = deeds.last(connection, WITHDRAWN, closed)
        return render_template(
            "desk/notices.html",
            given=shown,
            withdrawn={int(notice): moment(at)[:10] for notice, at in withdrawn.items()},
            more=len(given) > MOST,
            most=MOST,
            is_open=lambda each: is_open(each, desk.today()),
            everything=everything,
            branches=branches,
            chosen=one,
            members=desk.to_choose_from([one.id]) if one else [],
            typed=typed,
            wrong=wrong or {},
            mistakes=mistakes[:MOST],
            done=done,
            longest=LONGEST["words"],
            most_rows=MOST_ROWS,
            size=MOST_BYTES >> 20,
            moment=moment,
            today=desk.today().isoformat(),
        )

    def moment(when: datetime) -> str:
        return f"{when.astimezone(desk.settings.line.zone):%Y-%m-%d %H:%M}"
