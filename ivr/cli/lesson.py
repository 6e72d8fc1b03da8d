"""`ivr lesson`: from a text file to a lesson on the line, and off it again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr import prompts as texts
from ivr.catalogue import Lesson
from ivr.cli.lesson_files import export, import_, new
from ivr.cli.lesson_listen import listen
from ivr.cli.lesson_record import record
from ivr.cli.lesson_text import FILES, count, load_all, load_files, show_found
from ivr.cli.progress_bar import shown
from ivr.cli.voices import voices_here
from ivr.config import Settings
from ivr.errors import DamagedAudio
from ivr.keeping import delete_drafts
from ivr.shelf import KEPT, Shelf

if TYPE_CHECKING:  # the studio and the records take a moment to load: only the commands that need them do so
    from ivr.studio.press import Voices
    from ivr.studio.script import Script
    from ivr.studio.takes import Progress


@click.group()
def lesson() -> None:
    """Turn text lessons into audio and put them on the line."""


@lesson.command()
@FILES
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, for other programs.")
@click.option("--said", is_flag=True, help="First show every sentence as it will be said, numbered.")
@click.pass_obj
def check(settings: Settings, files: Sequence[Path], as_json: bool, said: bool) -> None:
    """Show what is wrong in lesson files, each with its line and how to mend it.

    Mistakes keep a lesson from being published and end this command with 1; advice does not.
    """
    loaded = load_files(settings, files)
    if said:
        for _, written, _ in loaded:
            _show_said(written, to_stderr=as_json)
    found = [(path, mistake) for path, _, mistakes in loaded for mistake in mistakes]
    wrong = sum(mistake.severity == "mistake" for _, mistake in found)
    if as_json:
        rows = [
            {"file": str(path), "line": each.line, "severity": each.severity, "what": each.what, "mend": each.mend}
            for path, each in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        show_found(found, len(files))
    sys.exit(1 if wrong else 0)


def _show_said(written: Script, *, to_stderr: bool) -> None:
    """A sentence a line, with the number that `listen` and `record` know it by; where it is said otherwise than it is
    written, that too."""
    from ivr.studio.recording.marking import targets
    from ivr.studio.recording.recordings import words_of
    from ivr.studio.script import every_wording

    wordings = list(every_wording(written))
    sentences, _, _ = targets(written)
    for number, each in enumerate(sentences):
        wanted = [wordings[at] for at in each.places]
        said = " … ".join(part.text for wording in wanted for part in wording.utterances)
        as_written = " ".join(words_of(wanted, written.language).split())
        told = said if said == as_written else f"{said}    ← {as_written}"
        click.echo(f"{number:>3}  {told}", err=to_stderr)


@lesson.command()
@FILES
@click.option("--dry-run", is_flag=True, help="Only say what would be pressed.")
@click.pass_obj
def publish(settings: Settings, files: Sequence[Path], dry_run: bool) -> None:
    """Press lessons and put them on the line. All files are checked first; a mistake in one stops all.

    Only sentences that changed are spoken anew, so publishing again after a small change takes moments. A press that
    was stopped goes on where it was.
    """
    from ivr.studio.engines import is_here, open_engine

    is_here(_own_voice(settings), settings.data)  # a neural one goes on loading beside all else
    from ivr.cli.prompts import press_missing, to_press
    from ivr.studio.press import voice_of

    scripts = load_all(settings, files, "Nothing was published:")
    languages = dict.fromkeys(each.language for each in scripts if _needs_a_voice(each))
    voices = voices_here(settings, languages)
    for spec in filter(None, dict.fromkeys(voice_of(each, voices) for each in scripts)):
        open_engine(spec, settings.data)  # a voice that is not there is told before the first lesson changes
    if dry_run:
        if absent := to_press(settings):
            click.echo(f"would press {len(absent)} prompts and names")
        for each in scripts:
            click.echo(_planned(each, Shelf(settings.data), voices))
        return
    press_missing(settings, dict.fromkeys(languages, voices))  # a lesson needs the line's own words around it
    today = datetime.now(UTC).astimezone(settings.line.zone).date()
    for each in scripts:
        click.echo(_publish(each, Shelf(settings.data), voices, today))
    _tidy(settings)


@lesson.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Show the lessons on the line, oldest first."""
    lessons = Shelf(settings.data).catalogue().lessons
    for each in lessons:
        window = f"{each.opens} to {each.closes}" if each.opens else "always"
        click.echo(f"{each.slug}  {_extent(each)}  {window}  edition {each.edition}  {each.title.words}")
    if not lessons:
        click.echo("Nothing is published yet. `ivr lesson publish FILE` does it.")


