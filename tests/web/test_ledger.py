"""The sheets at the desk: the same cells on the page, in PDF, Excel, CSV and JSON; the month's page, too.

PDFs are set by WeasyPrint (the `pdf` extra), which needs Pango and a Chinese font of the system:
apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
import sys
import threading
import zipfile
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pdfplumber
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from ivr.errors import MissingPart
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.reports.sheets import SHEETS
from ivr.shelf import Shelf
from ivr.web import paper
from tests.reports.village import Village
from tests.reports.writing import write_november
from tests.web.conftest import NAMES, Browser
from tests.web.reading import rows

MEMBERS = 18
TABLES = [which for which in SHEETS if which not in ("ledger", "meetings")]


@pytest.fixture
def written(app: Flask, database: Database, pressed: Path) -> None:
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue())
        village.calls = 100
        write_november(village)


def excel(answer: TestResponse, page: int = 0) -> list[list[str]]:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(page).to_python()
    return [[_written(cell) for cell in row] for row in rows]


def _written(cell: object) -> str:
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell).removesuffix(".0")


def from_json(answer: TestResponse) -> list[list[str]]:
    told = json.loads(answer.data)
    return [list(told["headings"].values()), *([_written(cell) for cell in row.values()] for row in told["rows"])]


def from_csv(answer: TestResponse) -> list[list[str]]:
    """Without what keeps a cell from being a formula."""
    assert answer.data.startswith("\ufeff".encode()) and answer.mimetype == "text/csv"
    rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    return [[cell.removeprefix("'").removesuffix(".0") for cell in row] for row in rows]


def pdf_cells(pdf: bytes) -> list[list[str]]:
    """The cells between the lines of a PDF's tables, without the ends of lines and blanks within."""
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        return [
            [without_blanks(cell or "").removesuffix(".0") for cell in row]
            for page in file.pages
            for table in page.filter(_is_no_background).extract_tables()
            for row in table
        ]


def _is_no_background(drawn: dict[str, Any]) -> bool:
    """Borders are thin."""
    return bool(drawn["object_type"] != "rect" or min(drawn["width"], drawn["height"]) < 3)


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def one_line(rows: list[list[str]]) -> list[list[str]]:
    return [[without_blanks(cell) for cell in row] for row in rows]


def pages(pdf: bytes) -> int:
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        return len(file.pages)


@pytest.mark.parametrize("which", TABLES)
@pytest.mark.parametrize("user", ["chuxin", "xian"])
def test_pdf_excel_csv_and_json_agree_cell_by_cell(
    which: str, user: str, browser: Browser, written: None, county: dict[str, int]
) -> None:
    browser.sign_in(user)
    place = "all" if user == "xian" else county["初心村党支部"]
    got = {form: browser.get(f"/desk/{place}/2026-11/ledger/{which}.{form}") for form in ("pdf", "xlsx", "csv", "json")}
    told = from_json(got["json"])
    assert excel(got["xlsx"]) == told and from_csv(got["csv"]) == told
    rows = pdf_cells(got["pdf"].data)
    headings, *cells = one_line(told)
    if not cells:
        assert rows == []
        return
    assert rows[0] == headings
    assert [row for row in rows if row != headings] == cells


@pytest.mark.parametrize("which", ["ledger", "meetings"])
def test_a_form_has_every_heading_beside_its_cell(which: str, browser: Browser, written: None) -> None:
    browser.sign_in("xian")
    address = f"/desk/all/2026-11/ledger/{which}"
    told = json.loads(browser.get(f"{address}.json").data)
    book = browser.get(f"{address}.xlsx")
    assert excel(book, page=1) == from_json(browser.get(f"{address}.json"))
    expected = [
        (without_blanks(told["headings"][key]), without_blanks(_written(cell)))
        for row in told["rows"]
        for key, cell in row.items()
    ]
    assert len(told["rows"]) >= 3
    for forms in (pdf_cells(browser.get(f"{address}.pdf").data), excel(book)):
        beside = [(row[n], row[n + 1] or "") for row in forms for n in range(0, len(row) - 1, 2) if row[n]]
        assert sorted((without_blanks(name), without_blanks(cell)) for name, cell in beside) == sorted(expected)


