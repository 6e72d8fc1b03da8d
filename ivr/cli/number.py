"""A number on the command line: for anything else that is typed there, the answer says which numbers are meant."""

from __future__ import annotations

from typing import Any

import click


class Number(click.IntRange):
    """A whole number, from the least to the most that there may be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            number = int(value)
        except ValueError:
            most = "up" if self.max is None else f"to {self.max}"
            self.fail(f"{value!r} is not a whole number from {self.min} {most}.", param, ctx)
        return super().convert(number, param, ctx)


# What is named by the number of its row: a call, a recording, a notice. No database has more rows than this.
ROW = Number(1, 2**63 - 1)
