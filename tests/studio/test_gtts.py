"""Google's voice against a server that does what Google's has been seen to do, on this machine."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gtts.tts
import pytest

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Rate
from ivr.studio.engines.gtts import Gtts, pack
from tests.studio.sounds import encoded

LONG = "请记住，不要相信陌生人的电话，也不要把密码告诉他。" * 6

mp3 = cache(encoded)


@dataclass
class Google:
    """What it answers, one word a request; the last for ever. What it was asked."""

    answers: list[str] = field(default_factory=lambda: ["speech"])
    asked: list[list[str]] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    def next(self, asked: list[str]) -> str:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def voice(self) -> Gtts:
        return Gtts(sleep=self.waits_s.append, timeout_s=(0.5, 0.5))

    def say(self, text: str = "您好，这里是听课热线。", rate: Rate = "slow") -> float:
        samples = self.voice().synthesize(text, "zh-CN", rate)
        assert samples.rate_hz == 24000
        return len(samples.sound) / samples.rate_hz


def line(content: str | None) -> bytes:
    return (
        b")]}'\n\n"
        + json.dumps([["wrb.fr", "jQ1olc", content and json.dumps([content]), None]], separators=(",", ":")).encode()
        + b"\n"
    )


def sent(content: bytes) -> bytes:
    return line(base64.b64encode(content).decode())


def spoken(seconds: float) -> bytes:
    return sent(mp3("mp3", seconds))


BODIES: dict[str, Callable[[], bytes]] = {
    "speech": lambda: spoken(3),
    "half": lambda: spoken(15),
    "no audio": lambda: line(None),
    "empty audio": lambda: line(""),
    "web page": lambda: b"<html>Are you a robot?</html>",
    "not text": lambda: b"\xff\xfe\xfd",
    "not MP3": lambda: sent(b"<html>" * 400),
    "not base64": lambda: line("a"),
}


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    google = Google()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = google.next(json.loads(json.loads(form["f.req"][0])[0][0][1]))
            if answer == "slow":
                time.sleep(1)
            if answer in ("slow", "drop"):
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = BODIES[answer]() if answer in BODIES else b""
            self.send_response(int(answer) if answer.isdigit() else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):  # gTTS would send this through it, too
        monkeypatch.delenv(name, raising=False)
    direct(monkeypatch, server.server_port)
    yield google
    server.shutdown()
    thread.join()
    server.server_close()


def direct(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Send what is meant for Google to this machine."""

    def address(tld: str = "com", path: str = "") -> str:
        assert tld == "com"
        return f"http://127.0.0.1:{port}/{path}"

    monkeypatch.setattr(gtts.tts, "_translate_url", address)


@pytest.mark.parametrize(("rate", "slow"), [("slow", True), ("normal", None), ("fast", None)])
def test_it_speaks(google: Google, rate: Rate, slow: bool | None) -> None:
    assert google.say(rate=rate) == pytest.approx(3, abs=0.2)
    assert google.asked == [["您好，这里是听课热线。", "zh-CN", slow, "null"]]


def test_a_long_text_takes_few_requests_and_comes_back_whole(google: Google) -> None:
    google.answers = ["half"]
    assert google.say(LONG) == pytest.approx(30, abs=0.4)
    assert "".join(words for words, *_ in google.asked) == LONG
    assert len(google.asked) == 2


@pytest.mark.parametrize("refusal", ["429", "500", "503"])
def test_a_refusal_that_passes_is_waited_for(google: Google, refusal: str) -> None:
    google.answers = [refusal, refusal, "speech"]
    assert google.say() == pytest.approx(3, abs=0.2)
    assert google.waits_s == [1, 4]


@pytest.mark.parametrize(
    ("answer", "requests", "told"),
    [
        ("429", 4, "refuses .429 Too Many Requests.*Try again later"),
        ("503", 4, "refuses .503.*Try again later"),
        ("403", 1, "refuses .403.*another voice"),
        ("404", 1, "refuses .404"),
        ("no audio", 1, "Google sent no sound. Does it know the voice 'zh-CN'"),
        ("empty audio", 1, "Google sent no sound"),
        ("web page", 1, "Google sent no sound for '您好"),
        ("not text", 1, "Google sent no sound"),
        ("not base64", 1, "Google sent no sound"),
        ("not MP3", 1, "not MP3"),
        ("slow", 1, "can't be reached .*Read timed out.*Is there internet"),
        ("drop", 1, "can't be reached .*Is there internet"),
    ],
)
def test_every_failure_says_what_to_do(google: Google, answer: str, requests: int, told: str) -> None:
    google.answers = [answer]
    with pytest.raises(VoiceFailed, match=told):
        google.say()
    assert len(google.asked) == requests
    assert len(google.waits_s) == requests - 1


def test_a_part_that_fails_leaves_nothing_half_spoken(google: Google) -> None:
    google.answers = ["half", "web page"]
    with pytest.raises(VoiceFailed, match="no sound"):
        google.say(LONG)


def test_nobody_listening_is_told(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        direct(monkeypatch, taken.getsockname()[1])
        with pytest.raises(VoiceFailed, match="can't be reached"):
            google.say()


@pytest.mark.parametrize("text", ["", "。。！", "  "])
def test_nothing_to_say_is_not_asked_for(google: Google, text: str) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        google.say(text)
    assert google.asked == []


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("好。" * 10, [20]),
        ("好。" * 60, [100, 20]),
        ("一二三四五六七八九。" * 25, [100, 100, 50]),
        ("一二三四五，" * 20, [96, 24]),
        ("一" * 250, [100, 100, 50]),
        ("a word " * 30, [100, 98, 12]),
        ("一" * 99 + "。好好好。", [100, 4]),
        ("", [0]),
    ],
)
def test_texts_are_packed(text: str, lengths: list[int]) -> None:
    packed = list(pack(text))
    assert "".join(packed) == text
    assert [len(each) for each in packed] == lengths
