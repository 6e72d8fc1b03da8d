"""Callers hear people's names in the voice of the language that they hear: which names that means, and which of them
are not pressed yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ivr.config import Settings
from ivr.records import preferences, roster
from ivr.records.db import Database
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase
from ivr.voicing import spoken


def unpressed(
    database: Database, shelf: Shelf, settings: Settings, within: Collection[int] | None = None
) -> list[Phrase]:
    """Every name that nobody pressed, in each language that it is said in; those of the branches with these ids."""
    with database.reading() as connection:
        languages = spoken(settings, preferences.languages(connection))
        wanted = in_languages(roster.learner_names(connection, within), languages)
    pressed = {language: shelf.pressed(language) for language in languages}
    return [each for each in wanted if each.words not in pressed[each.language]]


def in_languages(names: Mapping[str, str], languages: Iterable[str]) -> list[Phrase]:
    """Names, with the branch of each, as they are said in these languages, of which the first is the line's own."""
    own, *others = languages
    said_in = ((name, each) for name in names for each in (own, *(each for each in others if _fits(each, name))))
    return [Phrase(language, names[name], name) for name, language in said_in]


def _fits(language: str, name: str) -> bool:
    """Can a voice of this language read the name? Where none can, it is said in the line's own."""
    from ivr.studio.languages.hanzi import HANZI, WRITTEN_IN_HANZI

    return bool(HANZI.search(name)) == (language in WRITTEN_IN_HANZI)
