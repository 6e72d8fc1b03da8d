"""A mistake in a list is told so that whoever wrote the list finds it: by row, column and cell, with its mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mistake:
    """`row` counts from 1, `column` from 0; row 0 is the list as a whole, no heading the whole row. `told` says it in
    English, for terminals; pages say it by the text `list_<why>` of the vocabulary, with `values` in its blanks."""

    told: str
    why: str = "other"
    row: int = 0
    column: int = 0
    heading: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f"row {self.row}, {self.heading}" if self.heading else f"row {self.row}"
        return f"{where}: {self.told}" if self.row else self.told

    @property
    def cell(self) -> str:
        """As spreadsheets call it: C5; "" for the list as a whole."""
        return f"{_letters(self.column + 1)}{self.row}" if self.row else ""


def together(notes: Iterable[Mistake]) -> list[tuple[Mistake, tuple[str, ...]]]:
    """One of each that say the same, and the cells of all of them."""
    cells: dict[str, tuple[Mistake, list[str]]] = {}
    for each in notes:
        cells.setdefault(each.told, (each, []))[1].append(each.cell)
    return [(first, tuple(of_all)) for first, of_all in cells.values()]


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
