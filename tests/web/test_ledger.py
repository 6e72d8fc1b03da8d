"""The ledger to take away: a row for each branch and lesson, the same cells in Excel and CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from urllib.parse import unquote

from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.web.conftest import NAMES, Browser


def excel(answer: TestResponse) -> list[list[str]]:
    """Cells as CSV has them."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    return [[_written(cell) for cell in row] for row in rows]


def _written(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return (
        str(int(cell))
        if isinstance(cell, float) and whole
        else cell.isoformat()
        if isinstance(cell, date)
        else str(cell)
    )


def test_excel_and_csv_have_the_same_cells(browser: Browser) -> None:
    browser.sign_in("xian")
    told = browser.get("/desk/all/2026-11/ledger.csv")
    assert told.data.startswith("\ufeff".encode()) and told.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(told.text.removeprefix("\ufeff"), newline="")))
    assert excel(browser.get("/desk/all/2026-11/ledger.xlsx")) == [
        [cell.removesuffix(".0") for cell in row] for row in rows
    ]
    assert [row[1:3] for row in rows[1::2]] == [
        ["河东镇", "东村党支部"],
        ["河东镇", "初心村党支部"],
        ["河西镇", "西村党支部"],
    ]


def test_a_branch_s_lessons_in_its_month(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    address = f"/desk/{county['初心村党支部']}/2026-11/ledger.xlsx"
    answer = browser.get(address)
    assert f'href="{address}"' in browser.get(address.removesuffix(".xlsx")).text
    assert unquote(answer.headers["Content-Disposition"]).endswith("台账-初心村党支部-2026-11.xlsx")
    headings, falls, stoves = excel(answer)
    assert dict(zip(headings, falls, strict=True)) == {
        "序号": "1",
        "乡镇": "河东镇",
        "支部": "初心村党支部",
        "月份": "2026-11",
        "学习方式": "电话学习",
        "课号": "falls",
        "课题": "防跌倒",
        "课时长(分)": "0.5",
        "首次来电": "2026-11-09",
        "最后来电": "2026-11-14",
        "应学": "6",
        "实学": "2",
        "其中电话": "2",
        "其中送学上门": "0",
        "未学": "4",
        "未学人员": "李大山、赵福贵、马建民、张桂兰",
        "完成率": "33%（2÷6）",
        "答题人数": "1",
        "答对/答题": "2/2",
        "支部书记签字": "",
    }
    assert stoves[6:8] == ["用炉子", "0.2"] and stoves[10:13] == ["6", "1", "1"]


def test_a_month_in_which_nobody_called(browser: Browser) -> None:
    browser.sign_in("hexi")
    rows = excel(browser.get("/desk/all/2026-02/ledger.xlsx"))
    assert [row[8:13] for row in rows[1:]] == [["", "", "1", "0", "0"]] * 2
    assert rows[1][15] == NAMES["西村党支部"][0]
