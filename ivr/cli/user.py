"""`ivr user`: who may use the secretary's desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from ivr.config import Settings
from ivr.records import one_time, places, users
from ivr.records.db import open_database
from ivr.records.places import Role
from ivr.records.users import Hashed
from ivr.reports.formats import to_text
from ivr.reports.sheet import Sheet


@click.group()
def user() -> None:
    """Who may use the secretary's desk, and what they see."""


asked_for = click.option(
    "--password", is_flag=True, help="Ask for the password; without it, one is made and shown once."
)


@user.command()
@click.argument("name")
@click.option("--branch", metavar="NAME", help="The secretary of this branch: sees it alone.")
@click.option("--township", metavar="NAME", help="Of this township: sees the branches in it.")
@click.option("--county", is_flag=True, help="Sees all branches.")
@asked_for
@click.pass_obj
def add(settings: Settings, name: str, branch: str | None, township: str | None, county: bool, password: bool) -> None:
    """Let somebody use the desk, under this user NAME."""
    if (branch is not None) + (township is not None) + county != 1:
        raise click.UsageError("Say what they see, by one of --branch NAME, --township NAME and --county.")
    role: Role = "branch" if branch is not None else "township" if township is not None else "county"
    chosen, hashed = _password(name, password)
    with _writing(settings) as connection:
        of = None if county else places.named(connection, role, branch or township or "")
        kept = users.add(connection, name, role, of, hashed, datetime.now(UTC))
    click.echo(f"{kept} may use the desk: {settings.line.public_url}/desk/")
    _show(kept, chosen, password)


@user.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Show who may use it."""
    with _writing(settings) as connection:
        known = users.listed(connection)
    cells = tuple((each.name, each.role, each.place, "locked" if each.is_locked else "") for each in known)
    click.echo(to_text([Sheet(f"{len(known)} users", ("name", "role", "of", ""), cells)]), nl=False)


@user.command()
@click.argument("name")
@asked_for
@click.pass_obj
def reset(settings: Settings, name: str, password: bool) -> None:
    """Give the user NAME a new password. It ends what they have open and their one-time codes, and opens a name closed
    by wrong passwords. Whoever is locked stays locked."""
    chosen, hashed = _password(name, password)
    with _writing(settings) as connection:
        users.set_password(connection, name, hashed, datetime.now(UTC))
        kept = users.known(connection, name)
        one_time.use(connection, kept.id, "")
    _show(kept.name, chosen, password)
    if kept.is_locked:
        click.echo(f"{kept.name} stays locked; `ivr user lock {kept.name} --off` lets them in.")


@user.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Unlock.")
@click.pass_obj
def lock(settings: Settings, name: str, off: bool) -> None:
    """Keep the user NAME out, until unlocked. It ends what they have open."""
    with _writing(settings) as connection:
        users.set_locked(connection, name, locked=not off)
    click.echo(f"{users.folded(name)} is {'unlocked' if off else 'locked'}.")


def _password(name: str, asked: bool) -> tuple[str, Hashed]:
    """The one they choose, or a new one; and as it is kept. Raises BadUser."""
    chosen = str(click.prompt("Password", hide_input=True, confirmation_prompt=True)) if asked else users.new_password()
    return chosen, users.hashed(chosen, name)


def _show(name: str, password: str, was_asked: bool) -> None:
    if not was_asked:
        click.echo(f"The password, shown once and kept nowhere; tell it to {name} alone:\n  {password}")


@contextmanager
def _writing(settings: Settings) -> Iterator[Connection]:
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            yield connection
    finally:
        database.close()
