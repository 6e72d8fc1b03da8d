"""A script becomes a lesson of audio on the shelf, at two paces: only takes that are not there yet are made, and each
file is joined once and read back before it counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from ivr.catalogue import Clip, Lesson, Question, Segment
from ivr.errors import DamagedAudio, VoiceFailed
from ivr.shelf import Shelf
from ivr.studio import questions, script
from ivr.studio.engines import open_engine
from ivr.studio.engines.engine import OTHER, SLOWER, Rate
from ivr.studio.joining import decode, join
from ivr.studio.languages.hanzi import EMPTY, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.languages.lexicon import of_lesson
from ivr.studio.layout import (
    LEAD_MS,
    PARAGRAPH_MS,
    TAIL_MS,
    Piece,
    Silence,
    Spoken,
    Stretch,
    lay_out,
    lay_out_like,
    paragraph,
)
from ivr.studio.markup import Recording, Words
from ivr.studio.mastering import PLAIN, PRESETS, Preset
from ivr.studio.mistakes import Mistake
from ivr.studio.reading import Utterance, Wording, read_aloud, sentences
from ivr.studio.recording import recordings
from ivr.studio.recording.people import Said, said_by_people
from ivr.studio.script import Script, every_wording
from ivr.studio.sound import FRAMES_PER_MS
from ivr.studio.takes import Booth, Cue, OnProgress, Progress, Take

PHRASE_MS = 400  # before and after what is said together with other phrases
BY_PEOPLE = "people"  # the voice of a lesson that is recorded throughout
SILENCES: Mapping[Rate, float] = {"slow": 1.35, "normal": 1.0, "fast": 0.8}  # a pace is made of them, too


People = Mapping[Recording, Said]


class Voices(Struct, frozen=True):
    """Who speaks each language ("zh": "espeak:cmn"), how fast, on how many threads (0: one for each processor), and how
    it is mastered."""

    specs: Mapping[str, str]
    rate: Rate = "normal"
    threads: int = 0
    preset: Preset = PLAIN

    def spec(self, language: str) -> str:
        """Raises VoiceFailed for a language without a voice."""
        if language not in self.specs:
            raise VoiceFailed(f"Nobody speaks {language!r}. Add a voice for it in config.toml under [studio.voices].")
        return self.specs[language]


class Takes(Struct, frozen=True):
    """The takes of a pressing, heard at one of its rates."""

    takes: Mapping[Cue, Take]
    people: People
    rate: Rate

    def spoken(self, wordings: Iterable[Wording]) -> list[Spoken]:
        """Sentences; those that somebody says in one go are one."""
        spoken = (self._recorded(each) if each.recording else self._synthesized(each) for each in wordings)
        return [each for each in spoken if each]

    def _recorded(self, wording: Wording) -> Spoken | None:
        """What somebody says is heard at the first of its sentences."""
        assert wording.recording
        said = self.people[wording.recording]
        if wording != said.wordings[0]:
            return None
        after_ms = said.wordings[-1].utterances[-1].pause_after_ms
        return Spoken(said.words, (said.takes[self.rate],), 0, self.silence_ms(after_ms))

    def _synthesized(self, wording: Wording) -> Spoken:
        """A sentence of several utterances has its silences inside."""
        first, *others = wording.utterances
        pieces: list[Piece] = [self.takes[cue(first, self.rate)]]
        for each in others:
            pieces += [Silence(self.silence_ms(each.pause_before_ms)), self.takes[cue(each, self.rate)]]
        before_ms, after_ms = first.pause_before_ms, wording.utterances[-1].pause_after_ms
        return Spoken(wording.words, tuple(pieces), self.silence_ms(before_ms), self.silence_ms(after_ms))

    def silence_ms(self, at_normal_pace_ms: int) -> int:
        return round(at_normal_pace_ms * SILENCES[self.rate])


def silent(_progress: Progress) -> None:
    """Nobody watches."""


def load(path: Path, lexicon: Lexicon = EMPTY) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file and see after its recordings; its name without endings is the lesson's slug. A file that is
    too big is not read.

    `lexicon` is everybody's; the branch's is read from beside the lesson. Raises BadLexicon.
    """
    slug = re.sub(r"[^\w-]+", "-", path.name.removesuffix(".md").removesuffix(".lesson")).strip("-") or "lesson"
    size = path.stat().st_size
    if size > script.MOST_BYTES:
        return script.parse(b"", slug)[0], (script.too_big(size),)
    written, wrong = script.parse(path.read_bytes(), slug, of_lesson(path, lexicon))
    written, missing = recordings.with_recordings(written, path.parent)
    return written, tuple(sorted((*wrong, *missing), key=lambda each: each.line))


