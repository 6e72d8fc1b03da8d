"""A provider that keeps recordings: a real HTTP server on this machine, whose next answers a test decides."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import soundfile

USER, PASSWORD = "AC" + "0" * 32, "a token for tests"


def sound(seconds: float = 2.0, rate_hz: int = 8000, channels: int = 1, form: str = "WAV") -> bytes:
    """A tone, as a sound file of some kind."""
    wave = 0.3 * np.sin(np.arange(int(seconds * rate_hz)) * 2 * np.pi * 440 / rate_hz)
    out = io.BytesIO()
    soundfile.write(out, np.repeat(wave[:, None], channels, axis=1), rate_hz, format=form)
    return out.getvalue()


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Keeping:
    """`files` by path; `next` is answered before them, one each. What is deleted is gone."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    next: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    def put(self, name: str = "RE1", content: bytes | None = None) -> str:
        """Keep a recording; returns the address that the line is told."""
        self.files[f"/Recordings/{name}.wav"] = sound() if content is None else content
        return f"{self.address}/Recordings/{name}"

    def answer(self, method: str, path: str, authorization: str | None) -> Reply:
        self.asked.append((method, path))
        if self.next:
            return self.next.pop(0)
        if authorization != "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
            return Reply(401)
        path = path if path.endswith(".wav") else f"{path}.wav"
        if path not in self.files:
            return Reply(404)
        if method == "DELETE":
            del self.files[path]
            return Reply(204)
        return Reply(200, self.files[path])


@contextmanager
def keeping() -> Iterator[Keeping]:
    """The server, as long as the block runs."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = provider.answer(self.command, self.path, self.headers["Authorization"])
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_DELETE = do_GET  # noqa: N815 - as http.server names them

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    provider = Keeping(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
