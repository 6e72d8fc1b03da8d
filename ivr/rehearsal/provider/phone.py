"""What the caller does, and the truth about what the caller heard; nobody else knows it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from .exchange import Exchange
from .execute import Performance
from .faults import Line
from .open_call import OpenCall
from .sent import Sent
from .spans import Goto, Span, Tape

LONGEST_CALL = timedelta(hours=4)  # TW:voice/twiml/record, maxLength
OVERTAKEN_S = 0.1  # how long a last key waits behind the callback of a line that is otherwise equally quick
Stopped = Literal["end", "key", "hang-up", "time limit"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of one file, or of one sentence said, that reached the caller's ear."""

    kind: Literal["play", "say"]
    what: str  # the address, or the words
    started: datetime
    from_s: float  # always 0: a provider plays a file from its beginning
    to_s: float
    file_length_s: float  # of words: as long as they take to say, more or less
    stopped: Stopped
    document: int  # Provider.requests[document] brought it
    late: float  # seconds by which that answer was late because a request or an answer had been lost


class Call(OpenCall):
    """One call, driven by its caller: press, listen, wait, speak, hang_up; then finish."""

    def __init__(self, provider: Exchange, sid: str, from_: str) -> None:
        super().__init__(sid, from_, provider.number, provider.account.sid, Line(provider.luck))
        self.provider = provider
        self.heard: list[Heard] = []
        self.unheard_keys: list[tuple[str, datetime]] = []  # pressed while nothing was gathering
        self._performance = Performance(self, provider)
        self._spans: Generator[Span, None, None] = self._performance.spans()
        self._span: Span | None = None

    def __repr__(self) -> str:
        return f"<Call {self.sid} from {self.from_} {self.status}>"

    @property
    def documents(self) -> list[Sent]:
        """The requests whose answers were performed, or failed to be."""
        return self._performance.documents

    @property
    def disagreements(self) -> list[tuple[Sent, Sent]]:
        """Copies of a request that were not answered with the bytes that the first was answered with."""
        log = self.provider.requests
        pairs = ((log[sent.of], sent) for sent in self.requests if sent.of != sent.number and sent.answer)
        return [(first, copy) for first, copy in pairs if first.answer and first.body != copy.body]

    # ── what the caller does ─────────────────────────────────────────────────────────────────────────────────────

    def dial(self) -> None:
        self._next()

    def press(self, keys: str, after: float | None = None, *, gap: float = 0.3) -> None:
        """Press keys, `gap` seconds apart. The first comes `after` so many seconds, wherever the call is then; without
        `after` it comes at once, or as soon as the present document gathers or records. A key that comes while
        nothing gathers, as between two documents, is lost to `unheard_keys`."""
        self._still_here()
        if after is None:
            self._until_gathering()
        moment = self._now + timedelta(seconds=after or 0.0)
        for key in keys:
            self._run(moment)
            self._key(key, moment)
            moment += timedelta(seconds=gap)

    def listen(self, at_most: float | None = None) -> None:
        """Press nothing until the next document begins, or the call is over, or so many seconds have passed."""
        self._still_here()
        document, until = self._document, None if at_most is None else self._now + timedelta(seconds=at_most)
        while self._span and self._document == document:
            if until is not None and min(self._span.end, self._limit) >= until:
                self.provider.pass_until(until)
                return
            self._finish_span(self._span)

    def wait(self, seconds: float) -> None:
        """Press nothing for so long."""
        self._still_here()
        self._run(self._now + timedelta(seconds=seconds))

    def speak(self, seconds: float, then: str = "") -> None:
        """Speak into the present Record, then press the key `then`, or say no more, or put the receiver down with
        `then="hang up"`."""
        self._until_gathering()
        if not self._span or not self._span.tape:
            raise AssertionError(f"{self!r} is not recording")
        span, tape = self._span, self._span.tape
        tape.spoken = min(seconds, float(tape.verb.longest))
        span.length = min(tape.spoken + tape.silence, float(tape.verb.longest))
        if then == "hang up":
            self.hang_up(after=seconds)
        elif then:
            self.press(then, after=seconds)
        else:
            self.listen()

    def hang_up(self, after: float = 0.0, *, pressing: str = "") -> None:
        """Put the receiver down; nothing happens when the line is dead already. With `pressing` a key is pressed in the
        same moment, and its request and the status callback overtake one another on the way to the server."""
        if self.ended:
            return
        moment = self._now + timedelta(seconds=after)
        self._run(moment)
        if not self.ended:
            if pressing:
                self._press_too_late(pressing, moment)
            self._cut(moment, "hang-up")
            self._over(moment + timedelta(seconds=self.line.draw("key")))

    def finish(self) -> None:
        """Deliver every callback and every copy of a request that is still outstanding."""
        self.provider.finish(self)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _now(self) -> datetime:
        return self.provider.clock.now()

    def _run(self, until: datetime) -> None:
        """Let the call go on by itself until that moment, from document to document."""
        while self._span:
            if min(self._span.end, self._limit) >= until:
                self.provider.pass_until(until)
                return
            self._finish_span(self._span)

    @property
    def _document(self) -> int:
        """The number of the request that brought what is on the line now; -1 when the line is dead."""
        return self._span.document if self._span else -1

    def _until_gathering(self) -> None:
        """Let the present document go on until it gathers or records."""
        document = self._document
        while self._span and self._document == document and not (self._span.gathering or self._span.tape):
            self._finish_span(self._span)

    @property
    def _limit(self) -> datetime:
        return (self.answered or self._now) + LONGEST_CALL

    def _finish_span(self, span: Span) -> None:
        end, limit = span.end, self._limit
        self.provider.pass_until(min(end, limit))
        if end < limit:
            self._close(span, end, "end")
            self._next()
        else:
            self._cut(limit, "time limit")
            self._over(limit)

    def _next(self) -> None:
        self._span = next(self._spans, None)
        if self._span is None:
            self._over(self._now)

    def _key(self, key: str, moment: datetime) -> None:
        span = self._span
        open_ = span.gathering or span.tape if span and span.started <= moment else None
        if span is None or open_ is None or not open_.takes(key):
            self.unheard_keys.append((key, moment))
            return
        if isinstance(open_, Tape):
            open_.spoken = min(open_.spoken, (moment - span.started).total_seconds())
        self._close(span, moment, "key")
        self._next()

    def _press_too_late(self, key: str, moment: datetime) -> None:
        """The key ends the Gather, and its request goes out although nobody will hear the answer."""
        gathering = self._span.gathering if self._span and self._span.started <= moment else None
        if gathering and gathering.takes(key) and gathering.finished:
            goto = self._performance.gathered(gathering)
            if goto:
                delay = self.line.draw("key") + self.line.draw("there") + OVERTAKEN_S
                self.provider.send_later(self, "document", goto.method, goto.url, self.params() | goto.extra, delay)

    # ── the truth ────────────────────────────────────────────────────────────────────────────────────────────────

    def _close(self, span: Span, moment: datetime, stopped: Stopped) -> None:
        """The span ends here; what was sound in it has been heard so far."""
        span.lasted = (moment - span.started).total_seconds()
        if span.kind in ("play", "say") and span.lasted >= 0:
            kind: Literal["play", "say"] = "play" if span.kind == "play" else "say"
            late = self.provider.requests[span.document].late
            heard = min(span.lasted, span.length)
            self.heard.append(
                Heard(kind, span.what, span.started, 0.0, heard, span.length, stopped, span.document, late)
            )

    def _cut(self, moment: datetime, stopped: Stopped) -> None:
        """The line breaks in the middle of a span; a recording is still reported."""
        if self._span:
            self._close(self._span, moment, stopped)
            if self._span.tape and self._span.tape.spoken:
                self._span.tape.key = "hangup"
                goto: Goto | None = self._performance.recorded(self._span.tape, self._span.lasted)
                if goto:
                    params = self.params() | goto.extra
                    self.provider.send_later(self, "document", goto.method, goto.url, params, self.line.draw("there"))
        self._spans.close()

    def _over(self, moment: datetime) -> None:
        self._span = None
        self.ended_at = moment
        self.answered = self.answered or (moment if self.status == "in-progress" else None)
        self.status = "completed" if self.status == "in-progress" else self.status
        self.provider.report_end(self, moment)

    def _still_here(self) -> None:
        if self.ended:
            raise AssertionError(f"{self!r}: nobody is on the line any more")


class Provider(Exchange):
    """One telephone number at the provider, and the calls to it."""

    calls: dict[str, Call]

    def call(self, from_: str = "+8613800000001") -> Call:
        """Somebody dials: the first document is fetched, and its first verb begins."""
        told = f"{self.faults.seed}/{self._seed}/{len(self.calls)}/{from_}/{self.clock.now()}"
        call = Call(self, "CA" + sha256(told.encode()).hexdigest()[:32], from_)
        self.calls[call.sid] = call
        call.dial()
        return call
