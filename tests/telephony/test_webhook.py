"""What the provider's requests do to a call: once, whatever comes twice, late, early or in pieces."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ivr.config import LineSettings, Settings
from ivr.rehearsal.provider import signature
from tests.telephony.door import EMPTY, FORM, NUMBER, OpenDoor, is_apology, opened, turn_of

OTHER = "CA" + "f" * 32

# ── what never began here ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/turn/1/key", "/turn/1/end", "/turn/0/end", "/turn/7/key", "/fallback", "/status"])
def test_an_unknown_call(shared: OpenDoor, path: str) -> None:
    shared.said("/answer")
    before = shared.stored()
    document = shared.said(path, shared.form(OTHER, Digits="1", CallStatus="completed", CallDuration="7"))
    assert is_apology(document) or document == EMPTY
    assert shared.stored() == before


def test_the_status_comes_before_the_answer(door: OpenDoor) -> None:
    """Callbacks and requests may overtake each other: the call is taken as if nothing had been told."""
    door.said("/status", door.form(CallStatus="completed", CallDuration="0"))
    assert not any(rows for name, rows in door.stored().items() if name in ("calls", "turns", "evidence"))
    assert turn_of(door.said("/answer")) == 1
    assert door.count()["turns"] == 1


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "", "Completed", "完"])
def test_a_status_that_ends_nothing_is_not_noted(shared: OpenDoor, status: str) -> None:
    shared.to_lesson()
    before = shared.stored()
    assert shared.said("/status", shared.form(CallStatus=status, CallDuration="9")) == EMPTY
    assert shared.stored() == before


# ── a turn's number makes it happen once ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [4, 5, 999, 2**31, 2**63, 10**30])
@pytest.mark.parametrize("kind", ["key", "end"])
def test_a_turn_from_the_future_repeats_the_newest(shared: OpenDoor, n: int, kind: str) -> None:
    newest = shared.to_lesson()
    turns = shared.stored()["turns"]
    assert shared.said(f"/turn/{n}/{kind}", shared.form(Digits="5")) == newest
    assert shared.stored()["turns"] == turns


def test_turn_0_is_the_answer_again(shared: OpenDoor) -> None:
    first = shared.said("/answer")
    assert shared.said("/turn/0/end") == first
    shared.said("/turn/1/key", shared.form(Digits="1"))
    before = shared.stored()
    assert shared.said("/turn/0/key", shared.form(Digits="9")) == first
    assert shared.said("/answer") == first
    assert shared.stored() == before


@pytest.mark.parametrize("digits", ["1", "2", "9", "*", "#", "", "1234", "x"])
@pytest.mark.parametrize("kind", ["key", "end"])
def test_a_turn_that_is_done_is_answered_as_before(shared: OpenDoor, digits: str, kind: str) -> None:
    """The same number with other digits: what came first stands."""
    shared.said("/answer")
    second = shared.said("/turn/1/key", shared.form(Digits="1"))
    assert shared.said(f"/turn/1/{kind}", shared.form(Digits=digits)) == second
    third = shared.said("/turn/2/end")
    before = shared.stored()
    assert shared.said(f"/turn/1/{kind}", shared.form(Digits=digits)) == second
    assert shared.stored() == before
    assert shared.said(f"/turn/2/{kind}", shared.form(Digits=digits)) == third
    assert [row.digits for row in shared.turns()] == ["", "1", ""]


DIGITS = {
    **{key: key for key in "0123456789*#"},
    "12": "12",
    "*1": "*1",
    "1" * 5000: "1" * 32,
    "A": "A",
    "D1": "D1",
    **dict.fromkeys(("", "a", "E", "１", "²", " 1", "hangup", "w1", "\x001", "-1", "+1", "%31"), ""),
}


@pytest.mark.parametrize(("digits", "key"), DIGITS.items(), ids=lambda text: repr(text[:9]))
def test_digits(shared: OpenDoor, digits: str, key: str) -> None:
    """Kept as they came, where one key is awaited and only the first counts; what is none counts as no key."""
    shared.said("/answer")
    shared.said("/turn/1/key", shared.form(Digits=digits))
    assert [(row.act, row.digits) for row in shared.turns()] == [("answer", ""), ("key", key)]


def test_a_key_without_digits_and_an_end_with_some(shared: OpenDoor) -> None:
    """The address says which it was, not the form."""
    shared.said("/answer")
    shared.said("/turn/1/key")
    shared.said("/turn/2/end", shared.form(Digits="2"))
    assert [(row.act, row.digits) for row in shared.turns()] == [("answer", ""), ("key", ""), ("end", "")]


@pytest.mark.parametrize("many", [2, 8])
@pytest.mark.parametrize("path", ["/answer", "/turn/3/key", "/turn/3/end", "/status", "/fallback"])
def test_the_same_request_many_times_at_once(door: OpenDoor, path: str, many: int) -> None:
    """Identical answers, one turn. Only the fallback counts how often it was tried, and gives up."""
    if path != "/answer":
        door.to_lesson()
    before = door.count()
    door.clock.advance(7)
    form = door.form(CallStatus="completed" if path == "/status" else "in-progress", Digits="*", CallDuration="20")
    barrier = threading.Barrier(many)

    def post(_: int) -> str:
        barrier.wait()
        return door.said(path, form)

    with ThreadPoolExecutor(many) as pool:
        documents = list(pool.map(post, range(many)))
    after = door.count()
    if path == "/fallback":
        assert len({document for document in documents if not is_apology(document)}) == 1
        assert after["turns"] == before["turns"]
        return
    assert len(set(documents)) == 1
    assert not is_apology(documents[0])
    assert after["turns"] - before["turns"] == (path != "/status")
    assert len(door.endings()) == (path == "/status")
    assert after["calls"] == 1
    assert door.verified()


def test_different_keys_at_once(door: OpenDoor) -> None:
    """Eight keys for one turn at the same moment: one of them counts, and all are answered as that one."""
    door.to_lesson()
    barrier = threading.Barrier(8)

    def post(key: str) -> str:
        barrier.wait()
        return door.said("/turn/3/key", door.form(Digits=key))

    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(post, "12345*#0"))
    assert len(set(documents)) == 1 and not is_apology(documents[0])
    assert len(door.turns()) == 4


def test_many_calls_at_once(door: OpenDoor) -> None:
    """Twelve calls from four numbers, each in a thread of its own, to the end: nobody gets an apology."""

    def call(which: int) -> list[str]:
        sid = f"CA{which:032}"
        documents = [door.said("/answer", door.form(sid, NUMBER if which % 2 else f"+86138000000{which}"))]
        for act in ("1", "", "*", "#", "#", "", "2", "2", "1"):
            n = turn_of(documents[-1])
            documents.append(door.said(f"/turn/{n}/{'key' if act else 'end'}", door.form(sid, Digits=act)))
        door.said("/status", door.form(sid, CallStatus="completed", CallDuration="30"))
        return documents

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(call, range(12)))
    assert not [document for documents in told for document in documents if is_apology(document)]
    assert door.count()["calls"] == 12
    assert door.verified()


def test_the_addresses_in_a_document_are_the_configured_ones(settings: Settings, pressed: Path, tmp_path: Path) -> None:
    """Also on a port of its own, in a folder that a proxy takes away before we are asked."""
    line = LineSettings(public_url="https://line.example:8443/a/b/")
    door = opened(settings.model_copy(update={"line": line}), pressed, f"sqlite:///{tmp_path / 'ivr.db'}")
    signed = signature(settings.twilio.auth_token, "https://line.example:8443/a/b/line/twilio/answer", door.form())
    headers = {"X-Twilio-Signature": signed, "Content-Type": FORM, "Host": "127.0.0.1:8080"}
    answer = door.app.test_client().post("/line/twilio/answer", data=urlencode(door.form()), headers=headers)
    assert 'action="https://line.example:8443/a/b/line/twilio/turn/1/key"' in answer.text
    assert answer.text.count("https://line.example:8443/a/b/audio/") == answer.text.count("<Play>") > 0
    door.line.database.close()


def test_a_query_on_the_configured_address(lite: OpenDoor) -> None:
    """As with a provider's own extras: signed with it, answered without."""
    document = lite.said("/answer?edge=ashburn&x=%7E")
    assert "edge" not in document and document == lite.said("/answer")


