"""`ivr serve`: a real process on a real port, from its start to its end; and what the whole command says of itself."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from ivr.cli import ivr, main
from ivr.cli.line import reached_here
from ivr.config import LineSettings, Settings
from ivr.records.db import Database, open_database
from ivr.rehearsal.provider import Account, Clock, HttpTransport, Provider, signature
from tests.drivers import enrol
from tests.made_lessons import NAMES
from tests.telephony.door import NUMBER, Door, is_apology, stored

IVR = Path(sys.executable).with_name("ivr")
PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(settings: Settings, pressed: Path, tmp_path: Path) -> dict[str, str]:
    """All that `ivr serve` needs to know; nothing of it in a file."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))}
    return ours | {
        "IVR_DATA": str(pressed),
        "IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'ivr.db'}",
        "IVR_PUBLIC_URL": settings.line.public_url,
        "TWILIO_ACCOUNT_SID": settings.twilio.account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio.auth_token,
    }


@pytest.mark.parametrize(
    ("public_url", "host", "told"),
    [
        ("", "127.0.0.1", "http://127.0.0.1:8899"),
        ("", "0.0.0.0", "http://127.0.0.1:8080"),
        ("https://line.example", "127.0.0.1", "https://line.example"),
    ],
)
def test_where_nobody_said_how_it_is_reached_that_is_where_it_listens(public_url: str, host: str, told: str) -> None:
    line = LineSettings(public_url=public_url) if public_url else LineSettings()
    assert reached_here(Settings(line=line), host, 8899).line.public_url == told


def run(environment: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(IVR), *words]
    return subprocess.run(command, env=environment, cwd=folder, text=True, capture_output=True, timeout=60, check=False)


