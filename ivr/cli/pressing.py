"""Phrases become audio: by the voice of their language, and read by the lexicon of the branch they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    from ivr.studio.languages.lexicon import of_branch, of_everybody
    from ivr.studio.press import press_phrases

    everybody, shelf, speaking = of_everybody(settings.studio.lexicon), Shelf(settings.data), dict(known)
    for (language, branch), some in groupby(sorted(phrases), key=lambda each: each[:2]):
        if language not in speaking:
            speaking[language] = voices_here(settings, [language])
        theirs = settings.branches.get(branch)
        lexicon = of_branch(theirs.folder, everybody) if theirs else everybody
        with shown(branch or f"prompts in {language}") as show:
            press_phrases([each.words for each in some], language, shelf, speaking[language], show, lexicon)


def press_letters(settings: Settings, phrases: Iterable[Phrase]) -> dict[Phrase, Clip]:
    """Press what is for one person only, and keep it as long as what people said is kept: nothing else names it.

    Raises as `press` does."""
    wanted = set(phrases)
    press(settings, wanted, {})
    shelf = Shelf(settings.data)
    return {each: _kept(each, shelf) for each in wanted}


def _kept(phrase: Phrase, shelf: Shelf) -> Clip:
    clip = shelf.phrase(phrase.language, phrase.words)
    if clip is None:
        raise VoiceFailed(f"There is nothing to say in {phrase.words!r}. Write it in words.")
    shelf.put_recording(shelf.audio(clip.audio).read_bytes())
    return clip
