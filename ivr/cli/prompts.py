"""`ivr prompts`: the line's own words, its members' names and what waits for one of them, as audio; in every language
that a call can be in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ivr import prompts as texts
from ivr.cli.pressing import press as press_phrases
from ivr.cli.pressing import press_letters
from ivr.config import Settings
from ivr.dialogue.machine import every_say
from ivr.errors import DamagedAudio, VoiceFailed
from ivr.naming import in_languages
from ivr.records import letters, preferences, questions, roster
from ivr.records.db import open_database
from ivr.records.letters import Waiting
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase, unsaid
from ivr.voicing import spoken

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.press import Voices


@click.group()
def prompts() -> None:
    """What the line itself says: prompts, and members' names."""


@prompts.command()
@click.option("--again", is_flag=True, help="Press all of them: after a change of lexicon, pace or preset.")
@click.pass_obj
def press(settings: Settings, again: bool) -> None:
    """Press every prompt and name that is missing or damaged, or that the voice of the settings did not say; and every
    reply and notice that has no audio any more."""
    press_missing(settings, again=again)
    _press_silent_letters(settings)


@prompts.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Say what callers would hear in the provider's voice, wrongly, or not at all; ends with 1 if there is anything.

    That is every prompt that can be said in any state of a call, in every language that a call can be in; every name;
    every reply and notice that waits, and every question that waits for a reply; and every piece of the lessons on
    offer. Each file is read: it must be what was pressed.
    """
    absent, silent = missing(settings), silent_letters(settings)
    several = len({each.language for each in absent}) > 1
    written = [letter for letter in silent if letter.words]
    lost = [*_spoken(settings, silent), *_pieces(Shelf(settings.data))]
    for told in (
        *(f"{each.language}: {each.words}" if several else each.words for each in absent),
        *(f"{each.kind} {each.id}, for {each.name}: {each.words}" for each in written),
        *lost,
    ):
        click.echo(told)
    pressable = len(absent) + len(written)
    many = pressable + len(lost)
    of_them = "them" if pressable == many else f"{pressable} of them"
    click.echo(f"{many} missing or damaged." + (f" `ivr prompts press` makes {of_them}." if pressable else ""))
    sys.exit(1 if many else 0)


def missing(settings: Settings) -> list[Phrase]:
    """What is not pressed, or whose file is gone or damaged; the prompts that come with the package count where they
    have the same voice."""
    shelves = {language: _shelf(settings, language) for language in texts.PRESSED_BY}
    return [each for each in wanted(settings) if not _is_pressed(each, shelves[each.language])]


def _is_pressed(phrase: Phrase, shelf: Shelf) -> bool:
    clip = shelf.phrase(phrase.language, phrase.words)
    return clip is not None and shelf.is_whole(clip)


def _shelf(settings: Settings, language: str) -> Shelf:
    ships = settings.studio.voices.get(language) == texts.PRESSED_BY.get(language)
    return Shelf(settings.data, texts.PRESSED if ships else None)


def to_press(settings: Settings) -> list[Phrase]:
    """What is missing, and what another voice said, for want of the right one or before it was chosen, if the right one
    is here now."""
    absent = set(missing(settings))
    phrases = wanted(settings)
    for language in dict.fromkeys(each.language for each in phrases):
        absent |= _by_others(settings, [each for each in phrases if each.language == language], language)
    return [each for each in phrases if each in absent]


def _by_others(settings: Settings, phrases: Iterable[Phrase], language: str) -> set[Phrase]:
    from ivr.studio.engines import is_here

    voice = settings.studio.voices.get(language, "")
    pressed_by = Shelf(settings.data).pressed_by(language)
    by_others = {each for each in phrases if pressed_by.get(each.words, voice) != voice}
    return by_others if by_others and is_here(voice, settings.data) else set()


def wanted(settings: Settings) -> list[Phrase]:
    """Everything that the line may say of itself, and every name, in each language, in order; the line's own first."""
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            names, people = roster.learner_names(connection), roster.largest_branch(connection)
            lines = spoken(settings, preferences.languages(connection))
    finally:
        database.close()
    found = {(language, name): branch for language, branch, name in in_languages(names, lines)}
    for say in every_say(people):
        for language in (say.language,) if say.language else lines:
            if language in lines:
                found[language, lines[language].words(say.prompt, say.value)] = ""
    order = list(lines)
    phrases = (Phrase(language, branch, words) for (language, words), branch in found.items())
    return sorted(phrases, key=lambda each: (order.index(each.language), each.words))


