"""How the line's own words are voiced, in each of its languages: by a pressed clip, and where one is missing by the
provider's voice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from ivr import prompts
from ivr.catalogue import Clip
from ivr.dialogue.turn import Name, Play, Said, Say, Turn
from ivr.prompts import Prompts
from ivr.shelf import Shelf

MS_A_CHARACTER = 200  # how long unpressed words take, about

# The words of a prompt in a language ("": the line's own); "" where there is no such prompt, or no longer.
Wording = Callable[[Say, str], str]

# The pressed clip of a prompt or a name in a language ("": the line's own), or the words to say where there is none.
Voicing = Callable[[Say | Name, str], Clip | str]


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