for command in (listen, record, new, import_, export):
    lesson.add_command(command)


@lesson.command()
@click.argument("slug")
@click.pass_obj
def withdraw(settings: Settings, slug: str) -> None:
    """Take a lesson off the line. Calls under way and records keep it."""
    Shelf(settings.data).withdraw(slug)
    click.echo(f"withdrew {slug}")


@lesson.command()
@click.pass_obj
def tidy(settings: Settings) -> None:
    """Delete audio that no call can ask for any more, and what was left half-written; publishing does that, too.

    The audio of a lesson's old editions stays for two days, for calls under way, and so does that of notices that are
    over; single sentences, which make the next press short, for 90 days after they were last used.
    """
    if not _tidy(settings):
        click.echo("There is nothing to delete.")


def _tidy(settings: Settings) -> int:
    from ivr.studio import takes

    now = datetime.now(UTC)
    freed = Shelf(settings.data).tidy(now) + takes.tidy(settings.data / "takes", now)
    freed += delete_drafts(settings.data, now) + Shelf(settings.data).forget(_over(settings, now), now)
    if freed:
        click.echo(f"deleted {freed / 1e6:.1f} MB of audio that is not used any more")
    return freed


def _over(settings: Settings, now: datetime) -> set[str]:
    """The audio of notices that no call can be hearing any more."""
    from ivr.records import letters
    from ivr.records.db import open_database

    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            return letters.over(connection, (now - KEPT).astimezone(settings.line.zone).date())
    finally:
        database.close()


def _planned(script: Script, shelf: Shelf, voices: Voices) -> str:
    from ivr.studio.press import plan

    planned = plan(script, shelf, voices)
    return f"would press {script.slug}: {count(planned.made, 'sentence')} to press, {planned.reused} to reuse"


def _own_voice(settings: Settings) -> str:
    """Who speaks the line's own language, as most lessons do; empty where nobody is named."""
    return settings.studio.voices.get(texts.load(settings.line.language).voice, "")


def _needs_a_voice(script: Script) -> bool:
    """One of the settings: it names none itself, and people did not record all of it."""
    from ivr.studio.script import is_recorded

    return not script.front.voice and not is_recorded(script)


def _publish(script: Script, shelf: Shelf, voices: Voices, today: date) -> str:
    """Press and publish one lesson; returns the line that says what was done."""
    from ivr.studio.press import press

    try:
        before = shelf.catalogue().lessons
    except DamagedAudio:  # a manifest that is lost comes back by publishing
        before = ()
    seen: list[Progress] = []
    with shown(script.slug) as show:

        def watch(now: Progress) -> None:
            seen.append(now)
            show(now)

        published = shelf.publish(press(script, shelf, voices, watch), today)
    done = seen[-1]
    if published in before:
        return f"unchanged {script.slug}: {_extent(published)}"
    counts = f"{count(done.made, 'sentence')} pressed, {done.reused} reused"
    return f"published {script.slug}: {_extent(published)}; {counts}"


def _extent(published: Lesson) -> str:
    minutes, seconds = divmod(round(published.length_ms / 1000), 60)
    segments, questions = count(len(published.segments), "segment"), count(len(published.questions), "question")
    return f"{segments}, {minutes}:{seconds:02}, {questions}"
