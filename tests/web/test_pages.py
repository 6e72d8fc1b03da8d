"""What stands on the pages: sentences first, then everybody with a sign and a word."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update

from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Attendance, Branch, Member
from ivr.records.progress import Counting, settle
from ivr.shelf import Shelf
from tests.reports.village import ZONE, Village, at, bye, listens, menu
from tests.web.conftest import Browser, Clock, desk_of
from tests.web.reading import rows, told


def test_a_branch_in_its_month(browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text
    assert told(page) == [
        "6 人应学，3 人学完，还有 3 人请帮一帮。",
        "2 人听了一部分，1 人还没听。",
        "完成率 50%（3/6）。",
        "本月的课：《防跌倒》、《用炉子》。",
    ]
    assert [row[:4] for row in rows(page)] == [
        ["1", "王秀英", "● 听完", "1/2"],
        ["2", "李大山", "◐ 一部分", "0/2"],
        ["3", "赵福贵", "◐ 一部分", "0/2"],
        ["4", "马建民", "○ 没听", "0/2"],
        ["5", "张桂兰", "● 听完", "1/2"],
        ["6", "陈德明", "● 听完", "1/2"],
    ]
    assert [row[4:] for row in rows(page)][:4] == [
        ["0:30", "2/2", "1", "11-09", ""],
        ["0:12", "", "1", "11-10", "中途断开"],
        ["0:22", "", "1", "11-11", "按错键 2 次"],
        ["", "", "", "", "没有打进来"],
    ]


def test_what_was_saved_is_said_once(browser: Browser, county: dict[str, int]) -> None:
    here, card = f"/desk/{county['初心村党支部']}/2026-11", "/desk/member/001/2026"
    forms: list[tuple[str, dict[str, str], str]] = [
        (f"{here}/ring/tick", {"member": "002"}, "已保存。"),
        (f"{here}/ring/tick", {"member": "002", "undo": "1", "seen": "1"}, "已撤回。"),
        (f"{here}/visit", {"day": "2026-11-18", "member": "004", "topic": "谈心"}, "已保存。"),
        (f"{here}/occasions/1/withdraw", {}, "已撤回。"),
        (f"{card}/excused", {"kind": "excused", "reason": "年老", "since": "2026-11-01"}, "已保存。"),
        (f"{card}/excused/1/back", {}, "已撤回。"),
        (f"{card}/choices", {"pace": "slow"}, "已保存。"),
        ("/desk/users/chuxin/lock", {}, "已保存。"),
    ]
    browser.sign_in("hedong")
    for path, fields, told_then in forms:
        answer = browser.post(path, **fields)
        assert answer.status_code == 303, path
        assert f'role="status">{told_then}</p>' in browser.get(answer.location).text, path
    assert "已保存。" not in browser.get("/desk/users").text


def test_branches_side_by_side_each_leads_to_its_page(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("xian")
    page = browser.get("/desk/").text
    assert "全县　2026年11月　各支部电话学习情况" in page
    assert told(page)[0] == "9 人应学，3 人学完，还有 6 人请帮一帮。"
    assert rows(page) == [
        ["河东镇", "东村党支部", "2", "0", "0", "0", "0", "2", "0%（0/2）"],
        ["河东镇", "初心村党支部", "6", "3", "0", "0", "2", "1", "50%（3/6）"],
        ["河西镇", "西村党支部", "1", "0", "0", "0", "0", "1", "0%（0/1）"],
    ]
    for branch, number in county.items():
        address = f"/desk/{number}/2026-11"
        assert f'href="{address}"' in page
        assert branch in browser.get(address).text and 'href="/desk/all/2026-11"' in browser.get(address).text


def test_a_township_has_no_column_of_townships(browser: Browser) -> None:
    browser.sign_in("hedong")
    page = browser.get("/desk/").text
    assert "河东镇　2026年11月" in page and [row[0] for row in rows(page)] == ["东村党支部", "初心村党支部"]


def test_months_lead_to_each_other_from_the_first_to_this_one(
    browser: Browser, county: dict[str, int], database: Database
) -> None:
    here = f"/desk/{county['初心村党支部']}"
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text  # the first call is of this month
    assert "上月" not in page and "2026-12" not in page and "回到本月" not in page
    assert f'href="{here}/2026-11/month.pdf"' in page
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.number == "101").values(enrolled_on=date(2025, 12, 31)))
    assert f'href="{here}/2026-10"' in browser.get("/desk/").text
    october = browser.get(f"{here}/2026-10").text
    assert f'href="{here}/2026-09"' in october and f'href="{here}/2026-11">下月' in october
    assert f'href="{here}/2026-11">回到本月' in october
    assert told(october)[0] == "6 人应学，0 人学完，还有 6 人请帮一帮。"
    assert f'href="{here}/2025-12"' in browser.get(f"{here}/2026-01").text
    first = browser.get(f"{here}/2025-12/ledger").text
    assert "上月" not in first and f'href="{here}/2026-11/ledger">回到本月' in first


def test_of_a_month_with_nothing_in_it_there_is_no_file(
    browser: Browser, county: dict[str, int], database: Database
) -> None:
    with database.writing() as connection:
        connection.execute(update(Member).values(enrolled_on=date(2026, 11, 2)))
    for user, place in (("chuxin", county["初心村党支部"]), ("xian", "all")):
        browser.sign_in(user)
        for page in ("2026-10", "2026-10/ledger", "2026-11"):
            files = re.findall(r'href="[^"]*\.pdf"', browser.get(f"/desk/{place}/{page}").text)
            assert bool(files) == page.startswith("2026-11"), (user, page)
        browser.post("/desk/sign-out")


def test_only_a_branch_s_own_secretary_signs(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("xian")
    for which in ("", "/ledger/detail"):
        assert "支部书记：" not in browser.get(f"/desk/all/2026-11{which}").text
        assert "支部书记：" in browser.get(f"/desk/{county['初心村党支部']}/2026-11{which}").text


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", "0000-01", "2026-11-01", "2026-12"])
def test_what_is_no_month_is_not_there(browser: Browser, county: dict[str, int], month: str) -> None:
    browser.sign_in("chuxin")
    for path in ("all", str(county["初心村党支部"])):
        answer = browser.get(f"/desk/{path}/{month}")
        assert answer.status_code == 404 and 'class="screen tabs"' in answer.text
        assert f"没有“{month}”这个月。月份要写成 2026-11 这样" in answer.text


def test_who_was_visited_stands_apart(browser: Browser, database: Database, pressed: Path) -> None:
    catalogue = Shelf(pressed).catalogue()
    with database.writing() as connection:
        village = Village(connection, catalogue)
        village.calls = 100
        call = village.call("004", "2026-11-17 10:00", menu(), *listens(village.falls, 0, 1, 2), bye(9.5), hung_up=1)
        row = {
            "call_id": call,
            "turn": 1,
            "member_id": 4,
            "grade": "visit",
            "joined": True,
            "at": at("2026-11-17 10:00"),
        }
        connection.execute(insert(Attendance), row)
        settle(connection, call, at("2026-11-17 11:00"), Counting(catalogue, 0.9, ZONE))
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text
    assert rows(page)[3][2] == "△ 送学上门"
    assert told(page)[0] == "6 人应学，4 人学完，还有 2 人请帮一帮。"


@pytest.mark.parametrize("path", ["/desk/nix", "/desk/1", "/desk/users/add", "/desk/all/%00"])
def test_an_address_that_is_no_page_is_told_in_words(browser: Browser, path: str) -> None:
    browser.sign_in("chuxin")
    answer = browser.get(path)
    assert answer.status_code == 404 and "没有这一页，或者不归您管。" in answer.text
    assert 'class="screen tabs"' in answer.text and "退出" in answer.text
    assert answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"


def test_what_is_on_the_roster_is_text_on_the_page(browser: Browser, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.number == "001").values(name="<script>alert(1)</script>"))
        connection.execute(update(Branch).where(Branch.name == "初心村党支部").values(name='"><b>村'))
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "<b>村" not in page and "&lt;b&gt;村" in page


def test_a_branch_without_members_says_so(
    database: Database, county: dict[str, int], pressed: Path, clock: Clock
) -> None:
    everybody_moves = "姓名,电话,支部,编号\n周国强,13800138007,西村党支部,101\n何有才,,西村党支部,102\n"
    import_roster(database, everybody_moves.encode(), "roster.csv", "CN")
    browser = Browser(desk_of(database, pressed, clock).test_client())
    browser.sign_in("dongcun")
    page = browser.get("/desk/")
    assert page.status_code == 200 and told(page.text) == ["名册还是空的。"] and "<table>" not in page.text


def test_a_month_without_a_lesson_says_that_and_no_more(
    database: Database, county: dict[str, int], clock: Clock, tmp_path: Path
) -> None:
    browser = Browser(desk_of(database, tmp_path, clock).test_client())
    browser.sign_in("chuxin")
    assert told(browser.get("/desk/").text) == ["这个月没有课。"]


def test_before_anybody_was_enrolled_or_anything_offered_nobody_is_missing(
    database: Database, county: dict[str, int], pressed: Path, clock: Clock, tmp_path: Path
) -> None:
    for each in pressed.iterdir():
        (tmp_path / each.name).symlink_to(each)
    browser = Browser(desk_of(database, tmp_path, clock).test_client())
    with database.writing() as connection:
        connection.execute(update(Member).values(enrolled_on=date(2026, 11, 3)))
        connection.execute(update(Member).where(Member.number == "101").values(enrolled_on=date(2026, 10, 9)))
    begins = "这时名册上还没有人，学习记录从{}开始。"
    for user, place, month in (("chuxin", str(county["初心村党支部"]), "2026年11月"), ("xian", "all", "2026年10月")):
        browser.sign_in(user)
        for room in ("", "/ring", "/ledger", "/ledger/summary", "/lessons"):
            page = browser.get(f"/desk/{place}/2026-09{room}").text
            assert told(page) == [begins.format(month)] and not rows(page)
    (tmp_path / "offered.json").write_text('{"falls": "2026-11-02", "stoves": "2026-11-30"}')
    browser = Browser(desk_of(database, tmp_path, clock).test_client())
    browser.sign_in("hedong")
    for place, first in (("all", ["东村党支部", "1"]), (str(county["东村党支部"]), ["1", "周国强"])):
        page = browser.get(f"/desk/{place}/2026-10").text
        assert told(page) == ["这个月没有课。"] and rows(page)[0] == [*first, *[""] * 6]
    assert told(browser.get("/desk/all/2026-10/ring").text) == ["这个月没有课。"]
    assert told(browser.get("/desk/all/2026-11").text)[-1] == "本月的课：《防跌倒》、《用炉子》。"


def test_in_english_and_in_ones_own_words(
    database: Database, county: dict[str, int], app: Flask, pressed: Path, clock: Clock, tmp_path: Path
) -> None:
    own = tmp_path / "coop.toml"
    own.write_text('base = "zh"\n[names]\nbranch = "小组"\nsecretary = "组长"\n', "utf-8")
    for words, expected in {"en": "6 to study, 3 have studied a lesson whole", str(own): "小组组长："}.items():
        browser = Browser(desk_of(database, pressed, clock, words).test_client())
        browser.sign_in("chuxin")
        page = browser.get("/desk/").text
        assert expected in page and f'<html lang="{"en" if words == "en" else "zh-CN"}">' in page
        assert words != "en" or not re.search(
            r"[\u4e00-\u9fff]", re.sub("初心村党支部|防跌倒|用炉子|[王李赵马张陈][\u4e00-\u9fff]{2}", "", page)
        )


def test_the_style_and_the_script_are_ours(browser: Browser) -> None:
    for name, kind in {"desk.css": "text/css", "desk.js": "text/javascript"}.items():
        answer = browser.get(f"/desk/static/{name}")
        text = answer.text
        answer.close()
        assert answer.status_code == 200 and answer.mimetype == kind
        assert "url(" not in text and "@import" not in text
        assert browser.client.get_cookie("__Host-desk", domain="line.example") is None
    assert browser.get("/desk/static/../frame.html").status_code == 404
