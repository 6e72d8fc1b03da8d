"""Forms of one's own at the desk: who puts them there, who sees them, how they are filled; questions and statements."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from ivr.studio.documents.gift import read_gift
from tests.web.conftest import HOME, Browser

ADDRESS = "/desk/all/2026-11/forms"


def workbook(text: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(browser: Browser, name: str, content: bytes, *, token: bool = True) -> TestResponse:
    given = browser.get("/desk/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"csrf_token": given if token else "", "form": (io.BytesIO(content), name)}
    return browser.client.post(ADDRESS, base_url=HOME, data=sent, headers={"Referer": HOME + ADDRESS})


def test_a_township_s_form_is_its_own_branches_and_nobody_else_s(
    browser: Browser, fresh: Browser, county: dict[str, int], templates: Path
) -> None:
    browser.sign_in("hedong")
    assert put(browser, "../../上报表.xlsx", workbook("{{应学}}")).status_code == 303
    (kept,) = templates.glob("*/*.xlsx")
    assert kept.name == "上报表.xlsx"
    filled = browser.get(f"{ADDRESS}/own/上报表.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(filled.data)).active["A1"].value == 8
    fresh.sign_in("chuxin")
    theirs = fresh.get(f"{ADDRESS}/own/上报表.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(theirs.data)).active["A1"].value == 6
    assert "上报表.xlsx" in fresh.get(ADDRESS).text
    for user in ("hexi", "xian"):
        other = Browser(browser.client.application.test_client())
        other.sign_in(user)
        assert "上报表.xlsx" not in other.get(ADDRESS).text
        assert other.get(f"{ADDRESS}/own/上报表.xlsx").status_code == 404
        assert other.get(f"{ADDRESS}/everybody/上报表.xlsx").status_code == 404
        assert other.post(f"{ADDRESS}/remove/own/上报表.xlsx").status_code == 404


def test_who_may_put_and_remove(browser: Browser, fresh: Browser, templates: Path) -> None:
    fresh.sign_in("chuxin")
    page = fresh.get(ADDRESS).text
    assert 'type="file"' not in page and "form.xlsx" in page
    assert put(fresh, "a.xlsx", workbook("{{应学}}")).status_code == 404
    assert fresh.post(f"{ADDRESS}/remove/everybody/form.xlsx").status_code == 404
    browser.sign_in("xian")
    assert put(browser, "a.xlsx", workbook("{{应学}}"), token=False).status_code == 400
    assert put(browser, "a.xlsx", workbook("{{应学}}")).status_code == 303
    assert sorted(path.name for path in templates.iterdir()) == ["a.xlsx", "form.xlsx"]
    empty = browser.get(f"{ADDRESS}/everybody/a.xlsx/empty")
    assert openpyxl.load_workbook(io.BytesIO(empty.data)).active["A1"].value == "{{应学}}"

    removed = browser.post(f"{ADDRESS}/remove/everybody/a.xlsx")
    assert removed.status_code == 303 and "已删掉。" in browser.get(removed.location).text
    assert sorted(path.name for path in templates.iterdir()) == ["form.xlsx"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", workbook("{{完成绿}}"), "A1：不认识“完成绿”，是不是“完成率”？"),
        ("a.xlsx", workbook("nothing"), "没有要填的地方"),
        ("a.xlsx", b"nothing", "请用 Excel 或 WPS 另存为 .xlsx"),
        ("a.docx", workbook("{{应学}}"), "请选一个 .xlsx 文件"),
        (".xlsx", workbook("{{应学}}"), "请选一个 .xlsx 文件"),
    ],
)
def test_a_form_that_can_t_be_used_is_not_kept(
    name: str, content: bytes, told: str, browser: Browser, templates: Path
) -> None:
    browser.sign_in("xian")
    answer = put(browser, name, content)
    assert answer.status_code == 400 and told in answer.text
    assert [path.name for path in templates.iterdir()] == ["form.xlsx"]


@pytest.mark.parametrize("name", ["..", "../secret_key", "%2e%2e%2fform.xlsx", "form.xlsx%00", "nothing.xlsx"])
def test_nothing_else_is_read(name: str, browser: Browser) -> None:
    browser.sign_in("xian")
    assert browser.get(f"{ADDRESS}/everybody/{name}").status_code == 404


def test_the_month_s_questions_come_as_gift(browser: Browser) -> None:
    browser.sign_in("chuxin")
    questions, left_out = read_gift(browser.get("/desk/all/2026-11/questions.gift").text)
    assert len(questions) == 2 and not left_out
    assert [each.right for each in questions] == [(1,), (0,)]


def test_the_month_comes_as_statements_of_one_s_own_members(browser: Browser) -> None:
    browser.sign_in("dongcun")
    lines = browser.get("/desk/all/2026-11/xapi.jsonl").text.splitlines()
    assert lines and {json.loads(line)["actor"]["account"]["name"] for line in lines} == {"101"}
