"""A script becomes a lesson of audio on the shelf, at two paces: only takes that are not there yet are made, and each
file is joined once and read back before it counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from ivr.catalogue import Clip, Lesson, Question, Segment
from ivr.errors import DamagedAudio, VoiceFailed
from ivr.shelf import Shelf
from ivr.studio import questions
from ivr.studio.engines import open_engine
from ivr.studio.engines.engine import OTHER, SLOWER, Rate
from ivr.studio.joining import decode, join
from ivr.studio.languages.hanzi import EMPTY, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.layout import (
    LEAD_MS,
    TAIL_MS,
    Stretch,
    lay_out,
    lay_out_like,
)
from ivr.studio.markup import Words
from ivr.studio.mastering import PLAIN, PRESETS, Preset
from ivr.studio.pacing import People, Takes, cues, stretches
from ivr.studio.reading import Wording, read_aloud, sentences
from ivr.studio.recording.people import Said, said_by_people
from ivr.studio.script import Script, every_wording, is_recorded
from ivr.studio.sound import FRAMES_PER_MS
from ivr.studio.takes import Booth, Cue, OnProgress, Progress, Take

PHRASE_MS = 400  # before and after what is said together with other phrases
BY_PEOPLE = "people"  # the voice of a lesson that is recorded throughout


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


def silent(_progress: Progress) -> None:
    """Nobody watches."""


def voice_of(written: Script, voices: Voices) -> str | None:
    """Who speaks this lesson, as "engine:voice"; None where people recorded all of it."""
    if is_recorded(written):
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
        wanted = cues(_synthesized(written), rates)
        takes = _booth(shelf, voice, preset).record(wanted, voices.threads, lambda now: on_progress(now + by_people))
    slower = next(rate for rate in rates if SLOWER.get(rate) not in rates)
    cut = lay_out(stretches(written, Takes(takes, people, slower)))  # so that no segment is too long
    lesson, other = (_lesson(written, voice or BY_PEOPLE, cut, Takes(takes, people, rate), shelf) for rate in rates)
    return msgspec.structs.replace(lesson, other_pace=other)


def plan(written: Script, shelf: Shelf, voices: Voices) -> Progress:
    """What pressing this lesson would make, without making it."""
    voice, rates, preset = voice_of(written, voices), rates_of(written, voices), preset_of(written, voices)
    _, by_people = _people(said_by_people(written, shelf.root / "takes", rates, preset, make=False))
    kept: dict[str, bool] = {}
    if voice:
        booth = _booth(shelf, voice, preset)
        for cue in cues(_synthesized(written), rates):
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
    stretches = _stretches(phrases, language, shelf, voices, on_progress, lexicon)
    clips = tuple(Clip(shelf.put_audio(_joined(each)), each.length_ms, each.title) for each in stretches)
    shelf.put_phrases(language, clips, voices.spec(language))
    return clips


def press_letters(
    phrases: Iterable[str],
    language: str,
    shelf: Shelf,
    voices: Voices,
    on_progress: OnProgress = silent,
    lexicon: Lexicon = EMPTY,
) -> tuple[Clip, ...]:
    """Make what is for one person only: kept like what people said, and found by whoever has the clip alone."""
    stretches = _stretches(phrases, language, shelf, voices, on_progress, lexicon)
    return tuple(Clip(shelf.put_recording(_joined(each)), each.length_ms, each.title) for each in stretches)


def _stretches(
    phrases: Iterable[str], language: str, shelf: Shelf, voices: Voices, on_progress: OnProgress, lexicon: Lexicon
) -> list[Stretch]:
    """Phrases as they are said, each under its words; without those in which there is nothing to say."""
    sayable = {words: said for words in phrases if (said := read(words, language, lexicon))}
    wanted = cues((wording for said in sayable.values() for wording in said), (voices.rate,))
    booth = _booth(shelf, voices.spec(language), voices.preset)
    takes = Takes(booth.record(wanted, voices.threads, on_progress), {}, voices.rate)
    return [Stretch(words, tuple(takes.spoken(said)), PHRASE_MS, PHRASE_MS) for words, said in sayable.items()]


def say(text: str, language: str, data: Path, voices: Voices, lexicon: Lexicon = EMPTY) -> tuple[str, bytes]:
    """A text by itself: the words it is said with, and the WAV file. Raises VoiceFailed or MissingPart."""
    wordings = read(text, language, lexicon)
    if not wordings:
        raise VoiceFailed(f"There is nothing to say in {text!r}.")
    wanted = list(cues(wordings, (voices.rate,)))
    booth = _booth(Shelf(data), voices.spec(language), voices.preset)
    takes = Takes(booth.record(wanted, voices.threads, silent), {}, voices.rate)
    return " ".join(cue.text for cue in wanted), _joined(Stretch("", tuple(takes.spoken(wordings))))


def _people(said: Iterable[Said]) -> tuple[People, Progress]:
    """What people say, by each of its recordings; and how much of it was made just now."""
    found = list(said)
    made = sum(each.is_new for each in found)
    people = {wording.recording: each for each in found for wording in each.wordings if wording.recording}
    return people, Progress(made, len(found) - made, len(found))


def _synthesized(written: Script) -> Iterable[Wording]:
    """What a voice says: also the options alone, which nobody has to record."""
    options = (wording for asked in written.questions for said in asked.said_options for wording in said)
    return (each for each in (*every_wording(written), *options) if not each.recording)


def _booth(shelf: Shelf, spec: str, preset: Preset) -> Booth:
    engine, voice = open_engine(spec, shelf.root)
    return Booth(shelf.root / "takes", engine, voice, preset)


def read(words: str, language: str, lexicon: Lexicon) -> list[Wording]:
    """Words sentence by sentence as they are said, without those in which there is nothing to say."""
    read = [read_aloud(each, language, lexicon) for each in sentences([Words(words)], language)]
    return [wording for wording in read if wording.utterances]


def _lesson(written: Script, voice: str, cut: Sequence[Stretch], takes: Takes, shelf: Shelf) -> Lesson:
    """At the rate of the takes, with segments that are cut as these are."""
    laid = lay_out_like(cut, stretches(written, takes))
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
        stem=clip(asked.stem),
        options=tuple(map(clip, asked.said_options)),
        right=asked.right,
        when_right=clip(asked.when_right),
        when_wrong=clip(asked.when_wrong),
    )


def _question_id(asked: questions.Question) -> str:
    """The same as long as the question and its options say the same."""
    return hashlib.sha256(json.dumps([asked.words, *asked.options]).encode()).hexdigest()[:12]