# ── the end of a call, as it is told ─────────────────────────────────────────────────────────────────────────────

TIMESTAMPS = {
    "": None,
    "Mon, 02 Nov 2026 01:00:20 +0000": datetime(2026, 11, 2, 1, 0, 20, tzinfo=UTC),
    "Mon, 02 Nov 2026 09:00:20 +0800": datetime(2026, 11, 2, 1, 0, 20, tzinfo=UTC),
    "Mon, 02 Nov 2026 01:00:20 GMT": datetime(2026, 11, 2, 1, 0, 20, tzinfo=UTC),
    "Mon, 02 Nov 2026 01:00:20": datetime(2026, 11, 2, 1, 0, 20, tzinfo=UTC),
    "2026-11-02T01:00:20Z": None,
    "yesterday": None,
    "昨天": None,
    "Mon, 31 Feb 2026 01:00:20 +0000": None,
    "Mon, 02 Nov 2026 25:61:99 +0000": None,
    "Mon, 02 Nov 99999999999 01:00:20 +0000": None,
    "Mon, 02 Nov 2026 01:00:20 +99999999999999999999": None,
    "Mon, 02 Nov 2026 01:00:20 +9999": None,
    "\x00": None,
    "," * 1000: None,
    "1" * 5000: None,
}


@pytest.mark.parametrize("timestamp", TIMESTAMPS, ids=lambda text: repr(text[:40]))
def test_a_timestamp(shared: OpenDoor, timestamp: str) -> None:
    """One that makes no sense is left out; the call is over all the same."""
    shared.to_lesson()
    shared.clock.advance(30)
    assert shared.said("/status", shared.form(CallStatus="completed", Timestamp=timestamp)) == EMPTY
    assert shared.endings() == [(TIMESTAMPS[timestamp], None)]
    assert shared.settled() == shared.clock.now()
    assert shared.verified()


