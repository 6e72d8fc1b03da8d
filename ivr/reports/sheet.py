"""A report before it has a format: headings and cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Any

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the sentences that stand above it; every row has as many cells as there are headings."""

    title: str
    headings: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    above: tuple[str, ...] = ()


def sheet_of(kind: type[Any], rows: Iterable[Any]) -> Sheet:
    """Frozen rows as they are: the headings are the names of their fields."""
    return Sheet("", tuple(each.name for each in fields(kind)), tuple(astuple(row) for row in rows))
