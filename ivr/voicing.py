"""How the line's own words are voiced, in each of its languages: by a pressed clip, and where one is missing by the
provider's voice; and so, what a turn sounds like."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr import prompts
from ivr.catalogue import FRAMES_PER_MS, RATE_HZ, Clip
from ivr.config import Settings
from ivr.dialogue.turn import Name, Play, Said, Say, Turn
from ivr.errors import DamagedAudio
from ivr.prompts import Prompts
from ivr.shelf import Shelf, sound_in

MS_A_CHARACTER = 200  # how long unpressed words take, about

# The words of a prompt in a language ("": the line's own); "" where there is no such prompt, or no longer.
Wording = Callable[[Say, str], str]

# The pressed clip of a prompt or a name in a language ("": the line's own), or the words to say where there is none.
Voicing = Callable[[Say | Name, str], Clip | str]


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of what the caller hears: its words, its length, and the file if there is one (from `start_ms` on)."""

    words: str
    length_ms: int
    file: Path | None
    start_ms: int = 0


@cache
def wording(language: str) -> Wording:
    """The words of every language; `language` is the line's own, as in the settings."""
    own = prompts.load(language)
    by_voice = {each.voice: each for each in map(prompts.load, prompts.LANGUAGES)}

    def words(said: Say, spoken: str) -> str:
        line = by_voice.get(said.language or spoken, own)
        return line.words(said.prompt, said.value) if said.prompt in line.texts else ""

    return words


def voicing(shelf: Shelf, language: str) -> Voicing:
    """The words of every language; `language` is the line's own, as in the settings."""
    own = prompts.load(language)
    by_voice: Mapping[str, Prompts] = {each.voice: each for each in map(prompts.load, prompts.LANGUAGES)}

    def voiced(said: Say | Name, spoken: str) -> Clip | str:
        if isinstance(said, Name):  # which not every voice can read
            line, words = by_voice.get(spoken, own), said.words
            return shelf.phrase(line.voice, words) or shelf.phrase(own.voice, words) or words
        line = by_voice.get(said.language or spoken, own)
        words = line.words(said.prompt, said.value)
        return shelf.phrase(line.voice, words) or words

    return voiced


def length_ms(turn: Turn, voiced: Voicing) -> int:
    """How long everything that a turn says takes."""
    return sum(_length_ms(said, turn.state.language, voiced) for said in turn.says)


def _length_ms(said: Said, spoken: str, voiced: Voicing) -> int:
    match said:
        case Play(length_ms=ms) | Clip(length_ms=ms):
            return ms
        case _:
            clip = voiced(said, spoken)
            return MS_A_CHARACTER * len(clip) if isinstance(clip, str) else clip.length_ms


def spoken(settings: Settings, chosen: Iterable[str]) -> dict[str, Prompts]:
    """The languages that a call can be in, by the language of their voice: the line's own, those that callers may
    choose, and those that members have."""
    by_voice = {line.voice: line for line in map(prompts.load, prompts.LANGUAGES)}
    own = prompts.load(settings.line.language).voice
    languages = dict.fromkeys((own, *settings.dialogue.languages, *sorted(chosen)))
    return {each: by_voice[each] for each in languages if each in by_voice}


# ── what a turn sounds like ──────────────────────────────────────────────────────────────────────────────────────


def sounding(turn: Turn, shelf: Shelf, voiced: Voicing) -> Iterator[Sound]:
    """Piece by piece, in the order they are heard."""
    for said in turn.says:
        yield _sound(said, shelf, voiced, turn.state.language)


def _sound(said: Said, shelf: Shelf, voiced: Voicing, language: str) -> Sound:
    match said:
        case Play():
            lesson = shelf.catalogue().editions[said.edition]
            played = lesson.other_pace if lesson.other_pace and said.pace == lesson.other_pace.pace else lesson
            sentences = played.segments[said.segment].sentences
            words = "".join(each.words for each in sentences if each.start_ms >= said.within_ms)
            return Sound(words, said.length_ms, _file(shelf, said.audio), said.within_ms)
        case Clip():
            return Sound(said.words, said.length_ms, _file(shelf, said.audio))
        case _:
            clip = voiced(said, language)
            if isinstance(clip, str):
                return Sound(clip, MS_A_CHARACTER * len(clip), None)
            return Sound(clip.words, clip.length_ms, _file(shelf, clip.audio))


def _file(shelf: Shelf, audio: str) -> Path | None:
    """One that is gone is as good as none: `ivr prompts check` tells of it."""
    try:
        return shelf.audio(audio)
    except DamagedAudio:
        return None


def joined(sounds: Iterable[Sound]) -> bytes:
    """One after the other, as one WAV file; what has no file is still for as long as it would take."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        for sound in sounds:
            file.writeframes(_samples(sound))
    return out.getvalue()


def _samples(sound: Sound) -> bytes:
    bytes_a_ms = 2 * FRAMES_PER_MS
    heard = sound_in(sound.file.read_bytes()) if sound.file else None
    return heard[sound.start_ms * bytes_a_ms :] if heard else bytes(sound.length_ms * bytes_a_ms)
