"""A sheet as a workbook: the same cells, text as text, nothing that runs, one page wide on A4."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from ivr.reports import workbook
from ivr.reports.sheet import Sheet
from ivr.reports.workbook import FONT_PT, LEAST_PT, to_xlsx

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


def test_what_was_rounded_to_two_places_shows_both() -> None:
    (places,) = re.findall('numFmtId="([0-9]+)" formatCode="0.0#"', part("xl/styles.xml"))
    formats = re.findall("<xf ([^>]*)>", part("xl/styles.xml").partition("<cellXfs")[2])
    of_cells = dict(re.findall('<c r="([A-Z][0-9])" s="([0-9]+)"', part("xl/worksheets/sheet1.xml")))
    assert all(f'numFmtId="{places}"' in formats[int(of_cells[cell])] for cell in ("C2", "C3", "C5"))


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


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("台账", "台账"),
        ("初心村党支部学习台账　2026年11月", "初心村党支部学习台账　2026年11月"),
        ("村[1]/2:3*4?5\\6", "村 1  2 3 4 5 6"),
        ("'村'", "村"),
        ("村" * 40, "村" * 31),
        ("村" * 30 + "𠮷𠮷", "村" * 30),
        ("", "Sheet1"),
    ],
)
def test_a_page_is_named_as_excel_takes_it(title: str, name: str) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(Sheet(title, ("a",)))))
    assert book.sheet_names == [name]


@pytest.mark.parametrize(("columns", "is_one_page"), [(1, True), (8, True), (15, True), (32, True), (60, False)])
def test_on_paper_it_can_be_read(columns: int, is_one_page: bool) -> None:
    """Eight points or more, if need be in narrower columns; where that takes several pages, each says whose row it
    is."""
    keys = ("n", "branch", *(f"key{n}" for n in range(columns)))[:columns]
    sheet = Sheet("台账", ("十个汉字",) * columns, (("十个汉字这么宽的一格",) * columns,), keys=keys)
    (setup,) = re.findall("<pageSetup .*?/>", part("xl/worksheets/sheet1.xml", sheet))
    titles = part("xl/workbook.xml", sheet)
    if is_one_page:
        assert 'fitToHeight="0"' in setup and "$A:$" not in titles
        assert workbook.scale_to_one_page(widths(sheet)) * FONT_PT >= LEAST_PT
    else:
        (scale,) = re.findall('scale="([0-9]+)"', setup)
        assert int(scale) / 100 * FONT_PT >= LEAST_PT and "fitTo" not in setup
        assert "!$A:$B,'台账'!$1:$1" in titles.replace("台账!", "'台账'!")


def widths(sheet: Sheet) -> list[int]:
    """Of the columns, in characters."""
    page = part("xl/worksheets/sheet1.xml", sheet)
    told = re.findall('<col min="([0-9]+)" max="([0-9]+)" width="([0-9.]+)"', page)
    return [int(float(width)) for first, last, width in told for _ in range(int(first), int(last) + 1)]


def test_a_narrow_column_breaks_text_and_neither_words_nor_numbers() -> None:
    cells = ("听了一部分，还没听完", "12%（2/17）", date(2026, 11, 9), "8004、2100", "telephone lessons")
    sheet = Sheet("台账", ("一二三四五六七八",) * 20, (cells * 4,), keys=("n", "share", "day", "phone", "text") * 4)
    text, *others = widths(sheet)[:5]
    assert text <= 10 and [*map(int.__ge__, others, (12, 11, 11, 10))] == [True] * 4
    few = Sheet("台账", sheet.headings[:5], (cells,), keys=sheet.keys[:5])
    assert widths(few) == [22, 18, 18, 18, 19]  # where there is room, nothing is


def test_a_row_in_which_somebody_signs_has_room_for_the_pen() -> None:
    for key, high in {"member_signature": ["48"], "remarks": []}.items():
        sheet = Sheet("登记", ("姓名", "签字"), (("王秀英", ""),), keys=("name", key))
        assert re.findall('<row r="2" [^>]* ht="(.*?)"', part("xl/worksheets/sheet1.xml", sheet)) == high


FORM = Sheet(
    "台账",
    ("序号", "课题", "主要内容", "备注"),
    ((1, "防跌倒", "一二三四五六七八九十" * 6 + "\n一二三四五六七八九十", ""), (2, "=1+1", "", "")),
    keys=("n", "title", "gist", "remarks"),
    choices={"title": ("防跌倒", "用炉子")},
    form="逐行列出",
)


def test_forms_come_before_their_rows_each_on_a_page_of_its_own() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(FORM)))
    assert book.sheet_names == ["台账", "逐行列出"]
    forms, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    gist = FORM.cells[0][2]
    assert [row for row in forms if any(row)] == [
        *(["序号", 1, "课题", "防跌倒"], ["主要内容", gist, "", ""], ["备注", "", "", ""]),
        *(["序号", 2, "课题", "=1+1"], ["主要内容", "", "", ""], ["备注", "", "", ""]),
    ]
    assert rows == [list(FORM.headings), *([cell or "" for cell in cells] for cells in FORM.cells)]
    page, table = part("xl/worksheets/sheet1.xml", FORM), part("xl/worksheets/sheet2.xml", FORM)
    assert '<brk id="4"' in page and page.count("<brk ") == 1 and 'orientation="portrait"' in page
    assert "<f>" not in page and 'sqref="D1"' in page and 'sqref="D5"' in page
    assert re.findall('<row r="2" [^>]*ht="63.75"', page) and re.findall('<row r="2" [^>]*ht="80', table)