@contextmanager
def serving(environment: dict[str, str], folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A line that answers, on a port of its own; killed at the end if it is still there."""
    port = free_port()
    command = [str(IVR), "serve", "--port", str(port), *options]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=environment, cwd=folder, text=True, stdout=pipe, stderr=pipe)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_line_from_its_start_to_its_end(environment: dict[str, str], settings: Settings, tmp_path: Path) -> None:
    """It answers its health, its audio and a call by a provider who signs; what comes over the wire beside that is
    refused, and the line still answers; SIGTERM ends it, with everything kept."""
    with serving(environment, tmp_path, "--verbose", "--threads", "2") as (process, port):
        status, body = get(port, "/healthz")
        assert (status, json.loads(body)) == (200, {"status": "ok", "lessons": 2})
        assert get(port, "/")[0] == 302 and get(port, "/static/x")[0] == get(port, "/line/twilio")[0] == 404
        database = open_database(environment["IVR_DATABASE_URL"])
        enrol(database, [(NAMES[0], NUMBER)])
        account = Account(settings.twilio.account_sid, settings.twilio.auth_token)
        provider = Provider(HttpTransport(f"127.0.0.1:{port}"), account, clock=Clock())
        call = provider.call(NUMBER)
        call.press("1")
        call.listen()
        call.press("#", after=3)
        call.hang_up(after=2)
        provider.finish()
        assert not call.errors and len(call.documents) == 4
        refuses_what_is_wrong(port, database)
        takes_chunks(port, settings)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        rows = stored(database)
        assert [len(rows[each]) for each in ("calls", "turns")] == [2, 5]
        assert sorted(row.kind for row in rows["evidence"]) == ["ended", "resent"]
        database.close()
    url = "https://line.example/line/twilio/answer"
    assert out.splitlines() == [
        f"The line is open on http://127.0.0.1:{port}, for requests to {url}",
        f"The secretary's desk is at {settings.line.public_url}/desk/ (`ivr user add` lets people in)",
    ]
    assert "Traceback" not in err and NUMBER not in err and settings.twilio.auth_token not in err
    assert re.search(r"DEBUG .*turn 3 key -> 4", err) and "'#'" not in err  # it might have been a PIN


def raw(port: int, request: bytes) -> bytes:
    """What comes back for these bytes, whatever they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while select.select([connection], [], [], 2)[0] and (more := connection.recv(65536)):
            answer += more
            if b"\r\n\r\n" in answer and not answer.startswith(b"HTTP/1.1 200"):
                break
    return answer


HEAD = b"POST /line/twilio/answer HTTP/1.1\r\nHost: line.example\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
RAW = {
    "chunks": HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    "100 kB in chunks": HEAD
    + FORM
    + b"Transfer-Encoding: chunked\r\n\r\n186A0\r\n"
    + b"a" * 100_000
    + b"\r\n0\r\n\r\n",
    "a megabyte announced": HEAD + FORM + b"Content-Length: 1000000\r\n\r\n",
    "two lengths": HEAD + FORM + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=1",
    "a length and chunks": HEAD
    + FORM
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    "no length": HEAD + FORM + b"\r\n",
    "a length that is none": HEAD + FORM + b"Content-Length: x\r\n\r\n",
    "a raw byte in the target": b"POST /line/twilio/answer?\xe4\xbd\xa0 HTTP/1.1\r\nHost: a\r\n"
    b"Content-Length: 0\r\n\r\n",
    "another address for a target": b"POST http://evil.example/line/twilio/answer HTTP/1.1\r\nHost: a\r\n"
    + FORM
    + b"Content-Length: 0\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a header of 300 kB": HEAD + b"X: " + b"a" * 300_000 + b"\r\n\r\n",
    "a signature of 100 kB": HEAD + FORM + b"X-Twilio-Signature: " + b"A" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "two signatures": HEAD + FORM + b"X-Twilio-Signature: a\r\nX-Twilio-Signature: b\r\nContent-Length: 0\r\n\r\n",
    "a broken escape": b"GET /audio/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "another file": b"GET /audio/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
}


def refuses_what_is_wrong(port: int, database: Database) -> None:
    """Never with a 500."""
    before = stored(database)
    for name, request in RAW.items():
        answer = raw(port, request)
        assert re.match(rb"HTTP/1\.[01] 4\d\d ", answer) or answer == b"", (name, answer[:200])
    assert stored(database) == before


def takes_chunks(port: int, settings: Settings) -> None:
    door = Door(HttpTransport(f"127.0.0.1:{port}"), settings)
    assert not is_apology(door.said("/answer"))
    body = urlencode(door.form()).encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    signed = FORM + f"X-Twilio-Signature: {door_signature(door)}\r\nConnection: close\r\n".encode()
    answer = raw(port, HEAD + signed + b"Transfer-Encoding: chunked\r\n\r\n" + chunked)
    assert answer.startswith(b"HTTP/1.1 200 ") and b"/turn/1/key" in answer


def door_signature(door: Door) -> str:
    url = f"{door.settings.line.public_url}/line/twilio/answer"
    return signature(door.settings.twilio.auth_token, url, door.form())


def test_a_port_that_is_taken_is_told_in_words(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(environment, tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "in use" in done.stderr and done.stdout == ""


# ── a line that can't be opened says what is missing ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_no_line_with_half_an_account(environment: dict[str, str], tmp_path: Path, missing: str) -> None:
    done = run(environment | {missing: ""}, tmp_path, "serve", "--port", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        assert (f"{name}: not set" in done.stderr) == (name == missing)
    assert "a token for tests" not in done.stderr + done.stdout
    assert not (tmp_path / "ivr.db").exists()


AT_ITS_END = """\
import atexit, gc, sys, threading

def tell():
    for each in threading.enumerate():
        if each.name == "PDFs":
            each.join(60)
    looked_through = {id(each) for each in gc.get_objects()}
    print(id(sys.modules["weasyprint"]) not in looked_through)

atexit.register(tell)
"""


def test_without_an_account_there_is_the_desk_alone(environment: dict[str, str], tmp_path: Path) -> None:
    """All that is loaded is left alone from then on; what sets PDFs is loaded while the line answers already."""
    (tmp_path / "sitecustomize.py").write_text(AT_ITS_END)
    rest = {name: value for name, value in environment.items() if not name.startswith("TWILIO_")}
    rest["PYTHONPATH"] = os.pathsep.join(filter(None, (str(tmp_path), rest.get("PYTHONPATH"))))
    with serving(rest, tmp_path) as (process, port):
        assert get(port, "/desk/sign-in")[0] == 200 and get(port, "/line/twilio/answer")[0] == 404
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE_S)
    told = "No calls come in by /line/twilio: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set."
    assert out.splitlines()[0] == f"{told} Open on http://127.0.0.1:{port}."
    assert out.splitlines()[-1] == "True"


Refused = Callable[..., tuple[int, str]]


@pytest.fixture
def refused(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """A command that ends at once, in this process: with which code, and what was told. It prints nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith(("IVR_", "TWILIO_"))]:
        monkeypatch.delenv(name)

    def run_here(*words: str, **more: str) -> tuple[int, str]:
        for name, value in (environment | more).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["ivr", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert out == "" and isinstance(ended.value.code, int)
        return ended.value.code, err

    return run_here


def test_an_unknown_setting_is_named(refused: Refused, tmp_path: Path) -> None:
    """Each of them, and nothing is opened."""
    (tmp_path / "mine.toml").write_text("colour = 1\n[line]\nlanguge = 'zh_CN'\n[dialog]\nwait_s = 1\n", "utf-8")
    code, told = refused("--config", "mine.toml", "serve")
    assert code == 1
    assert told.splitlines() == [
        "ivr: The settings can't be used:",
        "  mine.toml: line.languge: no such setting; config.toml as shipped lists them all",
        "  mine.toml: colour: no such setting; config.toml as shipped lists them all",
        "  mine.toml: dialog: no such setting; config.toml as shipped lists them all",
    ]
    assert not (tmp_path / "ivr.db").exists()


def test_a_missing_settings_file_is_named(refused: Refused) -> None:
    code, told = refused("--config", "nowhere.toml", "serve")
    assert code == 2 and "nowhere.toml" in told


def test_a_database_that_is_not_there_is_told_in_words(
    environment: dict[str, str], tmp_path: Path, refused: Refused
) -> None:
    url = "postgresql://ivr:geheim@127.0.0.1:1/lessons"
    done = run(environment | {"IVR_DATABASE_URL": url}, tmp_path, "serve", "--port", "0")
    assert "Traceback" not in done.stderr and done.stdout == ""
    here = [refused(*words, IVR_DATABASE_URL=url) for words in (["phone"], ["prompts", "check"], ["ledger", "verify"])]
    for code, told in ((done.returncode, done.stderr), *here):
        assert code == 1
        assert "can't be opened" in told and "geheim" not in told


# ── help ─────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDS = {
    (): ["Lessons by telephone.", "serve", "phone", "lesson", "prompts", "roster", "report", "ledger", "--config"],
    ("serve",): ["Answer calls", "--host", "--port", "--threads", "8080", "127.0.0.1"],
    ("phone",): ["Call the line from here.", "--from", "--play", "hangs up"],
    ("prompts",): ["check", "press"],
    ("prompts", "check"): ["ends with 1"],
    ("prompts", "press"): ["--again"],
    ("ledger",): ["verify", "rebuild"],
    ("ledger", "verify"): ["ends with 1"],
    ("ledger", "rebuild"): ["from the record"],
    ("lesson",): ["list"],
    ("roster",): ["import"],
    ("report",): ["calls"],
}


@pytest.mark.parametrize(("words", "told"), COMMANDS.items(), ids=lambda each: " ".join(each) or "ivr")
def test_help(words: tuple[str, ...], told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(ivr, [*words, "--help"], prog_name="ivr")
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for each in told:
        assert each in shown
    assert list(tmp_path.iterdir()) == []


def test_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(ivr, ["--version"], prog_name="ivr")
    assert (result.exit_code, result.stdout) == (0, "ivr, version 0.1.0\n")


@pytest.mark.parametrize(
    "words", [["nonesuch"], ["serve", "--port", "70000"], ["serve", "--threads", "0"], ["serve", "x"]]
)
def test_what_is_typed_wrong_is_named(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(ivr, words, prog_name="ivr")
    assert result.exit_code == 2
    assert words[-1] in result.output


def test_where_there_are_no_settings_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    note = f"Note: there is no config.toml here: all settings are as shipped, with the data in {tmp_path / 'data'}.\n"
    assert CliRunner().invoke(ivr, ["lesson", "list"], prog_name="ivr").output.startswith(note)
    (tmp_path / "config.toml").touch()
    assert note not in CliRunner().invoke(ivr, ["lesson", "list"], prog_name="ivr").output
