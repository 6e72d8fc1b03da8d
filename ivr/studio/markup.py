"""The few marks that a lesson's text may carry, as spans; the text around them stays as it is.

**stress**   [停顿 1秒] [pause 1s]   {shown|said or pinyin}   {shown}   [慢]…[/慢]   [[数字 逐位]]12345
[录音 file] [recording file]   (which words it stands for: `recorded.py`)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from ivr.studio.languages.hanzi import read_reading
from ivr.studio.mistakes import Mistake, advice, mistake

LONGEST_PAUSE_MS = 10_000


class Words(Struct, frozen=True, tag=True):
    """Text that is said as it is shown, by the lesson's lexicon."""

    text: str
    slow: bool = False


class SaidAs(Struct, frozen=True, tag=True):
    """Text that is shown one way and said another, or with pinyin in brackets; the lexicon leaves it alone."""

    text: str
    said: str
    slow: bool = False


class Digits(Struct, frozen=True, tag=True):
    """A number said digit by digit."""

    text: str
    slow: bool = False


class Break(Struct, frozen=True, tag=True):
    """A silence somebody asked for."""

    ms: int


class Stress(Struct, frozen=True, tag=True):
    """What comes now is stressed."""


Said = Words | SaidAs | Digits
Span = Said | Break | Stress


class Recording(Struct, frozen=True):
    """A sound file in which a person says the words. `line` is that of its mark, `nth` the sentence's place among those
    that it stands for, from 0."""

    file: str
    line: int
    nth: int = 0


_MARK = re.compile(
    r"\[\[\s*(?:数字|數字|number)?\s*(?:逐位|digits|digit by digit)\s*\]\]\s*(?P<digits>[0-9][0-9 -]*[0-9]|[0-9])"
    r"|\[\s*(?:停顿|停頓|pause)(?P<pause>[^\]]*)\]"
    r"|\[\s*(?P<slow>/?)\s*(?:慢|slow)\s*\]"
    r"|\[\s*(?P<recording>(?:录音|錄音|recording\b)[^\[\]]*)\]"
    r"|(?P<stress>\ue001)"
    r"|\{(?P<shown>[^{}|]*)(?:\|(?P<said>[^{}]*))?\}",
    re.IGNORECASE,
)
RECORDING = re.compile(r"\[\s*(?:录音|錄音|recording\b)\s*[:：]?([^\[\]]*)\]", re.IGNORECASE)
_STRESS = "\ue001"  # of a private plane: where stressed words begin
_STRESSED = re.compile(r"\*\*+(?!\s)([^*]*[^*\s])\*\*+")
_SECONDS = re.compile(
    r"\s*([\d.]{1,9}|[半一二两兩三四五])?\s*(?:(毫秒|ms)|秒[钟鐘]?|s|sec|seconds?)?\s*", re.IGNORECASE
)
_NUMERALS = {"半": 0.5, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5}
# What is left of marks in the words around them, and what is wrong with it.
_LEFT = re.compile(
    r"(?P<opened>\{)|(?P<closed>\})|(?P<double>\[\[[^\[\]]*\]\])|(?P<lone>\*\*+)"
    r"|(?P<unended>\[\s*(?:停顿|停頓|pause\b|录音|錄音|recording\b))",
    re.IGNORECASE,
)
_LEFT_WRONG = {
    "opened": ("{0} has no }} in its line", "Write }} behind the words, like {{110|幺幺零}}; or delete it."),
    "closed": ("{0} ends what did not begin", "Write {{ before the words, like {{110|幺幺零}}; or delete it."),
    "double": ("{0} stands before no digits", "Write it like [[逐位]]12345 ([[digits]]12345)."),
    "unended": ("{0} has no ] in its line", "Write it like [停顿 1秒] or [录音 one.wav]."),
}
_NO_MARK = re.compile(r"\*\*+|(?<!\d)\*|\*(?!\d)|[`{}]+")  # 3*5 is arithmetic
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


def read_markup(text: str, line: int) -> tuple[tuple[Span, ...], tuple[Mistake, ...]]:
    """The spans of a text and what is wrong with its marks."""
    mistakes: list[Mistake] = []
    return tuple(_spans(text, line, mistakes)), tuple(mistakes)


