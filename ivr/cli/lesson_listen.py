"""`ivr lesson listen`: a lesson as it arrives at a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.catalogue import Lesson
from ivr.cli.lesson_text import read_lesson
from ivr.cli.number import Number
from ivr.cli.player import find_player, play
from ivr.cli.progress_bar import shown
from ivr.cli.voices import free, voices_here
from ivr.config import Settings
from ivr.errors import BadLesson, IvrError, NotInLesson, NotWritten, UnknownLesson
from ivr.shelf import Shelf

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.line import Codec
    from ivr.studio.script import Script


@click.command()
@click.argument("what", metavar="SLUG|FILE")
@click.option("--segment", type=Number(1), metavar="N", help="Only what stands under this heading of FILE.")
@click.option("--sentence", type=Number(0), metavar="N", help="Only this one of FILE, title (0) and quiz among them.")
@click.option("--other-pace", is_flag=True, help="As members hear it who chose the other of its two paces.")
@click.option(
    "--through",
    "codec",
    type=click.Choice(["g711a", "g711u", "amr", "clean"]),
    default="g711a",
    show_default=True,
    help="The line: fixed in Europe and China, fixed in America, mobile, or none.",
)
@click.option(
    "--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="The WAV file; without it SLUG.wav."
)
@click.option("--play", "aloud", is_flag=True, help="Play it, with aplay, paplay, afplay or ffplay.")
@click.pass_obj
def listen(
    settings: Settings,
    what: str,
    segment: int | None,
    sentence: int | None,
    other_pace: bool,
    codec: Codec,
    path: Path | None,
    aloud: bool,
) -> None:
    """Hear a lesson as a member does: a published one by its name, or a file before it is published.

    All of it is the title, the segments, and each question with what is said after a right and a wrong answer.
    Headings and sentences have the numbers that `ivr lesson record FILE` and `ivr lesson check --said FILE` show.

    A file's sentences are spoken and kept for its publication; nothing is put on the line.
    """
    if segment is not None and sentence is not None:
        raise click.UsageError("Name one of --segment and --sentence; sentences are counted through the lesson.")
    player = find_player() if aloud else None
    shelf = Shelf(settings.data)
    known = _published(what, shelf) or _script(what, settings)
    if path is None and not aloud:
        path = free(Path(f"{known.slug}.wav"))
    if isinstance(known, Lesson):
        if segment is not None or sentence is not None:
            raise NotInLesson("Numbers are those of a lesson's file: ivr lesson listen FILE --sentence N.")
        pressed, among = known, None
    else:
        pressed, among = _pressed(known, settings, segment, sentence)
    wav = _heard(_at_other_pace(pressed) if other_pace else pressed, shelf, among, codec)
    if path:
        _write(wav, path)
    if player and not play(player, wav):
        raise IvrError(f"{player[0]} could not play it. Write it to a file instead: --to {known.slug}.wav")


def _published(slug: str, shelf: Shelf) -> Lesson | None:
    return next((each for each in shelf.catalogue().lessons if each.slug == slug), None)


def _at_other_pace(lesson: Lesson) -> Lesson:
    if lesson.other_pace is None:
        raise NotInLesson("It was published at one pace only. Publish it again, or leave out --other-pace.")
    return lesson.other_pace


def _script(what: str, settings: Settings) -> Script:
    file = Path(what)
    if not file.is_file():
        raise UnknownLesson(f"{what!r} is neither published (`ivr lesson list` shows what is) nor a file.")
    written, found = read_lesson(settings, file)
    if wrong := [f"{file}: {each}" for each in found if each.severity == "mistake"]:
        raise BadLesson("It can't be heard yet:", wrong)
    return written


def _pressed(
    written: Script, settings: Settings, segment: int | None, sentence: int | None
) -> tuple[Lesson, range | None]:
    """A lesson that is not on offer, and the sentences that were asked for; no other is spoken. None: all of them."""
    from ivr.studio.listening import only
    from ivr.studio.press import press
    from ivr.studio.recording.marking import find

    among, count = None, 0
    if sentence is not None or segment is not None:
        written, among, count = only(written, find(written, sentence, segment))
    with shown(written.slug) as show:
        pressed = press(written, Shelf(settings.data), voices_here(settings, [written.language]), show)
    in_one_go = sum(len(each.sentences) for each in pressed.segments) < count  # a recording without pauses
    return pressed, range(count) if in_one_go else among


def _heard(lesson: Lesson, shelf: Shelf, among: range | None, codec: Codec) -> bytes:
    from ivr.studio.joining import join
    from ivr.studio.line import carried
    from ivr.studio.listening import heard, heard_among

    sound = heard(lesson, shelf) if among is None else heard_among(lesson, shelf, among)
    return join([carried(sound, codec)])


def _write(wav: bytes, path: Path) -> None:
    try:
        path.write_bytes(wav)
    except OSError as error:
        raise NotWritten(f"The sound could not be written: {error}") from error
    minutes, seconds = divmod(round((len(wav) - 44) / 16000), 60)
    click.echo(f"{path}  {minutes}:{seconds:02}")
