"""`ivr questions`: what callers said after the tone, and the secretary's replies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ivr import letters
from ivr.app import open_line
from ivr.cli.number import ROW
from ivr.cli.player import find_player
from ivr.cli.player import play as play_file
from ivr.cli.pressing import press_letters
from ivr.cli.voices import noted
from ivr.config import Settings
from ivr.errors import IvrError
from ivr.keeping import write_whole
from ivr.records import questions as records
from ivr.records.db import open_database
from ivr.records.numbers import masked
from ivr.records.questions import Left
from ivr.reports.formats import to_text
from ivr.reports.member import clock
from ivr.reports.sheet import Sheet
from ivr.shelf import Shelf
from ivr.telephony.recordings import fetch_all

KINDS = {"question": "问题", "reply": "回复", "note": "走访记录", "name": "名字"}


@click.group()
def questions() -> None:
    """Voice questions, and other things that callers said after the tone."""


@questions.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is replied to: names, visitors' notes, replies.")
@click.pass_obj
def list_(settings: Settings, everything: bool) -> None:
    """Show the questions that wait for a reply, oldest first."""
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            left = records.left(connection, waiting=not everything)
    finally:
        database.close()
    headings = ("号", "时间", "谁", "电话", "内容", "时长", "状态")
    title = f"{len(left)} 段录音" if everything else f"{len(left)} 个问题等您回复"
    click.echo(to_text([Sheet(title, headings, tuple(_row(each, settings) for each in left))]), nl=False)


def _row(left: Left, settings: Settings) -> tuple[str | int, ...]:
    at = f"{left.left_at.astimezone(settings.line.zone):%Y-%m-%d %H:%M}"
    kind = KINDS.get(left.kind, left.kind)
    return left.id, at, left.name or "待认领", masked(left.number), kind, clock(left.seconds), _state(left)


def _state(left: Left) -> str:
    if not left.audio:
        return f"没取到：{left.trouble}" if left.trouble else "正在取"
    if left.replies:
        return "回复已听" if left.heard == left.replies else "已回复，还没听"
    return "可以听"


@questions.command()
@click.argument("question", metavar="ID", type=ROW)
@click.argument("words", metavar="[TEXT]", required=False)
@click.option(
    "--recording",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A sound file of what you say, instead of a text.",
)
@click.pass_obj
def reply(settings: Settings, question: int, words: str | None, recording: Path | None) -> None:
    """Reply to a question, by a TEXT that the line says or by a sound file. The asker hears it first of all in their
    next call; until then, another reply takes its place. A TEXT may not speak of bank cards, passwords or transfers."""
    text = (words or "").strip()
    if bool(text) == bool(recording):
        raise click.UsageError("Give either a TEXT or --recording FILE.")
    database, now = open_database(settings.database), datetime.now(UTC)
    try:
        if recording:
            sent = letters.reply_spoken(database, settings, question, recording, now)
        else:
            sent = letters.reply(database, settings, question, text, now, press_letters)
    finally:
        database.close()
    for each in sent.advice:
        noted(each)
    instead = ", instead of the one that was not heard yet" if sent.replaced else ""
    click.echo(f"{sent.asker.name} hears it first in the next call{instead}.")


@questions.command()
@click.argument("recording", metavar="ID", type=ROW)
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write a WAV file instead.")
@click.pass_obj
def play(settings: Settings, recording: int, path: Path | None) -> None:
    """Play a question, or anything else that was said after the tone."""
    player = None if path else find_player("write a file by --to FILE")
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            audio = records.audio_of(connection, recording)
    finally:
        database.close()
    wav = Shelf(settings.data).audio(audio).read_bytes()
    if path:
        write_whole(path, wav)
    elif player and not play_file(player, wav):
        raise IvrError(f"{player[0]} could not play it. Write it to a file instead: --to question.wav")


@questions.command()
@click.pass_obj
def fetch(settings: Settings) -> None:
    """Fetch at once what the provider still has; `ivr serve` does so by itself. Ends with 1 where something stays."""
    line = open_line(settings)
    try:
        count, troubles = fetch_all(line)
    finally:
        line.database.close()
    for trouble in troubles:
        click.echo(trouble, err=True)
    click.echo(f"Fetched {count - len(troubles)} of {count} recordings.")
    if troubles:
        raise SystemExit(1)
