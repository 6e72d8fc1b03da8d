"""What the provider's requests do to a call: once, whatever comes twice, late, early or in pieces."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ivr.config import LineSettings, Settings
from tests.provider import signature
from tests.telephony.door import EMPTY, FORM, NUMBER, OpenDoor, is_apology, opened, turn_of

OTHER = "CA" + "f" * 32

# ── what never began here ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/turn/1/key", "/turn/1/end", "/turn/0/end", "/turn/7/key", "/fallback", "/status"])
def test_an_unknown_call(door: OpenDoor, path: str) -> None:
    door.said("/answer")
    before = door.stored()
    document = door.said(path, door.form(OTHER, Digits="1", CallStatus="completed", CallDuration="7"))
    assert is_apology(document) or document == EMPTY
    assert door.stored() == before


def test_the_status_comes_before_the_answer(door: OpenDoor) -> None:
    """Callbacks and requests may overtake each other: the call is taken as if nothing had been told."""
    door.said("/status", door.form(CallStatus="completed", CallDuration="0"))
    assert not any(rows for name, rows in door.stored().items() if name in ("calls", "turns", "evidence"))
    assert turn_of(door.said("/answer")) == 1
    assert door.count()["turns"] == 1


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "", "Completed", "完"])
def test_a_status_that_ends_nothing_is_not_noted(door: OpenDoor, status: str) -> None:
    door.to_lesson()
    before = door.stored()
    assert door.said("/status", door.form(CallStatus=status, CallDuration="9")) == EMPTY
    assert door.stored() == before


# ── a turn's number makes it happen once ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [4, 5, 999, 2**31, 2**63, 10**30])
@pytest.mark.parametrize("kind", ["key", "end"])
def test_a_turn_from_the_future_repeats_the_newest(door: OpenDoor, n: int, kind: str) -> None:
    newest = door.to_lesson()
    turns = door.stored()["turns"]
    assert door.said(f"/turn/{n}/{kind}", door.form(Digits="5")) == newest
    assert door.stored()["turns"] == turns


def test_turn_0_is_the_answer_again(door: OpenDoor) -> None:
    first = door.said("/answer")
    assert door.said("/turn/0/end") == first
    door.said("/turn/1/key", door.form(Digits="1"))
    before = door.stored()
    assert door.said("/turn/0/key", door.form(Digits="9")) == first
    assert door.said("/answer") == first
    assert door.stored() == before


@pytest.mark.parametrize("digits", ["1", "2", "9", "*", "#", "", "1234", "x"])
@pytest.mark.parametrize("kind", ["key", "end"])
def test_a_turn_that_is_done_is_answered_as_before(door: OpenDoor, digits: str, kind: str) -> None:
    """The same number with other digits: what came first stands."""
    door.said("/answer")
    second = door.said("/turn/1/key", door.form(Digits="1"))
    assert door.said(f"/turn/1/{kind}", door.form(Digits=digits)) == second
    third = door.said("/turn/2/end")
    before = door.stored()
    assert door.said(f"/turn/1/{kind}", door.form(Digits=digits)) == second
    assert door.stored() == before
    assert door.said(f"/turn/2/{kind}", door.form(Digits=digits)) == third
    assert [row.digits for row in door.turns()] == ["", "1", ""]


@pytest.mark.parametrize(
    ("digits", "key"),
    [
        ("1", "1"),
        ("0", "0"),
        ("*", "*"),
        ("#", "#"),
        ("12", "1"),
        ("", ""),
        (None, ""),
        ("A", ""),
        ("１", ""),
        ("²", ""),
    ]
    + [(" 1", ""), ("hangup", ""), ("1" * 5000, "1"), ("w1", ""), ("\x001", "")],
)
def test_digits(door: OpenDoor, digits: str | None, key: str) -> None:
    """One key counts; what is none counts as no key."""
    door.said("/answer")
    door.said("/turn/1/key", door.form() if digits is None else door.form(Digits=digits))
    assert [(row.act, row.digits) for row in door.turns()] == [("answer", ""), ("key", key)]


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
def test_a_timestamp(door: OpenDoor, timestamp: str) -> None:
    """One that makes no sense is left out; the call is over all the same."""
    door.to_lesson()
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", Timestamp=timestamp)) == EMPTY
    assert door.endings() == [(TIMESTAMPS[timestamp], None)]
    assert door.settled() == BEGIN.replace(second=30)
    assert door.verified()


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
    assert door.settled() == BEGIN.replace(second=30)
    assert door.verified()


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("0", 0), ("31", 31), ("007", 7), ("999999", 999999), ("9999999", None), ("9" * 400, None), ("-5", None)]
    + [("", None), ("1.5", None), ("1e3", None), ("３１", None), (" 31", None), ("x", None), ("\x00", None)],
)
def test_a_duration(door: OpenDoor, duration: str, seconds: int | None) -> None:
    door.to_lesson()
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert door.endings() == [(None, seconds)]
    assert door.verified()


def test_the_same_end_told_twice_is_noted_once_and_another_account_beside_it(door: OpenDoor) -> None:
    door.to_lesson()
    for duration in ("20", "20", "21", "20", "21"):
        door.clock.advance(10)
        assert door.said("/status", door.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert door.endings() == [(None, 20), (None, 21)]
    assert door.settled() == BEGIN.replace(second=10)
    assert door.verified()


def test_a_key_after_the_end_is_folded_in(door: OpenDoor) -> None:
    """The last key's request may come after the callback."""
    door.to_lesson()
    door.clock.advance(13)
    door.said("/status", door.form(CallStatus="completed", CallDuration="13"))
    door.said("/turn/3/end")
    assert door.verified()
    assert len(door.turns()) == 4


# ── the fallback ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fallback_says_the_turn_again_twice_and_then_gives_up(door: OpenDoor) -> None:
    newest = door.to_lesson()
    trouble = door.form(ErrorCode="11200", ErrorUrl="https://line.example/line/twilio/turn/2/end")
    assert [door.said("/fallback", trouble) for _ in range(2)] == [newest, newest]
    for _ in range(2):
        assert is_apology(door.said("/fallback", trouble))
    assert [row.n for row in door.turns()] == [1, 2, 3]
    assert turn_of(door.said("/turn/3/end")) == 4
    assert door.verified()


@pytest.mark.parametrize("code", ["", "x" * 5000, "\r\nFORGED", "11200"])
def test_any_error_code(door: OpenDoor, code: str) -> None:
    newest = door.to_lesson()
    assert door.said("/fallback", door.form(ErrorCode=code)) == newest
