"""The `ivr` command: one file per noun; each subcommand calls one function."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr import config
from ivr.errors import IvrError

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError

NOUNS = {  # each command, and where it is
    "serve": "line:serve",
    "phone": "line:phone",
    "rehearse": "rehearse:rehearse",
    "lesson": "lesson:lesson",
    "prompts": "prompts:prompts",
    "voices": "voices:voices",
    "roster": "roster:roster",
    "member": "member:member",
    "calls": "calls:calls",
    "questions": "questions:questions",
    "notices": "notices:notices",
    "report": "report:report",
    "ledger": "ledger:ledger",
    "user": "user:user",
    "export": "export:export_group",
    "doctor": "doctor:doctor",
}


class Nouns(click.Group):
    """Loads a command when it is asked for: all together take seconds, which none should wait for."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in NOUNS:
            return None
        module, attribute = NOUNS[name].split(":")
        command: click.Command = getattr(import_module(f"ivr.cli.{module}"), attribute)
        return command


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tingke")
@click.option(
    "--config",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings file; without it ./config.toml, where there is one.",
)
@click.pass_context
def ivr(context: click.Context, path: Path | None) -> None:
    """Lessons by telephone."""
    settings = config.load(path, os.environ)
    context.obj = settings
    if not config.found(path):
        note = f"Note: there is no config.toml here: all settings are as shipped, with the data in {settings.data}."
        click.secho(note, fg="yellow", err=True)


def main() -> None:
    """Run a command; a mistake that a person can mend is told in words, without a traceback."""
    try:
        ivr()
    except IvrError as error:
        click.echo(f"ivr: {error}", err=True)
        sys.exit(1)
    except PermissionError as error:
        who = "Run this as the user whose file it is, or mend its rights."
        click.echo(f"ivr: {error.filename} is closed to you ({error.strerror}). {who}", err=True)
        sys.exit(1)
    except _database_error() as error:
        click.echo(f"ivr: The database is busy or away ({error.orig}). Nothing was changed; try again.", err=True)
        sys.exit(1)


def _database_error() -> type[OperationalError]:
    """Looked up when something went wrong: not every command loads what speaks to databases."""
    from sqlalchemy.exc import OperationalError

    return OperationalError