def voice_of(written: Script, voices: Voices) -> str | None:
    """Who speaks this lesson, as "engine:voice"; None where people recorded all of it."""
    if all(each.recording for each in every_wording(written)):
        return None
    return written.front.voice or voices.spec(written.language)


def rates_of(written: Script, voices: Voices) -> tuple[Rate, Rate]:
    """How fast this lesson is read, and the other pace that it is pressed at, for those who like that better."""
    rate = written.front.rate or voices.rate
    return rate, OTHER[rate]


def preset_of(written: Script, voices: Voices) -> Preset:
    """How this lesson is mastered: by its own preset if it names one, always at the level of the settings."""
    return PRESETS[written.front.preset].at(voices.preset.level_db) if written.front.preset else voices.preset


def press(written: Script, shelf: Shelf, voices: Voices, on_progress: OnProgress = silent) -> Lesson:
    """Make a lesson's audio and keep it on the shelf, not yet on offer: `shelf.publish(lesson)` does that.

    Raises VoiceFailed, BadRecording or MissingPart; what was made until then is kept, and pressing again goes on from
    there.
    """
    voice, rates = voice_of(written, voices), rates_of(written, voices)
    preset = preset_of(written, voices)
    people, by_people = _people(said_by_people(written, shelf.root / "takes", rates, preset))
    on_progress(by_people)
    takes: Mapping[Cue, Take] = {}
    if voice:
        cues = _cues(_synthesized(written), rates)
        takes = _booth(shelf, voice, preset).record(cues, voices.threads, lambda now: on_progress(now + by_people))
    slower = next(rate for rate in rates if SLOWER.get(rate) not in rates)
    cut = lay_out(_stretches(written, Takes(takes, people, slower)))  # so that no segment is too long
    lesson, other = (_lesson(written, voice or BY_PEOPLE, cut, Takes(takes, people, rate), shelf) for rate in rates)
    return msgspec.structs.replace(lesson, other_pace=other)


def plan(written: Script, shelf: Shelf, voices: Voices) -> Progress:
    """What pressing this lesson would make, without making it."""
    voice, rates, preset = voice_of(written, voices), rates_of(written, voices), preset_of(written, voices)
    _, by_people = _people(said_by_people(written, shelf.root / "takes", rates, preset, make=False))
    kept: dict[str, bool] = {}
    if voice:
        booth = _booth(shelf, voice, preset)
        for cue in _cues(_synthesized(written), rates):
            kept[cue.text] = kept.get(cue.text, True) and booth.is_kept(cue)
    return Progress(len(kept) - sum(kept.values()), sum(kept.values()), len(kept)) + by_people


def press_phrases(
    phrases: Iterable[str],
    language: str,
    shelf: Shelf,
    voices: Voices,
    on_progress: OnProgress = silent,
    lexicon: Lexicon = EMPTY,
) -> tuple[Clip, ...]:
    """Make prompts or people's names in a language and put them on the shelf, found again by their exact words."""
    read = {words: said for words in phrases if (said := _read(words, language, lexicon))}
    cues = _cues((wording for said in read.values() for wording in said), (voices.rate,))
    booth = _booth(shelf, voices.spec(language), voices.preset)
    takes = Takes(booth.record(cues, voices.threads, on_progress), {}, voices.rate)
    clips = tuple(_clip(said, words, takes, shelf, PHRASE_MS, PHRASE_MS) for words, said in read.items())
    shelf.put_phrases(language, clips)
    return clips


