"""A township's own form: filled where it says so, its layout kept, and what it does not know named by its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from sqlalchemy import update

from ivr.errors import BadForm
from ivr.records.models import Member
from ivr.reports import own_form
from tests.reports.test_sheets import Made, basis
from tests.reports.village import Village, november
from tests.reports.writing import write_november

__all__ = ["basis"]


def form(cells: Mapping[str, str], pages: Mapping[str, Mapping[str, str]] | None = None) -> bytes:
    """A form with a total below the repeated row, as townships have it."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "上报"
    for coordinate, text in cells.items():
        page[coordinate] = text
    for title, theirs in (pages or {}).items():
        other = book.create_sheet(title)
        for coordinate, text in theirs.items():
            other[coordinate] = text
    page.merge_cells("A1:D1")
    page.merge_cells("A6:B6")
    page.row_dimensions[5].height = 30
    page.row_dimensions[6].height = 44
    page.print_title_rows = "4:4"
    page.print_area = "A1:D6"
    offered = DataValidation(type="list", formula1='"听完,没听"')
    offered.add("C5")
    page.add_data_validation(offered)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CELLS = {
    "A1": "{{支部}} {{月份}} 汇总",
    "A2": "应学：{{应学}} 人",
    "B2": "{{应学}}",
    "C2": "{{完成率}}",
    "A4": "姓名",
    "A5": "{{个人明细.姓名}}",
    "B5": "{{个人明细。有效收听(分)}}",
    "C5": "{{ 个人明细：状态 }}",
    "D5": "=B5*60",
    "E5": "{{detail.first_call}}",
    "A6": "合计",
    "D6": "=SUM(D5:D5)",
}


def filled(village: Village, made: Made, content: bytes) -> Any:
    november(village)
    write_november(village)
    return openpyxl.load_workbook(io.BytesIO(own_form.fill(content, made())))


def test_single_cells_and_a_row_for_each(village: Village, basis: Made) -> None:
    book = filled(village, basis, form(CELLS, {"说明": {"A1": "=上报!D6", "A2": "=SUM(上报!D5:D5)"}}))
    page = book["上报"]
    assert page["A1"].value == "初心村党支部 2026-11 汇总"
    assert (page["A2"].value, page["B2"].value, page["C2"].value) == ("应学：5 人", 5, "100%（5/5）")
    rows = [[page.cell(row, column).value for column in range(1, 6)] for row in range(5, 17)]
    assert [row[:3] for row in rows[:3]] == [
        ["王秀英", 0.5, "听完"],
        ["王秀英", 0, "没听"],
        ["李大山", 0.2, "集中学习"],
    ]
    assert str(rows[0][4]) == "2026-11-09 00:00:00" and rows[1][4] is None
    assert [row[3] for row in rows] == [f"=B{n}*60" for n in range(5, 17)]
    assert page["A17"].value == "合计" and page["D17"].value == "=SUM(D5:D16)"
    assert (book["说明"]["A1"].value, book["说明"]["A2"].value) == ("=上报!D17", "=SUM(上报!D5:D16)")


def test_the_layout_moves_along(village: Village, basis: Made) -> None:
    page = filled(village, basis, form(CELLS))["上报"]
    assert {str(each) for each in page.merged_cells.ranges} == {"A1:D1", "A17:B17"}
    assert [page.row_dimensions[n].height for n in (5, 9, 16, 17)] == [30, 30, 30, 44]
    assert page.print_title_rows == "$4:$4" and page.print_area == "'上报'!$A$1:$D$17"
    (offered,) = page.data_validations.dataValidation
    assert str(offered.sqref) == "C5:C16" and offered.formula1 == '"听完,没听"'


def test_what_the_records_hold_is_never_a_formula(village: Village, basis: Made) -> None:
    name = '=HYPERLINK("http://example.org")\x07'
    village.connection.execute(update(Member).where(Member.number == "001").values(name=name))
    november(village)
    content = own_form.fill(form({**CELLS, "D5": "", "D6": ""}), basis())
    page = openpyxl.load_workbook(io.BytesIO(content))["上报"]
    texts = [cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str) and "HYPER" in cell.value]
    assert len(texts) == 2 and all(cell.data_type == "s" for cell in texts)
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


WRONG = {
    "a slip": ({"B3": "{{完成绿}}"}, "B3：不认识“完成绿”，是不是“完成率”？"),
    "a column of another sheet": ({"C3": "{{个人明细.完成率}}"}, "C3：不认识“个人明细.完成率”"),
    "nothing like it": ({"A9": "{{xyzzy}}"}, "A9：不认识“xyzzy”。"),
    "nothing at all": ({"A9": "{{ }}"}, "A9：不认识“”。"),
    "two sheets in a row": ({"A3": "{{个人明细.姓名}}", "B3": "{{帮助名单.姓名}}"}, "B3：同一行里"),
    "in a formula": ({"A3": '=IF(1,"{{应学}}",0)'}, "A3：“应学”写在公式里了"),
}


@pytest.mark.parametrize(("cells", "told"), WRONG.values(), ids=list(WRONG))
def test_a_placeholder_that_is_wrong_is_named_with_its_cell(
    cells: dict[str, str],
    told: str,
    village: Village,
    basis: Made,
) -> None:
    with pytest.raises(BadForm) as error:
        own_form.fill(form(cells), basis())
    assert told in str(error.value)


def changed(change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(form(CELLS)))
    change(book["上报"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def merged_down(page: Any) -> None:
    page.unmerge_cells("A6:B6")
    page.merge_cells("A5:A6")


def with_an_array(page: Any) -> None:
    page["D5"] = ArrayFormula("D5", "=SUM(B5:B5*2)")


def test_a_form_is_tried_before_it_is_kept(village: Village, basis: Made) -> None:
    """With rows, though there are none in the month yet."""
    assert own_form.check(form(CELLS), basis()) == 9
    for content, told in [
        (form({"A1": "应学"}), "没有要填的地方"),
        (changed(merged_down), "A5：这一行不能照着重复"),
        (changed(with_an_array), "A5：这一行不能照着重复"),
    ]:
        with pytest.raises(BadForm, match=told):
            own_form.check(content, basis())


@pytest.mark.parametrize("content", [b"", b"no workbook", form({})[:2000]])
def test_what_is_no_workbook_is_told(content: bytes, village: Village, basis: Made) -> None:
    with pytest.raises(BadForm, match=r"另存为 \.xlsx"):
        own_form.fill(content, basis())


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(village: Village, basis: Made) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * (own_form.MOST_UNPACKED + 1))
    with pytest.raises(BadForm, match="文件太大了，最多 2 MB"):
        own_form.fill(out.getvalue(), basis())


def test_a_sheet_without_rows_leaves_its_row_blank(village: Village, basis: Made) -> None:
    content = own_form.fill(form({"A5": "{{送学上门登记.服务对象}}", "A6": "完"}), basis())
    page = openpyxl.load_workbook(io.BytesIO(content))["上报"]
    assert (page["A5"].value, page["A6"].value) == (None, "完")
