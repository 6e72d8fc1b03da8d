"""`ivr notices`: private sentences for single members."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

import click

from ivr import letters
from ivr.cli.number import ROW
from ivr.cli.pressing import press_letters
from ivr.config import Settings
from ivr.records import notices as records
from ivr.records.db import open_database
from ivr.records.spreadsheet import MOST_BYTES
from ivr.reports.formats import to_text
from ivr.reports.sheet import Sheet


@click.group()
def notices() -> None:
    """Private notices: what is due, when to come, for one member each."""


@notices.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(settings: Settings, file: Path) -> None:
    """Take the notices of a spreadsheet (csv, xlsx, xls, ods), all or none.

    Its columns are 编号 number, 通知 words and, if you like, 截止 closes: the last day on which it is heard. A notice
    may not speak of bank cards, passwords or transfers.
    """
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            meant = records.read(connection, data, file.name, _today(settings))
        added = letters.give(database, settings, meant, datetime.now(UTC), press_letters)
    finally:
        database.close()
    click.echo(f"Imported {file.name}: {added} new notices, {len(meant) - added} known already.")


def _today(settings: Settings) -> date:
    return letters.today(settings, datetime.now(UTC))


@notices.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@click.pass_obj
def list_(settings: Settings, everything: bool) -> None:
    """Show the notices that may still be heard."""
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            given = records.given(connection, _today(settings), closed=everything)
    finally:
        database.close()
    headings = ("号", "支部", "编号", "姓名", "通知", "截止", "听过")
    zone = settings.line.zone
    cells = tuple(
        (each.id, each.branch, each.number, each.name, each.words, each.closes, _heard(each.delivered_at, zone))
        for each in given
    )
    click.echo(to_text([Sheet(f"{len(given)} 条通知", headings, cells)]), nl=False)


def _heard(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


@notices.command()
@click.argument("ids", metavar="ID…", type=ROW, nargs=-1, required=True)
@click.pass_obj
def withdraw(settings: Settings, ids: tuple[int, ...]) -> None:
    """Let notices be heard no more."""
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            records.withdraw(connection, ids, _today(settings))
    finally:
        database.close()
    click.echo(f"Withdrawn: {', '.join(map(str, ids))}.")
