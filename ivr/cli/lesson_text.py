"""Lesson files are read everywhere with the same lexicon, voices and preset, those of the settings; and what is wrong
in them is shown in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.config import Settings
from ivr.errors import BadLesson

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.mistakes import Mistake
    from ivr.studio.script import Script


FILES = click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


def read_lesson(settings: Settings, path: Path) -> tuple[Script, tuple[Mistake, ...]]:
    """A lesson and what is wrong with it, for the voices and the branch that would publish it. Raises BadLexicon."""
    from ivr.studio.languages.lexicon import of_everybody
    from ivr.studio.lesson_file import load

    return load(path, of_everybody(settings.studio.lexicon), settings.studio.voices, settings.preset_of(path))


def load_files(settings: Settings, files: Sequence[Path]) -> list[tuple[Path, Script, tuple[Mistake, ...]]]:
    return [(path, *read_lesson(settings, path)) for path in files]


def load_all(settings: Settings, files: Sequence[Path], otherwise: str) -> list[Script]:
    """The lessons of these files; raises BadLesson, which begins with `otherwise`, for a mistake in any of them."""
    loaded = load_files(settings, files)
    wrong = [f"{path}: {each}" for path, _, found in loaded for each in found if each.severity == "mistake"]
    first: dict[str, Path] = {}
    for path, script, _ in loaded:
        if first.setdefault(script.slug, path) != path:
            wrong.append(f"{path}: has the same name as {first[script.slug]}. Rename one of them.")
    if wrong:
        raise BadLesson(otherwise, wrong)
    return [script for _, script, _ in loaded]


def show_found(found: Sequence[tuple[Path, Mistake]], files: int) -> None:
    """A mistake or advice a line, then how many."""
    for path, each in found:
        click.echo(f"{path}: {'advice: ' if each.severity == 'advice' else ''}{each}")
    wrong = sum(each.severity == "mistake" for _, each in found)
    click.echo(f"{count(wrong, 'mistake')}, {len(found) - wrong} advice, in {count(files, 'file')}.")


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