@pytest.mark.parametrize(
    "timestamp",
    [
        "Fri, 31 Dec 9999 23:59:59 +0000",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Sat, 01 Jan 0100 00:00:00 +1400",
    ],
)
def test_a_timestamp_at_the_ends_of_time(door: OpenDoor, timestamp: str) -> None:
    """Whether it is kept or left out: the call is over, by our own clock."""
    door.to_lesson()
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", Timestamp=timestamp)) == EMPTY
    assert door.settled() == door.clock.now()
    assert door.verified()


DURATIONS = {
    "0": 0,
    "31": 31,
    "007": 7,
    "999999": 999999,
    **dict.fromkeys(("", "9999999", "9" * 400, "-5", "1.5", "1e3", "３１", " 31", "x", "\x00")),
}


@pytest.mark.parametrize(("duration", "seconds"), DURATIONS.items(), ids=lambda told: repr(told)[:20])
def test_a_duration(shared: OpenDoor, duration: str, seconds: int | None) -> None:
    shared.to_lesson()
    shared.clock.advance(30)
    assert shared.said("/status", shared.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert shared.endings() == [(None, seconds)]
    assert shared.settled() == shared.clock.now()
    assert shared.verified()


def test_the_same_end_told_twice_is_noted_once_and_another_account_beside_it(shared: OpenDoor) -> None:
    shared.to_lesson()
    first = shared.clock.now() + timedelta(seconds=10)
    for duration in ("20", "20", "21", "20", "21"):
        shared.clock.advance(10)
        assert shared.said("/status", shared.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert shared.endings() == [(None, 20), (None, 21)]
    assert shared.settled() == first
    assert shared.verified()


def test_a_key_after_the_end_is_folded_in(shared: OpenDoor) -> None:
    """The last key's request may come after the callback."""
    shared.to_lesson()
    shared.clock.advance(13)
    shared.said("/status", shared.form(CallStatus="completed", CallDuration="13"))
    shared.said("/turn/3/end")
    assert shared.verified()
    assert len(shared.turns()) == 4


# ── the fallback ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fallback_says_the_turn_again_twice_and_then_gives_up(shared: OpenDoor) -> None:
    newest = shared.to_lesson()
    trouble = shared.form(ErrorCode="11200", ErrorUrl="https://line.example/line/twilio/turn/2/end")
    assert [shared.said("/fallback", trouble) for _ in range(2)] == [newest, newest]
    for _ in range(2):
        assert is_apology(shared.said("/fallback", trouble))
    assert [row.n for row in shared.turns()] == [1, 2, 3]
    assert turn_of(shared.said("/turn/3/end")) == 4
    assert shared.verified()


@pytest.mark.parametrize("code", ["", "x" * 5000, "\r\nFORGED", "11200"])
def test_any_error_code(shared: OpenDoor, code: str) -> None:
    newest = shared.to_lesson()
    assert shared.said("/fallback", shared.form(ErrorCode=code)) == newest
