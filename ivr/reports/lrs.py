"""Statements are sent to a learning record store by POST, some at a time, and each only once: what it took is written
down, so that the next run goes on where this one was stopped. Nothing goes over plain http, but on one's own machine.

Source: https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from ivr.errors import NotSent
from ivr.keeping import locked
from ivr.reports.xapi import VERSION, Statement

AT_ONCE = 50
TIMEOUT_S = 30
LONGEST_ANSWER = 64 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")
TAKEN, CONFLICT = (200, 204), 409


@dataclass(frozen=True, slots=True)
class Store:
    """`url` is the xAPI endpoint, the part before /statements; `key` and `secret` are its account's."""

    url: str
    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were sent now, had been before, and were there already in other words, which the store keeps."""

    now: int
    before: int
    kept: int


def send(statements: Sequence[Statement], store: Store, folder: Path) -> Sent:
    """`folder` is where it is written down what was taken. Raises NotSent, with what to mend."""
    parts = urlsplit(store.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise NotSent(f"{store.url} is not an https address: what members studied is not sent in the open.")
    if not store.key or not store.secret:
        raise NotSent("IVR_LRS_KEY and IVR_LRS_SECRET are not set; the store's settings show them.")
    list_ = folder / f"{hashlib.sha256(store.url.encode()).hexdigest()[:16]}.sent"
    with locked(list_.with_suffix(".lock")):
        known = set(list_.read_text("ascii").split()) if list_.exists() else set()
        waiting = [each for each in statements if each["id"] not in known]
        kept = 0
        for some in _parts(waiting):
            kept += _take(store, some)
            with list_.open("a", encoding="ascii") as file:
                file.write("".join(f"{each['id']}\n" for each in some))
    return Sent(len(waiting) - kept, len(statements) - len(waiting), kept)


def _parts(waiting: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    return (waiting[n : n + AT_ONCE] for n in range(0, len(waiting), AT_ONCE))


def _take(store: Store, some: Sequence[Statement]) -> int:
    """Returns how many the store has in other words. It refuses all of a request for one of those: then singly."""
    status, told = _post(store, some)
    if status in TAKEN:
        return 0
    if status != CONFLICT:
        raise NotSent(f"{store.url} answered {status}: {told}. {_mend(status)}")
    if len(some) == 1:
        return 1
    return sum(_take(store, [each]) for each in some)


def _mend(status: int) -> str:
    if status in (401, 403):
        return "Check IVR_LRS_KEY and IVR_LRS_SECRET."
    if 300 <= status < 400 or status == 404:
        return "Check [lrs] url in config.toml: it is the xAPI endpoint, the part before /statements."
    return "Run the same command again later: it goes on where it stopped."


def _post(store: Store, some: Sequence[Statement]) -> tuple[int, str]:
    parts = urlsplit(store.url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    headers = {
        "Content-Type": "application/json",
        "X-Experience-API-Version": VERSION,
        "Authorization": f"Basic {b64encode(f'{store.key}:{store.secret}'.encode()).decode()}",
    }
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/statements", json.dumps(some), headers)
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER).decode("utf-8", "replace")[:300]
    except (OSError, HTTPException) as error:
        raise NotSent(f"{store.url} can't be reached ({error}). Run the same command again later.") from error
    finally:
        connection.close()
