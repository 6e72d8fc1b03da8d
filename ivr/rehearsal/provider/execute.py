"""Documents are performed verb by verb, as documented; each stretch of time that a caller can act in is a Span."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from .errors import ProviderError
from .exchange import Exchange
from .open_call import OpenCall
from .sent import Sent
from .spans import Gathering, Goto, Span, SpanKind, Tape
from .twiml import read
from .verbs import Gather, Hangup, Pause, Play, Record, Redirect, Reject, Say, Verb

MOST_REDIRECTS = 10  # 11215, counted from the last sound or silence
MOST_DOCUMENTS = 2000  # no such limit is documented; a call that needs more is going round in circles


Spans = Generator[Span, None, None]
Leaving = Generator[Span, None, Goto | None]  # None: there is no more, hang up (or: go on with the next verb)


class Performance:
    """All that the provider does in one call, up to its end."""

    def __init__(self, call: OpenCall, provider: Exchange) -> None:
        self._call = call
        self._provider = provider
        self.documents: list[Sent] = []
        self._redirects = 0
        self._silent = True  # nothing of the present document has been heard yet

    def spans(self) -> Spans:
        goto: Goto | None = Goto("document", "POST", self._provider.address("answer"))
        while goto:
            goto = yield from self._fetch_and_perform(goto)

    def _fetch_and_perform(self, goto: Goto) -> Leaving:
        """TW:usage/security/availability-reliability: the fallback URL is requested at once when TwiML cannot be
        fetched or executed, with ErrorCode and ErrorUrl; its TwiML continues the call. If it fails too, that is all."""
        try:
            verbs = self._fetch(goto)
            return (yield from self._perform(verbs))
        except ProviderError as error:
            self._call.errors.append(error)
            if goto.kind == "fallback" or len(self.documents) >= MOST_DOCUMENTS:
                self._answer()
                return None
            told = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
            return Goto("fallback", "POST", self._provider.address("fallback"), told)

    def _fetch(self, goto: Goto) -> tuple[Verb, ...]:
        if len(self.documents) >= MOST_DOCUMENTS:
            raise ProviderError(11215, f"more than {MOST_DOCUMENTS} documents in one call", goto.url)
        params = self._call.params() | goto.extra
        sent = self._provider.exchange(self._call, goto.kind, goto.method, goto.url, params)
        self._silent = True
        self.documents.append(sent)
        if sent.answer is None:
            late = sent.trouble.startswith("no answer within")
            raise ProviderError(11200 if late else 11205, sent.trouble, sent.url)
        return read(sent.answer, sent.url, require_absolute=self._provider.require_absolute)

    def _perform(self, verbs: tuple[Verb, ...]) -> Leaving:
        """TW:voice/twiml: if no verbs remain, Twilio hangs up."""
        for verb in verbs:
            goto: Goto | None = None
            if not isinstance(verb, Pause | Reject):
                self._answer()
            match verb:
                case Say() | Play() | Pause():
                    yield from self._sounds((verb,), None)
                case Gather():
                    goto = yield from self._gather(verb)
                case Record():
                    goto = yield from self._record(verb)
                case Redirect():
                    goto = self._redirect(verb)
                case Hangup():
                    break
                case Reject():
                    self._reject(verb)
                    return None
            if goto:
                return goto
        self._answer()
        return None

    def _answer(self) -> None:
        """TW:voice/twiml/pause, /reject: these two alone, coming first, do not answer the call."""
        if self._call.status == "ringing":
            self._call.status, self._call.answered = "in-progress", self._provider.clock.now()

    def _reject(self, verb: Reject) -> None:
        """TW:voice/twiml/reject: as the first verb it keeps the call unanswered; later it only ends it."""
        if self._call.status == "ringing":
            self._call.status = "busy" if verb.reason == "busy" else "no-answer"

    def _redirect(self, verb: Redirect) -> Goto:
        self._redirects += 1
        if self._redirects > MOST_REDIRECTS:
            raise ProviderError(11215, f"more than {MOST_REDIRECTS} redirects without a sound", verb.url)
        return Goto("document", verb.method, verb.url)

    # ── sounds ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _span(self, kind: SpanKind, what: str, length: float) -> Span:
        """It begins now; the first of a document after the audio's start-up and way to the caller."""
        if self._silent:
            self._provider.pass_seconds(self._call.line.draw("audio"))
        self._silent, self._redirects = False, 0
        return Span(kind, what, length, self.documents[-1].number, self._provider.clock.now())

    def _sounds(self, verbs: tuple[Say | Play | Pause, ...], gathering: Gathering | None) -> Spans:
        """One after the other, up to the first key where keys are gathered."""
        urls = [verb.url for verb in verbs if isinstance(verb, Play) and verb.url]
        lengths = self._provider.listened(urls, self._call, nested=gathering is not None)
        for verb in verbs:
            for span in self._each(verb, lengths):
                span.gathering = gathering
                yield span
                if gathering and (gathering.digits or gathering.finished):
                    return

    def _each(self, verb: Say | Play | Pause, lengths: dict[str, float]) -> Iterator[Span]:
        """Once or in a loop: TW:voice/twiml/play, 0 means until hang-up or 1000 times."""
        match verb:
            case Pause():
                yield self._span("pause", "", verb.seconds)
            case Say():
                for _ in range(verb.loop or 1000):
                    yield self._span("say", verb.words, say_seconds(verb.words))
            case Play():
                if verb.digits:
                    yield self._span("tones", verb.digits, tones_seconds(verb.digits))
                for _ in range((verb.loop or 1000) if verb.url else 0):
                    yield self._span("play", verb.url, lengths[verb.url])

    # ── verbs that wait for the caller ───────────────────────────────────────────────────────────────────────────

    def _gather(self, verb: Gather) -> Leaving:
        """TW:voice/twiml/gather: the timeout starts after all nested verbs have finished, or at the first key."""
        gathering = Gathering(verb)
        yield from self._sounds(verb.nested, gathering)
        pressed = -1
        while not gathering.finished and pressed != len(gathering.digits):
            pressed = len(gathering.digits)
            span = self._span("wait", "", verb.timeout)
            span.gathering = gathering
            yield span
        if gathering.finished:
            self._provider.pass_seconds(self._call.line.draw("key"))
        return self.gathered(gathering)

    def gathered(self, gathering: Gathering) -> Goto | None:
        """Without digits it falls through to the next verb, unless it has actionOnEmptyResult."""
        verb, extra = gathering.verb, {}
        if gathering.digits:
            extra = {"Digits": gathering.digits, "FinishedOnKey": gathering.finishing_key, "msg": "Gather End"}
        elif not verb.action_on_empty:
            return None
        elif self._provider.luck.strikes(self._provider.faults.blank_digits):
            extra = {"Digits": ""}
        return Goto("document", verb.method, verb.action, extra)

    def _record(self, verb: Record) -> Leaving:
        tape = Tape(verb)
        span = self._span("record", "", min(tape.silence, float(verb.longest)))
        span.tape = tape
        yield span
        return self.recorded(tape, span.lasted)

    def recorded(self, tape: Tape, lasted: float) -> Goto | None:
        """TW:voice/twiml/record: verbs after it are unreachable, with "one exception: if Twilio receives an empty
        recording, it will not make a request to the action URL", and goes on with the next verb."""
        seconds = tape.spoken if tape.verb.trim else lasted
        if seconds <= 0:
            return None
        sid = f"RE{self._provider.luck.random.getrandbits(128):032x}"
        account = self._provider.account.sid
        told = {
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}",
            "RecordingDuration": str(max(1, round(seconds))),
        }
        if tape.verb.callback:
            of = {"AccountSid": account, "CallSid": self._call.sid, "RecordingSid": sid, "RecordingStatus": "completed"}
            more = {"RecordingChannels": "1", "RecordingSource": "RecordVerb"}
            method, url = tape.verb.callback_method, tape.verb.callback
            self._provider.call_back(self._call, "recording", method, url, of | told | more, 1.0)
        return Goto("document", tape.verb.method, tape.verb.action, told | ({"Digits": tape.key} if tape.key else {}))


def say_seconds(words: str) -> float:
    """About as long as a voice takes: four Chinese characters a second, fourteen letters."""
    wide = sum(ord(letter) > 0x2E7F for letter in words)
    return round(max(0.5, wide / 4 + (len(words) - wide) / 14), 2)


def tones_seconds(digits: str) -> float:
    """TW:voice/twiml/play: w is half a second of waiting, W a second; a tone with its gap takes a fifth."""
    return sum({"w": 0.5, "W": 1.0}.get(digit, 0.2) for digit in digits)
