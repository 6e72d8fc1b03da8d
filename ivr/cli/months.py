"""What reports and exports of a month are made from, as their options name it; and where they are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from ivr.catalogue import Catalogue
from ivr.config import Settings
from ivr.errors import NotWritten
from ivr.records.db import open_database
from ivr.reports import facts, period, sheets
from ivr.reports.columns import Basis
from ivr.reports.facts import Facts, Whom
from ivr.reports.period import Period
from ivr.shelf import Shelf
from ivr.vocabulary import Vocabulary


@contextmanager
def _records(settings: Settings, month: str | None) -> Iterator[tuple[Connection, Period, Catalogue]]:
    """The current month, unless told otherwise."""
    zone, now = settings.line.zone, datetime.now(UTC)
    days = period.begun(month, zone, now) if month else period.month_at(now, zone)
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            yield connection, days, Shelf(settings.data).catalogue()
    finally:
        database.close()


def calls_of(settings: Settings, month: str | None, whom: Whom) -> Facts:
    """Raises NotAMonth, NotEnrolled."""
    with _records(settings, month) as (connection, days, catalogue):
        return facts.gather(connection, days, catalogue, settings.records.completed_share, whom)


def month_of(settings: Settings, month: str | None, whom: Whom, words: Vocabulary) -> Basis:
    """What the desk's sheets are made from. Raises NotAMonth, NotEnrolled."""
    with _records(settings, month) as (connection, days, catalogue):
        return sheets.about(connection, days, catalogue, whom, words, settings.records)


def write(text: str, output: Path | None) -> None:
    """To a file, or the screen; as bytes: the line ends of the format are part of it. Raises NotWritten."""
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise NotWritten(f"{output} could not be written: {error}") from error