@pytest.mark.parametrize("which", ["ledger", "meetings"])
def test_a_form_has_no_boxes_that_are_for_nothing(which: str, browser: Browser, written: None) -> None:
    """A heading that is alone on its line has all of it."""
    browser.sign_in("chuxin")
    address = f"/desk/all/2026-11/ledger/{which}"
    lines = re.findall("<tr[^>]*>(<th.*?)</tr>", browser.get(address).text)
    assert lines and all(line.count("<t") + 2 * line.count('colspan="3"') == 4 for line in lines)
    assert not any("<th></th>" in re.sub("<th .*?>", "<th>", line) for line in lines)
    alone = sum(line.count("<th") == 1 for line in lines)
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{address}.xlsx").data)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<mergeCell ") == alone


@pytest.mark.parametrize("user", ["chuxin", "xian"])
def test_the_month_s_page_agrees_with_its_files(user: str, browser: Browser, written: None) -> None:
    browser.sign_in(user)
    page = browser.get("/desk/")
    address = page.request.path
    assert all(f'href="{address}/month.{form}"' in page.text for form in ("pdf", "xlsx", "csv", "json"))
    told = from_json(browser.get(f"{address}/month.json"))
    assert excel(browser.get(f"{address}/month.xlsx")) == told == from_csv(browser.get(f"{address}/month.csv"))
    assert pdf_cells(browser.get(f"{address}/month.pdf").data) == one_line(told)
    cells = re.findall(r"<t[dh].*?>(.*?)</t[dh]>", page.text, re.S)
    read = [without_blanks(html.unescape(re.sub("<.*?>", "", cell))) for cell in cells]
    assert read == [cell for row in one_line(told) for cell in row]


def test_the_month_of_eighteen_is_one_page_of_a4_in_chinese_letters(
    browser: Browser, database: Database, county: dict[str, int]
) -> None:
    more = (f"欧阳春{chr(0x4E00 + n)},,初心村党支部,{n:03}" for n in range(7, MEMBERS + 1))
    import_roster(database, "\n".join(["姓名,电话,支部,编号", *more]).encode(), "more.csv", "CN")
    browser.sign_in("chuxin")
    pdf = browser.get(f"/desk/{county['初心村党支部']}/2026-11/month.pdf").data
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        (page,) = file.pages
        assert (round(page.width), round(page.height)) == (595, 842)
        fonts = {letter["fontname"].partition("+")[2] for letter in page.chars}
    assert fonts and all(font.startswith("Noto-Sans-CJK-SC") for font in fonts)
    assert len(pdf_cells(pdf)) == MEMBERS + 1


BRIEFLY = {
    "ledger": "支部 开始日期 课题 应学 实学 完成率 建议学时 确认学时",
    "detail": "支部 在册 免学 听课来电 有效收听(分) 中途断开 按错键 最后答对 建议学时 确认学时",
    "meetings": "支部 日期 会议名称 应到 实到",
    "helping": "支部 还没联系上的（人） 联系上了的（人）",
}


def test_of_many_branches_a_page_has_a_row_each_with_what_its_sheet_is_about(browser: Browser, written: None) -> None:
    browser.sign_in("xian")
    pages = {which: browser.get(f"/desk/all/2026-11/ledger/{which}").text for which in BRIEFLY}
    heads = {which: page.partition("<thead>")[2].partition("</thead>")[0] for which, page in pages.items()}
    assert {which: " ".join(re.findall("<th.*?>(.*?)</th>", head)) for which, head in heads.items()} == BRIEFLY
    assert rows(pages["helping"]) == rows(browser.get("/desk/all/2026-11/ring").text)
    assert ["初心村党支部", "2026-11-18", "主题党日", "5", "2"] in rows(pages["meetings"])
    assert {row[0] for row in rows(pages["detail"])} == set(NAMES)


