"""How long work is shown: a bar for a person who watches, a line now and then for a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.takes import OnProgress, Progress


EVERY_S = 10  # between two lines in a file


@contextmanager
def shown(what: str) -> Iterator[OnProgress]:
    """`what` is named beside the bar; call what this yields with each Progress."""
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda now: bar.update(task, completed=now.done, total=now.total)


def _lines(what: str) -> OnProgress:
    """A line now and then: what takes less than that needs none."""
    told_at = time.monotonic()

    def tell(now: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= EVERY_S:
            told_at = time.monotonic()
            click.echo(f"{what}: {now.done} of {now.total} sentences", err=True)

    return tell
