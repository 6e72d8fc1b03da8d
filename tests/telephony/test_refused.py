"""Whoever can't prove to be the provider is refused, whatever was sent, and nothing of it is kept."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from ivr.config import LineSettings, Settings, TwilioSettings
from ivr.rehearsal.provider import WsgiTransport, signature
from tests.telephony.door import FORM, SID, OpenDoor, opened

PATHS = ("/answer", "/turn/1/key", "/turn/1/end", "/status", "/fallback")
ACCOUNT = "AC" + "0" * 32
TOKEN = "a token for tests"
LINE = "https://line.example/line/twilio"


@pytest.fixture(scope="module")
def answered(pressed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    """A line with a call in progress: there is something that a forged request could change."""
    url = f"sqlite:///{tmp_path_factory.mktemp('refused') / 'ivr.db'}"
    settings = Settings(
        line=LineSettings(public_url="https://line.example"),
        twilio=TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN),
    )
    door = opened(settings, pressed, url)
    door.said("/answer")
    yield door
    door.line.database.close()


@pytest.fixture
def nothing_kept(answered: OpenDoor) -> Iterator[None]:
    before = answered.stored()
    assert before["turns"]
    yield
    assert answered.stored() == before


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an otherwise good request."""

    headers: Mapping[str, str | None] = field(default_factory=dict)
    form: Callable[[dict[str, str]], dict[str, str]] = dict
    body: Callable[[bytes], bytes] | None = None
    path: Callable[[str], str] = str
    status: int = 403


def signed_as(form: dict[str, str], token: str = TOKEN, url: str = f"{LINE}/answer") -> str:
    return signature(token, url, form)


GOOD = {"CallSid": SID, "AccountSid": ACCOUNT, "From": "+8613800000001", "CallStatus": "completed", "Digits": "1"}
SIGNATURE = "X-Twilio-Signature"

WRONG = {
    "no signature": Wrong({SIGNATURE: None}),
    "an empty signature": Wrong({SIGNATURE: ""}),
    "blanks for a signature": Wrong({SIGNATURE: "   "}),
    "a wrong signature": Wrong({SIGNATURE: "L/OH5YylLD5NRKLltdqwSvS0BnU="}),
    "a signature of 10 kB": Wrong({SIGNATURE: "A" * 10_000}),
    "a signature that is not ASCII": Wrong({SIGNATURE: "签名ü\x80"}),
    "a signature with a null": Wrong({SIGNATURE: "\0" * 28}),
    "two signatures": Wrong({SIGNATURE: f"{signed_as(GOOD)}, {signed_as(GOOD)}"}),
    "another token's signature": Wrong({SIGNATURE: signed_as(GOOD, "another token")}),
    "an empty token's signature": Wrong({SIGNATURE: signed_as(GOOD, "")}),
    "a signature for http": Wrong({SIGNATURE: signed_as(GOOD, url="http://line.example/line/twilio/answer")}),
    "a signature for another host": Wrong({SIGNATURE: signed_as(GOOD, url="https://evil.example/line/twilio/answer")}),
    "the signature by another header": Wrong({SIGNATURE: None, "X-SignalWire-Signature": signed_as(GOOD)}),
    "a signature without parameters": Wrong({SIGNATURE: signed_as({})}),
    "a settings header that names a shared key": Wrong(
        {SIGNATURE: "x", "X-Twilio-Webhooks-Signature-Settings": "key=a,algorithm=HMAC_SHA256"}
    ),
    "a query that was not signed": Wrong(path=lambda path: f"{path}?x=1"),
    "a letter as an escape": Wrong(path=lambda path: f"/%{ord(path[1]):x}{path[2:]}"),
    "another account": Wrong(form=lambda form: form | {"AccountSid": "AC" + "9" * 32}),
    "an account in small letters": Wrong(form=lambda form: form | {"AccountSid": ACCOUNT.lower()}),
    "no account": Wrong(form=lambda form: {name: form[name] for name in form if name != "AccountSid"}),
    "no call": Wrong(form=lambda form: {name: form[name] for name in form if name != "CallSid"}),
    "an empty call": Wrong(form=lambda form: form | {"CallSid": ""}),
    "a call with a slash": Wrong(form=lambda form: form | {"CallSid": "CA/../1"}),
    "a call with a line break": Wrong(form=lambda form: form | {"CallSid": f"{SID}\n"}),
    "a call in Chinese": Wrong(form=lambda form: form | {"CallSid": "通话"}),
    "a call of 129 characters": Wrong(form=lambda form: form | {"CallSid": "C" * 129}),
    "JSON": Wrong({"Content-Type": "application/json"}, body=lambda _: json.dumps(GOOD).encode()),
    "a form called JSON": Wrong({"Content-Type": "application/json"}),
    "multipart": Wrong({"Content-Type": "multipart/form-data; boundary=x"}, body=lambda _: b"--x--\r\n"),
    "no content type": Wrong({"Content-Type": None}),
    "a content type that is not one": Wrong({"Content-Type": ";;;"}),
    "invalid UTF-8": Wrong(body=lambda body: body + b"&FromCity=%FF%FE"),
    "half a character": Wrong(body=lambda body: body + b"&FromCity=%E4%BD"),
    "a surrogate": Wrong(body=lambda body: body + b"&FromCity=%ED%A0%80"),
    "bytes that are not ASCII": Wrong(body=lambda body: body + b"&FromCity=\xe4\xbd\xa0"),
    "a broken escape": Wrong(body=lambda body: body + b"&x=%zz%4"),
    "an empty body": Wrong(body=lambda _: b""),
    "no form at all": Wrong(body=lambda _: bytes(range(256))),
    "201 fields": Wrong(form=lambda form: form | {f"field{n}": "" for n in range(201)}),
    "one parameter more": Wrong(body=lambda body: body + b"&Digits2=2"),
    "one parameter less": Wrong(body=lambda body: body.rpartition(b"&")[0]),
    "another digit": Wrong(body=lambda body: body.replace(b"Digits=1", b"Digits=2")),
    "a body of 100 kB": Wrong(body=lambda body: body + b"&x=" + b"a" * 100_000, status=413),
    "a signed body of 100 kB": Wrong(form=lambda form: form | {"x": "a" * 100_000}, status=413),
    "a byte too many": Wrong(form=lambda form: form | {"x": padding(form, 64 * 1024 + 1)}, status=413),
}


