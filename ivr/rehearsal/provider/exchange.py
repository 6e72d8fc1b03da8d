"""Requests to the server go out signed, take their time, and may be lost, doubled or late; every one is logged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Barrier
from urllib.parse import urlencode

from .audio import MediaCache
from .clock import Clock
from .errors import ProviderError, Unreachable
from .faults import MINUTES_LATER, Faults, Luck
from .network import TIME_LIMIT_S, Account, Response, Transport, signature
from .open_call import OpenCall
from .sent import Copy, Due, Kind, Sent

CACHED_S = 0.005  # Twilio's help centre: cached audio is served within 10 ms


class Exchange:
    """One telephone number at the provider, and its way to the server under test."""

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
        self._transport = transport
        self._seed = seed
        self.calls: Mapping[str, OpenCall] = {}
        self._due: list[Due] = []

    def address(self, name: str) -> str:
        """Where the number is configured to send its requests."""
        return f"{self.base_url}/line/twilio/{name}"

    def finish(self, call: OpenCall | None = None) -> None:
        """Deliver everything still outstanding, of one call or of all, as it falls due."""
        while mine := [due for due in self._due if call is None or due.request.call == call.sid]:
            self.pass_until(min(due.at for due in mine))

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def pass_until(self, moment: datetime) -> None:
        """Let time go by; what falls due meanwhile is delivered in the middle of it."""
        while due := [one for one in self._due if one.at <= moment]:
            first = min(due, key=lambda one: one.at)
            self.clock.advance_to(first.at)
            self._release(first)
        self.clock.advance_to(moment)

    def pass_seconds(self, seconds: float) -> None:
        self.pass_until(self.clock.now() + timedelta(seconds=seconds))

    def listened(self, urls: list[str], call: OpenCall, *, nested: bool) -> dict[str, float]:
        """Lengths of the files, fetched side by side: TW:voice/twiml/gather, all of them before the first plays."""
        cached = all(self.media.fresh(url) for url in urls)
        lengths = {url: self.media.seconds(url, nested=nested) for url in urls}
        if urls:
            self.pass_seconds(CACHED_S if cached else call.line.draw("media"))
        return lengths

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────

    def exchange(self, call: OpenCall, kind: Kind, method: str, url: str, params: Mapping[str, str]) -> Sent:
        """A request whose answer the call waits for; what is returned is the copy whose answer was seen."""
        self._count_down()
        sent, late = self._write(call.sid, kind, method, url, params), 0.0
        if self.luck.strikes(self.faults.lost_requests):
            sent.trouble = "the connection failed"
            late += self._wait_to_retry()
            sent = self._copy(sent, "retry")
        self.pass_seconds(call.line.draw("there"))
        self._deliver(sent)
        self._double(sent)
        if sent.answer and self.luck.strikes(self.faults.lost_answers):
            self._expect_ok(sent)
            sent.lost = True
            way = call.line.draw("there")
            late += self._wait_to_retry() + way
            sent = self._copy(sent, "retry")
            self.pass_seconds(way)
            self._deliver(sent)
        sent.late = late
        self.pass_seconds(call.line.draw("back"))
        return sent

    def send_later(
        self, call: OpenCall, kind: Kind, method: str, url: str, params: Mapping[str, str], delay: float
    ) -> Sent:
        """A request whose answer nobody waits for."""
        sent = self._write(call.sid, kind, method, url, params)
        self._due.append(Due(sent, self.clock.now() + timedelta(seconds=delay)))
        return sent

    def call_back(
        self, call: OpenCall, kind: Kind, method: str, url: str, params: Mapping[str, str], delay: float
    ) -> None:
        """A status callback: nothing is promised of it; TW:voice/api/call-resource, "no guarantee" of any order."""
        if self.luck.strikes(self.faults.lost_callbacks):
            self._write(call.sid, kind, method, url, params).trouble = "lost on the way"
            return
        delay += self.luck.callback_delay()
        self._double(self.send_later(call, kind, method, url, params, delay), delay)

    def repeat(self, request: Sent, times: int = 1, *, concurrently: bool = False) -> list[bytes]:
        """The same request again, byte for byte; with `concurrently` all at one moment, each in its own thread."""
        copies = [self._copy(request, "repeat") for _ in range(times)]
        barrier = Barrier(times)

        def together(sent: Sent) -> None:
            barrier.wait()
            self._deliver(sent)

        if concurrently:
            with ThreadPoolExecutor(times) as pool:
                list(pool.map(together, copies))
        else:
            for sent in copies:
                self._deliver(sent)
        return [sent.body for sent in copies]

    def report_end(self, call: OpenCall, ended: datetime) -> None:
        """The terminal status callback. TW:voice/twiml, "Ending the call": one asynchronous request."""
        seconds = (ended - (call.answered or ended)).total_seconds()
        stamp = datetime.fromtimestamp(self.luck.timestamp(ended.timestamp()), UTC)
        params = call.params() | {
            "CallDuration": str(math.floor(seconds + 0.5)),
            "Duration": str(math.ceil(seconds / 60)),  # minutes, as billed
            "Timestamp": format_datetime(stamp),
            "SequenceNumber": "0",
            "CallbackSource": "call-progress-events",
        }
        delay = max(0.0, (ended - self.clock.now()).total_seconds()) + call.line.draw("there")
        self.call_back(call, "status", "POST", self.address("status"), params, delay)
        if self.faults.callback_delay == (0.0, 0.0):
            self.pass_seconds(delay)

    # ── one request ──────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, call: str, kind: Kind, method: str, url: str, params: Mapping[str, str]) -> Sent:
        bare = url.partition("#")[0]
        if method == "GET":
            bare += ("&" if "?" in bare else "?") + urlencode(params)
        form = dict(params) if method == "POST" else {}
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": signature(self.account.token, bare, form),
            "I-Twilio-Idempotency-Token": self._token(),
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        payload, number = urlencode(form).encode(), len(self.requests)
        sent = Sent(number, call, kind, "first", number, method, bare, dict(params), headers, payload, self.clock.now())
        return self._log(sent)

    def _copy(self, original: Sent, copy: Copy) -> Sent:
        """The same request again. A retry may carry the same idempotency token or another: Twilio does not say."""
        o, headers = original, dict(original.headers)
        if copy == "retry" and self.luck.strikes(0.5):
            headers["I-Twilio-Idempotency-Token"] = self._token()
        number, now = len(self.requests), self.clock.now()
        sent = Sent(number, o.call, o.kind, copy, o.of, o.method, o.url, o.params, headers, o.payload, now)
        return self._log(sent)

    def _log(self, sent: Sent) -> Sent:
        self.requests.append(sent)
        self.calls[sent.call].requests.append(sent)
        return sent

    def _token(self) -> str:
        return f"{self.luck.random.getrandbits(128):032x}"

    def _deliver(self, sent: Sent) -> None:
        """The request reaches the server now, and is answered within 15 s or not at all."""
        sent.arrived = self.clock.now()
        answer: Response | None = None
        try:
            answer = self._transport(sent.method, sent.url, sent.headers, sent.payload)
        except Unreachable as error:
            sent.trouble = str(error)
        if (self.clock.now() - sent.arrived).total_seconds() > TIME_LIMIT_S:
            answer, sent.trouble = None, f"no answer within {TIME_LIMIT_S:.0f} s"
        sent.answer = answer

    def _wait_to_retry(self) -> float:
        seconds = self.luck.between(self.faults.retry_after)
        self.pass_seconds(seconds)
        return seconds

    def _double(self, sent: Sent, delay: float = 0.0) -> None:
        """Perhaps the request comes again: at once, after some more requests, or minutes later."""
        if not self.luck.strikes(self.faults.doubled):
            return
        for _ in range(self.luck.copies()):
            double, at = self._copy(sent, "double"), self.clock.now() + timedelta(seconds=delay)
            later = at + timedelta(seconds=self.luck.between(MINUTES_LATER))
            manner = self.luck.random.choice(("at once", "after others", "minutes later"))
            after = self.luck.random.randint(1, 4) if manner == "after others" else None
            self._due.append(Due(double, at if manner == "at once" else later, after))
        self.pass_until(self.clock.now())

    def _count_down(self) -> None:
        for due in list(self._due):
            if due.after is not None:
                due.after -= 1
                if due.after == 0:
                    self._release(due)

    def _release(self, due: Due) -> None:
        self._due.remove(due)
        self._deliver(due.request)
        self._expect_ok(due.request)

    def _expect_ok(self, sent: Sent) -> None:
        """Nobody executes this answer, but it has to be one: the debugger shows an error otherwise."""
        if sent.status != 200:
            what = sent.trouble or f"status {sent.status} to a {sent.copy} {sent.kind} request"
            code = 11200 if sent.answer else 11205
            self.calls[sent.call].errors.append(ProviderError(code, what, sent.url))
