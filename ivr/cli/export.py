"""`ivr export`: what the records say, for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from ivr import vocabulary
from ivr.cli import months
from ivr.config import Settings
from ivr.errors import NotSent
from ivr.reports import lrs, xapi
from ivr.reports.facts import Whom
from ivr.reports.xapi import Statement


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
    facts = months.calls_of(settings, month, Whom(branch=branch))
    told = xapi.statements(facts, settings.line.public_url, vocabulary.load(settings.desk.words).language)
    if send:
        _send(settings, told)
        return
    months.write(xapi.to_lines(told), output)
    if output:
        click.echo(f"wrote {output}: {len(told)} statements")


def _send(settings: Settings, told: list[Statement]) -> None:
    if not settings.lrs.url:
        raise NotSent("No store is named. Write its address into config.toml, under [lrs], as url.")
    store = lrs.Store(settings.lrs.url, settings.secrets.lrs_key, settings.secrets.lrs_secret)
    done = lrs.send(told, store, settings.data / "xapi")
    kept = f", {done.kept} of which the store has in other words" if done.kept else ""
    click.echo(f"sent {done.now} statements; {done.before} had been sent before{kept}")
