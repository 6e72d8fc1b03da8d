"""What an engine is, and what each of them needs."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import MissingPart

Rate = Literal["slow", "normal", "fast"]
OTHER: Mapping[Rate, Rate] = {"slow": "normal", "normal": "slow", "fast": "normal"}
SLOWER: Mapping[Rate, Rate] = {"fast": "normal", "normal": "slow"}

_PRONOUNCED = re.compile(r"\[(?P<pinyin>[a-zê]+[1-5](?: [a-zê]+[1-5])*)\]")


@dataclass(frozen=True, slots=True)
class Samples:
    """Mono sound: float32 from -1 to 1, and how many of them make a second."""

    sound: NDArray[np.float32]
    rate_hz: int


class Engine(Protocol):
    """A synthesizer. `name` and `version` together stand for how it sounds: a new version makes new takes."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        """Speak. Raises VoiceFailed, which says what to do. May be called from any thread.

        Pinyin may stand in brackets behind hanzi: 去重庆[chong2 qing4]玩. See `plain` and `pronounced`.
        """
        ...


def plain(text: str) -> str:
    """A text without its pinyin, for voices that know only hanzi."""
    return "".join(words for words, _ in pronounced(text))


def pronounced(text: str) -> Iterator[tuple[str, str]]:
    """A text in runs, each with its pinyin or "": 去重庆[chong2 qing4]玩 is 去; 重庆, chong2 qing4; 玩."""
    end = 0
    for found in _PRONOUNCED.finditer(text):
        start = found.start("pinyin") - 1 - len(found["pinyin"].split())
        yield text[end:start], ""
        yield text[start : found.start("pinyin") - 1], found["pinyin"]
        end = found.end()
    yield text[end:], ""


def syllables(text: str) -> int:
    """About how many syllables a text has: one for each hanzi and digit, and for each run of vowels in a Latin word but
    an e that ends it; in other alphabets one for three letters."""
    spoken = plain(text).casefold()
    latin = sum(max(1, len(re.findall("(?!(?<!l)e$)[aeiouy]+", word))) for word in re.findall("[a-z]+", spoken))
    hanzi = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\d", spoken))
    others = re.findall(r"[^\W\da-z_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+", spoken)
    return latin + hanzi + sum(-(-len(word) // 3) for word in others)


def installed_version(package: str, extra: str) -> str:
    """The version of an optional package; raises MissingPart with the command that installs it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise MissingPart(f'This voice needs {package}. Run: pip install "tingke[{extra}]"') from None
