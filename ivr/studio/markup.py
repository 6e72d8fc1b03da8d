"""The few marks that a lesson's text may carry, as spans; the text around them stays as it is.

**stress**   [停顿 1秒] [pause 1s]   {shown|said or pinyin}   {shown}   [慢]…[/慢]   [[数字 逐位]]12345
[录音 file] [recording file]   (which words it stands for: `recorded.py`)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from ivr.studio.hanzi import read_reading
from ivr.studio.mistakes import Mistake, advice, mistake

LONGEST_PAUSE_MS = 10_000


class Words(Struct, frozen=True, tag=True):
    """Text that is said as it is shown, by the lesson's lexicon."""

    text: str


class SaidAs(Struct, frozen=True, tag=True):
    """Text that is shown one way and said another, or with pinyin in brackets; the lexicon leaves it alone."""

    text: str
    said: str


class Digits(Struct, frozen=True, tag=True):
    """A number said digit by digit."""

    text: str


class Break(Struct, frozen=True, tag=True):
    """A silence somebody asked for."""

    ms: int


Span = Words | SaidAs | Digits | Break


class Recording(Struct, frozen=True):
    """A sound file in which a person says the words. `line` is that of its mark, `nth` the sentence's place among those
    that it stands for, from 0."""

    file: str
    line: int
    nth: int = 0


_MARK = re.compile(
    r"\[\[\s*(?:数字|number)?\s*(?:逐位|digits|digit by digit)\s*\]\]\s*(?P<digits>[0-9][0-9 -]*[0-9]|[0-9])"
    r"|\[\s*(?:停顿|pause)(?P<pause>[^\]]*)\]"
    r"|\[\s*(?P<slow>/?\s*(?:慢|slow))\s*\]"
    r"|\[\s*(?P<recording>(?:录音|recording\b)[^\]]*)\]"
    r"|\{(?P<shown>[^{}|]*)(?:\|(?P<said>[^{}]*))?\}",
    re.IGNORECASE,
)
_RECORDING = re.compile(r"\[\s*(?:录音|recording\b)\s*[:：]?\s*([^\]]*?)\s*\]", re.IGNORECASE)
_SECONDS = re.compile(r"\s*([\d.]+|[半一二两三四五])?\s*(?:(毫秒|ms)|秒钟?|s|sec|seconds?)?\s*", re.IGNORECASE)
_NUMERALS = {"半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


def read_markup(text: str, line: int) -> tuple[tuple[Span, ...], tuple[Mistake, ...]]:
    """The spans of a text and what is wrong with its marks."""
    mistakes: list[Mistake] = []
    return tuple(_spans(text, line, mistakes)), tuple(mistakes)


def at_recordings(text: str, line: int) -> tuple[tuple[Recording | None, str], ...]:
    """A text cut at its recordings, each with the text behind it; first the text that is before all of them."""
    first, *others = _RECORDING.split(text)
    return (None, first), *(
        (Recording(file, line), words) for file, words in zip(others[::2], others[1::2], strict=True)
    )


def without_recordings(text: str) -> str:
    return _RECORDING.sub("", text).strip()


def shown(spans: Sequence[Span]) -> str:
    """The text as a person reads it."""
    return " ".join("".join(span.text for span in spans if not isinstance(span, Break)).split())


def _spans(text: str, line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    end = 0
    for mark in _MARK.finditer(text):
        yield from _words(text[end : mark.start()])
        yield from _marked(mark, line, mistakes)
        end = mark.end()
    yield from _words(text[end:])


def _words(text: str) -> Iterator[Span]:
    plain = re.sub(r"\*+|`+", "", _LINK.sub(r"\1", text))
    if plain:
        yield Words(plain)


def _marked(mark: re.Match[str], line: int, mistakes: list[Mistake]) -> Iterator[Span]:
    match mark.lastgroup:
        case "digits":
            yield Digits(mark["digits"])
        case "pause":
            yield from _pause(mark, line, mistakes)
        case "slow":
            if "/" not in mark["slow"]:
                what = "[慢] is not spoken slower yet"
                mistakes.append(advice(line, what, "Write 语速: 慢 at the top to slow the whole lesson down."))
        case "recording":
            pass  # it is no span: `at_recordings` cuts there first where it counts
        case _:
            yield _said_as(mark["shown"].strip(), mark["said"], line, mistakes)


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
    reading, wrong = read_reading(text, said.strip(), line)
    mistakes += wrong
    return SaidAs(text, reading)
