"""A sheet as an Excel workbook that opens in WPS, too. The same facts always give the same bytes.

Text stays text (a number that begins with +, a cell that begins with =), days are days, and the page prints on A4,
across, with its headings on each page: one page wide where that can be read, else as many as it takes, each with the
columns that say whose row it is. Rows that are forms come as those first, to be printed and signed. The last page says
how columns are meant; cells of which only certain words may stand in offer those.
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
WHOSE = ("n", "unit", "month", "district", "branch", "name", "day", "visited_name")  # columns that say whose row it is
FONT = {"font_name": "宋体", "font_size": FONT_PT, "border": 1, "valign": "vcenter", "text_wrap": True}
FORM_WIDTHS = (15, 21, 15, 21)  # characters; on A4 upright also where another font makes columns a third wider
LINE_PT, SHORT_PT, LONG_PT, TALL_PT = 16, 22, 34, 85  # heights: of a line of text; at least, of a form's cells
HIGHEST_PT = 409  # of a row, that Excel takes
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
    _head(page, sheet)


def _write_line(
    page: Any, row: int, line: Sequence[int], cells: Sequence[Cell], sheet: Sheet, formats: dict[str, Any]
) -> None:
    first = sheet.keys[line[0]]
    width = sum(FORM_WIDTHS[1:]) if first in LONG else FORM_WIDTHS[1]
    lines = [_lines(sheet.headings[n], FORM_WIDTHS[0]) for n in line] + [_lines(cells[n], width) for n in line]
    least = TALL_PT if first in TALL else LONG_PT if first in LONG else SHORT_PT
    page.set_row(row, min(HIGHEST_PT, max(least, LINE_PT * max(lines))))
    if first in LONG:
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
    return math.ceil(cell_len(str(cell)) / (width - 2)) if isinstance(cell, str) else 1


def _formats(book: Any, **more: str) -> dict[str, Any]:
    font = {**FONT, **more}
    return {
        "heading": book.add_format({**font, "bold": True, "align": "center"}),
        "aside": book.add_format({**font, "bg_color": "#e8eef3"}),
        "text": book.add_format({**font, "num_format": "@"}),
        "number": book.add_format(font),
        "decimal": book.add_format({**font, "num_format": "0.0"}),
        "day": book.add_format({**font, "num_format": "yyyy-mm-dd"}),
    }


def _add_page(book: Any, sheet: Sheet, name: str) -> None:
    page = book.add_worksheet(page_name(name))
    formats = _formats(book)
    widths = [_width(sheet, column) for column in range(len(sheet.headings))]
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, formats["heading"])
        page.set_column(column, column, widths[column])
    for row, cells in enumerate(sheet.cells, 1):
        if (lines := max(map(_lines, cells, widths), default=1)) > 1:
            page.set_row(row, min(HIGHEST_PT, LINE_PT * lines))
        for column, cell in enumerate(cells):
            _write(page, row, column, cell, formats)
    for key in sheet.choices:
        column = sheet.keys.index(key)
        page.data_validation(1, column, len(sheet.cells) + SPARE_ROWS, column, _offered(sheet, key))
    _for_paper(page, sheet, widths)


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


def _width(sheet: Sheet, column: int) -> int:
    """As wide as what stands there, within reason; longer text is wrapped."""
    widths = [cell_len(str(cells[column])) for cells in sheet.cells if cells[column] is not None]
    return min(WIDEST, max(NARROWEST, cell_len(sheet.headings[column]), *widths, 0) + 2)


def _for_paper(page: Any, sheet: Sheet, widths: Sequence[int]) -> None:
    page.set_landscape()
    page.set_paper(A4)
    if scale_to_one_page(widths) * FONT_PT >= LEAST_PT:
        page.fit_to_pages(1, 0)
    else:
        page.set_print_scale(math.ceil(100 * LEAST_PT / FONT_PT))
        if whose := len(list(takewhile(WHOSE.__contains__, sheet.keys))):
            page.repeat_columns(0, whose - 1)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.set_margins(left=MARGIN_IN, right=MARGIN_IN)
    _head(page, sheet)


def _head(page: Any, sheet: Sheet) -> None:
    page.set_header("&C&16" + " " + sheet.title.replace("&", "&&"))
    page.set_footer("&C&P / &N")


def scale_to_one_page(widths: Sequence[int]) -> float:
    """How small columns of so many characters get, to lie side by side on A4. A character is 7 pixels wide, a column 5
    more, of 96 to the inch (XlsxWriter, set_column_pixels)."""
    inches = sum(7 * width + 5 for width in widths) / 96
    return min(1.0, (ACROSS_IN - 2 * MARGIN_IN) / inches) if inches else 1.0