def padding(form: dict[str, str], length: int) -> str:
    return "x" * (length - len(urlencode(form | {"x": ""})))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_it_is_refused(answered: OpenDoor, wrong: Wrong, path: str, nothing_kept: None) -> None:
    form = wrong.form(GOOD)
    headers = {SIGNATURE: signed_as(form, url=LINE + path), **wrong.headers}
    body = wrong.body(urlencode(form).encode()) if wrong.body else None
    answer = answered.post(wrong.path(path), form, headers=headers, body=body)
    assert answer.status == wrong.status
    for secret in (TOKEN, ACCOUNT, signed_as(form, url=LINE + path)):
        assert secret.encode() not in answer.body


def test_a_good_request_is_not_refused(lite: OpenDoor) -> None:
    """The table above takes away from this one."""
    for path in PATHS:
        lite.said(path, GOOD | {"CallStatus": "in-progress"})
    lite.said("/answer", GOOD | {"x": padding(GOOD, 64 * 1024)})
    assert lite.count()["calls"] == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
def test_only_posts(answered: OpenDoor, method: str, path: str, nothing_kept: None) -> None:
    """A GET with signed parameters is Twilio's, too, but not as this line is configured."""
    query = urlencode(GOOD)
    url = f"{LINE}{path}?{query}"
    answer = answered.transport(method, url, {SIGNATURE: signature(TOKEN, url, {})}, b"")
    assert answer.status in (403, 405)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/answer/",
        "/answers",
        "/ANSWER",
        "/turn",
        "/turn/1",
        "/turn/1/",
        "/turn/1/keys",
        "/turn/-1/key",
        "/turn/1.0/key",
        "/turn/0x1/key",
        "/turn/+1/key",
        "/turn/1e3/key",
        "/turn/%20/key",
        "/turn/1%00/key",
        "/turn/../answer",
        "/turn/" + "9" * 5000 + "/key",
        "/turn/%2e%2e/key",
        "/../signalwire/answer",
        "/%c0%af",
        "//answer",
    ],
)
def test_no_such_address(answered: OpenDoor, path: str, nothing_kept: None) -> None:
    assert answered.post(path, GOOD).status in (308, 403, 404)


def test_forgeries_at_random(answered: OpenDoor, nothing_kept: None) -> None:
    """A good request with one thing changed: a bit of the signature or of the body, its length, its address."""
    chance = random.Random(1)
    for _ in range(1000):
        form = GOOD | {"Digits": str(chance.randrange(10)), "FromCity": chance.choice(("", "北京", "a b"))}
        path = chance.choice(PATHS)
        good, body = signed_as(form, url=LINE + path), urlencode(form).encode()
        match chance.randrange(4):
            case 0:
                headers, sent = {SIGNATURE: flipped(good.encode(), chance).decode("latin-1")}, body
            case 1:
                headers, sent = {SIGNATURE: good[: chance.randrange(len(good))]}, body
            case 2:
                headers, sent = {SIGNATURE: good}, flipped(body, chance)
            case _:
                path = chance.choice([each for each in PATHS if each != path])
                headers, sent = {SIGNATURE: good}, body
        assert answered.post(path, form, headers=headers, body=sent).status == 403, (headers, sent)


