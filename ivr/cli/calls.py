"""`ivr calls`: the calls that nobody is known for, and whose they are."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from ivr.cli.number import ROW
from ivr.config import Settings
from ivr.records import claims
from ivr.records.claims import RECENT, Unclaimed
from ivr.records.db import open_database
from ivr.records.numbers import masked
from ivr.records.progress import Counting
from ivr.reports.formats import to_text
from ivr.reports.member import clock
from ivr.reports.sheet import Sheet
from ivr.shelf import Shelf


@click.group()
def calls() -> None:
    """Calls from numbers that nobody is enrolled with."""


@calls.command()
@click.option("--all", "everything", is_flag=True, help="Also older ones, and those that were set aside.")
@click.pass_obj
def unclaimed(settings: Settings, everything: bool) -> None:
    """Show the calls of the last 60 days that wait to be claimed. A name that was spoken is heard with `ivr questions
    play ID`."""
    catalogue = Shelf(settings.data).catalogue()
    since = datetime.now(UTC) - RECENT
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            waiting = claims.unclaimed(connection, catalogue, None if everything else since, dismissed=everything)
            older = 0 if everything else claims.how_many_before(connection, since)
    finally:
        database.close()
    titles = {lesson.slug: lesson.title.words for lesson in catalogue.editions.values()}
    headings = ("通话", "开始", "电话", "听了", "答了", "留下的名字", "留言", *(("搁置",) if everything else ()))
    cells = tuple(_row(each, titles, settings, everything) for each in waiting)
    click.echo(to_text([Sheet(f"{len(waiting)} 个待认领的电话", headings, cells)]), nl=False)
    if older:
        click.echo(f"还有 {older} 个更早的：ivr calls unclaimed --all")


def _row(call: Unclaimed, titles: dict[str, str], settings: Settings, everything: bool) -> tuple[str | int | None, ...]:
    return (
        call.id,
        f"{call.started_at.astimezone(settings.line.zone):%Y-%m-%d %H:%M}",
        masked(call.number),
        "、".join(f"{titles.get(lesson, lesson)} {clock(ms / 1000)}" for lesson, ms in call.heard_ms.items()),
        call.answered or None,
        "、".join(map(str, call.names)),
        "、".join(map(str, call.left)),
        *(("是" if call.dismissed else "",) if everything else ()),
    )


@calls.command()
@click.argument("call", type=ROW)
@click.argument("number")
@click.pass_obj
def claim(settings: Settings, call: int, number: str) -> None:
    """Let CALL count for the member with this member NUMBER."""
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            member, is_new = claims.claim(connection, call, number, datetime.now(UTC), _counting(settings))
    finally:
        database.close()
    whose = f"{member.name} ({member.branch}, {member.number})"
    click.echo(f"Call {call} counts for {whose} {'now' if is_new else 'already; nothing was changed'}.")


@calls.command()
@click.argument("call", type=ROW)
@click.argument("number")
@click.pass_obj
def unclaim(settings: Settings, call: int, number: str) -> None:
    """Take back that CALL was claimed for the member with this member NUMBER: it waits again."""
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            member = claims.give_back(connection, call, number, datetime.now(UTC), _counting(settings))
    finally:
        database.close()
    click.echo(f"Call {call} does not count for {member.name} any more, and waits to be claimed.")


def _counting(settings: Settings) -> Counting:
    return Counting(Shelf(settings.data).catalogue(), settings.records.completed_share, settings.line.zone)


@calls.command()
@click.argument("ids", metavar="ID…", type=ROW, nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Let them wait again.")
@click.pass_obj
def dismiss(settings: Settings, ids: tuple[int, ...], undo: bool) -> None:
    """Set calls aside that nobody will claim. What happened in them stays on record, and they may still be claimed."""
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            changed = claims.dismiss(connection, ids, datetime.now(UTC), undo=undo)
    finally:
        database.close()
    done = "Waiting again" if undo else "Set aside"
    click.echo(f"{done}: {', '.join(map(str, changed)) or 'none; it was so already'}.")
