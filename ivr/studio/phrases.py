"""Phrases become audio: by the voice of their language on this machine, and read by the lexicon of the branch they are
for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ivr.catalogue import Clip
from ivr.config import Settings
from ivr.errors import NothingToSay
from ivr.shelf import Shelf

if TYPE_CHECKING:  # the rest of the studio takes a moment to load: only what presses does so
    from ivr.studio.press import Voices
    from ivr.studio.takes import OnProgress

Noting = Callable[[str], object]  # is told what a person should know about a voice
Watching = Callable[[str], AbstractContextManager["OnProgress"]]  # what is pressed -> what is told how far it is


class Phrase(NamedTuple):
    """Words in a language ("zh"); `branch` is whose lexicon says how, "" for everybody's."""

    language: str
    branch: str
    words: str


def unnoted(_note: str) -> None:
    """Nobody reads it."""


@contextmanager
def unwatched(_what: str) -> Iterator[OnProgress]:
    """Nobody watches."""
    yield lambda _now: None


def press(
    settings: Settings,
    phrases: Iterable[Phrase],
    known: Mapping[str, Voices],
    noting: Noting = unnoted,
    watching: Watching = unwatched,
) -> None:
    """Press phrases onto the shelf. `known` are the voices of languages that a person was told about already.

    Raises MissingPart, and VoiceFailed where something can't be said."""
    from ivr.studio.press import press_phrases

    _pressed(settings, phrases, known, press_phrases, noting, watching)


def press_letters(
    settings: Settings, phrases: Iterable[Phrase], noting: Noting = unnoted, watching: Watching = unwatched
) -> dict[Phrase, Clip]:
    """Press what is for one person only, and keep it as long as what people said is kept: it is no prompt of the line.

    Raises as `press` does, NothingToSay for words without a sound among it."""
    from ivr.studio.press import press_letters as press_each

    wanted = set(phrases)
    clips = _pressed(settings, wanted, {}, press_each, noting, watching)
    for each in wanted - clips.keys():
        raise NothingToSay(f"There is nothing to say in {each.words!r}. Write it in words.")
    return clips


def _pressed(
    settings: Settings,
    phrases: Iterable[Phrase],
    known: Mapping[str, Voices],
    press_each: Callable[..., Iterable[Clip]],
    noting: Noting,
    watching: Watching,
) -> dict[Phrase, Clip]:
    from ivr.studio.languages.lexicon import of_branch, of_everybody

    everybody, shelf, speaking = of_everybody(settings.studio.lexicon), Shelf(settings.data), dict(known)
    clips: dict[Phrase, Clip] = {}
    for (language, branch), some in groupby(sorted(phrases), key=lambda each: each[:2]):
        if language not in speaking:
            speaking[language] = voices_here(settings, [language], noting)
        theirs = settings.branches.get(branch)
        lexicon = of_branch(theirs.folder, everybody) if theirs else everybody
        words = [each.words for each in some]
        with watching(branch or f"prompts in {language}") as watch:
            said = press_each(words, language, shelf, speaking[language], watch, lexicon)
        clips |= {Phrase(language, branch, clip.words): clip for clip in said}
    return clips


def voices_here(settings: Settings, languages: Iterable[str], noting: Noting = unnoted) -> Voices:
    """Who speaks these languages, on this machine."""
    from ivr.studio.engines import caution, voice_here
    from ivr.studio.languages.tags import WITHOUT_RULES
    from ivr.studio.mastering import PRESETS
    from ivr.studio.press import Voices

    specs = {each: f"espeak:{each}" for each in WITHOUT_RULES} | dict(settings.studio.voices)
    for language in languages:
        if language in specs:
            specs[language], lacking = voice_here(specs[language], language, settings.data)
            for note in filter(None, (lacking, caution(specs[language]))):
                noting(note)
    studio = settings.studio
    return Voices(specs, studio.rate, studio.threads, PRESETS[studio.preset].at(studio.level_db))
