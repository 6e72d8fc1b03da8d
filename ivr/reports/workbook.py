"""A sheet as an Excel workbook that opens in WPS, too. The same facts always give the same bytes.

Text stays text (a number that begins with +, a cell that begins with =), days are days, and the page prints on A4,
across, with its headings on each page: one page wide where that can be read, else on as few as it takes, each with the
columns that say whose row it is; text is wrapped where that saves paper. Rows that are forms come as those first, to
be printed and signed. The last page says how columns are meant; cells of which only certain words may stand in offer
those.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Any

import xlsxwriter
from rich.cells import cell_len

from ivr.reports.sheet import LONG, TALL, Cell, Sheet

MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a workbook says when it was made; ours does not, to be the same each time
AS_TEXT = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
NARROWEST, WIDEST = 5, 40  # characters
A4 = 9
ACROSS_IN, MARGIN_IN, FORM_MARGIN_IN = 11.69, 0.5, 0.4  # of A4
FONT_PT, LEAST_PT = 11, 8  # as written; on paper at least
LEAST_PERCENT = math.ceil(100 * LEAST_PT / FONT_PT)
WORD = re.compile(r"[^\s\u2e80-\uffff]+(?:[（）][^\s\u2e80-\uffff]*)*")  # 12%（2/17）, too; Chinese is broken anywhere
WHOSE = ("n", "unit", "month", "district", "branch", "name", "day", "visited_name")  # columns that say whose row it is
FONT = {"font_name": "宋体", "font_size": FONT_PT, "border": 1, "valign": "vcenter", "text_wrap": True}
FORM_WIDTHS = (15, 21, 15, 21)  # characters; on A4 upright also where another font makes columns a third wider
LINE_PT, SHORT_PT, LONG_PT, TALL_PT = 16, 22, 34, 85  # heights: of a line of text; at least, of a form's cells
SIGNED_PT = 48  # at least, of a row that somebody signs: on paper, in the smallest letters, 12 mm
HIGHEST_PT = 409  # of a row, that Excel takes
TRIED = 100  # rows by which it is seen what takes less paper
MOST_LINES = HIGHEST_PT // LINE_PT
TWO_HANZI = 4  # characters: no column is narrower
DOWN_PT = 480  # that A4 across has room for, below a title
SPARE_ROWS = 100  # below the last, which offer words, too: rows are added by hand
LONGEST_NAME = 31  # UTF-16 units, of a page
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")


def to_xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **AS_TEXT})
    book.set_properties({"title": sheet.title, "created": MADE})
    if sheet.form:
        _add_forms(book, sheet)
    _add_page(book, sheet, sheet.form or sheet.title)
    if sheet.notes:
        _add_page(book, sheet.notes, sheet.notes.title)
    book.close()
    return out.getvalue()


def page_name(title: str) -> str | None:
    """As Excel takes it; None for one that it names itself."""
    units = NOT_IN_A_NAME.sub(" ", title).encode("utf-16-le")[: 2 * LONGEST_NAME]
    return units.decode("utf-16-le", "ignore").strip("' ") or None


def _add_forms(book: Any, sheet: Sheet) -> None:
    """Each row as a form on a sheet of paper of its own: headings beside their cells."""
    page = book.add_worksheet(page_name(sheet.title))
    formats = _formats(book, align="left")
    for column, width in enumerate(FORM_WIDTHS):
        page.set_column(column, column, width)
    row, ends = 0, []
    for cells in sheet.cells:
        for line in sheet.lines():
            _write_line(page, row, line, cells, sheet, formats)
            row += 1
        row += 1  # an empty one
        ends.append(row)
    page.set_paper(A4)
    page.set_h_pagebreaks(ends[:-1])
    page.set_margins(left=FORM_MARGIN_IN, right=FORM_MARGIN_IN)
    page.center_horizontally()
    if len(sheet.cells) == 1:  # its first line says whose it is, also where it goes on
        page.repeat_rows(0)
    _head(page, sheet)


def _write_line(
    page: Any, row: int, line: Sequence[int], cells: Sequence[Cell], sheet: Sheet, formats: dict[str, Any]
) -> None:
    first, is_alone = sheet.keys[line[0]], len(line) == 1
    width = sum(FORM_WIDTHS[1:]) if is_alone else FORM_WIDTHS[1]
    lines = [_lines(sheet.headings[n], FORM_WIDTHS[0]) for n in line] + [_lines(cells[n], width) for n in line]
    least = TALL_PT if first in TALL else LONG_PT if first in LONG else SHORT_PT
    page.set_row(row, min(HIGHEST_PT, max(least, LINE_PT * max(lines))))
    if is_alone:
        page.merge_range(row, 1, row, 3, "", formats["text"])
    for place, column in enumerate(line):
        key, at = sheet.keys[column], 2 * place
        page.write_string(row, at, sheet.headings[column], formats["aside"])
        _write(page, row, at + 1, cells[column], formats)
        if key in sheet.choices:
            page.data_validation(row, at + 1, row, at + 1, _offered(sheet, key))


def _offered(sheet: Sheet, key: str) -> dict[str, Any]:
    return {"validate": "list", "source": list(sheet.choices[key]), "error_type": "warning"}


def _lines(cell: Cell, width: int) -> int:
    """How many lines of so many characters a cell takes: not every program finds that out by itself."""
    if not isinstance(cell, str):
        return 1
    return sum(max(1, math.ceil(cell_len(line) / (width - 2))) for line in cell.split("\n"))


def _formats(book: Any, **more: str) -> dict[str, Any]:
    font = {**FONT, **more}
    return {
        "heading": book.add_format({**font, "bold": True, "align": "center"}),
        "aside": book.add_format({**font, "bg_color": "#e8eef3"}),
        "text": book.add_format({**font, "num_format": "@"}),
        "number": book.add_format(font),
        "decimal": book.add_format({**font, "num_format": "0.0#"}),
        "day": book.add_format({**font, "num_format": "yyyy-mm-dd"}),
    }


def _add_page(book: Any, sheet: Sheet, name: str) -> None:
    page = book.add_worksheet(page_name(name))
    formats = _formats(book)
    widths = _widths(sheet)
    page.set_row(0, LINE_PT * max(map(_lines, sheet.headings, widths), default=1))
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, formats["heading"])
        page.set_column(column, column, widths[column])
    for row, cells in enumerate(sheet.cells, 1):
        if (high := _high(sheet, cells, widths)) > LINE_PT:
            page.set_row(row, high)
        for column, cell in enumerate(cells):
            _write(page, row, column, cell, formats)
    for key in sheet.choices:
        column = sheet.keys.index(key)
        page.data_validation(1, column, len(sheet.cells) + SPARE_ROWS, column, _offered(sheet, key))
    _for_paper(page, sheet, widths)


def _high(sheet: Sheet, cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """A row, in points, with room for the pen where somebody signs in it; forms are signed on their own pages."""
    is_signed = not sheet.form and any("signature" in key for key in sheet.keys)
    lines = max(map(_lines, cells, widths), default=1)
    return min(HIGHEST_PT, max(SIGNED_PT if is_signed else LINE_PT, LINE_PT * lines))


def _write(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    match cell:
        case None:
            page.write_blank(row, column, None, formats["text"])
        case bool():
            page.write_boolean(row, column, cell, formats["number"])
        case int():
            page.write_number(row, column, cell, formats["number"])
        case float():
            page.write_number(row, column, cell, formats["decimal"])
        case date():
            page.write_datetime(row, column, cell, formats["day"])
        case str():
            page.write_string(row, column, cell, formats["text"])


def _widths(sheet: Sheet) -> list[int]:
    """Each as wide as what stands there, within reason; longer text is wrapped, and where that saves paper, into more
    lines, but no word is broken."""
    columns = [
        [heading, *{str(cells[n]) for cells in sheet.cells if cells[n] is not None}]
        for n, heading in enumerate(sheet.headings)
    ]
    longest = [max(map(cell_len, texts)) + 2 for texts in columns]
    wanted = [min(WIDEST, max(NARROWEST + 2, long)) for long in longest]
    if is_one_page(wanted):
        return wanted
    least = [
        long if key.startswith("phone") else max(TWO_HANZI, *map(_longest_word, texts), 0) + 1
        for key, long, texts in zip(sheet.keys or [""] * len(columns), longest, columns, strict=True)
    ]

    def wrapped(lines: int) -> list[int]:
        return [
            min(wide, max(narrow, math.ceil(long / lines) + 2))
            for wide, narrow, long in zip(wanted, least, longest, strict=True)
        ]

    return min(map(wrapped, range(1, MOST_LINES)), key=lambda widths: _pages(sheet, widths))


def _longest_word(text: str) -> int:
    return max(map(cell_len, WORD.findall(text)), default=0)


def _pages(sheet: Sheet, widths: Sequence[int]) -> int:
    """On how many pages the first rows are printed."""
    across = 1 if is_one_page(widths) else pages_across(widths, _whose(sheet))
    rows = (sheet.headings, *sheet.cells[:TRIED])
    high_pt = sum(_high(sheet, cells, widths) for cells in rows)
    scale = max(LEAST_PT / FONT_PT, scale_to_one_page(widths))
    return across * math.ceil(scale * high_pt / DOWN_PT)


def _whose(sheet: Sheet) -> int:
    """How many columns say whose row it is."""
    return len(list(takewhile(WHOSE.__contains__, sheet.keys)))


def _for_paper(page: Any, sheet: Sheet, widths: Sequence[int]) -> None:
    page.set_landscape()
    page.set_paper(A4)
    if is_one_page(widths):
        page.fit_to_pages(1, 0)
    else:
        page.set_print_scale(LEAST_PERCENT)
        if whose := _whose(sheet):
            page.repeat_columns(0, whose - 1)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.set_margins(left=MARGIN_IN, right=MARGIN_IN)
    _head(page, sheet)


def _head(page: Any, sheet: Sheet) -> None:
    page.set_header("&C&16" + " " + sheet.title.replace("&", "&&"))
    page.set_footer("&C&P / &N")


def is_one_page(widths: Sequence[int]) -> bool:
    """Can columns of so many characters be read side by side on A4?"""
    return scale_to_one_page(widths) * FONT_PT >= LEAST_PT


def pages_across(widths: Sequence[int], whose: int) -> int:
    """On how many pages side by side they lie in the smallest letters, the first ones on each; also where another font
    makes columns a third wider."""
    room = (ACROSS_IN - 2 * MARGIN_IN) * 100 / LEAST_PERCENT * 3 / 4
    pages, used = 1, 0.0
    for width in widths:
        if used + _inches(width) > room:
            pages, used = pages + 1, sum(map(_inches, widths[:whose]))
        used += _inches(width)
    return pages


def _inches(width: int) -> float:
    """A character is 7 pixels wide, a column 5 more, of 96 to the inch (XlsxWriter, set_column_pixels)."""
    return (7 * width + 5) / 96


def scale_to_one_page(widths: Sequence[int]) -> float:
    """How small columns of so many characters get, to lie side by side on A4."""
    inches = sum(map(_inches, widths))
    return min(1.0, (ACROSS_IN - 2 * MARGIN_IN) / inches) if inches else 1.0
