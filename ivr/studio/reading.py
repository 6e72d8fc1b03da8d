"""How written language is said aloud: where a sentence ends, what an engine is told for it, how long a silence follows.

What the lexicon does not say, the rules of the language do: `chinese.py`, `cantonese.py`, `english.py`. What is written
in any other language is left to its voice.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct, structs

from ivr.studio.languages import cantonese, chinese, english
from ivr.studio.languages.hanzi import HANZI, WRITTEN_IN_HANZI, Lexicon, plainly_written
from ivr.studio.languages.plain_signs import ADDRESS
from ivr.studio.markup import Break, Digits, Recording, SaidAs, Span, Stress, Words, shown

SENTENCE_MS = 800
COMMA_MS = 300
# Before stressed words. A longer silence helped older listeners on the telephone where more loudness did not
# (a study of 67 people); a sentence that begins with them has its silence already.
STRESS_MS = 200
LONGEST_SENTENCE = 60  # hanzi; longer ones are cut at commas

_CLOSING = "[\"'”’」』）》»)]*"
_NOT_ABBREVIATED = r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)"
_NOT_ABBREVIATED += r"(?<!\bProf)(?<!\bvs)(?<!\bapprox)(?<!\b[Tt]el)"
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_NOT_OVER = rf"(?<!\bNo\.(?=\s\d))(?<!\b(?:{_MONTHS})\.(?=\s\d))(?<!\b[ap]\.m\.(?=\s[a-z]))"
_END = re.compile(
    rf"(?:[。！？；…؟۔।॥።፧։။។]|{_NOT_ABBREVIATED}[.!?]{_NOT_OVER}(?={_CLOSING}(?:\s|$|[!?.])))+{_CLOSING}"
)
_ASCII_END = re.compile(rf"[!?;]+{_CLOSING}")  # in Chinese these end a sentence also without a space
_COMMAS = ("，", "、", ",", "،")
_COMMA = re.compile(f"[{''.join(_COMMAS)}]{_CLOSING}")
_ADDRESS = re.compile(f"({ADDRESS})")
_CUT = "\0"
# Other languages have no rules here: their voices read text, and digits one by one, as they are written.
_SPOKEN = {"zh": chinese.spoken, "yue": cantonese.spoken, "en": english.spoken}
_DIGITS = {"zh": chinese.digit_by_digit, "yue": cantonese.digit_by_digit, "en": english.digit_by_digit}
# Private signs, which no rule knows: where pinyin belongs, and where a span does.
_PINYIN, _SPAN = "\ue000", "\ue001"


class Utterance(Struct, frozen=True):
    """What an engine is asked to say in one go. Between two of them the longer of both silences lies, in ms."""

    text: str
    pause_before_ms: int = 0
    pause_after_ms: int = 0
    slow: bool = False  # at the next slower pace


class Wording(Struct, frozen=True):
    """A sentence as it is shown, and how it is said: by a voice, or by the person in a recording. `line` is where it
    is written."""

    words: str
    utterances: tuple[Utterance, ...]
    line: int = 0
    recording: Recording | None = None

    @property
    def goes_on(self) -> bool:
        """Is it a part of a sentence that goes on in the next wording?"""
        return self.utterances[-1].text.endswith(_COMMAS)


def read_aloud(spans: Sequence[Span], language: str, lexicon: Lexicon) -> Wording:
    """One sentence. Its last utterance carries the silence up to the next sentence of the paragraph."""
    text, marked = _in_one(spans)
    before, *words = _read(text, language, lexicon).split(_SPAN)
    draft = _Draft(text=before)
    for span, after in zip(marked, words, strict=True):
        match span:
            case Break():
                draft.rest(span.ms)
            case Stress():
                draft.stress()
            case SaidAs():
                draft.say(span.said, slow=span.slow)
            case Digits():
                draft.say(_DIGITS.get(language, _one_by_one)(span.text), slow=span.slow)
            case Words():
                draft.say(after, slow=span.slow)
    draft.end()
    last = [_with_pause(each, draft.silence_ms) for each in draft.utterances[-1:]]
    return Wording(shown(spans), (*draft.utterances[:-1], *last))


def _in_one(spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The words of a sentence in one, so that each rule sees what stands around, and the spans its marks stand for.

    These are all but words, and words that go on after those or at another pace.
    """
    text, marked = "", []
    before: Span = Words("")
    for span in spans:
        if not (isinstance(span, Words) and isinstance(before, Words) and span.slow == before.slow):
            text += _SPAN
            marked.append(span)
        if isinstance(span, Words):
            text += plainly_written(span.text)
        before = span
    return text, marked


