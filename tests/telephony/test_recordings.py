"""What callers said is brought home from a provider that is slow, down, wrong, or not who it says."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
import tracemalloc
import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sqlalchemy import insert, select, update

from ivr import calls
from ivr.config import RecordingSettings, Settings
from ivr.dialogue.turn import Left
from ivr.errors import NotFetched
from ivr.records import ledger, recordings
from ivr.records.db import Database, open_database
from ivr.records.models import Branch, Member, Recording, Reply
from ivr.shelf import KEPT, Shelf
from ivr.telephony import media
from ivr.telephony.recordings import fetch_all, fetch_due, fetching, telephone_sound
from ivr.telephony.terminal import TerminalClock
from ivr.voicing import voicing
from tests.drivers import BEGIN
from tests.telephony import recordings_server
from tests.telephony.recordings_server import PASSWORD, USER, Keeping, sound


@pytest.fixture
def provider() -> Iterator[Keeping]:
    with recordings_server.keeping() as keeping:
        yield keeping


@pytest.fixture
def line(settings: Settings, database: Database, provider: Keeping) -> calls.Line:
    own = RecordingSettings(own_hosts=(provider.host,))
    at = settings.model_copy(update={"recordings": own})
    shelf = Shelf(at.data)
    with database.writing() as connection:
        connection.execute(insert(Branch), {"id": 1, "name": "初心村党支部"})
        connection.execute(insert(Member), {"id": 1, "branch_id": 1, "number": "P001", "name": "王秀英"})
    return calls.Line(database, shelf, voicing(shelf, "zh_CN"), at, TerminalClock(BEGIN), "test")


def leave(line: calls.Line, address: str, kind: Any = "question", about: int | None = None) -> int:
    """Something is said in a call of its own; returns its row."""
    with line.database.writing() as connection:
        sid = f"CA{len(connection.execute(select(Recording.id)).all())}"
        call = ledger.open_call(connection, "twilio", sid, "+8613800000001", line.clock())
        left = Left(kind, "RE1", address, 2, about)
        ledger.keep_recording(connection, call, 3, left, 1, line.clock())
        return max(connection.execute(select(Recording.id)).scalars())


def row(line: calls.Line, recording: int) -> Any:
    with line.database.reading() as connection:
        return connection.execute(select(Recording.__table__).where(Recording.id == recording)).one()


def later(line: calls.Line, **time: float) -> None:
    assert isinstance(line.clock, TerminalClock)
    line.clock.time += timedelta(**time)


def test_it_is_fetched_kept_and_deleted_there(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, provider.put())
    assert fetch_due(line) == []
    kept = row(line, left)
    assert (kept.length_ms, kept.gone, kept.next_try_at, kept.trouble) == (2000, True, None, "")
    path = line.shelf.audio(kept.audio)
    assert path.parent.name == "recordings"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept.audio
    assert provider.files == {}
    assert provider.asked == [("GET", "/Recordings/RE1.wav"), ("DELETE", "/Recordings/RE1")]
    assert (fetch_due(line), fetch_all(line)) == ([], (0, []))
    assert len(provider.asked) == 2


def test_it_outlives_every_tidying(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, provider.put())
    fetch_due(line)
    assert line.shelf.tidy(BEGIN + 1000 * KEPT) == 0
    assert line.shelf.audio(row(line, left).audio).is_file()


@pytest.mark.parametrize("status", [404, 401, 429, 500, 503])
def test_what_is_not_there_yet_is_asked_for_again(line: calls.Line, provider: Keeping, status: int) -> None:
    left = leave(line, provider.put())
    provider.next = [recordings_server.Reply(status), recordings_server.Reply(status)]
    assert str(status) in fetch_due(line)[0]
    assert fetch_due(line) == []  # not so soon
    later(line, seconds=15)
    assert len(fetch_due(line)) == 1
    later(line, seconds=15)
    assert (fetch_due(line), row(line, left).tries) == ([], 2)
    later(line, seconds=15)
    assert fetch_due(line) == []
    assert row(line, left).gone


def test_after_two_days_we_give_up_until_somebody_says_fetch(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, f"{provider.address}/Recordings/RE9")
    for _ in range(40):
        fetch_due(line)
        later(line, hours=6)
    assert row(line, left).next_try_at is None
    assert len(provider.asked) == len(recordings.WAITS) + 1
    assert "404" in row(line, left).trouble
    provider.put("RE9")
    assert fetch_all(line) == (1, [])
    assert row(line, left).gone


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html>we are sorry</html>", "no sound"),
        (b"", "no sound"),
        (sound(0), "no sound"),
        (sound()[:5000] + b"\0" * 4, ""),  # shorter than its header says: what there is of it
        (b"RIFF\0\0\0\0WAVE", "no sound"),
    ],
)
def test_what_is_no_sound_is_not_kept(line: calls.Line, provider: Keeping, content: bytes, told: str) -> None:
    left = leave(line, provider.put(content=content))
    troubles = fetch_due(line)
    assert [told in each for each in troubles] == ([True] if told else [])
    assert bool(provider.files) is bool(told)  # never deleted there before it is here
    assert row(line, left).gone is not bool(told)


def test_what_is_too_large_is_never_read(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, provider.put())
    provider.next = [recordings_server.Reply(200, b"RIFF", {"Content-Length": str(media.MOST_BYTES + 1)})]
    assert "more than" in fetch_due(line)[0]
    assert row(line, left).next_try_at is None


def test_one_without_an_end_is_read_no_further_than_allowed(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", 1000)
    left = leave(line, provider.put())
    provider.next = [recordings_server.Reply(200, b"x" * 5000, {"Content-Length": "", "Connection": "close"})]
    assert "more than 1000 bytes" in fetch_due(line)[0]
    assert row(line, left).audio == ""


def test_what_breaks_off_is_fetched_again(line: calls.Line, provider: Keeping) -> None:
    leave(line, provider.put())
    provider.next = [recordings_server.Reply(200, sound()[:999], {"Content-Length": "32044"})]
    assert "broke off" in fetch_due(line)[0]
    later(line, seconds=20)
    assert fetch_due(line) == []


def test_it_may_lie_elsewhere_on_the_same_host_only(line: calls.Line, provider: Keeping) -> None:
    here = leave(line, provider.put())
    provider.next = [recordings_server.Reply(302, b"", {"Location": "/Recordings/RE1.wav"})]
    assert fetch_due(line) == []
    assert row(line, here).gone
    with recordings_server.keeping() as other:
        other.put()
        away = leave(line, provider.put())
        provider.next = [recordings_server.Reply(307, b"", {"Location": f"{other.address}/Recordings/RE1.wav"})]
        assert "another host" in fetch_due(line)[0]
        assert other.asked == []
    assert row(line, away).next_try_at is None
    leave(line, provider.put())
    provider.next = [recordings_server.Reply(302, b"", {"Location": "/Recordings/RE1.wav"})] * 9
    assert "circle" in fetch_due(line)[0]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://api.twilio.com/Recordings/RE1", "Nothing is fetched from http://api.twilio.com"),
        ("https://api.twilio.com:8443/RE1", "Nothing is fetched"),
        ("https://user@api.twilio.com/RE1", "Nothing is fetched"),
        ("https://user:secret@api.twilio.com/RE1", "Nothing is fetched from https://api.twilio.com. "),
        ("https://user:secret@example.org/RE1", "name it in config.toml: [recordings] hosts."),
        ("https://api.zz9.twilio.com/RE1", "name it in config.toml: [recordings] hosts."),
        ("https://api.twilio.com.example.org/RE1", "Nothing is fetched"),
        ("https://[::1/RE1", "no address"),
        ("https://trusted.example:99999/RE1", "no address"),
        ("file:///etc/passwd", "Nothing is fetched from file://"),
        ("", "keeps no recordings"),
    ],
)
def test_nothing_is_fetched_from_anywhere_else(line: calls.Line, address: str, told: str) -> None:
    left = leave(line, address)
    (trouble,) = fetch_due(line)
    assert told in trouble and "secret" not in trouble
    assert (row(line, left).next_try_at, trouble) == (None, f"recording {left}: {row(line, left).trouble}")


@pytest.mark.parametrize("host", ["api.twilio.com", "api.ie1.twilio.com", "api.sydney.au1.twilio.com"])
def test_a_provider_may_keep_them_in_another_region(
    line: calls.Line, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def nowhere(name: str, *_: object, **__: object) -> list[Any]:
        asked.append(name)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    leave(line, f"https://{host}/2010-04-01/Accounts/AC1/Recordings/RE1")
    assert "no network in tests" in fetch_due(line)[0]
    assert asked == [host]


BAD_PATHS = {
    "/Recordings/听课": "can't be asked for",
    "/Recordings/R E\x01": "can't be asked for",
    "/Recordings/RE\udcff": "can't be asked for",
}


@pytest.mark.parametrize(("path", "told"), BAD_PATHS.items())
def test_an_address_that_can_t_be_asked_for_stops_nothing(provider: Keeping, path: str, told: str) -> None:
    source = media.Source(frozenset(), frozenset({provider.host}), USER, PASSWORD)
    with pytest.raises(NotFetched, match=told) as raised:
        media.get(provider.address + path, source)
    assert raised.value.for_good


@pytest.mark.parametrize(
    "fault", [UnicodeEncodeError("ascii", "听", 0, 1, "no"), MemoryError(), RuntimeError("a\0b\udcff")]
)
def test_one_that_breaks_our_work_leaves_the_others_be(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    bad, good = leave(line, provider.put("RE1", b"bad")), leave(line, provider.put("RE2"))
    ours = telephone_sound

    def breaking(content: bytes) -> tuple[bytes, int]:
        if content == b"bad":
            raise fault
        return ours(content)

    monkeypatch.setattr("ivr.telephony.recordings.telephone_sound", breaking)
    (trouble,) = fetch_due(line)
    assert trouble.startswith(f"recording {bad}: It could not be worked on ({type(fault).__name__}")
    assert row(line, good).gone and not row(line, bad).audio
    assert row(line, bad).next_try_at == BEGIN + recordings.WAITS[0]
    assert fetch_all(line)[0] == 1


@pytest.mark.parametrize("path", ["/RE1", "/Recordings/", "/Recordings", "/Accounts/AC1?x=/Recordings/RE1"])
def test_nothing_but_a_recording_is_deleted_there(line: calls.Line, provider: Keeping, path: str) -> None:
    left = leave(line, provider.address + path)
    provider.next = [recordings_server.Reply(200, sound())]
    assert "was not deleted there" in fetch_due(line)[0]
    assert row(line, left).audio and row(line, left).next_try_at is None
    assert [method for method, _ in provider.asked] == ["GET"]


def test_where_it_leads_may_be_nonsense(line: calls.Line, provider: Keeping) -> None:
    leave(line, provider.put())
    provider.next = [recordings_server.Reply(302, b"", {"Location": "http://[::1/RE1"})]
    assert "can't be asked for" in fetch_due(line)[0]


def test_a_known_name_does_not_lead_into_the_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    source = media.Source(frozenset({"media.example.org"}), frozenset(), USER, PASSWORD)
    for address in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0"):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]
        found += [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
        with pytest.raises(NotFetched, match="private network") as told:
            media.get("https://media.example.org/RE1", source)
        assert told.value.for_good


def test_a_crash_between_keeping_and_deleting_costs_nothing(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = leave(line, provider.put())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(media, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch_due(line)
    assert row(line, left).audio and provider.files
    later(line, minutes=11)
    assert fetch_due(line) == []
    assert row(line, left).gone and not provider.files
    assert [method for method, _ in provider.asked] == ["GET", "DELETE"]  # fetched once


def test_a_crash_between_fetching_and_writing_it_down_costs_a_second_fetch(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = leave(line, provider.put())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(recordings, "kept", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch_due(line)
    assert fetch_due(line) == []  # it is still taken
    later(line, minutes=11)
    assert fetch_due(line) == []
    assert row(line, left).gone and not provider.files


def test_what_is_lost_here_is_not_deleted_there(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = leave(line, provider.put())
    provider.next = [recordings_server.Reply(200, sound()), recordings_server.Reply(500)]
    assert "was not deleted" in fetch_due(line)[0]
    line.shelf.audio(row(line, left).audio).unlink()
    later(line, hours=1)
    assert "no audio" in fetch_due(line)[0]
    assert provider.files


def test_one_that_is_deleted_already_is_done(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, provider.put())
    provider.next = [recordings_server.Reply(200, sound()), recordings_server.Reply(404)]
    assert fetch_due(line) == []
    assert row(line, left).gone


def test_two_workers_fetch_it_once(line: calls.Line, provider: Keeping) -> None:
    for n in range(6):
        leave(line, provider.put(f"RE{n}"))
    workers = [threading.Thread(target=fetch_due, args=(line,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not provider.files
    assert sorted(method for method, _ in provider.asked) == ["DELETE"] * 6 + ["GET"] * 6


def test_a_spoken_reply_becomes_the_asker_s_once(line: calls.Line, provider: Keeping) -> None:
    question = leave(line, provider.put("RE1"))
    reply = leave(line, provider.put("RE2", sound(3)), "reply", about=question)
    fetch_due(line)
    with line.database.writing() as connection:
        recordings.kept(connection, reply, "0" * 64, 1, line.clock())  # by a worker that was slower
    with line.database.reading() as connection:
        (said,) = connection.execute(select(Reply.__table__)).all()
    assert (said.question_id, said.words, said.length_ms, said.delivered_at) == (question, "", 3000, None)
    assert said.audio == row(line, reply).audio


def test_no_transaction_is_open_while_the_network_is_waited_for(
    line: calls.Line, provider: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = leave(line, provider.put())
    get = media.get

    def slow(url: str, source: media.Source) -> bytes:
        with line.database.writing() as connection:  # would wait for ever on SQLite
            connection.execute(update(Recording).where(Recording.id == left).values(seconds=7))
        return get(url, source)

    monkeypatch.setattr(media, "get", slow)
    assert fetch_due(line) == []
    assert row(line, left).seconds == 7


def test_a_thread_does_it_beside_the_calls_and_stops(line: calls.Line, provider: Keeping) -> None:
    left = leave(line, provider.put())
    with fetching(line, 0.02):
        ends = time.monotonic() + 20
        while not row(line, left).gone and time.monotonic() < ends:
            time.sleep(0.02)
    assert row(line, left).gone
    assert "recordings" not in {thread.name for thread in threading.enumerate()}


def test_trouble_with_the_database_does_not_stop_it(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = open_database("sqlite://")
    shelf = Shelf(settings.data)
    broken = calls.Line(gone, shelf, voicing(shelf, "zh_CN"), settings, lambda: 1 / 0, "test")  # type: ignore[arg-type, return-value]
    with fetching(broken, 0.01):
        time.sleep(0.2)
    assert caplog.text.count("we try again") > 1
    gone.close()


@pytest.mark.parametrize(("rate_hz", "channels", "form"), [(8000, 1, "WAV"), (44100, 2, "WAV"), (22050, 1, "MP3")])
def test_every_kind_of_sound_becomes_the_line_s(tmp_path: Path, rate_hz: int, channels: int, form: str) -> None:
    wav, length_ms = telephone_sound(sound(2, rate_hz, channels, form))
    (tmp_path / "out.wav").write_bytes(wav)
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() // 8 == length_ms
    assert length_ms == pytest.approx(2000, abs=120)


@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 9), (192_001, 1), (3999, 1)])
def test_what_no_call_sounds_like_is_not_unpacked(rate_hz: int, channels: int) -> None:
    with pytest.raises(NotFetched, match=f"no call: {channels} channels at {rate_hz} Hz"):
        telephone_sound(sound(0.1, rate_hz, channels))


def test_a_small_file_that_unpacks_into_a_large_sound_takes_little_memory() -> None:
    """Half an hour in eight channels is 460 MB; of it, ten minutes are taken, a second at a time."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", 8000, 8, format="FLAC") as file:
        for _ in range(30):
            file.write(np.zeros((60 * 8000, 8)))
    assert len(out.getvalue()) < media.MOST_BYTES
    tracemalloc.start()
    _, length_ms = telephone_sound(out.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length_ms == 600_000 and peak < 120e6
