"""A township's own Excel form, filled in: `{{完成率}}` in a cell stands for what the month's summary says of all the
branches together; a row with `{{个人明细.姓名}}` is repeated for each row of that sheet. Layout, widths, headings to
repeat and lists to choose from stay as they are.

What comes from the records is text, numbers or days, never a formula.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from ivr.errors import BadForm
from ivr.reports import opening, summary
from ivr.reports.columns import Basis
from ivr.reports.formats import shown
from ivr.reports.sheet import Cell, Sheet
from ivr.reports.sheets import SHEETS
from ivr.vocabulary import Vocabulary

MOST_CELLS = 200_000  # of the rectangles that pages reach over: each is made when it is looked at
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
EXAMPLES: tuple[Cell, ...] = ("例", 1, date(2026, 1, 1), None)
BLANK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BETWEEN = re.compile(r"[.．。:：]")


@dataclass(frozen=True, slots=True)
class Blank:
    """A placeholder as it is written, in a cell; `where` is how a person finds that, `of` the sheet whose rows it
    repeats, "" for a single one."""

    page: str
    cell: str
    where: str
    row: int
    written: str
    of: str
    key: str


@dataclass(frozen=True, slots=True)
class Names:
    """What placeholders may be called: by sheet ("" for single ones), the name of a column to its key."""

    by_sheet: Mapping[str, Mapping[str, str]]
    sheets: Mapping[str, str]

    @property
    def all(self) -> list[str]:
        single = list(self.by_sheet[""])
        return single + [f"{name}.{each}" for name, of in self.sheets.items() for each in self.by_sheet[of]]


def names(basis: Basis) -> Names:
    made = {which: sheet(basis) for which, sheet in SHEETS.items()}
    by_sheet = {which: _columns(each) for which, each in made.items()}
    by_sheet[""] = by_sheet["summary"]
    sheets = {basis.words.say(f"sheet_{which}"): which for which in SHEETS}
    return Names(by_sheet, {**sheets, **{which: which for which in SHEETS}})


def _columns(sheet: Sheet) -> dict[str, str]:
    return {
        _plain(name): key
        for name, key in (*zip(sheet.headings, sheet.keys, strict=True), *((k, k) for k in sheet.keys))
    }


def _plain(name: str) -> str:
    return re.sub(r"\s", "", name)


def fill(content: bytes, basis: Basis) -> bytes:
    """Raises BadForm, which names each placeholder that is not known, with its cell and the nearest that is."""
    book, blanks = _read(content, basis)
    made = {which: SHEETS[which](basis) for which in {each.of for each in blanks} - {""}}
    return _filled(book, blanks, dict(summary.whole(basis)), made, basis.words)


def check(content: bytes, basis: Basis) -> int:
    """How many placeholders a form has; it is filled once with values of each kind. Raises BadForm."""
    book, blanks = _read(content, basis)
    if not blanks:
        raise BadForm(basis.words.say("form_wrong"), [basis.words.say("form_without_blanks")])
    made = {which: _example(SHEETS[which](basis)) for which in {each.of for each in blanks} - {""}}
    _filled(book, blanks, {each.key: EXAMPLES[0] for each in blanks}, made, basis.words)
    return len(blanks)


def _example(sheet: Sheet) -> Sheet:
    return replace(sheet, cells=tuple((value,) * len(sheet.keys) for value in EXAMPLES))


def _read(content: bytes, basis: Basis) -> tuple[Any, list[Blank]]:
    book = _opened(content, basis.words)
    return book, list(_blanks(book, names(basis), basis.words))


def _filled(
    book: Any, blanks: Iterable[Blank], whole: Mapping[str, Cell], made: Mapping[str, Sheet], words: Vocabulary
) -> bytes:
    rows: dict[tuple[str, int], list[Blank]] = {}
    for blank in blanks:
        if blank.of:
            if _is_merged_down(book[blank.page], blank.cell):
                raise _not_repeated(blank, words)
            rows.setdefault((blank.page, blank.row), []).append(blank)
        else:
            _put(book[blank.page][blank.cell], {blank.written: whole.get(blank.key)})
    for (page, row), here in sorted(rows.items(), reverse=True):  # from below: rows above stay where they are
        try:
            _repeat(book, book[page], row, here, made[here[0].of])
        except Exception as error:  # whatever it trips over in a row that can't be copied
            raise _not_repeated(here[0], words) from error
    out = io.BytesIO()
    try:
        book.save(out)
    except Exception as error:  # what could be read, and can't be written
        raise BadForm(words.say("form_wrong"), [words.say("form_unreadable")]) from error
    return out.getvalue()


def _is_merged_down(page: Any, cell: str) -> bool:
    """Of rows that are one cell, only the first shows."""
    return any(cell in each and each.min_row < each.max_row for each in page.merged_cells.ranges)


def _not_repeated(blank: Blank, words: Vocabulary) -> BadForm:
    return BadForm(words.say("form_wrong"), [words.say("form_not_repeated", cell=blank.where)])


def _opened(content: bytes, words: Vocabulary) -> Any:
    try:
        unpacked = sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(content)).infolist())
        if len(content) > MOST_BYTES or unpacked > MOST_UNPACKED:
            raise BadForm(words.say("form_wrong"), [words.say("form_too_large", most=MOST_BYTES // 1024 // 1024)])
        book = openpyxl.load_workbook(io.BytesIO(content))
        if sum((each.max_row or 0) * (each.max_column or 0) for each in book.worksheets) > MOST_CELLS:
            raise BadForm(words.say("form_wrong"), [words.say("form_far_away")])
        return book
    except BadForm:
        raise
    except Exception as error:  # whatever it trips over in a damaged file
        raise BadForm(words.say("form_wrong"), [words.say("form_unreadable")]) from error


def _blanks(book: Any, known: Names, words: Vocabulary) -> Iterator[Blank]:
    """Raises BadForm once all are looked at."""
    mistakes: list[str] = []
    repeated: dict[tuple[str, int], str] = {}
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                for written in BLANK.findall(cell.value) if isinstance(cell.value, str) else ():
                    where = f"{page.title}!{cell.coordinate}" if len(book.worksheets) > 1 else cell.coordinate
                    if cell.data_type == "f":
                        mistakes.append(words.say("form_in_formula", cell=where, name=written))
                        continue
                    of, key = _meant(written, known)
                    if not key:
                        near = difflib.get_close_matches(_plain(written), known.all, 1, 0.3)
                        text = "form_unknown_near" if near else "form_unknown"
                        mistakes.append(words.say(text, cell=where, name=written, near=near[0] if near else ""))
                    elif of and repeated.setdefault((page.title, cell.row), of) != of:
                        mistakes.append(words.say("form_two_sheets", cell=where))
                    else:
                        yield Blank(page.title, cell.coordinate, where, cell.row, written, of, key)
    if mistakes:
        raise BadForm(words.say("form_wrong"), mistakes)


def _meant(written: str, known: Names) -> tuple[str, str]:
    """The sheet and the key; "" for what is not known."""
    plain = _plain(written)
    if single := known.by_sheet[""].get(plain):
        return "", single
    before, _, after = BETWEEN.sub(".", plain, count=1).partition(".")
    of = known.sheets.get(before, "")
    return of, known.by_sheet[of].get(after, "") if of else ""


def _repeat(book: Any, page: Any, row: int, blanks: list[Blank], sheet: Sheet) -> None:
    if len(sheet.cells) > 1:
        opening.open_rows(book, page, row, len(sheet.cells) - 1)
    for n, cells in enumerate(sheet.cells or ((None,) * len(sheet.keys),)):
        values = dict(zip(sheet.keys, cells, strict=True))
        for coordinate in {each.cell for each in blanks}:
            cell = page[coordinate].offset(row=n)
            _put(cell, {each.written: values[each.key] for each in blanks if each.cell == coordinate})


def _put(cell: Any, values: Mapping[str, Cell]) -> None:
    """A cell that is one placeholder alone becomes its number or day; any other is text."""
    text = str(cell.value)
    alone = BLANK.fullmatch(text.strip())
    value = values.get(alone[1]) if alone else None
    if alone and not isinstance(value, str) and alone[1] in values:
        cell.value = value
        return
    known = {name: shown(each) for name, each in values.items()}
    text = BLANK.sub(lambda found: known.get(found[1], found[0]), text)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"  # also what begins with =
