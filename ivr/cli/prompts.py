"""`ivr prompts`: the line's own words and its members' names, as audio."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from ivr import prompts as texts
from ivr.cli.progress_bar import shown
from ivr.cli.voices import voices_here
from ivr.config import Settings
from ivr.dialogue.machine import every_say
from ivr.errors import VoiceFailed
from ivr.records.db import open_database
from ivr.records.roster import learner_names
from ivr.shelf import Shelf

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.press import Voices


@click.group()
def prompts() -> None:
    """What the line itself says: prompts, and members' names."""


@prompts.command()
@click.option("--again", is_flag=True, help="Press all of them: after a change of lexicon, pace or preset.")
@click.pass_obj
def press(settings: Settings, again: bool) -> None:
    """Press every prompt and name that is missing, or that the voice of the settings did not say."""
    press_missing(settings, again=again)


@prompts.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Say which prompts and names callers would hear in the provider's voice; ends with 1 if there are any."""
    absent = missing(settings)
    for words in absent:
        click.echo(words)
    click.echo(f"{len(absent)} missing." + (" `ivr prompts press` makes them." if absent else ""))
    sys.exit(1 if absent else 0)


def missing(settings: Settings) -> list[str]:
    """The words that are not pressed; the prompts that come with the package count where they have the same voice."""
    voice = texts.load(settings.line.language).voice
    ships = settings.studio.voices.get(voice) == texts.PRESSED_BY.get(voice)
    shelf = Shelf(settings.data, texts.PRESSED if ships else None)
    return [words for words in wanted(settings) if not shelf.phrase(voice, words)]


def to_press(settings: Settings) -> list[str]:
    """The words that are missing, and those that another voice said, for want of the right one or before it was chosen,
    if the right one is here now."""
    from ivr.studio.engines import is_here

    language = texts.load(settings.line.language).voice
    voice = settings.studio.voices.get(language, "")
    absent, pressed_by = set(missing(settings)), Shelf(settings.data).pressed_by(language)
    words = list(wanted(settings))
    by_others = {each for each in words if pressed_by.get(each, voice) != voice}
    if by_others and is_here(voice, settings.data):
        absent |= by_others
    return [each for each in words if each in absent]


def wanted(settings: Settings) -> dict[str, str]:
    """Everything that the line may say of itself, in order, and every name with its branch; prompts have none."""
    line = texts.load(settings.line.language)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            names = learner_names(connection)
    finally:
        database.close()
    said = {line.words(say.prompt, say.value): "" for say in every_say()}
    return dict(sorted((names | said).items()))


def press_missing(settings: Settings, voices: Voices | None = None, *, again: bool = False) -> None:
    """Press what is missing, and say how much that was. Raises MissingPart, and VoiceFailed where nothing can be said.

    A name that the voice can't say is told, and keeps nothing else from being pressed.
    """
    words = wanted(settings)
    if not again:
        words = {each: words[each] for each in to_press(settings)}
    if not words:
        return
    language = texts.load(settings.line.language).voice
    speak = voices or voices_here(settings, [language])
    try:
        _press(settings, words, language, speak)
    except VoiceFailed as error:
        unsaid = _press_singly(list(words), lambda each: _press(settings, {each: words[each]}, language, speak))
        if len(unsaid) == len(words):
            raise
        click.secho(
            f"Note: callers will hear the provider's voice for {'、'.join(unsaid)}. {error}", fg="yellow", err=True
        )
        words = {each: branch for each, branch in words.items() if each not in unsaid}
    click.echo(f"pressed {len(words)} prompts and names")


def _press(settings: Settings, words: Mapping[str, str], language: str, voices: Voices) -> None:
    """Press words, those of each branch by its lexicon."""
    from ivr.studio.languages.lexicon import of_branch, of_everybody
    from ivr.studio.press import press_phrases

    everybody = of_everybody(settings.studio.lexicon)
    for branch in dict.fromkeys(words.values()):
        known = settings.branches.get(branch)
        lexicon = of_branch(known.folder, everybody) if known else everybody
        said = [each for each in words if words[each] == branch]
        with shown(branch or "prompts") as show:
            press_phrases(said, language, Shelf(settings.data), voices, show, lexicon)


def _press_singly(words: list[str], press: Callable[[str], object]) -> list[str]:
    """Press one after the other; returns those that the voice can't say. The takes of the others are there by then."""
    unsaid: list[str] = []
    for each in words:
        try:
            press(each)
        except VoiceFailed:
            unsaid.append(each)
    return unsaid
