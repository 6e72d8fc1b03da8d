"""A report before it has a format: headings and cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import astuple

Cell = str | int | float | bool | date | datetime | None

# Columns that are long or written by hand, which have a line of a form to themselves; of those in TALL, a high one.
TALL = ("content", "speeches", "decisions")
LONG = ("gist", "who", "made_up", "evidence", "remarks", "attended", "sitting_in", "absent", "agenda", *TALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the sentences that stand above it; every row has as many cells as there are headings.

    `keys` name the columns in whatever language the headings are; for those in `choices` these words are offered in a
    cell; `notes` say how columns are meant and filled in. Where there are so many columns that each row is a form of
    its own, `form` is what the rows as a table are called."""

    title: str
    headings: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    above: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Sheet | None = None
    form: str = ""

    def lines(self) -> Iterator[Sequence[int]]:
        """The columns of a form, line by line: two, or one that is long or left over, which has the line to itself."""
        beside: list[int] = []
        for column, key in enumerate(self.keys):
            if (key in LONG or len(beside) == 2) and beside:
                yield beside
                beside = []
            beside.append(column)
            if key in LONG:
                yield beside
                beside = []
        if beside:
            yield beside


def sheet_of(kind: type[Struct], rows: Iterable[Struct]) -> Sheet:
    """Structs as they are: the headings are the names of their fields."""
    return Sheet("", kind.__struct_fields__, tuple(astuple(row) for row in rows))
