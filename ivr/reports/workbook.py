"""A sheet as an Excel workbook that opens in WPS, too. The same facts always give the same bytes.

Text stays text (a number that begins with +, a cell that begins with =), days are days, and the page prints on A4,
across, one page wide, with its headings on each page. A second page says how columns are meant; cells of which only
certain words may stand in offer those.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from rich.cells import cell_len

from ivr.reports.sheet import Cell, Sheet

MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a workbook says when it was made; ours does not, to be the same each time
AS_TEXT = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
NARROWEST, WIDEST = 5, 40  # characters
A4 = 9
FONT = {"font_name": "宋体", "font_size": 11, "border": 1, "valign": "vcenter", "text_wrap": True}
SPARE_ROWS = 100  # below the last, which offer words, too: rows are added by hand
LONGEST_NAME = 31  # characters, of a page


def to_xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **AS_TEXT})
    book.set_properties({"title": sheet.title, "created": MADE})
    _add_page(book, sheet, None)
    if sheet.notes:
        _add_page(book, sheet.notes, sheet.notes.title[:LONGEST_NAME])
    book.close()
    return out.getvalue()


def _add_page(book: Any, sheet: Sheet, name: str | None) -> None:
    page = book.add_worksheet(name)
    formats = {
        "heading": book.add_format({**FONT, "bold": True, "align": "center"}),
        "text": book.add_format({**FONT, "num_format": "@"}),
        "number": book.add_format(FONT),
        "day": book.add_format({**FONT, "num_format": "yyyy-mm-dd"}),
    }
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, formats["heading"])
        page.set_column(column, column, _width(sheet, column))
    for row, cells in enumerate(sheet.cells, 1):
        for column, cell in enumerate(cells):
            _write(page, row, column, cell, formats)
    for key, words in sheet.choices.items():
        column = sheet.keys.index(key)
        offered = {"validate": "list", "source": list(words), "error_type": "warning"}
        page.data_validation(1, column, len(sheet.cells) + SPARE_ROWS, column, offered)
    _for_paper(page, sheet)


def _write(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    match cell:
        case None:
            page.write_blank(row, column, None, formats["text"])
        case bool():
            page.write_boolean(row, column, cell, formats["number"])
        case int() | float():
            page.write_number(row, column, cell, formats["number"])
        case date():
            page.write_datetime(row, column, cell, formats["day"])
        case str():
            page.write_string(row, column, cell, formats["text"])


def _width(sheet: Sheet, column: int) -> int:
    """As wide as what stands there, within reason; longer text is wrapped."""
    widths = [cell_len(str(cells[column])) for cells in sheet.cells if cells[column] is not None]
    return min(WIDEST, max(NARROWEST, cell_len(sheet.headings[column]), *widths, 0) + 2)


def _for_paper(page: Any, sheet: Sheet) -> None:
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.set_margins(left=0.5, right=0.5)
    page.set_header("&C&16" + " " + sheet.title.replace("&", "&&"))
    page.set_footer("&C&P / &N")
