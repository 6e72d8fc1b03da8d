"""What Kokoro is told: Mandarin and English in the phonemes it was trained on.

Mandarin is pinyin in IPA, a space between words, tones as arrows; English is eSpeak NG's IPA with one sign for each
diphthong and affricate. Sources: hexgrad/Kokoro-82M (config.json) and what misaki, its transcriber, writes.
"""

from __future__ import annotations

import functools
import re

import pinyin_to_ipa
from pypinyin import Style, lazy_pinyin
from pypinyin.seg import mmseg

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import pronounced

# The model's inputs: symbol -> number, for the two languages.
TOKENS = {";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ʦ": 20, "ʨ": 21, "ꭧ": 23, "A": 24, "I": 25}
TOKENS |= {"O": 31, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51}
TOKENS |= {"j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "s": 61, "t": 62, "u": 63, "v": 64}
TOKENS |= {"w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69, "æ": 72, "ɔ": 76, "ɕ": 77, "ð": 81, "ʤ": 82, "ə": 83}
TOKENS |= {"ɚ": 85, "ɛ": 86, "ɜ": 87, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ŋ": 112, "θ": 119, "ɹ": 123}
TOKENS |= {"ɾ": 125, "ɻ": 126, "ʂ": 130, "ʃ": 131, "ʧ": 133, "ʊ": 135, "ɤ": 140, "ʌ": 138, "ʒ": 147, "ˈ": 156}
TOKENS |= {"ˌ": 157, "ʰ": 162, "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177}

MOST_TOKENS = 508

# From the usual IPA to the symbols the model knows; longer ones first.
_MANDARIN = {"tsʰ": "ʦʰ", "tɕʰ": "ʨʰ", "tɕ": "ʨ", "ʈʂ": "ꭧ", "ts": "ʦ", "ɻ̩": "ɨ", "ɹ̩": "ɨ", "̯": ""}
_TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}
_ENGLISH = {"n̩": "ᵊn", "l̩": "ᵊl", "aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "əʊ": "O", "ɔɪ": "Y"}
_ENGLISH |= {"dʒ": "ʤ", "tʃ": "ʧ", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ɚɹ": "əɹ", "ɚ": "əɹ", "ɐ": "ə", "r": "ɹ"}
_ENGLISH |= {"ʔ": "t", "g": "ɡ", "ç": "k", "ɬ": "l", "e": "A", "ː": "", "̩": "", "̃": ""}
_VOWELS = "ˈˌaeiouɐɑæɔəɚɛɜɪʊʌᵻ"  # and what stands before one
_RUN = re.compile("[A-Za-z0-9]+|.")
_MARKS = str.maketrans("，、。！？；：…", ",,.!?;:.")


def mandarin(text: str) -> str:
    """Chinese in the model's symbols; raises VoiceFailed, naming it, for what it has no symbols for."""
    said = " ".join(
        "".join(map(_syllable, pinyin.split())) if pinyin else _run(words) for words, pinyin in pronounced(text)
    )
    return re.sub(" (?=[,.!?;:])", "", " ".join(said.split()))


def refused_mandarin(text: str) -> tuple[str, ...]:
    """The words of a Chinese text that `mandarin` has no symbols for."""
    words = [run for words, pinyin in pronounced(text) if not pinyin for run in _RUN.findall(words)]
    words += [f"{words}[{pinyin}]" for words, pinyin in pronounced(text) if pinyin]
    return tuple(each for each in dict.fromkeys(words) if not _is_known(each))


@functools.cache
def _is_known(word: str) -> bool:
    try:
        mandarin(word)
    except VoiceFailed:
        return False
    return True


def english(ipa: str) -> str:
    """eSpeak NG's IPA, with the marks of its clauses, in the model's symbols."""
    said = _replaced(re.sub(f"əl(?![{_VOWELS}])", "ᵊl", ipa), _ENGLISH)
    return " ".join("".join(each for each in said if each in TOKENS).split())


def _run(text: str) -> str:
    """Chinese without pinyin."""
    said = ""
    for run in re.findall(r"[\u3400-\u9fff]+|[A-Za-z0-9]+|[^\u3400-\u9fff]", text):
        if re.match(r"[\u3400-\u9fff]", run):
            said += " ".join(_words(run))
        elif (mark := run.translate(_MARKS)) in TOKENS and not mark.isalpha():
            said += mark if mark == " " else f"{mark} "
        elif run.isalnum():
            raise VoiceFailed(f"kokoro can't say {run!r} in {text!r}. Write it as it sounds: {{{run}|…}}.")
    return said


def _words(hanzi: str) -> list[str]:
    """The words of a run of hanzi, each in phonemes; pinyin is taken from the whole run, for the polyphones."""
    pinyin = lazy_pinyin(hanzi, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    said, at = [], 0
    for word in mmseg.seg.cut(hanzi):
        said.append("".join(_syllable(each) for each in pinyin[at : at + len(word)]))
        at += len(word)
    return said


@functools.cache
def _syllable(pinyin: str) -> str:
    try:
        ipa = "".join(pinyin_to_ipa.pinyin_to_ipa(pinyin)[0])
    except ValueError:
        raise VoiceFailed(f"kokoro can't say {pinyin!r}. Write it as it sounds: {{{pinyin}|…}}.") from None
    return _replaced(ipa, _MANDARIN | _TONES)


def _replaced(said: str, symbols: dict[str, str]) -> str:
    for written, symbol in symbols.items():
        said = said.replace(written, symbol)
    return said
