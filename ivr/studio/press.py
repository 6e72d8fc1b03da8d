"""A script becomes a lesson of audio on the shelf: only takes that are not there yet are made, and each file is joined
once and read back before it counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from ivr.catalogue import Clip, Lesson, Question, Segment
from ivr.errors import DamagedAudio, VoiceFailed
from ivr.shelf import Shelf
from ivr.studio import questions, script
from ivr.studio.engines import open_engine
from ivr.studio.engines.engine import Rate
from ivr.studio.hanzi import EMPTY, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.joining import decode, join
from ivr.studio.layout import LEAD_MS, TAIL_MS, Spoken, Stretch, lay_out, paragraph, silence
from ivr.studio.lexicon import of_lesson
from ivr.studio.markup import Words
from ivr.studio.mastering import FRAMES_PER_MS
from ivr.studio.mistakes import Mistake
from ivr.studio.reading import Wording, read_aloud, sentences
from ivr.studio.script import Script, every_wording
from ivr.studio.takes import Booth, OnProgress, Progress

PHRASE_MS = 400  # before and after what is said together with other phrases

Takes = Mapping[str, NDArray[np.int16]]


class Voices(Struct, frozen=True):
    """Who speaks each language ("zh": "espeak:cmn"), how fast, and on how many threads (0: one for each processor)."""

    specs: Mapping[str, str]
    rate: Rate = "slow"
    threads: int = 0

    def spec(self, language: str) -> str:
        """Raises VoiceFailed for a language without a voice."""
        if language not in self.specs:
            raise VoiceFailed(f"Nobody speaks {language!r}. Add a voice for it in config.toml under [studio.voices].")
        return self.specs[language]


def silent(_progress: Progress) -> None:
    """Nobody watches."""


def load(path: Path, lexicon: Lexicon = EMPTY) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file; its name without endings is the lesson's slug. A file that is too big is not read.

    `lexicon` is everybody's; the branch's is read from beside the lesson. Raises BadLexicon.
    """
    slug = re.sub(r"[^\w-]+", "-", path.name.removesuffix(".md").removesuffix(".lesson")).strip("-") or "lesson"
    size = path.stat().st_size
    if size > script.MOST_BYTES:
        return script.parse(b"", slug)[0], (script.too_big(size),)
    return script.parse(path.read_bytes(), slug, of_lesson(path, lexicon))


def voice_of(written: Script, voices: Voices) -> str:
    """Who speaks this lesson, as "engine:voice"."""
    return written.front.voice or voices.spec(written.language)


def press(written: Script, shelf: Shelf, voices: Voices, on_progress: OnProgress = silent) -> Lesson:
    """Make a lesson's audio and keep it on the shelf, not yet on offer: `shelf.publish(lesson)` does that.

    Raises VoiceFailed or MissingPart; what was made until then is kept, and pressing again goes on from there.
    """
    voice = voice_of(written, voices)
    booth = _booth(shelf, voice, written.front.rate or voices.rate)
    texts = [each.text for wording in every_wording(written) for each in wording.utterances]
    takes = booth.record(texts, voices.threads, on_progress)
    return Lesson(
        slug=written.slug,
        code=written.front.code,
        title=_clip([written.title], written.title.words, takes, shelf, PHRASE_MS, PHRASE_MS),
        language=written.language,
        voice=voice,
        segments=tuple(_segment(each, shelf) for each in lay_out(_stretches(written, takes))),
        questions=tuple(_question(each, written.language, takes, shelf) for each in written.questions),
        pass_mark=written.front.pass_mark,
        opens=written.front.opens,
        closes=written.front.closes,
    )


