"""What a voice, written "engine:voice", can say; known without opening it, so that a lesson's check tells it by line.

Nothing is known but of Kokoro's voices, and only where Kokoro is installed: elsewhere another voice speaks.
"""

from __future__ import annotations

from importlib.util import find_spec

from ivr.studio.engines.engine import syllables

_HANZI_ONLY = ("espeak", "gtts")  # the engines that pass over pinyin
_MOST_ENGLISH_SYLLABLES = 120  # what Kokoro says in one go: 508 phonemes, of which a syllable has up to 4.2 on average


def heeds_pinyin(spec: str, language: str) -> bool:
    return language == "zh" and spec.partition(":")[0] not in _HANZI_ONLY


def refused(spec: str, text: str) -> tuple[str, ...]:
    """The words of a text that this voice would refuse to say."""
    if not _is_kokoro(spec, "z"):
        return ()
    from ivr.studio.engines.kokoro_phonemes import refused_mandarin

    return refused_mandarin(text)


def is_too_long(spec: str, text: str) -> bool:
    """Would this voice refuse to say a text in one go? It has no words that are refused by themselves."""
    if _is_kokoro(spec, "ab"):
        return syllables(text) > _MOST_ENGLISH_SYLLABLES
    if not _is_kokoro(spec, "z"):
        return False
    from ivr.studio.engines.kokoro_phonemes import MOST_TOKENS, mandarin

    return len(mandarin(text)) > MOST_TOKENS


def _is_kokoro(spec: str, languages: str) -> bool:
    """Is it a voice of Kokoro's with one of these first letters?"""
    engine, _, voice = spec.partition(":")
    return engine == "kokoro" and voice[:1] in languages and find_spec("pinyin_to_ipa") is not None
