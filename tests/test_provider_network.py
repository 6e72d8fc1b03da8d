"""The virtual provider's requests go out as Twilio's do: raw, signed, form-encoded; audio comes through a cache."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from threading import Thread

import pytest
from twilio import request_validator as oracle
from waitress.server import create_server

from ivr.rehearsal.provider import Clock, HttpTransport, Provider, Unreachable, WsgiTransport, signature
from ivr.rehearsal.provider.network import signed_url
from tests.provider_server import ACCOUNT, BASE, LESSON, TOKEN, Page, dial, make, sound, story


def test_the_parameters_and_the_status_callback() -> None:
    call, server = dial(LESSON)
    call.hang_up(after=1.2)
    first, last = server.forms("/line/twilio/answer")[0], server.forms("/line/twilio/status")[0]
    assert (first["CallStatus"], first["Direction"], first["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
    assert (first["From"], first["Caller"], first["To"], first["Called"]) == ("+8613800000001",) * 2 + (
        "+861012345678",
    ) * 2
    assert first["CallSid"].startswith("CA")
    assert len(first["CallSid"]) == 34
    assert (first["AccountSid"], first["FromCity"]) == (ACCOUNT.sid, "")  # blank values are kept
    assert (last["CallStatus"], last["CallDuration"], last["Duration"]) == ("completed", "1", "1")
    assert last["Timestamp"] == "Mon, 02 Mar 2026 01:00:01 +0000"
    assert (last["SequenceNumber"], last["CallbackSource"]) == ("0", "call-progress-events")
    assert "I_TWILIO_IDEMPOTENCY_TOKEN" in server.asked[0].headers


def test_audio_is_asked_for_without_signature_or_parameters_and_kept() -> None:
    call, server = dial(LESSON)
    call.listen()
    (fetch,) = [asked for asked in server.asked if asked.method == "GET"]
    assert fetch.form == {}
    assert "X_TWILIO_SIGNATURE" not in fetch.headers


def test_the_official_vector() -> None:
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234"}
    form |= {"From": "+14158675310", "To": "+18005551212"}
    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://a.example/x?y=%7E%2F#rc=2&rp=all", "https://a.example/x?y=%7E%2F"),
        ("https://a.example:8443/x", "https://a.example/x"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("https://me:secret@a.example/x", "https://a.example/x"),
    ],
)
def test_what_is_signed(url: str, signed: str) -> None:
    """Fragments are not part of the signature; HTTP keeps the port, HTTPS voice drops it; no user:password."""
    assert signed_url(url) == signed
    given = signature(TOKEN, url, {"b": "", "a": "你 +1"})
    assert oracle.RequestValidator(TOKEN).validate(signed, {"b": "", "a": "你 +1"}, given)


def test_the_raw_target_reaches_the_application() -> None:
    seen = {}

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        seen.update(environ)
        start_response("200 OK", [])(b"written ")
        return iter([b"and returned"])

    answer = WsgiTransport(app, BASE)("POST", f"{BASE}/a%7E%2F%E4%BD%A0/?b=%20#c", {"X-Y": "z"}, b"body")
    assert answer.body == b"written and returned"
    assert seen["REQUEST_URI"] == seen["RAW_URI"] == "/a%7E%2F%E4%BD%A0/?b=%20"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/a~/你/"
    assert (seen["QUERY_STRING"], seen["HTTP_X_Y"], seen["HTTP_HOST"]) == ("b=%20", "z", "line.example")
    assert (seen["wsgi.input"].read(), seen["CONTENT_LENGTH"]) == (b"body", "4")
    with pytest.raises(Unreachable):
        WsgiTransport(app, BASE)("GET", "https://elsewhere.example/", {}, b"")


def test_a_call_over_http() -> None:
    """The same story through waitress on loopback as in process."""
    in_process, server = dial(LESSON)
    in_process.press("2", after=3.2)

    _, server = make(LESSON)
    http = create_server(server, host="127.0.0.1", port=0)

    def run() -> None:
        with contextlib.suppress(OSError):  # it may be waiting on its socket while that is closed
            http.run()

    thread = Thread(target=run)
    thread.start()
    try:
        transport = HttpTransport(f"127.0.0.1:{http.effective_port}")
        call = Provider(transport, ACCOUNT, clock=server.clock, base_url=BASE).call()
        call.press("2", after=3.2)
    finally:
        http.close()
        thread.join()
    assert call.errors == []
    assert (story(call), call.heard) == (story(in_process), in_process.heard)
    assert server.asked[0].headers["HOST"] == "line.example"
    with pytest.raises(Unreachable):
        transport("GET", f"{BASE}/", {}, b"")


@pytest.mark.parametrize(("control", "times"), [("max-age=60", 1), ("no-cache", 3), ("no-store", 3), ("max-age=1", 3)])
def test_the_cache_obeys(control: str, times: int) -> None:
    """Cached by ETag/Last-Modified/Cache-Control; `no-cache` forces revalidation."""
    provider, server = make(LESSON)
    server.pages["/ten.wav"] = sound(10, Cache_Control=control)
    call = provider.call()
    call.listen()
    call.listen()
    assert len(provider.media.fetches) == times


def test_a_file_not_changed_is_revalidated() -> None:
    provider, server = make(LESSON)
    server.pages["/ten.wav"] = sound(10, Cache_Control="no-cache", ETag='"a"')
    call = provider.call()
    server.pages["/ten.wav"] = Page(b"", None, 304)
    call.listen()
    assert server.asked[-1].headers["IF_NONE_MATCH"] == '"a"'
    assert call.errors == []


def test_the_clock_only_goes_forward() -> None:
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(1.5)
    assert clock() == clock.now() == datetime(2026, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
