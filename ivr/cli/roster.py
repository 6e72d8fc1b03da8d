"""`ivr roster`: who is enrolled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from ivr.config import Settings
from ivr.errors import MissingPart, VoiceFailed
from ivr.records.db import open_database
from ivr.records.importing import Imported, Plan, import_roster
from ivr.records.mistakes import together
from ivr.records.numbers import masked
from ivr.records.roster import enrolled
from ivr.records.spreadsheet import MOST_BYTES
from ivr.records.typable import MEND
from ivr.reports.formats import to_text
from ivr.reports.sheet import Sheet

MOST_NOTES = 10


@click.group()
def roster() -> None:
    """Who is enrolled, on which telephone numbers."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.pass_obj
def import_(settings: Settings, file: Path, dry_run: bool) -> None:
    """Enrol the members of a spreadsheet (csv, xlsx, xls, ods).

    Its columns are 姓名 name, 电话 phone, 支部 branch and 编号 number, in any order; others are kept. A member
    whose number is enrolled already is updated; those who are not in the file stay.
    """
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    today = datetime.now(UTC).astimezone(settings.line.zone).date()
    database = open_database(settings.database)
    try:
        done = import_roster(database, data, file.name, settings.line.country, today, dry_run=dry_run)
    finally:
        database.close()
    click.echo(_told(file.name, done, dry_run))
    for note in (*_renamed(done.plan), *_notes(done.plan)):
        click.secho(f"Note: {note}", fg="yellow", err=True)
    if not dry_run:
        _press_names(settings)


def _told(name: str, done: Imported, dry_run: bool) -> str:
    lead = f"Nothing was changed; importing {name} would mean:" if dry_run else f"Imported {name}:"
    return (
        f"{lead} {done.added} added, {done.changed} changed, {done.unchanged} unchanged; "
        f"{done.phones} phones, {done.branches} branches."
    )


def _renamed(plan: Plan) -> Iterator[str]:
    """Who is enrolled under a number that the list gives to another name: each of them, it may be another person."""
    for change in plan.renamed:
        was = change.before.name if change.before else ""
        yield f"row {change.row} ({change.wanted.number}): the name {was} is replaced by {change.wanted.name}."


def _notes(plan: Plan) -> Iterator[str]:
    """What may be a slip, and which members can't say by keys who they are."""
    for note, cells in together(plan.notes):
        others = f" and {len(cells) - MOST_NOTES} more" if len(cells) > MOST_NOTES else ""
        yield f"{', '.join(cells[:MOST_NOTES])}{others}, {note.heading}: {note.told}."
    rows = {change.wanted.number: change.row for change in plan.changes}
    for each in plan.untypable[:MOST_NOTES]:
        places = [f"row {rows[n]} ({n})" if n in rows else f"{n}, enrolled before," for n in each.numbers]
        mend = MEND if len(places) > 1 else "Enrol them under another number"
        yield f"{' and '.join(places)} {each.why}, and can't be typed on the telephone. {mend}."
    if (more := len(plan.untypable) - MOST_NOTES) > 0:
        yield f"and so it is with {more} more."


def _press_names(settings: Settings) -> None:
    """Callers who share a phone are asked by name, in the voice of the line."""
    from ivr.cli.prompts import press_missing  # the studio takes a moment to load

    try:
        press_missing(settings)
    except (MissingPart, VoiceFailed) as error:
        click.echo(f"The names are not pressed yet: {error}\nThen run `ivr prompts press`.", err=True)


@roster.command("list")
@click.option("--branch", metavar="NAME", help="Only this branch.")
@click.pass_obj
def list_(settings: Settings, branch: str | None) -> None:
    """Show the members, with masked numbers."""
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            members = enrolled(connection, branch)
    finally:
        database.close()
    cells = tuple((m.branch, m.number, m.name, "、".join(map(masked, m.phones))) for m in members)
    click.echo(to_text([Sheet(f"{len(members)} 人", ("支部", "编号", "姓名", "电话"), cells)]), nl=False)
