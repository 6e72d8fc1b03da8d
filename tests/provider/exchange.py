"""Requests to the server go out signed, take their time, and may be lost, doubled or late; every one is logged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from threading import Barrier
from typing import Literal
from urllib.parse import urlencode

from .audio import MediaCache
from .clock import Clock
from .errors import ProviderError, Unreachable
from .faults import Faults, Line, Luck
from .network import TIME_LIMIT_S, Account, Response, Transport, signature
from .phone import Call

Kind = Literal["document", "fallback", "status", "recording"]
Copy = Literal["first", "double", "retry", "repeat"]


@dataclass(slots=True)
class Sent:
    """One request as it went out, and what came back; status 0 means that no answer was had."""

    number: int  # its place in the provider's log
    call: str
    kind: Kind
    copy: Copy
    of: int | None  # the number of the request that this one is a copy of
    method: str
    url: str  # without fragment; a GET's parameters are in it
    params: dict[str, str]
    headers: dict[str, str]
    payload: bytes
    sent: datetime
    arrived: datetime
    status: int = 0
    answer: Response | None = None
    trouble: str = ""
    lost: bool = False  # the server answered, the provider never saw it
    late: float = 0.0  # seconds that a lost request or answer added before the provider had its answer

    @property
    def body(self) -> bytes:
        return self.answer.body if self.answer else b""


@dataclass(slots=True)
class _Due:
    """A request still to be delivered: at a time, or after so many others."""

    request: Sent
    at: datetime | None
    after: int = 0


class Provider:
    """One telephone number at the provider, its calls, and its way to the server under test."""

    def __init__(
        self,
        transport: Transport,
        account: Account,
        *,
        clock: Clock,
        base_url: str = "https://line.example",
        faults: Faults | None = None,
        seed: int = 0,
        number: str = "+861012345678",
        require_absolute: bool = True,
    ) -> None:
        self.account = account
        self.clock = clock
        self.base_url = base_url.rstrip("/")
        self.number = number
        self.require_absolute = require_absolute
        self.faults = faults or Faults.none()
        self.luck = Luck(self.faults, seed)
        self.media = MediaCache(transport, clock)
        self.requests: list[Sent] = []
        self.calls: dict[str, Call] = {}
        self._transport = transport
        self._seed = seed
        self._due: list[_Due] = []

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────

    def call(self, from_: str = "+8613800000001") -> Call:
        """Somebody dials: the first document is fetched, and its first verb begins."""
        told = f"{self.faults.seed}/{self._seed}/{len(self.calls)}/{from_}/{self.clock.now()}"
        call = Call(self, "CA" + sha256(told.encode()).hexdigest()[:32], from_)
        self.calls[call.sid] = call
        call.dial()
        return call

    def finish(self, call: Call | None = None) -> None:
        """Deliver everything still outstanding, of one call or of all, in the order in which it is due."""
        while True:
            mine = [due for due in self._due if call is None or due.request.call == call.sid]
            if not mine:
                return
            first = min(mine, key=lambda due: due.at or self.clock.now())
            self.pass_until(first.at or self.clock.now())
            if first in self._due:
                self._release(first)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def pass_until(self, moment: datetime) -> None:
        """Let time go by; what falls due meanwhile is delivered in the middle of it."""
        while True:
            due = [one for one in self._due if one.at is not None and one.at <= moment]
            if not due:
                break
            first = min(due, key=lambda one: one.at or moment)
            self.clock.advance_to(first.at or moment)
            self._release(first)
        self.clock.advance_to(moment)

    def pass_seconds(self, seconds: float) -> None:
        self.pass_until(self.clock.now() + timedelta(seconds=seconds))

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────

    def exchange(self, call: Call, kind: Kind, method: str, url: str, params: Mapping[str, str]) -> Sent:
        """A request whose answer the call waits for; what is returned is the copy whose answer was seen."""
        self._count_down()
        sent = self._write(call.sid, kind, method, url, params)
        tried = self.clock.now()
        if self.luck.strikes(self.faults.lost_requests):
            self.pass_seconds(self.luck.between(self.faults.retry_after))
        self._travel(sent, call.line)
        self._double(sent)
        if sent.status and self.luck.strikes(self.faults.lost_answers):
            sent.lost = True
            self.pass_seconds(self.luck.between(self.faults.retry_after))
            sent = self._copy(sent, "retry")
            self._travel(sent, call.line)
        sent.late = (sent.arrived - tried).total_seconds() - sent_way(sent)
        self.pass_seconds(call.line.draw("back"))
        return sent
