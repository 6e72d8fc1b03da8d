"""Hanzi and their pinyin: a reading names one syllable of Mandarin for each hanzi, or its line is told what is wrong.

Where a text for a voice says how hanzi are read, the syllables stand in brackets behind them: 去重庆[chong2 qing4]玩.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from itertools import islice

from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal, tone_to_tone3

from ivr.studio.mistakes import Mistake, mistake

Lexicon = Mapping[str, str]  # a word -> how voices are told to say it
EMPTY: Lexicon = {}
HANZI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

WRITTEN_IN_HANZI = ("zh", "yue")  # the languages without spaces between words

_TONED = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]|[a-zü]{1,6}[1-5](?![0-9])")
_ROUND = str.maketrans("[]", "()")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_HUMS = ("m", "n", "ng", "hm", "hng", "ê")  # what the dictionary has besides syllables


def plainly_written(text: str) -> str:
    """A text in which nothing can be taken for a mark of ours: square brackets are round, private signs gone."""
    return _PRIVATE.sub("", text.translate(_ROUND))


def read_reading(word: str, said: str, line: int) -> tuple[str, tuple[Mistake, ...]]:
    """How a word is said, as voices are told it: other words, or the word with its pinyin in brackets."""
    if not _is_pinyin(said) or not HANZI.search(word):
        return plainly_written(said), ()
    written = re.findall(r"[^\s'’·,，、-]+", _folded(said))
    if wrong := _judge(word, written):
        return word, (mistake(line, *wrong),)
    syllables = map(_numbered, written)
    runs = re.sub(f"(?:{HANZI.pattern})+", lambda run: f"{run[0]}[{' '.join(islice(syllables, len(run[0])))}]", word)
    return runs, ()


def _is_pinyin(said: str) -> bool:
    """Is it pinyin with tones ("chóng qìng", "chong2 qing4"), and not words?"""
    return bool(_TONED.search(_folded(said))) and not HANZI.search(said)


def _folded(said: str) -> str:
    return unicodedata.normalize("NFKC", said).casefold().replace("u:", "ü")


def _numbered(syllable: str) -> str:
    """As written by anybody, with a tone mark or number, ü or v; without a tone it is neutral: chong2, lv4, ma5."""
    return tone_to_tone3(syllable, neutral_tone_with_five=True)


def _judge(word: str, written: list[str]) -> tuple[str, str] | None:
    """What is wrong, and its mend."""
    length = len(HANZI.findall(word))
    for each in written:
        numbered = _numbered(each)
        if numbered[-1] not in "12345" or numbered[:-1] not in _known():
            return f"{each!r} is not a syllable of Mandarin", "Write pinyin like chong2 qing4, with a space between."
    if len(written) != length:
        what = f"{word!r} has {length} hanzi, but its pinyin {' '.join(written)!r} {len(written)}"
        return what, "Write one syllable for each hanzi."
    return None


@functools.cache
def _known() -> frozenset[str]:
    """The syllables of Mandarin, without tones, ü as v."""
    written = {syllable for readings in PINYIN_DICT.values() for syllable in readings.split(",")}
    return frozenset(to_normal(each) for each in written) - frozenset(_HUMS)
