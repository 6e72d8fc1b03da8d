"""A report before it has a format: headings and cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import astuple

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the sentences that stand above it; every row has as many cells as there are headings.

    `keys` name the columns in whatever language the headings are; for those in `choices` these words are offered in a
    cell; `notes` say how columns are meant and filled in. A `form` has so many columns that on a page each row is a
    form of its own."""

    title: str
    headings: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    above: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Sheet | None = None
    form: bool = False


def sheet_of(kind: type[Struct], rows: Iterable[Struct]) -> Sheet:
    """Structs as they are: the headings are the names of their fields."""
    return Sheet("", kind.__struct_fields__, tuple(astuple(row) for row in rows))
