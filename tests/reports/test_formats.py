"""A sheet as text, CSV and JSON: the same cells in each, and nothing in them that a program would run."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.reports.formats import FORMULA_STARTS, to_csv, to_json, to_text
from ivr.reports.sheet import Sheet

SHEET = Sheet(
    "题目",
    ("name", "of.lesson.heard", "share", "done", "day"),
    (("王秀英", 3, 0.5, True, date(2026, 11, 9)), ('A "b", c', None, -1.5, False, None)),
    ("一句话。",),
)


def test_csv_is_as_rfc_4180_has_it_with_a_byte_order_mark() -> None:
    assert to_csv(SHEET) == (
        '\ufeffname,of.lesson.heard,share,done,day\r\n王秀英,3,0.5,true,2026-11-09\r\n"A ""b"", c",,-1.5,false,\r\n'
    )


def test_json_nests_at_the_dots() -> None:
    told = json.loads(to_json("member", "2026-11", SHEET))
    assert told == {
        "report": "member",
        "month": "2026-11",
        "rows": [
            {"name": "王秀英", "of": {"lesson": {"heard": 3}}, "share": 0.5, "done": True, "day": "2026-11-09"},
            {"name": 'A "b", c', "of": {"lesson": {"heard": None}}, "share": -1.5, "done": False, "day": None},
        ],
    }


def test_text_stands_in_columns_with_wide_characters_too() -> None:
    sheet = Sheet(
        "人", ("姓名", "次", "记"), (("王秀英", 3, "a"), ("Al", None, "b\x1b\n"), ("李", 12, "")), ("两人。",)
    )
    assert to_text([sheet, Sheet("空")]) == (
        "人\n两人。\n\n姓名    次  记\n──────────────\n王秀英   3  a\nAl          b\n李      12\n\n空\n"
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+8613800138001", "'+8613800138001"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("138****8001", "138****8001"),
        ("王=1", "王=1"),
    ],
)
def test_no_cell_runs_as_a_formula(cell: str, written: str) -> None:
    ((read,),) = list(csv.reader(io.StringIO(to_csv(Sheet("", ("a",), ((cell,),))), newline="")))[1:]
    assert read == written


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_whatever_a_cell_holds_it_comes_back(cells: list[str]) -> None:
    sheet = Sheet("", tuple(str(n) for n in range(len(cells))), (tuple(cells),))
    read = list(csv.reader(io.StringIO(to_csv(sheet), newline="")))[1]
    for cell, written in zip(cells, read, strict=True):
        assert written == cell or (written == f"'{cell}" and cell.startswith(FORMULA_STARTS))
    assert not any(cell.startswith(FORMULA_STARTS[:4]) and not cell[1:].replace(".", "").isdigit() for cell in read)
    (row,) = json.loads(to_json("a", "b", sheet))["rows"]
    assert list(row.values()) == cells
    assert len(to_text([sheet]).splitlines()) == 5
