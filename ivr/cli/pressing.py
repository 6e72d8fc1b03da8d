"""Phrases become audio: by the voice of their language, and read by the lexicon of the branch they are for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ivr.catalogue import Clip
from ivr.cli.progress_bar import shown
from ivr.cli.voices import voices_here
from ivr.config import Settings
from ivr.errors import VoiceFailed
from ivr.shelf import Shelf

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.press import Voices


class Phrase(NamedTuple):
    """Words in a language ("zh"); `branch` is whose lexicon says how, "" for everybody's."""

    language: str
    branch: str
    words: str


def press(settings: Settings, phrases: Iterable[Phrase], known: Mapping[str, Voices]) -> None:
    """Press phrases onto the shelf. `known` are the voices of languages that a person was told about already.

    Raises MissingPart, and VoiceFailed where something can't be said."""
    from ivr.studio.press import press_phrases

    _pressed(settings, phrases, known, press_phrases)


def press_letters(settings: Settings, phrases: Iterable[Phrase]) -> dict[Phrase, Clip]:
    """Press what is for one person only, and keep it as long as what people said is kept: it is no prompt of the line.

    Raises as `press` does."""
    from ivr.studio.press import press_letters as press_each

    clips = _pressed(settings, set(phrases), {}, press_each)
    for each in set(phrases) - clips.keys():
        raise VoiceFailed(f"There is nothing to say in {each.words!r}. Write it in words.")
    return clips


def _pressed(
    settings: Settings,
    phrases: Iterable[Phrase],
    known: Mapping[str, Voices],
    press_each: Callable[..., Iterable[Clip]],
) -> dict[Phrase, Clip]:
    from ivr.studio.languages.lexicon import of_branch, of_everybody

    everybody, shelf, speaking = of_everybody(settings.studio.lexicon), Shelf(settings.data), dict(known)
    clips: dict[Phrase, Clip] = {}
    for (language, branch), some in groupby(sorted(phrases), key=lambda each: each[:2]):
        if language not in speaking:
            speaking[language] = voices_here(settings, [language])
        theirs = settings.branches.get(branch)
        lexicon = of_branch(theirs.folder, everybody) if theirs else everybody
        words = [each.words for each in some]
        with shown(branch or f"prompts in {language}") as show:
            said = press_each(words, language, shelf, speaking[language], show, lexicon)
        clips |= {Phrase(language, branch, clip.words): clip for clip in said}
    return clips
