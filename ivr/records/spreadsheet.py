"""A spreadsheet becomes tables of text: each cell as a person would read it, each row where it stands in the file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

from ivr.records.mistakes import Mistake

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 20 * MOST_BYTES
MOST_CELLS = 20_000_000
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
DELIMITERS = ",\t;"

Table = list[list[str]]
Cell = int | float | str | bool | time | date | datetime | timedelta


class Unreadable(ValueError):
    """Not a spreadsheet; the message says what to do about it."""

    def __init__(self, message: str, why: str = "other", row: int = 0, **values: object) -> None:
        """`why`, `row` and `values` as in a Mistake."""
        self.mistake = Mistake(message, why, row, values={"told": message, **values})
        super().__init__(message)


def tables(data: bytes) -> Iterator[Table]:
    """The tables a file may mean: every sheet of a workbook, or a text parted at each of the usual delimiters.

    Rows keep their place: row 1 of the file is the first one, even if it is blank. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise Unreadable(f"the file is larger than {most} MB; part it into several", "too_large", most=most)
    if data.startswith(WORKBOOKS):
        yield from _sheets(data)
    else:
        text = _decoded(data)
        yield from (_parted(text, delimiter) for delimiter in DELIMITERS)


def _sheets(data: bytes) -> Iterator[Table]:
    try:
        if data.startswith(b"PK"):
            _check_extent(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except Unreadable:
        raise
    except Exception as error:  # a damaged file makes zipfile and calamine raise whatever comes up
        advice = "open it, take off its password if it has one, and save it as .xlsx"
        raise Unreadable(f"the workbook can't be read ({error}); {advice}", "damaged") from error
    for rows in sheets:
        yield [[_text(cell) for cell in row] for row in rows]


def _check_extent(data: bytes) -> None:
    """calamine sets memory aside for every cell up to the farthest: one stray cell would end the process."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED_BYTES:
            raise Unreadable("the workbook is too large; save only the list as .xlsx", "too_much")
        for name in package.namelist():
            if name.startswith("xl/worksheets/") and _cells(package.read(name)) > MOST_CELLS:
                raise Unreadable("something stands in a cell far away from the list; delete it", "far_away")


def _cells(sheet: bytes) -> int:
    rows = {int(row) for row in re.findall(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']", sheet)}
    columns = set(re.findall(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})\d", sheet))
    return max(rows, default=0) * max(map(_column, columns), default=0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _text(cell: Cell) -> str:
    match cell:
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "minutes")
        case _:
            return str(cell)


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.lstrip().startswith("<"):
            return text
        break
    told = "this is neither a spreadsheet nor a text in UTF-8 or GB18030; save the list as .xlsx"
    raise Unreadable(told, "no_spreadsheet")


def _parted(text: str, delimiter: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:
        told = f"line {reader.line_num}: {error}; is a quotation mark not closed? Save the list as .xlsx"
        raise Unreadable(told, "quotation", line=reader.line_num) from error
