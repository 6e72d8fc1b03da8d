"""Is it really Twilio? Their own SDK is the oracle, and their own example; forgeries of every kind are refused."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from random import Random
from urllib.parse import urlparse

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ivr.telephony.providers.twilio import is_signed, sign

TOKEN = "a token for tests"
ORACLE = RequestValidator(TOKEN)
URL = "https://line.example/line/twilio/turn/3/key"
PAIRS = [("CallSid", "CA1"), ("From", "+8613800000001"), ("Digits", "1")]

# The example in Twilio's documentation, "Security", with the signature that it states.
OFFICIAL_URL = "https://example.com/myapp.php?foo=1&bar=2"
OFFICIAL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]
OFFICIAL_SIGNATURE = "L/OH5YylLD5NRKLltdqwSvS0BnU="


class Form(dict[str, list[str]]):
    """A form as the SDK takes it, where a name may have several values."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def form_of(pairs: list[tuple[str, str]]) -> Form:
    form = Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def theirs(url: str, pairs: list[tuple[str, str]], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form_of(pairs)))


def test_the_official_example() -> None:
    assert is_signed(OFFICIAL_URL, OFFICIAL, OFFICIAL_SIGNATURE, "12345")
    assert sign(OFFICIAL_URL + "".join(map("".join, OFFICIAL)), "12345").decode() == OFFICIAL_SIGNATURE
    assert is_signed(OFFICIAL_URL, OFFICIAL[::-1], OFFICIAL_SIGNATURE, "12345")
    assert not is_signed(OFFICIAL_URL, OFFICIAL, OFFICIAL_SIGNATURE, "12346")
    assert not is_signed(OFFICIAL_URL, OFFICIAL[:-1], OFFICIAL_SIGNATURE, "12345")


# ── everything that they would sign ──────────────────────────────────────────────────────────────────────────────

PIECES = ("a", "turn", "%7E", "~", "%2F", "%E4%BD%A0", "%e4%bd%a0", "+", "%20", ";", ";a=1", "//", "..", ".", "@", ":")
path = st.lists(st.sampled_from(PIECES), max_size=5).map(lambda pieces: "/" + "/".join(pieces))
query = st.one_of(
    st.just(""),
    st.lists(st.sampled_from((*PIECES, "a=1", "b=", "&", "=", "a=2&a=1", "?")), max_size=5)
    .map("&".join)
    .map("?{}".format),
)
port = st.sampled_from(("", ":80", ":443", ":8443", ":65535", ":1"))
host = st.sampled_from(("line.example", "a.b.c.example", "127.0.0.1", "localhost"))
url = st.builds("{}://{}{}{}{}".format, st.sampled_from(("https", "http")), host, port, path, query)
names = st.one_of(st.sampled_from(("CallSid", "From", "Digits", "digits", "", " ", "名")), st.text(max_size=8))
values = st.one_of(st.sampled_from(("", " ", "+86 138", "王秀英", "a&b=c", "\x00", "\r\n", "😀")), st.text(max_size=20))
pairs = st.lists(st.tuples(names, values), max_size=8).filter(lambda each: all(encodes(n + v) for n, v in each))