@dataclass
class _Draft:
    """A sentence while it is being put into utterances."""

    utterances: list[Utterance] = field(default_factory=list)
    text: str = ""
    slow: bool = False
    silence_ms: int = 0

    def say(self, words: str, *, slow: bool) -> None:
        if slow != self.slow:
            self.end()
        self.text, self.slow = self.text + words, slow

    def rest(self, ms: int) -> None:
        self.end()
        self.silence_ms += ms

    def stress(self) -> None:
        self.end()
        if self.utterances:
            self.silence_ms = max(self.silence_ms, STRESS_MS)

    def end(self) -> None:
        """What was said up to here becomes an utterance; a comma on either side of the seam keeps its silence."""
        text, self.text = " ".join(self.text.split()), ""
        if self.utterances and _COMMA.match(text):
            text = _COMMA.sub("", text, count=1).lstrip()
            self.silence_ms = max(self.silence_ms, COMMA_MS)
        if not is_speakable(text):
            if self.utterances and not self.silence_ms:  # a full stop behind [/慢]
                last = self.utterances.pop()
                self.utterances.append(structs.replace(last, text=last.text + text))
            return
        if self.utterances and self.utterances[-1].text.endswith(_COMMAS):
            self.silence_ms = max(self.silence_ms, COMMA_MS)
        self.utterances.append(Utterance(text, self.silence_ms, slow=self.slow))
        self.silence_ms = 0


def sentences(spans: Sequence[Span], language: str) -> Iterator[tuple[Span, ...]]:
    """A paragraph's sentences, those that are too long in parts."""
    for sentence in _cut(spans, (_END, _ASCII_END) if language in WRITTEN_IN_HANZI else (_END,)):
        yield from _shortened(sentence)


def is_speakable(text: str) -> bool:
    return bool(re.search(r"[^\W_]", text))


def _read(text: str, language: str, lexicon: Lexicon) -> str:
    """Lexicon first, then rules; pinyin waits at a mark for the rules to end, for it has digits in it."""
    pinyin: list[str] = []

    def look_up(found: re.Match[str]) -> str:
        word, bracket, syllables = lexicon[found[0]].partition("[")
        pinyin.append(bracket + syllables if language == "zh" else "")
        return word + _PINYIN

    written = _pattern(tuple(lexicon)).sub(look_up, text) if lexicon else text
    said = _SPOKEN.get(language, str)(written)
    return re.sub(_PINYIN, lambda _: pinyin.pop(0), said)


def _one_by_one(number: str) -> str:
    return ", ".join(re.findall(r"\d", number))


@functools.lru_cache(maxsize=16)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    """Longer entries first; a Latin word or a number is replaced only where it stands alone."""
    return re.compile("|".join(map(_alone, sorted(keys, key=len, reverse=True))))


def _alone(key: str) -> str:
    before = "(?<![0-9A-Za-z])" if re.match("[0-9A-Za-z]", key) else ""
    after = "(?![0-9A-Za-z])" if re.search("[0-9A-Za-z]$", key) else ""
    return before + re.escape(key) + after


def _with_pause(last: Utterance, asked_ms: int) -> Utterance:
    natural_ms = COMMA_MS if last.text.endswith(_COMMAS) else SENTENCE_MS
    return structs.replace(last, pause_after_ms=max(natural_ms, asked_ms))


def _shortened(sentence: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    """The clauses of a sentence that is too long, as many together as fit; any other sentence as it is."""
    packed: tuple[Span, ...] = ()
    for clause in _cut(sentence, (_COMMA,)) if _hanzi(sentence) > LONGEST_SENTENCE else [sentence]:
        if packed and _hanzi(packed + clause) > LONGEST_SENTENCE:
            yield packed
            packed = ()
        packed += clause
    yield packed


def _hanzi(spans: Sequence[Span]) -> int:
    return len(HANZI.findall(shown(spans)))


def _cut(spans: Sequence[Span], boundaries: Sequence[re.Pattern[str]]) -> list[tuple[Span, ...]]:
    """Cut after each boundary in the words; what can't be spoken alone stays with the piece before it."""
    pieces: list[list[Span]] = [[]]
    for span in spans:
        first, *others = _cut_words(span, boundaries) if isinstance(span, Words) else [span]
        pieces[-1].append(first)
        pieces += [[other] for other in others]
    whole: list[list[Span]] = []
    for piece in pieces:
        if whole and not is_speakable(shown(piece)):
            whole[-1] += piece
        else:
            whole.append(piece)
    return [tuple(piece) for piece in whole]


def _cut_words(span: Words, boundaries: Sequence[re.Pattern[str]]) -> list[Span]:
    """Not within an address, where ? and ; end no sentence."""
    pieces = _ADDRESS.split(span.text)
    for boundary in boundaries:
        pieces[::2] = [boundary.sub(lambda match: match[0] + _CUT, piece) for piece in pieces[::2]]
    return [Words(piece, span.slow) for piece in "".join(pieces).split(_CUT)]
