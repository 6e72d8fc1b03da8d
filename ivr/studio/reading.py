"""How written language is said aloud: where a sentence ends, what an engine is told for it, how long a silence follows.

What the lexicon does not say, Chinese rules do (`chinese.py`); English engines read numbers themselves.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ivr.studio.chinese import spoken
from ivr.studio.hanzi import HANZI, without_brackets
from ivr.studio.markup import Break, Digits, Recording, SaidAs, Span, Words, shown
from ivr.studio.numerals import dictated

SENTENCE_MS = 800
COMMA_MS = 300
LONGEST_SENTENCE = 60  # hanzi; longer ones are cut at commas

_CLOSING = "[\"'”’」』）》)]*"
_NOT_ABBREVIATED = r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)"
_END = re.compile(rf"(?:[。！？；…]|{_NOT_ABBREVIATED}[.!?](?<!\bNo\.(?=\s\d))(?={_CLOSING}(?:\s|$|[!?.])))+{_CLOSING}")
_ASCII_END = re.compile(rf"[!?;]+{_CLOSING}")  # in Chinese these end a sentence also without a space
_COMMAS = ("，", "、", ",")
_COMMA = re.compile(f"[{''.join(_COMMAS)}]{_CLOSING}")
_CUT = "\0"
_PINYIN = "\ue000"  # of a private plane: no rule knows it


class Utterance(Struct, frozen=True):
    """What an engine is asked to say in one go. Between two of them the longer of both silences lies, in ms."""

    text: str
    pause_before_ms: int = 0
    pause_after_ms: int = 0


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


def read_aloud(spans: Sequence[Span], language: str, lexicon: Mapping[str, str]) -> Wording:
    """One sentence. Its last utterance carries the silence up to the next sentence of the paragraph."""
    utterances: list[Utterance] = []
    text, silence_ms = "", 0
    for span in (*spans, Break(0)):
        if not isinstance(span, Break):
            text += _said(span, language, lexicon)
            continue
        if is_speakable(text):
            utterances.append(Utterance(" ".join(text.split()), silence_ms))
            silence_ms = 0
        text = ""
        silence_ms += span.ms
    last = [_with_pause(each, silence_ms) for each in utterances[-1:]]
    return Wording(shown(spans), (*utterances[:-1], *last))


def sentences(spans: Sequence[Span], language: str) -> Iterator[tuple[Span, ...]]:
    """A paragraph's sentences, those that are too long in parts."""
    for sentence in _cut(spans, (_END, _ASCII_END) if language == "zh" else (_END,)):
        yield from _shortened(sentence)


def is_speakable(text: str) -> bool:
    return bool(re.search(r"[^\W_]", text))


def _said(span: Words | SaidAs | Digits, language: str, lexicon: Mapping[str, str]) -> str:
    match span:
        case SaidAs():
            return span.said
        case Digits():
            digits = "".join(re.findall("[0-9]", span.text))
            return dictated(digits) if language == "zh" else " ".join(digits)
        case Words():
            return _read(without_brackets(span.text), language, lexicon)


def _read(text: str, language: str, lexicon: Mapping[str, str]) -> str:
    """Lexicon first, then rules; pinyin waits at a mark for the rules to end, for it has digits in it."""
    pinyin: list[str] = []

    def look_up(found: re.Match[str]) -> str:
        word, bracket, syllables = lexicon[found[0]].partition("[")
        pinyin.append(bracket + syllables)
        return word + _PINYIN

    text = text.replace(_PINYIN, "")
    written = _pattern(tuple(lexicon)).sub(look_up, text) if lexicon else text
    said = spoken(written) if language == "zh" else written
    return re.sub(_PINYIN, lambda _: pinyin.pop(0), said)


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
    return Utterance(last.text, last.pause_before_ms, max(natural_ms, asked_ms))


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
    pieces: list[tuple[Span, ...]] = [()]
    for span in spans:
        first, *others = _cut_words(span, boundaries) if isinstance(span, Words) else [span]
        pieces[-1] += (first,)
        pieces += [(other,) for other in others]
    whole: list[tuple[Span, ...]] = []
    for piece in pieces:
        if whole and not is_speakable(shown(piece)):
            whole[-1] += piece
        else:
            whole.append(piece)
    return whole


def _cut_words(span: Words, boundaries: Sequence[re.Pattern[str]]) -> list[Span]:
    text = span.text
    for boundary in boundaries:
        text = boundary.sub(lambda match: match[0] + _CUT, text)
    return [Words(piece) for piece in text.split(_CUT)]