def at_recordings(text: str, line: int) -> tuple[tuple[Recording | None, str], ...]:
    """A text cut at its recordings, each with the text behind it; first the text that is before all of them."""
    first, *others = RECORDING.split(text)
    return (None, first), *(
        (Recording(file.strip(), line), words) for file, words in zip(others[::2], others[1::2], strict=True)
    )


def without_recordings(text: str) -> str:
    return RECORDING.sub("", text).strip()


def shown(spans: Sequence[Span]) -> str:
    """The text as a person reads it."""
    return " ".join("".join(span.text for span in spans if isinstance(span, Said)).split())


def _spans(text: str, line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    text = _STRESSED.sub(rf"{_STRESS}\1", text.replace(_STRESS, ""))
    end, opened = 0, ""
    for mark in _MARK.finditer(text):
        spans = [*_words(text[end : mark.start()], line, mistakes), *_marked(mark, line, mistakes)]
        yield from _slowly(spans) if opened else spans
        if mark["slow"] is not None:
            _judge_slow(mark, opened, line, mistakes)
            opened = "" if mark["slow"] else mark[0]
        end = mark.end()
    rest = list(_words(text[end:], line, mistakes))
    yield from _slowly(rest) if opened else rest
    if opened:
        mistakes.append(mistake(line, f"{opened} has no end in its line", "Write [/慢] ([/slow]) behind the words."))


def _slowly(spans: Iterable[Span]) -> Iterator[Span]:
    return (structs.replace(span, slow=True) if isinstance(span, Said) else span for span in spans)


def _judge_slow(mark: re.Match[str], opened: str, line: int, mistakes: list[Mistake]) -> None:
    if mark["slow"] and not opened:
        mistakes.append(mistake(line, f"{mark[0]} ends what did not begin", "Write [慢] ([slow]) before the words."))
    if opened and not mark["slow"]:
        mistakes.append(mistake(line, f"{mark[0]} stands within {opened}", "Delete it, or write [/慢] before it."))


def _words(text: str, line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    mistakes += dict.fromkeys(_judge_left(found, line) for found in _LEFT.finditer(text))
    plain = _NO_MARK.sub("", _LINK.sub(r"\1", text))
    if plain:
        yield Words(plain)


def _judge_left(found: re.Match[str], line: int) -> Mistake:
    assert found.lastgroup
    if found.lastgroup == "lone":
        mend = "Write ** on both sides of the stressed words, without blanks inside."
        return advice(line, f"{found[0][:2]} stands alone and stresses nothing", mend)
    what, mend = _LEFT_WRONG[found.lastgroup]
    return mistake(line, what.format(found[0]), mend.format())


def _marked(mark: re.Match[str], line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    match mark.lastgroup:
        case "digits":
            yield Digits(mark["digits"])
        case "pause":
            yield from _pause(mark, line, mistakes)
        case "stress":
            yield Stress()
        case "slow":
            pass
        case "recording":
            pass  # it is no span: `at_recordings` cuts there first where it counts
        case _:
            yield _said_as(mark["shown"].replace(_STRESS, "").strip(), mark["said"], line, mistakes)


def _pause(mark: re.Match[str], line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    ms = _milliseconds(mark["pause"])
    if ms is None or ms > LONGEST_PAUSE_MS:
        what = f"{mark[0]} is not a pause of up to {LONGEST_PAUSE_MS // 1000} seconds"
        mistakes.append(mistake(line, what, "Write it like [停顿 1秒] or [pause 0.5s]."))
    else:
        yield Break(ms)


def _milliseconds(words: str) -> int | None:
    match = _SECONDS.fullmatch(words)
    if not match or (match[1] or "1").count(".") > 1 or match[1] == ".":
        return None
    number = _NUMERALS.get(match[1] or "一") or float(match[1])
    return round(number if match[2] else number * 1000)


def _said_as(text: str, said: str | None, line: int, mistakes: list[Mistake]) -> Span:
    if said is None:
        return Words(text)
    said, more, _ = said.partition("|")
    if more:
        mend = "Write what is shown, one |, and how it is said, like {110|幺幺零}."
        mistakes.append(mistake(line, f"{{{text}|{said}|…}} has more than one |", mend))
    elif not said.strip():
        mend = "Write behind | how it is said, unless it is only to be seen."
        mistakes.append(advice(line, f"{{{text}|}} is shown, but nothing is said for it", mend))
    reading, wrong = read_reading(text, said.strip(), line)
    mistakes += wrong
    return SaidAs(text, reading)
