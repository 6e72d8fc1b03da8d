"""`ivr lesson new`, `import` and `export`: lesson files from a skeleton and from Word, questions from and to GIFT."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.lesson_text import FILES, count, load_all, load_files, show_found
from ivr.config import Settings
from ivr.errors import BadImport, BadLesson, NotWritten
from ivr.keeping import write_whole

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.documents.sources import Source
    from ivr.studio.documents.written import Asked
    from ivr.studio.script import Script

LESSON = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("slug")
@click.option("--title", metavar="WORDS", help="What callers hear; without it, the slug stands there.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--in",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="audio_lessons",
    show_default=True,
    help="The folder of lessons.",
)
def new(slug: str, title: str | None, language: str, folder: Path) -> None:
    """Write a lesson that shows how lessons are written, for you to fill in."""
    from ivr.studio.documents.written import front_value

    if not re.fullmatch(r"\w[\w-]{0,63}", slug):
        raise click.BadParameter("letters, digits and hyphens only, like phone-fraud", param_hint="SLUG")
    path = folder / slug / f"{slug}.lesson.md"
    skeleton = resources.files("ivr.studio.documents").joinpath(f"skeletons/{language}.lesson.md").read_text("utf-8")
    _write(path, skeleton.replace("TITLE", front_value(" ".join((title or slug).split())), 1), force=False)
    click.echo(f"wrote {path}; write your lesson into it, then `ivr lesson check {path}`")


@click.command("import")
@FILES
@click.option("--into", type=LESSON, metavar="LESSON", help="Add the questions of the files to this lesson's quiz.")
@click.option("--force", is_flag=True, help="Write over a lesson file that is there already.")
@click.pass_obj
def import_(settings: Settings, files: Sequence[Path], into: Path | None, force: bool) -> None:
    """Make lesson files of Word documents (.docx), texts (.txt, .md), or questions (.gift, .aiken).

    The lesson file stands beside its source, named like it; from then on it is the one to change. What could not be
    carried over is named, and so is what `ivr lesson check` finds.

    In Word, heading 1 begins a segment; in the quiz, heading 2 is a question and a list its options, the right one
    bold or ticked. A table of two columns on top is the header. Documents without styles are understood, too.
    """
    sources = _read_all(files)
    written = [_add(into, sources)] if into else _write_all(sources, force)
    for path, source in sources.items():
        for each in source.left_out:
            click.echo(f"{path}: left out: {each}")
    _show_check(settings, written)


@click.command()
@FILES
@click.option("--gift", is_flag=True, help="As GIFT, the text format of Moodle (the only one so far).")
@click.option("--to", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT", help="Write this file.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@click.pass_obj
def export(settings: Settings, files: Sequence[Path], gift: bool, out: Path | None, force: bool) -> None:
    """Give the questions of lessons to other programs."""
    if not gift:
        raise click.UsageError("Say in which format: --gift.")
    from ivr.studio.documents.gift import write_gift
    from ivr.studio.documents.sources import asked_in

    questions = {script.slug: asked_in(script) for script in load_all(settings, files, "Nothing was exported:")}
    text = "\n".join(write_gift(asked, slug) for slug, asked in questions.items() if asked)
    if out is None:
        click.echo(text, nl=False)
        return
    _write(out, text, force)
    click.echo(f"wrote {out}: {count(sum(map(len, questions.values())), 'question')}")


def _read_all(files: Iterable[Path]) -> dict[Path, Source]:
    """What each file holds; raises BadImport, naming each that can't be used, before anything is written."""
    from ivr.studio.documents.document import Unreadable

    sources: dict[Path, Source] = {}
    wrong: list[str] = []
    for path in files:
        try:
            sources[path] = _read(path)
        except Unreadable as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        raise BadImport("Nothing was imported:", wrong)
    return sources


def _read(path: Path) -> Source:
    from ivr.studio.documents.document import Unreadable
    from ivr.studio.documents.sources import read_source
    from ivr.studio.documents.word import MOST_BYTES

    if path.name.endswith(".lesson.md"):
        raise Unreadable("this is a lesson file already; `ivr lesson check` shows what is wrong in it")
    with path.open("rb") as file:
        return read_source(_stem(path), path.suffix, file.read(MOST_BYTES + 1))


def _stem(path: Path) -> str:
    return path.stem.removesuffix(".lesson")


def _write_all(sources: dict[Path, Source], force: bool) -> list[Path]:
    """A lesson file beside each source; raises BadImport or NotWritten before the first is written."""
    targets: dict[Path, Path] = {}
    for path in sources:
        target = path.with_name(f"{_stem(path)}.lesson.md")
        if target in targets:
            raise BadImport("Nothing was imported:", [f"{path} and {targets[target]} would both become {target}"])
        targets[target] = path
        _check_free(target, path, sources[path], force)
    for target, path in targets.items():
        _write(target, sources[path].text, force)
        click.echo(f"wrote {target}{_extent(sources[path])}")
    return list(targets)


def _check_free(target: Path, path: Path, source: Source, force: bool) -> None:
    if force or not target.exists():
        return
    add = f"`ivr lesson import {path} --into {target}` adds its questions; " if source.only_questions else ""
    raise NotWritten(f"{target} is there already, and nothing was imported. {add}--force writes it anew.")


def _extent(source: Source) -> str:
    questions = count(len(source.questions), "question")
    return f": {questions}, and empty segments for you to fill in" if source.only_questions else ""


def _add(lesson: Path, sources: dict[Path, Source]) -> Path:
    """Add questions to a lesson; those that it asks already are left alone."""
    from ivr.studio.documents.sources import not_asked_yet
    from ivr.studio.lesson_file import alone_in, load

    wordy = [
        f"{path}: holds more than questions. Import it by itself."
        for path, each in sources.items()
        if not each.only_questions
    ]
    if wordy:
        raise BadImport("Nothing was imported:", wordy)
    questions = [each for source in sources.values() for each in source.questions]
    with alone_in(lesson.parent):
        script, _ = load(lesson)
        added = not_asked_yet(script, questions)
        if added:
            write_whole(lesson, _longer(lesson, script, added))
    click.echo(f"{lesson}: {count(len(added), 'question')} added, {len(questions) - len(added)} there already")
    return lesson


def _longer(lesson: Path, script: Script, added: Sequence[Asked]) -> bytes:
    """A lesson file with questions added, in its own encoding and with its own line ends; raises BadLesson where they
    would not be understood in it."""
    from ivr.studio.documents.sources import with_questions
    from ivr.studio.plain_text import encode_like
    from ivr.studio.script import decode, parse

    content = lesson.read_bytes()
    text, unreadable = decode(content)
    if unreadable:
        raise BadLesson(f"Nothing was added to {lesson}; mend it first:", unreadable)
    longer = encode_like(content, with_questions(text, added, script.language))
    after, found = parse(longer, script.slug)
    if len(after.questions) != len(script.questions) + len(added):
        raise BadLesson(f"Nothing was added to {lesson}; mend it first:", found)
    return longer


def _show_check(settings: Settings, files: Sequence[Path]) -> None:
    show_found([(path, each) for path, _, found in load_files(settings, files) for each in found], len(files))


def _write(path: Path, text: str, force: bool) -> None:
    if path.exists() and not force:
        raise NotWritten(f"{path} is there already, and was left as it is.")
    write_whole(path, text.encode())
