"""`ivr prompts`: the line's own words and its members' names, as audio."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
@click.option("--again", is_flag=True, help="Press those that are there, too: after a change of voice.")
@click.pass_obj
def press(settings: Settings, again: bool) -> None:
    """Press every prompt and name that is missing."""
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


def wanted(settings: Settings) -> list[str]:
    """Everything that the line may say of itself, and every name."""
    line = texts.load(settings.line.language)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            names = learner_names(connection)
    finally:
        database.close()
    return sorted({line.words(say.prompt, say.value) for say in every_say()} | set(names))


def press_missing(settings: Settings, voices: Voices | None = None, *, again: bool = False) -> None:
    """Press what is missing, and say how much that was. Raises MissingPart, and VoiceFailed where nothing can be said.

    A name that the voice can't say is told, and keeps nothing else from being pressed.
    """
    from ivr.studio.languages.lexicon import of_everybody
    from ivr.studio.press import press_phrases

    words, language = wanted(settings) if again else missing(settings), texts.load(settings.line.language).voice
    if not words:
        return
    shelf, lexicon = Shelf(settings.data), of_everybody(settings.studio.lexicon)
    speak = voices or voices_here(settings, [language])
    try:
        with shown("prompts and names") as show:
            press_phrases(words, language, shelf, speak, show, lexicon)
    except VoiceFailed as error:
        unsaid = _press_singly(words, lambda each: press_phrases([each], language, shelf, speak, lexicon=lexicon))
        if len(unsaid) == len(words):
            raise
        click.secho(
            f"Note: callers will hear the provider's voice for {'、'.join(unsaid)}. {error}", fg="yellow", err=True
        )
        words = [each for each in words if each not in unsaid]
    click.echo(f"pressed {len(words)} prompts and names")


def _press_singly(words: list[str], press: Callable[[str], object]) -> list[str]:
    """Press one after the other; returns those that the voice can't say. The takes of the others are there by then."""
    unsaid: list[str] = []
    for each in words:
        try:
            press(each)
        except VoiceFailed:
            unsaid.append(each)
    return unsaid
