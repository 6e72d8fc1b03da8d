"""Files that lie at a provider: fetched from the hosts we know, over connections that lead nowhere else, and no larger
or slower than we allow. Whatever stands in an address, our credentials go to no other host.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, InvalidURL
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from ivr.errors import NotFetched

MOST_BYTES = 16 * 1024 * 1024
PATIENCE_S = 20.0  # for each answer of the network
LONGEST_S = 120.0  # for a whole file
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
DELETABLE = re.compile(r".*/Recordings/[\w-]+", re.ASCII)  # whatever else an address names stays
ENDED = (200, 204, 404, 410)  # what tells that a file is no longer there once it was to be deleted


@dataclass(frozen=True, slots=True)
class Source:
    """Where files may come from: `hosts` by https only and at public addresses; `own_hosts` ("host" or "host:port") are
    somebody's own, and may be anywhere. `user` and `password` are told to both."""

    hosts: frozenset[str]
    own_hosts: frozenset[str]
    user: str
    password: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def get(url: str, source: Source) -> bytes:
    """The whole file. Raises NotFetched."""
    for _ in range(MOST_REDIRECTS + 1):
        with _answered("GET", url, source) as response:
            if response.status not in REDIRECTS:
                return _body(url, response)
            following = urljoin(url, response.headers.get("Location", ""))
        if urlsplit(following)[:2] != urlsplit(url)[:2]:
            raise NotFetched(f"{_shown(url)} leads to another host.", for_good=True)
        url = following
    raise NotFetched(f"{_shown(url)} leads round in a circle.", for_good=True)


def delete(url: str, source: Source) -> None:
    """Have the recording deleted there; one that is not there is deleted. Raises NotFetched."""
    if not DELETABLE.fullmatch(urlsplit(url).path):
        raise NotFetched(f"{_shown(url)} was not deleted there: it does not end in /Recordings/NAME.", for_good=True)
    with _answered("DELETE", url, source) as response:
        if response.status not in ENDED:
            raise NotFetched(f"{_shown(url)} was not deleted there: {response.status} {response.reason}.")


def _body(url: str, response: HTTPResponse) -> bytes:
    if response.status != 200:
        raise NotFetched(f"{_shown(url)}: {response.status} {response.reason}.")
    if (response.length or 0) > MOST_BYTES:
        raise NotFetched(f"{_shown(url)} has {response.length} bytes, more than {MOST_BYTES}.", for_good=True)
    stated, body, ends = response.length, bytearray(), time.monotonic() + LONGEST_S
    while piece := response.read1(1 << 16):
        body += piece
        if len(body) > MOST_BYTES:
            raise NotFetched(f"{_shown(url)} has more than {MOST_BYTES} bytes.", for_good=True)
        if time.monotonic() > ends:
            raise NotFetched(f"{_shown(url)} took longer than {LONGEST_S:.0f} s.")
    if stated is not None and len(body) != stated:
        raise NotFetched(f"{_shown(url)} broke off after {len(body)} of {stated} bytes.")
    return bytes(body)


@contextmanager
def _answered(method: str, url: str, source: Source) -> Iterator[HTTPResponse]:
    """The answer to a request; whatever the network does on the way is NotFetched."""
    connection = _connection(url, source)
    try:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target or "/", headers={"Authorization": source.authorization})
        yield connection.getresponse()
    except (ValueError, InvalidURL) as error:  # of the address, or of the one it leads to
        raise NotFetched(f"{_shown(url)} can't be asked for: {type(error).__name__}.", for_good=True) from error
    except (OSError, HTTPException) as error:
        raise NotFetched(f"{_shown(url)}: {str(error) or type(error).__name__}") from error
    finally:
        connection.close()


def _connection(url: str, source: Source) -> HTTPConnection:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotFetched("What we were told is no address.", for_good=True) from None
    is_own = parts.netloc in source.own_hosts
    if not is_own and not _is_known(parts, source):
        mend = "Is it to be trusted? Then name it in config.toml: [recordings] hosts."
        raise NotFetched(f"Nothing is fetched from {_origin(parts)}. {mend}", for_good=True)
    host = parts.hostname or ""
    address = _address(host, port, public=not is_own)
    return _Pinned(host, port, address, is_encrypted=parts.scheme == "https")


def _is_known(parts: SplitResult, source: Source) -> bool:
    return parts.scheme == "https" and parts.netloc in source.hosts  # so without a port, and without a user


def _address(host: str, port: int, *, public: bool) -> str:
    """The IP address that we connect to: what was looked at is what is used, whatever the name means a moment later."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"{host} has no address: {error}") from error
    if public and not all(ip_address(each.partition("%")[0]).is_global for each in found):
        raise NotFetched(f"{host} lies in a private network, and nothing is fetched from there.", for_good=True)
    return found[0]


class _Pinned(HTTPConnection):
    """A connection to one IP address, under the host's name."""

    def __init__(self, host: str, port: int, address: str, *, is_encrypted: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE_S)
        self._address = address
        self._tls = ssl.create_default_context() if is_encrypted else None

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), PATIENCE_S)
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def _shown(url: str) -> str:
    """Without its query, and without a user and password: there may be secrets in them."""
    parts = urlsplit(url)
    return _origin(parts) + parts.path


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
