"""`ivr lesson record`: a person's voice instead of a synthesizer's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.lesson_text import read_lesson
from ivr.cli.number import Number
from ivr.config import Settings

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.mistakes import Mistake
    from ivr.studio.script import Script

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("lesson", type=FILE)
@click.argument("sound", type=FILE, required=False)
@click.option(
    "--sentence",
    type=Number(0),
    metavar="N",
    help="It is this sentence, counted through the lesson and its quiz; 0 is the title.",
)
@click.option(
    "--segment", type=Number(1), metavar="N", help="It is all that stands under this heading, counted from 1."
)
@click.option("--whole", is_flag=True, help="It is the whole lesson, without its title and its quiz.")
@click.option("--by", default="", metavar="NAME", help="Who speaks.")
@click.pass_obj
def record(
    settings: Settings,
    lesson: Path,
    sound: Path | None,
    sentence: int | None,
    segment: int | None,
    whole: bool,
    by: str,
) -> None:
    """Let a person's recording (WAV, MP3, M4A, FLAC, OGG, AMR) stand for words of a lesson.

    Without a number, show what can be recorded, with its numbers. The recording is checked, copied beside the lesson,
    and marked in the lesson's text; the next `ivr lesson publish` uses it.
    """
    from ivr.studio.languages.lexicon import of_everybody, of_lesson
    from ivr.studio.recording.marking import find
    from ivr.studio.recording.taking import take

    chosen = [each for each in (sentence, segment, whole or None) if each is not None]
    written, wrong = read_lesson(settings, lesson)
    if not chosen:
        for line in _listed(written):
            click.echo(line)
        _show_mistakes(lesson, wrong)
        if sound:
            raise click.UsageError("Say what it is a recording of: --sentence N, --segment N or --whole.")
        return
    if len(chosen) > 1 or not sound:
        raise click.UsageError("Name one sound file, and one of --sentence N, --segment N and --whole.")
    target = find(written, sentence, segment)
    taken = take(lesson, target, sound, by, of_lesson(lesson, of_everybody(settings.studio.lexicon)))
    click.echo(f"{target.name}: {taken.file}; {taken.verdict.figures}")
    for each in taken.verdict.advice:
        click.echo(f"advice: {each}")
    _show_mistakes(lesson, read_lesson(settings, lesson)[1])


def _show_mistakes(lesson: Path, wrong: Iterable[Mistake]) -> None:
    """Before a publication does. What the voice can't say keeps nobody from recording: a person may say it."""
    for each in wrong:
        if each.severity == "mistake":
            click.echo(f"{lesson}: {each}")


def _listed(written: Script) -> Iterator[str]:
    """The title, the segments and the quiz; each sentence with its number and its recording."""
    from ivr.studio.recording.marking import targets
    from ivr.studio.recording.recordings import words_of
    from ivr.studio.script import every_wording

    wordings = list(every_wording(written))
    sentences, segments, whole = targets(written)
    headings = {0: "title", whole.first + whole.count: "quiz"}
    for part, each in zip(written.parts, segments, strict=True):
        headings[each.first] = f"{each.name}: {part.title}"
    for number, each in enumerate(sentences):
        if each.first in headings:
            yield headings[each.first]
        said = [wordings[at] for at in each.places]
        recording = said[0].recording
        yield f"  {number:>3}  {words_of(said, written.language)}" + (f"    ← {recording.file}" if recording else "")
