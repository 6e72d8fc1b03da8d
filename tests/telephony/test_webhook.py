"""What the provider's requests do to a call: once, whatever comes twice, late, early or broken; and whatever breaks
here, the provider gets a document that it can perform."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, text, update

from ivr.config import LineSettings, Settings
from ivr.records import progress
from ivr.records.db import Database
from ivr.records.models import Call, Evidence, Member, TurnRow
from tests.drivers import BEGIN
from tests.provider import signature
from tests.telephony.door import FORM, NUMBER, SID, OpenDoor, is_apology, opened

EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>'
OTHER = "CA" + "2" * 32
TURN = re.compile(r"/turn/([0-9]+)/key")


def turn_of(document: str) -> int:
    """The number that the caller's next act will name."""
    named = TURN.search(document)
    assert named, document
    return int(named[1])


def to_lesson(door: OpenDoor, sid: str = SID) -> str:
    """A call that is in the first segment of a lesson: turn 3."""
    door.said("/answer", door.form(sid))
    door.said("/turn/1/key", door.form(sid, Digits="1"))
    return door.said("/turn/2/end", door.form(sid))


def verified(door: OpenDoor) -> bool:
    with door.line.database.reading() as connection:
        return progress.verify(connection, door.line.counting(door.line.shelf.catalogue())) == []


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
    to_lesson(door)
    before = door.stored()
    assert door.said("/status", door.form(CallStatus=status, CallDuration="9")) == EMPTY
    assert door.stored() == before


# ── a turn's number makes it happen once ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [4, 5, 999, 2**31, 2**63, 10**30])
@pytest.mark.parametrize("kind", ["key", "end"])
def test_a_turn_from_the_future_repeats_the_newest(door: OpenDoor, n: int, kind: str) -> None:
    newest = to_lesson(door)
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
    assert [row.digits for row in rows(door)] == ["", "1", ""]


def rows(door: OpenDoor, sid: str = SID) -> list[TurnRow]:
    with door.line.database.reading() as connection:
        found = select(TurnRow.__table__).join(Call).where(Call.sid == sid).order_by(TurnRow.n)
        return list(connection.execute(found).all())  # type: ignore[arg-type]


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
    assert [(row.act, row.digits) for row in rows(door)] == [("answer", ""), ("key", key)]


@pytest.mark.parametrize("many", [2, 8])
@pytest.mark.parametrize("path", ["/answer", "/turn/3/key", "/turn/3/end", "/status", "/fallback"])
def test_the_same_request_many_times_at_once(door: OpenDoor, path: str, many: int) -> None:
    """Identical answers, one turn. Only the fallback counts how often it was tried, and gives up."""
    if path != "/answer":
        to_lesson(door)
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
    assert verified(door)


