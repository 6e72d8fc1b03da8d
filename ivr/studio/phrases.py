"""Phrases become audio: by the voice of their language on this machine, and read by the lexicon of the branch they are
for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ivr.catalogue import Clip
from ivr.config import Settings
from ivr.errors import Unsayable, VoiceFailed
from ivr.shelf import Shelf

if TYPE_CHECKING:  # the rest of the studio takes a moment to load: only what presses does so
    from ivr.studio.languages.hanzi import Lexicon
    from ivr.studio.press import Voices
    from ivr.studio.takes import OnProgress

MOST_SHOWN = 12  # characters of what is too long

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

    Raises as `press` does, Unsayable for words without a sound among it."""
    from ivr.studio.press import press_letters as press_each

    wanted = set(phrases)
    clips = _pressed(settings, wanted, {}, press_each, noting, watching)
    for each in wanted - clips.keys():
        raise Unsayable(f"There is nothing to say in {each.words!r}. Write it in words.")
    return clips


def unsayable(
    settings: Settings, phrases: Iterable[Phrase], known: Mapping[str, Voices] | None = None
) -> dict[Phrase, Unsayable]:
    """Those that the voices of this machine would refuse, and why. It is told without saying anything. `known` and
    errors as for `press`."""
    from ivr.studio.press import read

    found: dict[Phrase, Unsayable] = {}
    for language, branch, some, voices, lexicon in _by_voice(settings, phrases, known or {}, unnoted):
        voice = voices.spec(language)
        for words in some:
            texts = [each.text for wording in read(words, language, lexicon) for each in wording.utterances]
            if wrong := _refused(voice, texts):
                found[Phrase(language, branch, words)] = wrong
    return found


def _refused(voice: str, texts: Sequence[str]) -> Unsayable | None:
    from ivr.studio.engines.abilities import is_too_long, refused
    from ivr.studio.engines.engine import plain

    if words := tuple(dict.fromkeys(each for text in texts for each in refused(voice, text))):
        return Unsayable(f"the voice can't say {', '.join(words)}; write it as it sounds", words)
    if long := next((plain(text) for text in texts if is_too_long(voice, text)), ""):
        told = f"the voice can't say {long[:MOST_SHOWN]}… in one go; put in full stops or commas"
        return Unsayable(told, stretch=long)
    return None if texts else Unsayable("there is nothing to say in it; write words")


def unsaid(phrases: Iterable[Phrase], press: Callable[[Phrase], object]) -> list[Phrase]:
    """Press one after the other; returns those that the voice can't say. The takes of the others are there by then."""
    failed: list[Phrase] = []
    for each in phrases:
        try:
            press(each)
        except VoiceFailed:
            failed.append(each)
    return failed


def _pressed(
    settings: Settings,
    phrases: Iterable[Phrase],
    known: Mapping[str, Voices],
    press_each: Callable[..., Iterable[Clip]],
    noting: Noting,
    watching: Watching,
) -> dict[Phrase, Clip]:
    shelf = Shelf(settings.data)
    clips: dict[Phrase, Clip] = {}
    for language, branch, words, voices, lexicon in _by_voice(settings, phrases, known, noting):
        with watching(branch or f"prompts in {language}") as watch:
            said = press_each(words, language, shelf, voices, watch, lexicon)
        clips |= {Phrase(language, branch, clip.words): clip for clip in said}
    return clips


def _by_voice(
    settings: Settings, phrases: Iterable[Phrase], known: Mapping[str, Voices], noting: Noting
) -> Iterator[tuple[str, str, list[str], Voices, Lexicon]]:
    """The words of each language and branch, with who says them and the lexicon that says how."""
    from ivr.studio.languages.lexicon import of_branch, of_everybody

    everybody, speaking = of_everybody(settings.studio.lexicon), dict(known)
    for (language, branch), some in groupby(sorted(phrases), key=lambda each: each[:2]):
        if language not in speaking:
            speaking[language] = voices_here(settings, [language], noting)
        theirs = settings.branches.get(branch)
        lexicon = of_branch(theirs.folder, everybody) if theirs else everybody
        yield language, branch, [each.words for each in some], speaking[language], lexicon


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
