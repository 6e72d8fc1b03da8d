"""What an author should mend before a lesson is heard: its shape, its length, what listeners or voices stumble over.

How a lesson file is to be written is judged where it is read: this is about what it then says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ivr.studio.engines.abilities import heeds_pinyin
from ivr.studio.engines.engine import plain
from ivr.studio.languages import stumbles
from ivr.studio.languages.hanzi import WRITTEN_IN_HANZI
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.reading import Wording

LONGEST_MINUTES = 12
LONGEST_SENTENCE = {"zh": 22, "yue": 22, "en": 20}  # hanzi; words, as in every other language
PER_MINUTE = {"zh": 150, "yue": 150, "en": 110}  # read slowly, pauses included


def judge_title(title: Wording) -> Iterator[Mistake]:
    if not title.utterances:
        yield mistake(title.line, "there is no title", "Begin the file with `---`, `标题: …` and `---`.")


def judge_pass_mark(needed: int, asked: int, line: int) -> Iterator[Mistake]:
    """`needed` right answers to `asked` questions are enough."""
    if needed > asked:
        what = f"{needed} right answers are needed, but only {asked} questions are asked"
        yield mistake(line, what, "Lower 及格 (pass).")


def judge_shape(last_line: int, *, segments: bool, closing: bool, quiz: bool) -> Iterator[Mistake]:
    """Has the lesson what it needs? `last_line` is that of its last heading."""
    if not segments:
        yield mistake(1, "the lesson has no segments", "Write `# ` and a title, and the text below it.")
        return
    if not closing:
        yield advice(
            last_line, "there is no closing", "Add `# 结尾` (# Closing), so that listeners know that it is over."
        )
    if not quiz:
        yield advice(last_line, "there is no quiz", "Add `# 测验` (# Quiz) with a question or two.")


def judge_minutes(segments: Iterable[Wording], language: str) -> Iterator[Mistake]:
    per_minute = PER_MINUTE.get(language, PER_MINUTE["en"])
    minutes = sum(_length(each.words, language) for each in segments) / per_minute
    if minutes > LONGEST_MINUTES:
        what = f"the lesson takes about {minutes:.0f} minutes"
        yield advice(1, what, f"Listeners stay for up to {LONGEST_MINUTES}; make it two lessons.")


def judge_pinyin(wordings: Iterable[Wording], language: str, voice: str, line: int) -> Iterator[Mistake]:
    """Does the voice, "engine:voice" or "" where it is not known, say pinyin if there is any?"""
    texts = (each.text for wording in wordings for each in wording.utterances)
    if not heeds_pinyin(voice, language) and any(plain(text) != text for text in texts):
        what = f"{voice or language} does not heed pinyin; it reads hanzi its own way"
        yield advice(line, what, "Choose another voice, or write hanzi that sound the same instead.")


def judge_length(wording: Wording, language: str) -> Iterator[Mistake]:
    length, most = _length(wording.words, language), LONGEST_SENTENCE.get(language, LONGEST_SENTENCE["en"])
    if length > most:
        unit = "characters" if language in WRITTEN_IN_HANZI else "words"
        yield advice(wording.line, f"a sentence of {length} {unit}", f"Listeners follow up to {most}; make it two.")


def judge_words(wording: Wording, language: str, voice: str) -> Iterator[Mistake]:
    """What its voice would refuse is a mistake; a person who recorded it did say it."""
    texts = [each.text for each in wording.utterances]
    speaker = "" if wording.recording else voice
    return stumbles.judge(wording.words, texts, language, wording.line, speaker)


def _length(words: str, language: str) -> int:
    """Syllables in Chinese, else words."""
    syllable = r"[^\W\da-zA-Z_]|\d|[a-zA-Z]+"
    return len(re.findall(syllable if language in WRITTEN_IN_HANZI else r"[^\s—–-]*\w[^\s—–-]*", words))