def flipped(text: bytes, chance: random.Random) -> bytes:
    """One bit of a text changed, and not only the case of an escape's digit."""
    at, bit = chance.randrange(len(text)), 1 << chance.randrange(8)
    changed = text[:at] + bytes([text[at] ^ bit]) + text[at + 1 :]
    return text[:at] + b"\x00" + text[at + 1 :] if changed.lower() == text.lower() else changed


FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "8080",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "10.0.0.1",
    "Forwarded": "host=evil.example;proto=http",
    "X-Original-URL": "/line/twilio/fallback",
    "X-Rewrite-URL": "/line/twilio/fallback",
    "X-HTTP-Method-Override": "DELETE",
    "Referer": "https://evil.example/",
}


def client(door: OpenDoor) -> FlaskClient:
    return door.app.test_client()


def test_forged_headers_open_nothing(answered: OpenDoor, nothing_kept: None) -> None:
    """Signed for the host that the request claims to be for, not for ours."""
    url = "https://evil.example/line/twilio/answer"
    headers = {**FORGED, SIGNATURE: signature(TOKEN, url, GOOD), "Content-Type": FORM}
    assert client(answered).post("/line/twilio/answer", data=urlencode(GOOD), headers=headers).status_code == 403


def test_forged_headers_change_nothing(lite: OpenDoor) -> None:
    first = lite.said("/answer")
    answer = lite.post("/answer", headers=FORGED)
    assert (answer.status, answer.body.decode()) == (200, first)
    assert "evil" not in first and "https://line.example/line/twilio/turn/1/key" in first


def without_length(body: bytes, **more: Any) -> dict[str, Any]:
    """An environ as of a request that came in chunks; the server has put them together."""
    from io import BytesIO

    return {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": "", **more}


@pytest.mark.parametrize(("size", "statuses"), [(0, {200}), (100_000, {403, 413})])
def test_chunks_without_a_length(lite: OpenDoor, size: int, statuses: set[int]) -> None:
    form = GOOD | ({"x": "a" * size} if size else {})
    signed = signed_as(form)
    answer = client(lite).post(
        "/line/twilio/answer",
        headers={SIGNATURE: signed, "Content-Type": FORM, "Transfer-Encoding": "chunked"},
        environ_overrides=without_length(urlencode(form).encode()),
    )
    assert answer.status_code in statuses
    assert lite.count()["calls"] == (answer.status_code == 200)


@pytest.mark.parametrize("length", ["abc", "-1", "", "1e3", "9" * 30])
def test_a_length_that_is_none(answered: OpenDoor, length: str, nothing_kept: None) -> None:
    answer = client(answered).post(
        "/line/twilio/answer",
        headers={SIGNATURE: signed_as(GOOD), "Content-Type": FORM},
        data=urlencode(GOOD),
        environ_overrides={"CONTENT_LENGTH": length},
    )
    assert answer.status_code in (400, 403, 413)


TARGETS = {
    "an escaped letter": "/line/twilio/%61nswer",
    "an escape in small letters": "/line/twilio/answer?a=%e4%bd%a0",
    "an escape in capitals": "/line/twilio/answer?a=%E4%BD%A0",
    "a tilde": "/line/twilio/answer?~user",
    "an escaped tilde": "/line/twilio/answer?%7Euser",
    "an escaped slash": "/line/twilio/answer?a=%2F",
    "plus and blank": "/line/twilio/answer?a=b+c%20d",
    "semicolons": "/line/twilio/answer;a=1?b=2;c=3",
    "an empty query": "/line/twilio/answer?",
    "a broken escape": "/line/twilio/answer?a=%zz",
    "a query in a query": "/line/twilio/answer?a?b",
    "repeated names": "/line/twilio/answer?a=2&a=1",
    "two slashes": "//line/twilio/answer",
    "slashes in the query": "/line/twilio/answer?x=//",
    "an at sign": "/line/twilio/answer?@evil.example/",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_what_was_signed_is_the_raw_target(lite: OpenDoor, target: str) -> None:
    """Escapes count as they came over the wire. Where the address exists, it is answered; else nothing is kept."""
    url = f"https://line.example{target}"
    headers = {SIGNATURE: signature(TOKEN, url, GOOD), "Content-Type": FORM}
    transport = WsgiTransport(lite.app.wsgi_app, "https://line.example")
    answer = transport("POST", url, headers, urlencode(GOOD).encode())
    assert answer.status in ((200, 308, 404) if "//line" in target or ";a" in target else (200,))
    assert lite.count()["calls"] == (answer.status == 200)
    if answer.status == 200:
        assert b"https://line.example/line/twilio/turn/1/key" in answer.body and b"evil" not in answer.body


def test_a_tidied_target_is_not_the_signed_one(answered: OpenDoor, nothing_kept: None) -> None:
    url = "https://line.example/line/twilio/answer?a=%7E"
    headers = {SIGNATURE: signature(TOKEN, url.replace("%7E", "~"), GOOD), "Content-Type": FORM}
    assert answered.transport("POST", url, headers, urlencode(GOOD).encode()).status == 403
