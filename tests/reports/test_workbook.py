"""A sheet as a workbook: the same cells, text as text, nothing that runs, one page wide on A4."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from python_calamine import CalamineWorkbook

from ivr.reports.sheet import Sheet
from ivr.reports.workbook import to_xlsx

SHEET = Sheet(
    "A & B 台账",
    ("name", "n", "share", "done", "day", "phone"),
    (
        ("=1+1", 3, 0.5, True, date(2026, 11, 9), "+8613800138001"),
        ("@SUM(A1)", 12, -1.5, False, None, "138****8001"),
        ("http://example.org", None, None, None, None, "0012"),
        ("a\x1b\nb", 0, 0.0, None, date(2024, 2, 29), ""),
    ),
)


def part(name: str, sheet: Sheet = SHEET) -> str:
    return zipfile.ZipFile(io.BytesIO(to_xlsx(sheet))).read(name).decode()


def test_the_cells_come_back_as_they_were() -> None:
    headings, *rows = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(SHEET))).get_sheet_by_index(0).to_python()
    assert headings == list(SHEET.headings)
    for row, cells in zip(rows[:3], SHEET.cells, strict=False):
        assert row == ["" if cell is None else cell for cell in cells]
        assert [type(cell) for cell in row] == [_read_as(cell) for cell in cells]


def _read_as(cell: object) -> type:
    return str if cell is None else float if type(cell) is int else type(cell)


def test_nothing_in_it_runs_or_leads_away() -> None:
    page = part("xl/worksheets/sheet1.xml")
    assert "<f>" not in page and "<hyperlink" not in page
    assert "_x001B_" in part("xl/sharedStrings.xml")


def test_it_prints_on_a4_one_page_wide_with_its_headings_and_title() -> None:
    page = part("xl/worksheets/sheet1.xml")
    (setup,) = re.findall("<pageSetup .*?/>", page)
    assert all(each in setup for each in ('paperSize="9"', 'orientation="landscape"', 'fitToHeight="0"'))
    assert '<pageSetUpPr fitToPage="1"/>' in page and "&amp;C&amp;16 A &amp;&amp; B 台账" in page
    assert 'ySplit="1"' in page and "_xlnm.Print_Titles" in part("xl/workbook.xml")


def test_the_same_sheet_is_the_same_bytes() -> None:
    assert to_xlsx(SHEET) == to_xlsx(SHEET)


def test_a_sheet_without_rows_is_a_workbook_too() -> None:
    empty = to_xlsx(Sheet("", ("a",)))
    assert CalamineWorkbook.from_filelike(io.BytesIO(empty)).get_sheet_by_index(0).to_python() == [["a"]]
