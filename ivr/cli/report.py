"""`ivr report`: what the records say about a month."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import click

from ivr import vocabulary
from ivr.cli import months
from ivr.config import Settings
from ivr.errors import NotWritten
from ivr.reports import branch, calls, formats, lesson, member, visits
from ivr.reports.facts import Whom
from ivr.reports.sheet import Sheet

OF_SHEETS: Mapping[str, ModuleType] = {"branch": branch, "visits": visits}  # made from what the desk's sheets are
OF_CALLS: Mapping[str, ModuleType] = {"member": member, "lesson": lesson, "calls": calls}
REPORTS = ("branch", "member", "lesson", "calls", "visits")


@click.command()
@click.argument("what", type=click.Choice(REPORTS))
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
    named, sheets = _told(settings, what, month, Whom(of_branch, of_member), as_text=form == "text")
    if form == "text":
        months.write(formats.to_text(sheets), output)
    elif form == "csv":
        months.write(formats.to_csv(sheets[0]), output)
    else:
        months.write(formats.to_json(what, named, sheets[0]), output)


def _told(
    settings: Settings, what: str, month: str | None, whom: Whom, *, as_text: bool
) -> tuple[str, tuple[Sheet, ...]]:
    """The month, and what is said of it: to people, or to other programs as one table."""
    words = vocabulary.load(settings.desk.words)
    if what in OF_SHEETS:
        basis = months.month_of(settings, month, whom, words)
        of = OF_SHEETS[what]
        return basis.facts.period.month, of.page(basis) if as_text else (of.table(basis),)
    facts = months.calls_of(settings, month, whom)
    of = OF_CALLS[what]
    return facts.period.month, of.page(facts, words) if as_text else (of.table(facts),)