def press_missing(settings: Settings, known: Mapping[str, Voices] | None = None, *, again: bool = False) -> None:
    """Press what is missing, and say how much that was. `known` as for `press`. Raises MissingPart, and VoiceFailed
    where nothing can be said.

    A name that the voice can't say is told, and keeps nothing else from being pressed.
    """
    phrases = wanted(settings) if again else to_press(settings)
    if not phrases:
        return
    try:
        press_phrases(settings, phrases, known or {})
    except VoiceFailed as error:
        failed = unsaid(phrases, lambda each: press_phrases(settings, [each], known or {}))
        if len(failed) == len(phrases):
            raise
        told = "、".join(each.words for each in failed)
        click.secho(f"Note: callers will hear the provider's voice for {told}. {error}", fg="yellow", err=True)
        phrases = [each for each in phrases if each not in failed]
    click.echo(f"pressed {len(phrases)} prompts and names")


# ── what waits for one person ────────────────────────────────────────────────────────────────────────────────────


def silent_letters(settings: Settings) -> list[Waiting]:
    """Replies and notices that wait to be heard, and whose audio is gone or damaged."""
    shelf = Shelf(settings.data)
    today = datetime.now(UTC).astimezone(settings.line.zone).date()
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            waiting = letters.waiting(connection, today)
    finally:
        database.close()
    return [each for each in waiting if not shelf.is_kept(each.audio)]


def _press_silent_letters(settings: Settings) -> None:
    own = texts.load(settings.line.language).voice
    lost = {each: Phrase(each.language or own, each.branch, each.words) for each in silent_letters(settings)}
    written = {each: phrase for each, phrase in lost.items() if phrase.words}
    if not written:
        return
    clips = press_letters(settings, written.values())
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            for letter, phrase in written.items():
                letters.revoice(connection, letter, clips[phrase])
    finally:
        database.close()
    click.echo(f"pressed {len(written)} replies and notices")


# ── what can't be made from words here ───────────────────────────────────────────────────────────────────────────


def _spoken(settings: Settings, silent: Iterable[Waiting]) -> Iterator[str]:
    """What people said themselves, and is gone or damaged: nobody else has it any more."""
    for letter in silent:
        if not letter.words:
            yield f"{letter.kind} {letter.id}, for {letter.name}: {_from_a_copy(letter.audio)}"
    shelf, database = Shelf(settings.data), open_database(settings.database)
    try:
        with database.reading() as connection:
            waiting = questions.left(connection, waiting=True)
    finally:
        database.close()
    for question in waiting:
        if question.audio and not shelf.is_kept(question.audio):
            yield f"question {question.id}, from {question.name or 'nobody known'}: {_from_a_copy(question.audio)}"


def _from_a_copy(audio: str) -> str:
    return f"it was spoken, and is gone or damaged. Put recordings/{audio}.wav back from a copy of the data folder."


def _pieces(shelf: Shelf) -> Iterator[str]:
    """The pieces of lessons on offer that are gone or damaged."""
    try:
        on_offer = shelf.catalogue().lessons
    except DamagedAudio as error:
        yield str(error)
        return
    for lesson in on_offer:
        for fault in shelf.faults(lesson):
            yield f"lesson {lesson.slug}: {fault} `ivr lesson publish FILE` mends it."
