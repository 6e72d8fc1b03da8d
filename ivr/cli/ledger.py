"""`ivr ledger`: does the stored progress still say what the record says?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ivr.config import Settings
from ivr.records import progress
from ivr.records.db import Database, open_database
from ivr.shelf import Shelf


@click.group()
def ledger() -> None:
    """The record of what was heard and answered, and the progress that follows from it."""


@ledger.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare stored progress with the record; ends with 1 if they differ."""
    with _opened(settings) as (database, counting), database.reading() as connection:
        differing = progress.verify(connection, counting)
    for each in differing:
        click.echo(each)
    told = f"{len(differing)} differ. `ivr ledger rebuild` mends them." if differing else "Progress is as recorded."
    click.echo(told)
    sys.exit(1 if differing else 0)


@ledger.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Make progress anew from the record."""
    with _opened(settings) as (database, counting), database.writing() as connection:
        rows = progress.rebuild(connection, counting)
    click.echo(f"Rebuilt the progress of {rows} members and lessons.")


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Database, progress.Counting]]:
    database = open_database(settings.database)
    try:
        catalogue = Shelf(settings.data).catalogue()
        yield database, progress.Counting(catalogue, settings.records.completed_share, settings.line.zone)
    finally:
        database.close()
