"""A small hand-written WSGI server, for the provider's own tests: pages by path, and a note of every request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from ivr.rehearsal.provider.audio import silent_wav
from ivr.rehearsal.provider.clock import Clock
from ivr.rehearsal.provider.faults import Faults
from ivr.rehearsal.provider.network import Account, WsgiTransport, signature
from ivr.rehearsal.provider.phone import Call, Heard, Provider

BASE = "https://line.example"
TOKEN = "a token for tests only"
ACCOUNT = Account("AC" + "7" * 32, TOKEN)


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    content_type: str | None = "text/xml; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    at: datetime
    method: str
    target: str
    form: dict[str, str]
    headers: dict[str, str]


def document(verbs: str) -> Page:
    return Page(f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode())


def sound(seconds: float, **headers: str) -> Page:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page(silent_wav(seconds), "audio/wav", headers=fields)


@dataclass
class Server:
    """`pages` answers by path; a path that is not there is 404. A page may be made by a function of the form."""

    clock: Clock
    pages: dict[str, Page | Callable[[dict[str, str]], Page]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    thinking: float = 0.0  # seconds of virtual time that each answer takes

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].read().decode(), keep_blank_values=True, strict_parsing=False))
        headers = {key[5:]: value for key, value in environ.items() if key.startswith("HTTP_")}
        target = environ["REQUEST_URI"]
        self.asked.append(Asked(self.clock(), environ["REQUEST_METHOD"], target, form, headers))
        if "X_TWILIO_SIGNATURE" in headers:
            assert headers["X_TWILIO_SIGNATURE"] == signature(TOKEN, BASE + target, form)
        self.clock.advance(self.thinking)
        page = self.pages.get(environ["PATH_INFO"], Page(b"not here", "text/plain", 404))
        page = page if isinstance(page, Page) else page(form)
        fields = [("Content-Type", page.content_type)] if page.content_type else []
        start_response(f"{page.status} said so", [*fields, *page.headers])
        return [page.body]

    def forms(self, path: str) -> list[dict[str, str]]:
        return [asked.form for asked in self.asked if asked.target.partition("?")[0] == path]


GOODBYE = "<Say>再见</Say>"


def written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items() if value != "none")


def gather(inside: str = "", **attributes: str) -> str:
    given = {"numDigits": "1", "timeout": "2", "action": f"{BASE}/key"} | attributes
    return f"<Gather{written(given)}>{inside}</Gather>"


def play(name: str, **attributes: str) -> str:
    return f"<Play{written(attributes)}>{BASE}/{name}.wav</Play>"


def redirect(path: str) -> str:
    return f"<Redirect>{BASE}{path}</Redirect>"


def make(first: str | Page, faults: Faults | None = None, seed: int = 0) -> tuple[Provider, Server]:
    """A provider, and a server whose answer is `first`; /key, /end and /fallback say goodbye, /ten.wav lasts 10 s."""
    clock = Clock()
    server = Server(clock)
    server.pages |= {
        "/line/twilio/answer": first if isinstance(first, Page) else document(first),
        "/line/twilio/fallback": document("<Say>线路有问题</Say>"),
        "/line/twilio/status": document(""),
        "/key": document(GOODBYE),
        "/end": document(GOODBYE),
        "/ten.wav": sound(10, Cache_Control="public, max-age=31536000, immutable"),
        "/four.wav": sound(4, Cache_Control="public, max-age=31536000, immutable"),
    }
    provider = Provider(WsgiTransport(server, BASE), ACCOUNT, clock=clock, base_url=BASE, faults=faults, seed=seed)
    return provider, server


def dial(first: str | Page) -> tuple[Call, Server]:
    provider, server = make(first)
    return provider.call(), server


def told(heard: list[Heard]) -> list[tuple[str, float]]:
    return [(one.what.rpartition("/")[2], round(one.to_s, 3)) for one in heard]


def story(call: Call) -> list[tuple[str, str, str, float]]:
    return [(one.copy, one.kind, one.url, one.sent.timestamp()) for one in call.requests]


# a lesson of one file that goes on for ever, whatever is pressed
LESSON = gather(play("ten"), finishOnKey="", timeout="1", action=f"{BASE}/line/twilio/answer")
LESSON += redirect("/line/twilio/answer")
