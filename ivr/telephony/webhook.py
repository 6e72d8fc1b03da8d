"""The routes that a TwiML provider calls. Whoever can't prove to be the provider gets 403 and nothing else; to the
provider itself we never answer with an error, but in words that the caller understands."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import NoReturn
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, g, request

from ivr import calls
from ivr.errors import UnknownCall
from ivr.prompts import Prompts
from ivr.records.numbers import masked
from ivr.telephony import audio, twiml
from ivr.telephony.providers import twilio

log = logging.getLogger(__name__)

PROVIDER = twilio.NAME
LONGEST_BODY = 64 * 1024
MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
_SID = re.compile(r"[\w:.-]{1,128}", re.ASCII)


def blueprint(line: calls.Line, prompts: Prompts) -> Blueprint:
    """The provider's routes. Their addresses are made from `public_url`, never from what a request claims."""
    settings = line.settings
    base_url = settings.line.public_url
    line_url = f"{base_url}/line/{PROVIDER}"
    languages = twilio.LANGUAGES | {"": twilio.LANGUAGES[prompts.voice]}
    address = audio.address(base_url, settings.line.audio)
    routes = Blueprint("line", __name__, url_prefix=f"/line/{PROVIDER}")

    @routes.before_request
    def admit() -> None:
        g.form = _admitted(base_url, settings.twilio.account_sid, settings.twilio.auth_token)

    def spoken(reply: calls.Spoken) -> Response:
        return _document(twiml.render(reply.n, reply.turn, line.voiced, address, line_url, languages))

    def sorry() -> Response:
        return _document(twiml.apology(prompts.words("sorry"), languages[""]))

    def never_fails(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def guarded(**arguments: int | str) -> Response:
            try:
                return view(**arguments)
            except UnknownCall as error:
                log.warning("%s", error)
            except Exception:
                log.exception("call %s broke", g.form.get("CallSid"))
            return sorry()

        return guarded

    @routes.post("/answer")
    @never_fails
    def answer() -> Response:
        number = g.form.get("From", "")[:128].replace("\0", "\ufffd")  # PostgreSQL keeps no NUL
        reply = calls.answer(line, PROVIDER, g.form["CallSid"], number)
        log.info("call %s from %s -> %d", g.form["CallSid"], masked(number) or "nobody", reply.n)
        return spoken(reply)

    @routes.post("/turn/<int:n>/<any(key, end):kind>")
    @never_fails
    def resume(n: int, kind: str) -> Response:
        act = twiml.read_input(g.form) if kind == "key" else twiml.NO_KEY
        reply = calls.resume(line, PROVIDER, g.form["CallSid"], n, kind, act)
        log.debug("call %s turn %d %s -> %d", g.form["CallSid"], n, kind, reply.n)  # no keys: they may be a PIN
        return spoken(reply)

    @routes.post("/turn/<int:n>/spoke")
    @never_fails
    def spoke(n: int) -> Response:
        left = twiml.read_recording(g.form)
        reply = calls.resume(line, PROVIDER, g.form["CallSid"], n, "spoke", left)
        log.info("call %s turn %d: %d s said after the tone", g.form["CallSid"], n, left.seconds)
        return spoken(reply)

    @routes.post("/turn/<int:n>/recording")
    @never_fails
    def recording(n: int) -> Response:
        left = twiml.read_recording(g.form)
        calls.recorded(line, PROVIDER, g.form["CallSid"], n, left.name, left.address, left.seconds)
        return _document(twiml.EMPTY)

    @routes.post("/status")
    @never_fails
    def status() -> Response:
        if g.form.get("CallStatus") in twilio.ENDED:
            at, lasted = _when(g.form.get("Timestamp", "")), _seconds(g.form.get("CallDuration", ""))
            calls.hang_up(line, PROVIDER, g.form["CallSid"], g.form["CallStatus"], at, lasted)
            log.info("call %s %s after %s s", g.form["CallSid"], g.form["CallStatus"], lasted)
        return _document(twiml.EMPTY)

    @routes.post("/fallback")
    @never_fails
    def fallback() -> Response:
        log.error("call %s fell back: %r", g.form["CallSid"], g.form.get("ErrorCode", "no code")[:16])
        reply = calls.fall_back(line, PROVIDER, g.form["CallSid"])
        return spoken(reply) if reply else sorry()

    return routes


def _admitted(base_url: str, account: str, token: str) -> dict[str, str]:
    """The form of a request that is really the provider's: small enough, a form, signed, for our account."""
    if (request.content_length or 0) > LONGEST_BODY:
        _refuse(413)
    if request.mimetype != FORM or not token:
        _refuse(403)
    # What was signed is the address as it came over the wire; Flask's request.url is a tidied one.
    target = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or request.full_path
    try:
        body = request.get_data().decode("ascii")
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        _refuse(403)
    if not twilio.is_signed(base_url + target, pairs, request.headers.get(twilio.SIGNATURE, ""), token):
        log.warning("refused a request for %r: not signed by the provider", request.path)
        _refuse(403)
    form = dict(pairs)
    if form.get("AccountSid") != account or not _SID.fullmatch(form.get("CallSid", "")):
        log.warning("refused a signed request for %r: another account, or no call", request.path)
        _refuse(403)
    return form


def _refuse(status: int) -> NoReturn:
    """No page, no reason: whoever knocks here without being the provider learns nothing."""
    abort(Response(status=status))


def _document(xml: str) -> Response:
    return Response(xml, mimetype="text/xml")


def _when(text: str) -> datetime | None:
    """RFC 2822, as Twilio writes times; None for what is no time, or none in which a call can have ended."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if not 2000 <= when.year < 2200:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _seconds(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else None
