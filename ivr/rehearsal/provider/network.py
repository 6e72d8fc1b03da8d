"""One HTTP request goes out as Twilio sends it: raw target, form body, signature over what was configured."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from .errors import Unreachable

TIME_LIMIT_S = 15.0  # TW:usage/webhooks/webhooks-connection-overrides: hard upper limit for call-related requests


@dataclass(frozen=True, slots=True)
class Account:
    """The account that signs; `sid` is AC + 32 hex digits, `token` its auth token."""

    sid: str
    token: str


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer; headers in the order in which they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Transport(Protocol):
    """One HTTP request, answered or `Unreachable`; redirects are not followed."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response: ...


def target(url: str) -> str:
    """The request target: path and query exactly as written, without the fragment."""
    parts = urlsplit(url)
    return (parts.path or "/") + ("?" + parts.query if "?" in url.partition("#")[0] else "")


class WsgiTransport:
    """Calls a WSGI application in process, with the environ that waitress and gunicorn make."""

    def __init__(self, app: Callable[..., Iterable[bytes]], base_url: str) -> None:
        self._app = app
        self._origin = _origin(base_url)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        if _origin(url) != self._origin:
            raise Unreachable(f"nothing listens at {url}")
        begun: list[tuple[int, tuple[tuple[str, str], ...]]] = []
        written: list[bytes] = []

        def start_response(status: str, fields: list[tuple[str, str]], _exc_info: Any = None) -> Callable[..., object]:
            begun.append((int(status.split()[0]), tuple(fields)))
            return written.append

        chunks = self._app(self._environ(method, url, headers, body), start_response)
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        status, fields = begun[-1]
        return Response(status, fields, b"" if method == "HEAD" else b"".join(written))

    def _environ(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        parts = urlsplit(url)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
            "QUERY_STRING": parts.query,
            "REQUEST_URI": target(url),  # waitress
            "RAW_URI": target(url),  # gunicorn
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or {"http": 80, "https": 443}[parts.scheme]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "HTTP_HOST": parts.netloc.rpartition("@")[2],
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else "HTTP_" + key] = value
        return environ


class HttpTransport:
    """Speaks to a real server, one connection a request. With `address` ("127.0.0.1:8080") it connects there in the
    clear whatever the URL's host is, as a TLS proxy in front of the server would."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        parts = urlsplit(url)
        secure = parts.scheme == "https" and self._address is None
        make = HTTPSConnection if secure else HTTPConnection
        connection = make(self._address or parts.netloc.rpartition("@")[2], timeout=TIME_LIMIT_S)
        host = {"Host": parts.netloc.rpartition("@")[2]}
        length = {"Content-Length": str(len(body))} if method == "POST" else {}
        try:
            connection.request(method, target(url), body or None, {**host, **headers, **length})
            answer = connection.getresponse()
            return Response(answer.status, tuple(answer.getheaders()), answer.read())
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{method} {url}: {error!r}") from error
        finally:
            connection.close()


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: base64 HMAC-SHA1 of the full URL, then each parameter's name and value in the order of the
    names. TW:usage/security: "Twilio will drop the username and password" and the fragment, and "the port number for
    https" voice URLs."""
    text = signed_url(url) + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed_url(url: str) -> str:
    """The URL as it goes into the signature: no fragment, no user, no port under https."""
    bare = url.partition("#")[0]
    parts = urlsplit(bare)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https":
        host = host.rpartition(":")[0] if parts.port else host
    return bare.replace(parts.netloc, host, 1)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2]
