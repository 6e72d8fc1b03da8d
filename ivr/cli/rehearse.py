"""`ivr rehearse`: simulated callers ring the line; nothing of it is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ivr.cli.number import Number
from ivr.config import Settings
from ivr.rehearsal import telling, village
from ivr.rehearsal.rehearsal import Rehearsal, seeds


@click.command()
@click.argument("callers", default=1000, type=Number(1, 1_000_000))
@click.option("--seed", default="1", show_default=True, help="Of the village; or, like 1.12, of one household in it.")
@click.option("--show", is_flag=True, help="Print every call, word for word.")
@click.option(
    "--village",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How the callers behave; without it, as published (ivr/rehearsal/village.toml).",
)
@click.option("--database", default="", metavar="URL", help="An empty database; without it, a temporary one.")
@click.pass_obj
def rehearse(settings: Settings, callers: int, seed: str, show: bool, file: Path | None, database: str) -> None:
    """Let CALLERS simulated callers ring the line, on lines that break off and with fingers that slip.

    They hear the lessons that are published here. Ends with 1 if in fewer than 95 % of first calls that did not break
    off, or for fewer of all callers with their redials, a lesson was heard to its end or, where a key was pressed, a
    question answered; or if the record is not what truly happened; or if the line leaves anybody helpless.
    """
    households = seeds(seed, callers)
    outcomes = []
    with _ready(settings, village.read(file or village.SHIPPED), database) as rehearsal:
        with _counted(households, not show) as shown:
            for each in shown:
                rung = rehearsal.ring(each)
                outcomes += rehearsal.check(rung)
                for line in (line for story in rung.stories if show for line in telling.transcript(story)):
                    click.echo(line)
        unproven = rehearsal.verified()
    for line in telling.told(seed, outcomes, unproven):
        click.echo(line)
    sys.exit(0 if all(gate.passed for gate in telling.gates(outcomes, unproven)) else 1)


def _counted(households: list[str], counted: bool) -> AbstractContextManager[Iterable[str]]:
    """How many are done is shown where nothing else is."""
    return click.progressbar(households, label="rehearsing", file=sys.stderr) if counted else nullcontext(households)


@contextmanager
def _ready(settings: Settings, behaviour: village.Village, database: str) -> Iterator[Rehearsal]:
    """A line that is rung from nine o'clock today."""
    began = datetime.combine(datetime.now(settings.line.zone).date(), time(9), settings.line.zone)
    with TemporaryDirectory(prefix="ivr-rehearsal-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'ivr.db'}"
        with closing(Rehearsal(settings, behaviour, url, began)) as rehearsal:
            yield rehearsal
