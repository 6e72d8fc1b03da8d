"""`ivr report`: what the records say about a month."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click

from ivr.config import Settings
from ivr.errors import NotWritten
from ivr.records.db import open_database
from ivr.reports import branch, calls, formats, lesson, member, period, visits
from ivr.reports.facts import Facts, gather
from ivr.shelf import Shelf

REPORTS: dict[str, ModuleType] = {
    "branch": branch,
    "member": member,
    "lesson": lesson,
    "calls": calls,
    "visits": visits,
}


@click.command()
@click.argument("what", type=click.Choice(list(REPORTS)))
@click.option("--month", metavar="YYYY-MM", help="The current month, unless told otherwise.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.option("--branch", "of_branch", metavar="NAME", help="Only this branch.")
@click.option("--member", "of_member", metavar="NUMBER", help="Only this member.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--force", is_flag=True, help="Write over the file if it is there.")
@click.pass_obj
def report(
    settings: Settings,
    what: str,
    month: str | None,
    form: str,
    of_branch: str | None,
    of_member: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """What was heard and answered in a month.

    \b
    branch  each branch: who heard it, whom to help; --branch NAME is the secretary's page
    member  each member and lesson
    lesson  each lesson, question by question
    calls   each call
    visits  each home visit
    """
    if output and output.is_file() and not force:
        raise NotWritten(f"{output} is there already. Take another name, or write over it by --force.")
    zone = settings.line.zone
    now = datetime.now(UTC)
    days = period.of_month(month, zone) if month else period.month_at(now, zone)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            catalogue = Shelf(settings.data).catalogue()
            share = settings.records.completed_share
            facts = gather(connection, days, catalogue, share, branch=of_branch, member=of_member)
    finally:
        database.close()
    _write(_rendered(what, form, facts), output)


def _rendered(what: str, form: str, facts: Facts) -> str:
    chosen = REPORTS[what]
    if form == "text":
        return formats.to_text(chosen.page(facts))
    if form == "csv":
        return formats.to_csv(chosen.table(facts))
    return formats.to_json(what, facts.period.month, chosen.table(facts))


def _write(text: str, output: Path | None) -> None:
    """As bytes: the line ends of the format are part of it."""
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise NotWritten(f"The report could not be written: {error}") from error