def test_a_wide_sheet_lies_across(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    for which, across in {"detail": True, "helping": False, "ledger": False}.items():
        pdf = browser.get(f"/desk/{county['初心村党支部']}/2026-11/ledger/{which}.pdf").data
        with pdfplumber.open(io.BytesIO(pdf)) as file:
            assert {page.width > page.height for page in file.pages} == {across}, which


def test_the_ledger_is_page_three_and_leads_to_the_other_sheets(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    address = f"/desk/{county['初心村党支部']}/2026-11/ledger"
    page = browser.get(address).text
    assert f'href="{address}" aria-current="page"' in page
    for which in SHEETS:
        leads_to = address if which == "ledger" else f"{address}/{which}"
        assert f'href="{leads_to}"' in page
        there = browser.get(leads_to).text
        assert all(f'href="{leads_to}.{form}"' in there for form in ("pdf", "xlsx", "csv", "json"))
    assert browser.get(f"{address}/nothing").status_code == 404
    assert browser.get(f"{address}/detail.docx").status_code == 404


NAMED = {  # for programs that take plain letters only, and for all others
    "ledger.xlsx": ("ledger-2026-11.xlsx", "学习台账.xlsx"),
    "ledger/helping.csv": ("helping-2026-11.csv", "帮助名单.csv"),
    "month.json": ("month-2026-11.json", "本月情况.json"),
    "xapi.jsonl": ("xapi-2026-11.jsonl", "xapi.jsonl"),
    "questions.gift": ("questions-2026-11.gift", "题目.gift"),
    "forms/everybody/form.xlsx": ("form-2026-11.xlsx", "form.xlsx"),
}


def test_a_file_is_named_for_whose_it_is_and_what(browser: Browser, county: dict[str, int], templates: Path) -> None:
    browser.sign_in("chuxin")
    for address, (plain, named) in NAMED.items():
        answer = browser.get(f"/desk/{county['初心村党支部']}/2026-11/{address}")
        told = unquote(answer.headers["Content-Disposition"])
        assert told == f"attachment; filename={plain}; filename*=UTF-8''初心村党支部_2026-11_{named}", address
        assert answer.headers["Content-Type"].count("charset") <= 1, address


def test_the_ledger_says_how_many_studied(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    answer = browser.get(f"/desk/{county['初心村党支部']}/2026-11/ledger.xlsx")
    headings, falls, stoves = excel(answer, page=1)
    told = dict(zip(headings, falls, strict=True))
    assert (told["应学"], told["实学"], told["未学"], told["完成率"]) == ("6", "2", "4", "33%（2/6）")
    assert told["未学人员及原因"] == "李大山（中途断开）、赵福贵（按错键 2 次）、马建民（没有打进来）、张桂兰（没听）"
    assert told["支部书记签字"] == "" and stoves[headings.index("课题")] == "用炉子"


def test_a_month_in_which_nobody_called(browser: Browser) -> None:
    browser.sign_in("hexi")
    headings, *rows = excel(browser.get("/desk/all/2026-02/ledger.xlsx"), page=1)
    told = [dict(zip(headings, row, strict=True)) for row in rows]
    assert [(row["开始日期"], row["应学"], row["实学"], row["佐证"]) for row in told] == [("", "1", "0", "")] * 2


@pytest.mark.parametrize("user", ["chuxin", "hedong"])
def test_no_sheet_in_any_form_names_others(user: str, browser: Browser, written: None, county: dict[str, int]) -> None:
    browser.sign_in(user)
    for which in SHEETS:
        for form in ("xlsx", "csv", "json", "pdf"):
            answer = browser.get(f"/desk/{county['西村党支部']}/2026-11/ledger/{which}.{form}")
            assert answer.status_code == 404, (which, form)
        assert "孙凤英" not in browser.get(f"/desk/all/2026-11/ledger/{which}.json").text
    assert browser.get(f"/desk/{county['西村党支部']}/2026-11/month.pdf").status_code == 404


def test_without_weasyprint_the_page_says_how_to_print(
    browser: Browser, county: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("hedong")
    here = f"/desk/{county['初心村党支部']}/2026-11"
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # as where the extra was never installed
    logging.getLogger("weasyprint").setLevel(logging.NOTSET)
    forget_whether_pdfs_are_made()
    try:
        pages = [browser.get(address).text for address in (here, "/desk/all/2026-11", f"{here}/ledger/detail")]
        answer = browser.get(f"{here}/month.pdf")
        browser.sign_in("xian")
        pages.append(browser.get(here).text)
    finally:
        forget_whether_pdfs_are_made()
    for page in pages:
        assert '.xlsx"' in page and '.pdf"' not in page and "在打印机里选“另存为 PDF”" in page
    assert not logging.getLogger("weasyprint.progress").isEnabledFor(logging.WARNING)  # already as it loads
    assert answer.status_code == 503 and "另存为 PDF" in answer.text
    assert "tingke[pdf]；运行 ivr doctor" in answer.text and "再打开" in answer.text
    assert ["tingke[pdf]" in page for page in pages] == [False, False, False, True]


def test_what_is_too_long_for_a_pdf_is_told_so(
    browser: Browser, county: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("chuxin")
    monkeypatch.setattr(paper, "MOST_ROWS", 2)
    answer = browser.get(f"/desk/{county['初心村党支部']}/2026-11/month.pdf")
    assert answer.status_code == 503 and "这张表太长，这里不做 PDF" in answer.text
    assert "另存为 PDF" in answer.text and "ivr doctor" not in answer.text


def forget_whether_pdfs_are_made() -> None:
    for thread in threading.enumerate():
        if thread.name == "PDFs":
            thread.join(30)
    paper._missing.clear()
    paper._weasyprint.cache_clear()
    paper._begin_to_load.cache_clear()


@pytest.mark.parametrize("lacks", ["", "the extra", "a library"])
def test_pages_lead_to_pdfs_where_they_can_be_made(lacks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    paper.load()  # all of it, to be put back
    forget_whether_pdfs_are_made()
    if lacks == "the extra":
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    elif lacks:
        _without_libraries(monkeypatch)
    try:
        paper.load()
        assert paper.is_made_here() == (not lacks)
        with pytest.raises(MissingPart, match="pip install 'tingke") if lacks else nullcontext():
            assert paper.to_pdf("<p>王</p>").startswith(b"%PDF")
    finally:
        forget_whether_pdfs_are_made()


def _without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has none by any of their names."""

    def none_found(*_: object) -> None:
        raise OSError("cannot load library")

    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("cffi.FFI.dlopen", none_found)


LOADS_SLOWLY = "import time\nprint('what it misses')\ntime.sleep(0.2)\n"


def test_a_page_does_not_wait_until_what_sets_pdfs_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And where several load it at once, what is printed comes through again once it is there."""
    (tmp_path / "weasyprint.py").write_text(LOADS_SLOWLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    forget_whether_pdfs_are_made()
    out = sys.stdout
    try:
        assert not paper.is_made_here()
        paper.load()
        assert paper.is_made_here() and sys.stdout is out
    finally:
        forget_whether_pdfs_are_made()


def test_a_pdf_reads_our_style_sheet_and_nothing_else() -> None:
    plain = '<html lang="zh-CN"><link rel="stylesheet" href="{}"><p>王</p>'
    assert paper.to_pdf(plain.format("/desk/static/desk.css")).startswith(b"%PDF")
    for elsewhere in ("http://127.0.0.1:9/a.css", "file:///etc/passwd", "/desk/static/../../config.py", "/nothing.css"):
        with pytest.raises(ValueError, match="is not ours"):
            paper.to_pdf(plain.format(elsewhere))
