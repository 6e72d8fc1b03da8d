"""A table is read by its headings, wherever they stand, and each mistake in it is named with its row and its column."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from ivr.records.mistakes import Mistake
from ivr.records.spreadsheet import Table, Unreadable

WITHIN = 5  # rows: a title may stand above the headings
MOST_SHOWN = 40  # characters of a cell, where it is spoken of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What columns mean, and how they may be headed, compared without spaces, marks and brackets; messages say the
    first two. What is `optional` may be missing, what is `manifold` may stand in several columns."""

    headings: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()
    manifold: frozenset[str] = frozenset()

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.headings) - self.optional

    def columns(self, headings: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Which columns mean what."""
        meaning = {heading: means for means, names in self.headings.items() for heading in names}
        columns: dict[str, tuple[int, ...]] = {}
        for column, heading in enumerate(headings):
            if means := meaning.get(_folded(heading)):
                columns[means] = (*columns.get(means, ()), column)
        return columns


@dataclass(frozen=True, slots=True)
class Headed:
    """A table whose headings were found: which columns mean what, and the rows below."""

    headings: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    first_row: int
    table: Table

    def rows(self) -> Iterator[Row]:
        """Those in which something stands."""
        for n, cells in enumerate(self.table, self.first_row):
            if any(map(clean, cells)):
                yield Row(n, self, cells + [""] * (len(self.headings) - len(cells)))


@dataclass(slots=True)
class Row:
    """A row being read; what is wrong with it gathers in `mistakes`, what may be right and is told all the same in
    `notes`."""

    n: int
    of: Headed
    cells: list[str]
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)

    def wrong(self, column: int, told: str, why: str = "other", **values: object) -> None:
        """`why` and `values` as in a Mistake."""
        self.mistakes.append(self._told(column, told, why, values))

    def note(self, column: int, told: str, why: str, **values: object) -> None:
        self.notes.append(self._told(column, told, why, values))

    def _told(self, column: int, told: str, why: str, values: Mapping[str, object]) -> Mistake:
        values = {"told": told, "text": clean(self.cells[column])[:MOST_SHOWN], **values}
        return Mistake(told, why, self.n, column, self.of.headings[column], values)

    def required(self, means: str, whose: str, longest: int) -> str:
        """The text of a cell that must have some, fit to be kept and shown."""
        (column,) = self.of.columns[means]
        text = clean(self.cells[column])
        if not text:
            self.wrong(column, f"is empty; write {whose} {means}", "empty")
        elif unicodedata.normalize("NFKC", text)[0] in "=+-@":
            self.wrong(column, f"{shown(text)} looks like a formula; write the {means} as text", "formula")
        elif len(text) > longest:
            self.wrong(
                column, f"{shown(text)} is longer than {longest} characters; shorten it", "too_long", most=longest
            )
        elif any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
            told = f"{shown(text)} has a line break or another control character in it; delete it"
            self.wrong(column, told, "control")
        return text


def headed(found: Iterable[Table], wanted: Wanted) -> Headed:
    """The first table with all the headings that are wanted. Raises Unreadable."""
    nearest: tuple[int, tuple[str, ...]] = (1, ())
    for table in found:
        for n, row in islice(enumerate(table, 1), WITHIN):
            headings = tuple(clean(cell) for cell in row)
            columns = wanted.columns(headings)
            if wanted.required <= columns.keys():
                _check_once(headings, columns, wanted)
                return Headed(headings, columns, n + 1, table[n:])
            nearest = max(nearest, (n, headings), key=lambda each: (len(wanted.columns(each[1])), any(each[1])))
    raise _missing(*nearest, wanted)


def _folded(heading: str) -> str:
    """`手机 号码（必填）*` is 手机号码, `Member No.` is memberno."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|[\s_*:.\-]", "", plain)


def _check_once(headings: tuple[str, ...], columns: Mapping[str, tuple[int, ...]], wanted: Wanted) -> None:
    """Where two columns mean the same, we could not tell which one is meant."""
    for means, where in columns.items():
        if len(where) > 1 and means not in wanted.manifold:
            named = " and ".join(headings[column] for column in where)
            told = f"the columns {named} both give the {means}; keep one, rename or delete the other"
            raise Unreadable(told, "twice", columns="、".join(headings[column] for column in where))


def _missing(row: int, nearest: tuple[str, ...], wanted: Wanted) -> Unreadable:
    if not any(nearest):
        return Unreadable(f"the file is empty: nothing stands in its first {WITHIN} rows", "nothing", within=WITHIN)
    lacking = [
        names[:2]
        for means, names in wanted.headings.items()
        if means in wanted.required - wanted.columns(nearest).keys()
    ]
    here = [shown(heading) for heading in nearest if heading]
    told = (
        f"no column is headed {', '.join(map('/'.join, lacking))}; here stands {', '.join(here)}. "
        f"The first row must have the headings (below a title, one of the first {WITHIN})"
    )
    first = {"lacking": "、".join(map("/".join, lacking)), "here": "、".join(heading for heading in nearest if heading)}
    return Unreadable(told, "no_headings", row, within=WITHIN, **first)


def clean(cell: str) -> str:
    return cell.strip("\ufeff\u200b \t\r\n\u3000\xa0")


def shown(text: str) -> str:
    """Quoted, short, and without anything that a terminal would act on."""
    return json.dumps(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…", ensure_ascii=False)