def say(text: str, language: str, data: Path, voices: Voices, lexicon: Lexicon = EMPTY) -> tuple[str, bytes]:
    """A text by itself: the words it is said with, and the WAV file. Raises VoiceFailed or MissingPart."""
    wordings = _read(text, language, lexicon)
    if not wordings:
        raise VoiceFailed(f"There is nothing to say in {text!r}.")
    cues = list(_cues(wordings, (voices.rate,)))
    booth = _booth(Shelf(data), voices.spec(language), voices.preset)
    takes = Takes(booth.record(cues, voices.threads, silent), {}, voices.rate)
    return " ".join(cue.text for cue in cues), _joined(Stretch("", tuple(takes.spoken(wordings))))


def _people(said: Iterable[Said]) -> tuple[People, Progress]:
    """What people say, by each of its recordings; and how much of it was made just now."""
    found = list(said)
    made = sum(each.is_new for each in found)
    people = {wording.recording: each for each in found for wording in each.wordings if wording.recording}
    return people, Progress(made, len(found) - made, len(found))


def _synthesized(written: Script) -> Iterable[Wording]:
    return (each for each in every_wording(written) if not each.recording)


def _booth(shelf: Shelf, spec: str, preset: Preset) -> Booth:
    engine, voice = open_engine(spec, shelf.root)
    return Booth(shelf.root / "takes", engine, voice, preset)


def _read(words: str, language: str, lexicon: Lexicon) -> list[Wording]:
    read = [read_aloud(each, language, lexicon) for each in sentences([Words(words)], language)]
    return [wording for wording in read if wording.utterances]


def cue(utterance: Utterance, rate: Rate) -> Cue:
    """What stands between [慢] and [/慢] is said at the next slower rate."""
    return Cue(utterance.text, SLOWER.get(rate, rate) if utterance.slow else rate)


def _cues(wordings: Iterable[Wording], rates: Sequence[Rate]) -> Iterator[Cue]:
    return (cue(each, rate) for wording in wordings for each in wording.utterances for rate in rates)


def _stretches(written: Script, takes: Takes) -> Iterable[Stretch]:
    for part in written.parts:
        after_ms = takes.silence_ms(PARAGRAPH_MS)
        paragraphs = filter(None, map(takes.spoken, part.paragraphs))
        if said := tuple(each for spoken in paragraphs for each in paragraph(spoken, after_ms)):
            yield Stretch(part.title, said)


def _lesson(written: Script, voice: str, cut: Sequence[Stretch], takes: Takes, shelf: Shelf) -> Lesson:
    """At the rate of the takes, with segments that are cut as these are."""
    laid = lay_out_like(cut, _stretches(written, takes))
    return Lesson(
        slug=written.slug,
        code=written.front.code,
        title=_clip([written.title], written.title.words, takes, shelf, PHRASE_MS, PHRASE_MS),
        language=written.language,
        voice=voice,
        segments=tuple(_segment(each, shelf) for each in laid),
        questions=tuple(_question(each, written.language, takes, shelf) for each in written.questions),
        pass_mark=written.front.pass_mark,
        opens=written.front.opens,
        closes=written.front.closes,
        pace=takes.rate,
    )


def _segment(stretch: Stretch, shelf: Shelf) -> Segment:
    return Segment(stretch.title, shelf.put_audio(_joined(stretch)), stretch.length_ms, stretch.sentences)


def _clip(
    wordings: Sequence[Wording], words: str, takes: Takes, shelf: Shelf, lead_ms: int = LEAD_MS, tail_ms: int = TAIL_MS
) -> Clip:
    stretch = Stretch("", tuple(takes.spoken(wordings)), lead_ms, tail_ms)
    return Clip(shelf.put_audio(_joined(stretch)), stretch.length_ms, words)


def _joined(stretch: Stretch) -> bytes:
    """A WAV file, as long as its sentences say; raises DamagedAudio for any other."""
    wav = join(each.sound() for each in stretch.pieces)
    if len(decode(wav)) != stretch.length_ms * FRAMES_PER_MS:
        raise DamagedAudio(f"The audio of {stretch.title!r} did not come out as long as its sentences. Press it again.")
    return wav


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