def encodes(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode() == text


@given(url, pairs)
@settings(max_examples=1000, deadline=None)
@example("https://line.example/a?", [])
@example("https://line.example:8443//a;b?c;d", [("a", "2"), ("a", "1"), ("a", "2")])
@example("https://line.example/%7Euser?x=%E4%BD%A0", [("Digits", ""), ("digits", "1")])
def test_what_they_sign_is_taken(url: str, pairs: list[tuple[str, str]]) -> None:
    """As it stands, and with or without its port: they sign some with it and some without."""
    assert is_signed(url, pairs, theirs(url, pairs), TOKEN)
    assert is_signed(url, Random(1).sample(pairs, len(pairs)), theirs(url, pairs), TOKEN)
    for spelling in spellings(url):
        assert is_signed(url, pairs, theirs(spelling, pairs), TOKEN)


OTHERS: tuple[Callable[[str], str], ...] = (
    lambda url: url,
    lambda url: (spellings(url) or (url,))[0],
    lambda url: url.replace(".example", ".example:8443", 1),
    lambda url: url.replace("https", "http") if "https" in url else url.replace("http", "https"),
    lambda url: url + "/",
    lambda url: url + "?",
    lambda url: url + "#rc=2&rp=all",
    lambda url: url.replace("%7E", "~"),
    lambda url: url.replace("%E4%BD%A0", "%e4%bd%a0"),
    lambda url: url.replace("//", "/"),
    lambda url: url.partition("?")[0],
    lambda url: url.upper(),
)


@given(url, pairs, st.sampled_from(OTHERS))
@settings(max_examples=1000, deadline=None)
def test_the_verdict_is_theirs(url: str, pairs: list[tuple[str, str]], other: Callable[[str], str]) -> None:
    """For the signature of this URL or of one that is nearly the same. Theirs loses a ? or a ; that has nothing after
    it; those are left out."""
    assume(urlparse(url).geturl() == url)
    signature = theirs(other(url), pairs)
    assert is_signed(url, pairs, signature, TOKEN) == ORACLE.validate(url, form_of(pairs), signature)


def spellings(url: str) -> tuple[str, ...]:
    """The URL without the port it has, or with the one it need not have."""
    scheme, _, rest = url.partition("://")
    authority, slash, target = rest.partition("/")
    host, colon, _ = authority.partition(":")
    other = host if colon else f"{host}:{443 if scheme == 'https' else 80}"
    return (f"{scheme}://{other}{slash}{target}",) if target[-1:] != "?" else ()


# ── everything else ──────────────────────────────────────────────────────────────────────────────────────────────

GOOD = theirs(URL, PAIRS)

FORGED: Mapping[str, str] = {
    "nothing": "",
    "a blank": " ",
    "a null": "\0",
    "of the length of a good one": "A" * 28,
    "10 kB": "A" * 10_000,
    "10 kB that begin well": GOOD + "A" * 10_000,
    "not ASCII": "签名" * 14,
    "of latin-1": "\xff" * 28,
    "a lone surrogate": "\ud800" * 28,
    "no base64": "!" * 28,
    "twice": GOOD + GOOD,
    "two, with a comma": f"{GOOD},{GOOD}",
    "with a blank before": f" {GOOD}",
    "with a line break": f"{GOOD}\n",
    "without its padding": GOOD.rstrip("="),
    "in small letters": GOOD.lower(),
    "in hex": base64.b64decode(GOOD).hex(),
    "of SHA-256": str(ORACLE.compute_signature(URL, form_of(PAIRS), "HMAC_SHA256")),
    "of another token": theirs(URL, PAIRS, "another token"),
    "of an empty token": theirs(URL, PAIRS, ""),
    "of the token with a blank": theirs(URL, PAIRS, TOKEN + " "),
    "of the URL alone": theirs(URL, []),
    "of the form alone": theirs("", PAIRS),
    "of another turn": theirs(URL.replace("3", "4"), PAIRS),
    "of another host": theirs(URL.replace("line.", "evil."), PAIRS),
    "of another scheme": theirs(URL.replace("https", "http"), PAIRS),
    "of another port": theirs(URL.replace("example/", "example:8443/"), PAIRS),
    "of a URL with a query": theirs(URL + "?", PAIRS),
    "of a URL with a fragment": theirs(URL + "#rc=2", PAIRS),
    "of a URL with a slash": theirs(URL + "/", PAIRS),
    "of a URL in capitals": theirs(URL.upper(), PAIRS),
}


@pytest.mark.parametrize("signature", FORGED.values(), ids=list(FORGED))
def test_a_forged_signature(signature: str) -> None:
    assert is_signed(URL, PAIRS, GOOD, TOKEN)
    assert not is_signed(URL, PAIRS, signature, TOKEN)


MOVED = {
    "a parameter more": [*PAIRS, ("x", "")],
    "a parameter less": PAIRS[:-1],
    "another value": [*PAIRS[:-1], ("Digits", "2")],
    "a value doubled": [*PAIRS, ("Digits", "2")],
    "a blank in a value": [*PAIRS[:-1], ("Digits", "1 ")],
    "a name in small letters": [*PAIRS[:-1], ("digits", "1")],
    "values exchanged": [("CallSid", "+8613800000001"), ("From", "CA1"), ("Digits", "1")],
    "nothing": [],
}


@pytest.mark.parametrize("pairs", MOVED.values(), ids=list(MOVED))
def test_a_changed_form(pairs: list[tuple[str, str]]) -> None:
    assert not is_signed(URL, pairs, GOOD, TOKEN)


def test_a_value_that_came_twice_counts_once_as_with_them() -> None:
    assert is_signed(URL, [*PAIRS, PAIRS[0]], GOOD, TOKEN)
    assert ORACLE.validate(URL, form_of([*PAIRS, PAIRS[0]]), GOOD)


@given(st.integers(0, 28 * 8 - 1), st.integers(0, 28))
@settings(max_examples=300, deadline=None)
def test_one_bit_or_the_end_is_missing(bit: int, length: int) -> None:
    changed = bytearray(GOOD.encode())
    changed[bit // 8] ^= 1 << bit % 8
    assert not is_signed(URL, PAIRS, changed.decode("latin-1"), TOKEN)
    assert is_signed(URL, PAIRS, GOOD[:length], TOKEN) == (length == 28)


@given(st.text(), st.text(max_size=50), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=4))
@settings(max_examples=500, deadline=None)
def test_nothing_is_taken_by_chance_and_nothing_raises(
    signature: str, target: str, pairs: list[tuple[str, str]]
) -> None:
    """What a server can be made to pass on: any header, any target in latin-1, any form in UTF-8."""
    if all(encodes(name + value) for name, value in pairs):
        raw = target.encode("utf-8", "ignore").decode("latin-1")
        assert not is_signed(f"https://line.example/{raw}", pairs, signature, TOKEN)