def press_phrases(
    phrases: Iterable[str],
    language: str,
    shelf: Shelf,
    voices: Voices,
    on_progress: OnProgress = silent,
    lexicon: Lexicon = EMPTY,
) -> tuple[Clip, ...]:
    """Make prompts or people's names in a language and put them on the shelf, found again by their exact words."""
    read = {words: _read(words, language, lexicon) for words in phrases}
    booth = _booth(shelf, voices.spec(language), voices.rate)
    texts = [each.text for wordings in read.values() for wording in wordings for each in wording.utterances]
    takes = booth.record(texts, voices.threads, on_progress)
    clips = [_clip(said, words, takes, shelf, PHRASE_MS, PHRASE_MS) for words, said in read.items() if said]
    shelf.put_phrases(language, clips)
    return tuple(clips)


def say(text: str, language: str, data: Path, voices: Voices, lexicon: Lexicon = EMPTY) -> tuple[str, bytes]:
    """A text by itself: the words it is said with, and the WAV file. Raises VoiceFailed or MissingPart."""
    wordings = _read(text, language, lexicon)
    if not wordings:
        raise VoiceFailed(f"There is nothing to say in {text!r}.")
    engine, voice = open_engine(voices.spec(language), data)
    booth = Booth(data / "takes", engine, voice, voices.rate)
    texts = [each.text for wording in wordings for each in wording.utterances]
    takes = booth.record(texts, voices.threads, silent)
    return " ".join(texts), join(Stretch("", tuple(_spoken(each, takes) for each in wordings)).pieces)


def _booth(shelf: Shelf, spec: str, rate: Rate) -> Booth:
    engine, voice = open_engine(spec, shelf.root)
    return Booth(shelf.root / "takes", engine, voice, rate)


def _read(words: str, language: str, lexicon: Lexicon) -> list[Wording]:
    read = [read_aloud(each, language, lexicon) for each in sentences([Words(words)], language)]
    return [wording for wording in read if wording.utterances]


def _stretches(written: Script, takes: Takes) -> Iterable[Stretch]:
    for part in written.parts:
        said = [paragraph([_spoken(each, takes) for each in wordings]) for wordings in part.paragraphs]
        yield Stretch(part.title, tuple(each for spoken in said for each in spoken))


def _spoken(wording: Wording, takes: Takes) -> Spoken:
    """A sentence of several utterances has its silences inside."""
    first, *others = wording.utterances
    pieces = [takes[first.text]]
    for each in others:
        pieces += [silence(each.pause_before_ms), takes[each.text]]
    return Spoken(wording.words, np.concatenate(pieces), first.pause_before_ms, wording.utterances[-1].pause_after_ms)


def _segment(stretch: Stretch, shelf: Shelf) -> Segment:
    return Segment(stretch.title, _put(stretch, shelf), stretch.length_ms, stretch.sentences)


def _clip(
    wordings: Sequence[Wording], words: str, takes: Takes, shelf: Shelf, lead_ms: int = LEAD_MS, tail_ms: int = TAIL_MS
) -> Clip:
    stretch = Stretch("", tuple(_spoken(each, takes) for each in wordings), lead_ms, tail_ms)
    return Clip(_put(stretch, shelf), stretch.length_ms, words)


def _put(stretch: Stretch, shelf: Shelf) -> str:
    wav = join(stretch.pieces)
    if len(decode(wav)) != stretch.length_ms * FRAMES_PER_MS:
        raise DamagedAudio(f"The audio of {stretch.title!r} did not come out as long as its sentences. Press it again.")
    return shelf.put_audio(wav)


def _question(asked: questions.Question, language: str, takes: Takes, shelf: Shelf) -> Question:
    def clip(wordings: Sequence[Wording]) -> Clip:
        words = ("" if language in WRITTEN_IN_HANZI else " ").join(each.words for each in wordings)
        return _clip(wordings, words, takes, shelf)

    return Question(
        id=_question_id(asked),
        ask=clip(asked.ask),
        options=asked.options,
        right=asked.right,
        when_right=clip(asked.when_right),
        when_wrong=clip(asked.when_wrong),
    )


def _question_id(asked: questions.Question) -> str:
    """The same as long as the question and its options say the same."""
    return hashlib.sha256(json.dumps([asked.words, *asked.options]).encode()).hexdigest()[:12]
