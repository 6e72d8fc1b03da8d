"""A phone in the browser: a call is rehearsed as a member would hear it, and leaves nothing in the records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, abort, g, redirect, render_template, request, send_file, url_for
from werkzeug import Response

from ivr.dialogue.turn import Gather, Record
from ivr.errors import NotThere, UnknownCall
from ivr.records.numbers import masked
from ivr.records.places import Place
from ivr.records.roster import sharing
from ivr.voicing import joined, length_ms
from ivr.web import traced
from ivr.web.desk import Desk
from ivr.web.rehearsals import IDLE, MOST, PIN, Rehearsal, Rehearsals
from ivr.web.scope import branch_chosen, member_of_theirs

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")
STRANGER = "stranger"
SAID_S = (3, 10, 30)  # how long one may be said to have spoken
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Caller:
    """A telephone that may ring: `value` names it in the form, `others` share it; without a `phone` the line does not
    know who it is."""

    value: str
    name: str
    number: str
    phone: str
    others: str


def add_to(routes: Blueprint, desk: Desk) -> None:
    rehearsals = Rehearsals(desk)

    @routes.get("/phone")
    def phone() -> str:
        rehearsals.tidy()
        return _choosing(desk)

    @routes.post("/phone")
    def dial() -> Answer:
        who, branch = request.form.get("who", ""), branch_chosen(desk, request.form.get("branch", ""))
        if branch is None or not who:
            return _choosing(desk, desk.words.say("phone_not_chosen")), 400
        called = rehearsals.dial(g.user, *_dialled(desk, branch, who))
        return redirect(url_for("desk.phone_call", call=called), 303)

    @routes.get("/phone/<call>")
    def phone_call(call: str) -> str:
        with opened(call) as rehearsal:
            return _call_page(desk, rehearsal, _digits(request.args.get("typed", "")))

    @routes.post("/phone/<call>")
    def phone_act(call: str) -> Response:
        with opened(call) as rehearsal:
            typed = _acted(rehearsal)
        return redirect(url_for("desk.phone_call", call=call, typed=typed or None), 303)

    @routes.get("/phone/<call>/<row:n>.wav")
    def phone_sound(call: str, n: int) -> Response:
        """All that a turn says, in one piece: several would talk at once where no script plays them in order."""
        with opened(call) as rehearsal:
            sound = joined(rehearsal.sounds(rehearsal.turn(n)))
        return send_file(BytesIO(sound), "audio/wav")

    @contextmanager
    def opened(call: str) -> Iterator[Rehearsal]:
        """One of the user's; 404 for all others, and for one that was put away."""
        try:
            with rehearsals.opened(g.user, call) as rehearsal:
                yield rehearsal
        except (NotThere, UnknownCall):
            told = render_template("desk/phone_gone.html", minutes=IDLE.seconds // 60, most=MOST)
            abort(Response(told, 404, mimetype="text/html"))


# ── who calls ────────────────────────────────────────────────────────────────────────────────────────────────────


def _choosing(desk: Desk, mistake: str = "") -> str:
    branches = desk.seen_by(g.user)
    branch = branch_chosen(desk, request.values.get("branch", ""))
    return render_template(
        "desk/phone.html",
        branches=branches,
        branch=branch,
        callers=tuple(_callers(desk, branch)) if branch else (),
        stranger=STRANGER,
        mistake=mistake,
        pin=PIN,
    )


def _callers(desk: Desk, branch: Place) -> Iterator[Caller]:
    members = desk.to_choose_from((branch.id,))
    for member in members:
        for i, phone in enumerate(member.phones or ("",)):
            others = (each.name for each in members if phone in each.phones and each is not member)
            shared = desk.words.say("between").join(others)
            yield Caller(f"{i}:{member.number}", member.name, member.number, masked(phone), shared)


def _dialled(desk: Desk, branch: Place, who: str) -> tuple[set[int], str]:
    """Whom the call may concern, and the number it comes from: all of the branch, and who else shares the phone."""
    members = {member.id for member in desk.to_choose_from((branch.id,))}
    if who == STRANGER:
        return members, ""
    i, _, number = who.partition(":")
    member = member_of_theirs(desk, number)
    phones = member.phones or ("",)
    if member.id not in members or i not in map(str, range(len(phones))):
        abort(404)
    phone = phones[int(i)]
    with desk.database.reading() as connection:
        shared = sharing(connection, phone, within=[place.id for place in desk.seen_by(g.user)])
    return members | {each.id for each in shared}, phone


# ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _call_page(desk: Desk, rehearsal: Rehearsal, typed: str) -> str:
    now = rehearsal.standing()
    gather = None if now.over else now.turn.gather
    typed = typed if isinstance(gather, Gather) and gather.digits > 1 else ""
    state = now.turn.state
    known = desk.words.say("between").join(each.name for each in state.learners if each.member in state.phone)
    return render_template(
        "desk/phone_call.html",
        call=rehearsal.sid,
        now=now,
        who=f"{known}　{masked(now.number)}" if known else "",
        sounds=rehearsal.sounds(now.turn),
        length_ms=length_ms(now.turn, rehearsal.voiced),
        passed_s=round((now.sent_at - now.began_at).total_seconds()),
        gather=gather,
        records=isinstance(gather, Record),
        typed=typed,
        silenced=bool(typed) or (now.over and now.turn.gather is not None),
        keys=KEYS,
        said_s=SAID_S,
        left=tuple(traced.told(rehearsal.traces(), desk.words)) if now.over else (),
    )


def _acted(rehearsal: Rehearsal) -> str:
    """What the form says was done; returns the digits of a number that is not whole yet."""
    form = request.form
    n, typed = form.get("n", 0, type=int), _digits(form.get("typed", ""))
    if "key" in form:
        return _pressed(rehearsal, n, typed, form["key"])
    if "said" in form:
        rehearsal.speak(n, form.get("said", 0, type=int))
    elif form.get("act") == "hang_up":
        rehearsal.hang_up()
    elif typed:
        rehearsal.press(n, typed)
    else:
        rehearsal.wait(n)
    return ""


def _pressed(rehearsal: Rehearsal, n: int, typed: str, key: str) -> str:
    """As a carrier tells keys: one at once; a number when it is as long as can be, or # ended it, which is no part of
    it; # alone is no number."""
    if key not in KEYS:
        abort(400)
    gather = rehearsal.standing().turn.gather
    most = gather.digits if isinstance(gather, Gather) else 1
    if most > 1 and key == "#":
        rehearsal.press(n, typed) if typed else rehearsal.wait(n)
        return ""
    keys = typed + key if most > 1 else key
    if len(keys) < most:
        return keys
    rehearsal.press(n, keys)
    return ""


def _digits(typed: str) -> str:
    return typed if re.fullmatch("[0-9*]{0,31}", typed, re.ASCII) else ""