def test_different_keys_at_once(door: OpenDoor) -> None:
    """Eight keys for one turn at the same moment: one of them counts, and all are answered as that one."""
    to_lesson(door)
    barrier = threading.Barrier(8)

    def post(key: str) -> str:
        barrier.wait()
        return door.said("/turn/3/key", door.form(Digits=key))

    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(post, "12345*#0"))
    assert len(set(documents)) == 1 and not is_apology(documents[0])
    assert len(rows(door)) == 4


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
    assert verified(door)


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
    to_lesson(door)
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", Timestamp=timestamp)) == EMPTY
    assert endings(door) == [(TIMESTAMPS[timestamp], None)]
    assert settled(door) == BEGIN.replace(second=30)
    assert verified(door)


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
    to_lesson(door)
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", Timestamp=timestamp)) == EMPTY
    assert settled(door) == BEGIN.replace(second=30)
    assert verified(door)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("0", 0), ("31", 31), ("007", 7), ("999999", 999999), ("9999999", None), ("9" * 400, None), ("-5", None)]
    + [("", None), ("1.5", None), ("1e3", None), ("３１", None), (" 31", None), ("x", None), ("\x00", None)],
)
def test_a_duration(door: OpenDoor, duration: str, seconds: int | None) -> None:
    to_lesson(door)
    door.clock.advance(30)
    assert door.said("/status", door.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert endings(door) == [(None, seconds)]
    assert verified(door)


def endings(door: OpenDoor) -> list[tuple[datetime | None, int | None]]:
    with door.line.database.reading() as connection:
        found = connection.execute(select(Evidence.__table__).where(Evidence.kind == "ended").order_by(Evidence.id))
        return [(row.provider_at, row.provider_s) for row in found]


def settled(door: OpenDoor, sid: str = SID) -> datetime | None:
    with door.line.database.reading() as connection:
        return connection.execute(select(Call.settled_at).where(Call.sid == sid)).scalar_one()


def test_the_same_end_told_twice_is_noted_once_and_another_account_beside_it(door: OpenDoor) -> None:
    to_lesson(door)
    for duration in ("20", "20", "21", "20", "21"):
        door.clock.advance(10)
        assert door.said("/status", door.form(CallStatus="completed", CallDuration=duration)) == EMPTY
    assert endings(door) == [(None, 20), (None, 21)]
    assert settled(door) == BEGIN.replace(second=10)
    assert verified(door)


def test_a_key_after_the_end_is_folded_in(door: OpenDoor) -> None:
    """The last key's request may come after the callback."""
    to_lesson(door)
    door.clock.advance(13)
    door.said("/status", door.form(CallStatus="completed", CallDuration="13"))
    door.said("/turn/3/end")
    assert verified(door)
    assert len(rows(door)) == 4


# ── the fallback ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fallback_says_the_turn_again_twice_and_then_gives_up(door: OpenDoor) -> None:
    newest = to_lesson(door)
    trouble = door.form(ErrorCode="11200", ErrorUrl="https://line.example/line/twilio/turn/2/end")
    assert [door.said("/fallback", trouble) for _ in range(2)] == [newest, newest]
    for _ in range(2):
        assert is_apology(door.said("/fallback", trouble))
    assert [row.n for row in rows(door)] == [1, 2, 3]
    assert turn_of(door.said("/turn/3/end")) == 4
    assert verified(door)


@pytest.mark.parametrize("code", ["", "x" * 5000, "\r\nFORGED", "11200"])
def test_any_error_code(door: OpenDoor, code: str) -> None:
    newest = to_lesson(door)
    assert door.said("/fallback", door.form(ErrorCode=code)) == newest


# ── who calls ────────────────────────────────────────────────────────────────────────────────────────────────────

CALLERS = {
    "anonymous": "anonymous",
    "withheld": "",
    "a client": "client:a b<c>&\"'",
    "a SIP address": "sip:wang@example.org;transport=tls",
    "digits of a machine": "+266696687",
    "control characters": "\x01\x02\x7f\x1b[31m",
    "a null": "+86138\x0000000001",
    "a line break": "+8613800000001\r\nX-Evil: 1",
    "the end of a CDATA section": "]]><!-- -->",
    "right to left": "\u202e\u2066+86138\u200f",
    "no character": "\ufffe\uffff",
    "beyond the BMP": "😀𠮷" * 40,
    "10,000 characters": "a" * 10_000,
    "6,000 characters": "王" * 6_000,
    "SQL": "'; DROP TABLE turns; --",
    "a wildcard": "%",
    "a number in other digits": "+８６１３８００００００００１",
}


@pytest.mark.parametrize("number", CALLERS.values(), ids=list(CALLERS))
def test_any_caller_is_answered(door: OpenDoor, number: str) -> None:
    """Whoever it says it is may listen, and is nobody that is enrolled."""
    form = door.form(SID, number)
    document = door.said("/answer", form)
    assert turn_of(document) == 1 and not is_apology(document)
    document = door.said("/turn/1/key", form | {"Digits": "1"})
    assert turn_of(document) == 2
    with door.line.database.reading() as connection:
        assert connection.execute(select(Call.member_id)).scalars().all() == [None]


def test_no_caller_at_all(door: OpenDoor) -> None:
    form = {name: value for name, value in door.form().items() if name != "From"}
    assert turn_of(door.said("/answer", form)) == 1


NAMES = {
    "markup": "<Say>&amp;\"'</Say>",
    "the end of a CDATA section": "]]>",
    "control characters": "王\x01\x08\x0b\x0c\x0e\x1f\x7f秀\x85英",
    "nothing but control characters": "\x01\x02",
    "right to left": "\u202e王\u2066秀\u200f英",
    "no character": "王\ufffe\uffff",
    "beyond the BMP": "𠮷" * 100,
    "a processing instruction": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "a URL": "https://evil.example/?a=b&c=d",
    "a blank": "{}",
    "200 marks": "&" * 200,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_any_name_is_said(door: OpenDoor, name: str) -> None:
    """Alone, and among four on a shared phone."""
    with door.line.database.writing() as connection:
        connection.execute(update(Member).values(name=name))
    document = door.said("/answer")
    assert "\x01" not in document and "<!DOCTYPE" not in document and turn_of(document) == 1


@pytest.mark.parametrize("length", [400, 401, 10_000])
def test_a_name_of_any_length(lite: OpenDoor, length: int) -> None:
    """SQLite keeps a name of any length; the document stays under 64 kB, and under what a voice will say."""
    with lite.line.database.writing() as connection:
        connection.execute(update(Member).values(name="王&" * (length // 2)))
    assert len(lite.said("/answer").encode()) < 64 * 1024


# ── what breaks here ─────────────────────────────────────────────────────────────────────────────────────────────


def lose_turns(door: OpenDoor) -> None:
    with door.line.database.writing() as connection:
        connection.execute(text("ALTER TABLE turns RENAME TO lost_turns"))


def cut_off(door: OpenDoor) -> None:
    """The database goes away: its connections die, and there are no new ones."""
    engine = door.line.database.engine
    engine.dispose()
    if door.line.database.is_sqlite:
        path = Path(str(engine.url.database))
        for beside in ("", "-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        path.write_bytes(b"this was a database\n" * 500)
        return
    drop_database(door)


def drop_database(door: OpenDoor) -> None:
    url = door.line.database.engine.url
    other = Database(url.set(database="postgres").render_as_string(hide_password=False))
    with other.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")
    other.close()


@pytest.fixture
def fragile(settings: Settings, pressed: Path, database_url: str, tmp_path: Path) -> Iterator[OpenDoor]:
    """A line with a shelf of its own, to be broken."""
    shelf = tmp_path / "shelf"
    for folder in ("audio", "editions", "phrases"):
        shelf.mkdir(exist_ok=True)
        (shelf / folder).symlink_to(pressed / folder)
    (shelf / "index.json").write_bytes((pressed / "index.json").read_bytes())
    door = opened(settings, shelf, database_url)
    yield door
    door.line.database.close()


def damage_index(door: OpenDoor) -> None:
    (door.line.shelf.root / "index.json").write_text("{damaged")


def lose_editions(door: OpenDoor) -> None:
    (door.line.shelf.root / "index.json").write_text('{"falls": "0000000000000000"}')


BREAKS: dict[str, Callable[[OpenDoor], None]] = {
    "a table is gone": lose_turns,
    "the database is gone": cut_off,
    "the index is damaged": damage_index,
    "an edition is gone": lose_editions,
}


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=list(BREAKS))
def test_whatever_breaks_the_caller_hears_an_apology(fragile: OpenDoor, breaks: Callable[[OpenDoor], None]) -> None:
    """Never a 500 to the provider, and never silence; the catalogue is needed for all but the fallback."""
    door = fragile
    newest = to_lesson(door)
    breaks(door)
    for path in ("/turn/3/key", "/turn/3/end"):
        assert is_apology(door.said(path))
    assert is_apology(door.said("/answer", door.form(OTHER)))
    fallback = door.said("/fallback")
    assert is_apology(fallback) or (breaks in (damage_index, lose_editions) and fallback == newest)
    status = door.said("/status", door.form(CallStatus="completed"))
    assert is_apology(status) or status == EMPTY


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=list(BREAKS))
def test_health_says_so(fragile: OpenDoor, breaks: Callable[[OpenDoor], None]) -> None:
    client = fragile.app.test_client()
    fine = client.get("/healthz")
    assert (fine.status_code, fine.json) == (200, {"status": "ok", "lessons": 2})
    to_lesson(fragile)
    breaks(fragile)
    broken = client.get("/healthz")
    assert (broken.status_code, broken.json) == (503, {"status": "failing"})


def test_a_shelf_that_is_mended_is_read_again(fragile: OpenDoor) -> None:
    whole = (fragile.line.shelf.root / "index.json").read_bytes()
    newest = to_lesson(fragile)
    damage_index(fragile)
    before = fragile.stored()
    assert is_apology(fragile.said("/turn/3/end"))
    assert fragile.stored() == before
    (fragile.line.shelf.root / "index.json").write_bytes(whole)
    document = fragile.said("/turn/3/end")
    assert turn_of(document) == 4 and document != newest


def test_nothing_of_a_broken_answer_is_kept(fragile: OpenDoor) -> None:
    damage_index(fragile)
    before = fragile.stored()
    assert is_apology(fragile.said("/answer"))
    assert fragile.stored() == before


def test_a_database_that_cut_its_connections(door: OpenDoor) -> None:
    """As when PostgreSQL was started anew: the next caller should not notice."""
    if door.line.database.is_sqlite:
        pytest.skip("a file has no connections to cut")
    to_lesson(door)
    url = door.line.database.engine.url.render_as_string(hide_password=False)
    cut = f"""
from ivr.records.db import Database
database = Database({url!r})
with database.writing() as connection:
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()"
        " AND datname = current_database()")
"""
    subprocess.run([sys.executable, "-c", cut], check=True)
    documents = [door.said("/turn/3/end") for _ in range(2)]
    assert turn_of(documents[-1]) == 4
    assert not is_apology(documents[0])
