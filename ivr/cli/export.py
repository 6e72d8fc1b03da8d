"""`ivr export`: what the records say, for other programs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ivr import vocabulary
from ivr.config import Settings
from ivr.errors import NotSent, NotWritten
from ivr.records.db import open_database
from ivr.reports import lrs, period, xapi
from ivr.reports.facts import gather
from ivr.reports.xapi import Statement
from ivr.shelf import Shelf


@click.group("export")
def export_group() -> None:
    """Give what the records say to other programs."""


@export_group.command("xapi")
@click.option("--month", metavar="YYYY-MM", help="The current month, unless told otherwise.")
@click.option("--branch", metavar="NAME", help="Only this branch.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--send", is_flag=True, help="Send them to the store under [lrs] instead; what it has is not sent again.")
@click.pass_obj
def export_xapi(settings: Settings, month: str | None, branch: str | None, output: Path | None, send: bool) -> None:
    """The month as xAPI statements, one a line (.jsonl).

    Members are named by their member numbers only.
    """
    told = _statements(settings, month, branch)
    if send:
        _send(settings, told)
        return
    text = xapi.to_lines(told)
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise NotWritten(f"The statements could not be written: {error}") from error
    click.echo(f"wrote {output}: {len(told)} statements")


def _statements(settings: Settings, month: str | None, branch: str | None) -> list[Statement]:
    zone = settings.line.zone
    days = period.of_month(month, zone) if month else period.month_at(datetime.now(UTC), zone)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            catalogue = Shelf(settings.data).catalogue()
            facts = gather(connection, days, catalogue, settings.records.completed_share, branch=branch)
    finally:
        database.close()
    return xapi.statements(facts, settings.line.public_url, vocabulary.load(settings.desk.words).language)


def _send(settings: Settings, told: list[Statement]) -> None:
    if not settings.lrs.url:
        raise NotSent("No store is named. Write its address into config.toml, under [lrs], as url.")
    store = lrs.Store(settings.lrs.url, settings.secrets.lrs_key, settings.secrets.lrs_secret)
    done = lrs.send(told, store, settings.data / "xapi")
    kept = f", {done.kept} of which the store has in other words" if done.kept else ""
    click.echo(f"sent {done.now} statements; {done.before} had been sent before{kept}")
