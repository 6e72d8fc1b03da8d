"""The `ivr` command: one file per noun; each subcommand calls one function."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from ivr import config
from ivr.cli.calls import calls
from ivr.cli.doctor import doctor
from ivr.cli.export import export_group
from ivr.cli.ledger import ledger
from ivr.cli.lesson import lesson
from ivr.cli.lesson_files import export, import_, new
from ivr.cli.lesson_record import record
from ivr.cli.line import phone, serve
from ivr.cli.member import member
from ivr.cli.notices import notices
from ivr.cli.prompts import prompts
from ivr.cli.questions import questions
from ivr.cli.rehearse import rehearse
from ivr.cli.report import report
from ivr.cli.roster import roster
from ivr.cli.user import user
from ivr.cli.voices import voices
from ivr.errors import IvrError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


for command in (serve, phone, rehearse, lesson, prompts, voices, roster):
    ivr.add_command(command)
for command in (member, calls, questions, notices, report, ledger, user, export_group, doctor):
    ivr.add_command(command)
for command in (new, import_, export, record):
    lesson.add_command(command)


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
    except OperationalError as error:
        click.echo(f"ivr: The database is busy or away ({error.orig}). Nothing was changed; try again.", err=True)
        sys.exit(1)
