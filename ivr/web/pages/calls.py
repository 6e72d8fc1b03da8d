"""The calls behind the numbers, and each call as evidence; what was said in it by whom the user may hear."""

from __future__ import annotations

from io import BytesIO
from typing import Any, get_args

from flask import Blueprint, Response, abort, g, render_template, request, send_file

from ivr.errors import DamagedAudio, NotEnrolled, NotThere
from ivr.records import claims, questions, whose
from ivr.records.roster import Enrolled, enrolled
from ivr.reports import call_list, timeline
from ivr.reports.call_list import ON_A_PAGE, Chosen, Only
from ivr.reports.period import month_at
from ivr.reports.timeline import Timeline, minutes
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, seen, theirs

MOST_PAGES = 10_000
LONGEST = 200  # characters of anything that is asked for


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/calls")
    def calls(place: str, written: str) -> str:
        about = seen(desk, place, written)
        member = _member(desk, about)
        chosen = Chosen(member.id if member else None, _asked("lesson"), _only())
        filters = {name: value for name in ("member", "lesson", "only") if (value := _asked(name))}
        asked, number = {**filters, "place": place, "written": written}, _page()
        branches = [branch.id for branch in about.branches]
        which = call_list.within(about.period, branches, chosen)
        catalogue = desk.shelf.catalogue()
        with desk.database.reading() as connection:
            count = call_list.how_many(connection, which)
            rows = call_list.page(connection, about.period, catalogue, branches, which, number)
        if number > 1 and not rows:
            abort(404)
        return render_template(
            "desk/calls.html",
            **of_month(desk, about),
            **_words(desk),
            rows=rows,
            told=(_counted(desk, about, count, chosen),),
            which=_which(desk, chosen, member),
            only=chosen.only,
            choices=get_args(Only),
            asked=asked,
            number=number,
            pages=max(1, -(-count // ON_A_PAGE)),
        )

    @routes.get("/call/<row:call>")
    def call(call: int) -> str:
        return call_page(desk, call)

    @routes.get("/call/<row:call>/<row:recording>.wav")
    def call_voice(call: int, recording: int) -> Response:
        """What was said after the tone: what waits for its owner, and what somebody of theirs said."""
        branches = theirs(desk)
        with desk.database.reading() as connection:
            if not whose.recording_seen(connection, call, recording, branches):
                abort(404)
            try:
                wav = desk.shelf.audio(questions.audio_of(connection, recording)).read_bytes()
            except (NotThere, DamagedAudio):
                abort(404)
        return send_file(BytesIO(wav), "audio/wav", conditional=True)


def call_page(desk: Desk, call: int, mistake: str = "", typed: str = "") -> str:
    """A call, and what was wrong with what was typed there."""
    branches = theirs(desk)
    told = _timeline(desk, call, branches)
    with desk.database.reading() as connection:
        standing = claims.standing(connection, call)
    members = desk.to_choose_from(branches) if standing in ("waits", "aside") else []
    return render_template(
        "desk/call.html",
        **_words(desk),
        call=told.call,
        timeline=told,
        standing=standing,
        members=members,
        many=len(members) > MOST_TO_CHOOSE,
        mistake=mistake,
        typed=typed,
    )


MOST_TO_CHOOSE = 200  # members in a list to choose from; of more, one types who it is


def _timeline(desk: Desk, call: int, branches: frozenset[int]) -> Timeline:
    zone = desk.settings.line.zone
    with desk.database.reading() as connection:
        began = timeline.began_at(connection, call)
        period = month_at(began, zone) if began else abort(404)
        language = desk.settings.line.language
        told = timeline.of(connection, call, period, desk.shelf.catalogue(), branches, desk.words, language)
    return told or abort(404)


def _words(desk: Desk) -> dict[str, Any]:
    """What lines of calls are written with."""
    say = desk.words.say
    return {
        "minutes": minutes,
        "several": len(desk.seen_by(g.user)) > 1,
        "grades": lambda grades: say("between").join(say(f"call_grade_{each}") for each in grades),
    }


def _asked(what: str) -> str:
    return request.args.get(what, "")[:LONGEST].replace("\0", "")  # which PostgreSQL does not take


def _member(desk: Desk, about: Seen) -> Enrolled | None:
    """The member that is asked for, of these branches; 404 for anybody else."""
    number = _asked("member")
    if not number:
        return None
    with desk.database.reading() as connection:
        try:
            (member,) = enrolled(connection, number=number, within=[branch.id for branch in about.branches])
        except NotEnrolled:
            abort(404)
    return member


def _only() -> Only:
    asked = _asked("only")
    return next((only for only in get_args(Only) if only == asked), None) or (abort(404) if asked else "")


def _page() -> int:
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= MOST_PAGES):
        abort(404)
    return int(asked[:6])


def _counted(desk: Desk, about: Seen, count: int, chosen: Chosen) -> str:
    """How many there are; where there are none, of what."""
    if count:
        return desk.words.say("calls_count", n=count)
    which = chosen.only or ("chosen" if chosen != Chosen() else "any")
    return desk.words.say(f"calls_none_{which}", month=about.period.named(desk.words))


def _which(desk: Desk, chosen: Chosen, member: Enrolled | None) -> tuple[str, ...]:
    """What is left out, in words."""
    titles = {lesson.slug: lesson.title.words for lesson in desk.shelf.catalogue().editions.values()}
    told = []
    if member:
        told.append(desk.words.say("calls_of_member", who=member.name))
    if chosen.lesson:
        told.append(desk.words.say("calls_of_lesson", title=titles.get(chosen.lesson, chosen.lesson)))
    if chosen.only:
        told.append(desk.words.say(f"calls_only_{chosen.only}"))
    return tuple(told)
