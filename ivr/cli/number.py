"""A number on the command line: for anything else that is typed there, the answer says which numbers are meant."""

from __future__ import annotations

from typing import Any

import click


class Number(click.ParamType):
    """A whole number, from the least to the most that there may be. (click.IntRange tells of these in a formula.)"""

    name = "number"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:  # a number of thousands of digits, too
            number = self.least - 1
        if number < self.least or (self.most is not None and number > self.most):
            meant = "up" if self.most is None else f"to {self.most}"
            self.fail(f"{value!r} is not a whole number from {self.least} {meant}.", param, ctx)
        return number


# What is named by the number of its row: a call, a recording, a notice. No database has more rows than this.
ROW = Number(1, 2**63 - 1)
