"""A member list in the browser: looked at, then taken as it was shown, or given back with what is wrong in it."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.records import spreadsheet
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Deed
from ivr.records.roster import enrolled
from ivr.shelf import Shelf
from ivr.web.sending import LARGEST_BODY
from ivr.web.uploads import MOST
from tests.databases import Filling
from tests.records.test_roster import csv_of, far_away, xlsx_of
from tests.web.conftest import COUNTY, HOME, Browser, Clock, desk_of
from tests.web.reading import rows

IMPORT = "/desk/members/import"
LIST = csv_of(
    "王秀云,13800138001,初心村党支部,001", "新来的,13900139001,初心村党支部,007", "赵福贵,13800138003,初心村党支部,003"
)
WITH_DISTRICT = "姓名,电话,支部,编号,乡镇"


@pytest.fixture
def filling() -> Filling:
    return COUNTY


@pytest.fixture
def app(database: Database, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    """A desk with a data folder of its own."""
    app = desk_of(database, tmp_path / "data", clock)
    yield app
    app.extensions["desk"].presses.close()  # names are pressed behind the pages


def send(browser: Browser, data: bytes, name: str = "名册.csv") -> TestResponse:
    token = browser.get("/desk/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "file": (io.BytesIO(data), name)}
    answer = browser.client.post(IMPORT, base_url=HOME, data=form, headers={"Referer": HOME + "/desk/"})
    answer.request.environ["wsgi.input"].close()  # the client leaves it open, where it is large
    return browser.get(answer.location) if answer.status_code == 303 else answer


def hidden(page: TestResponse) -> dict[str, str]:
    """What the page sends when its button is pressed."""
    fields = re.findall(r'name="(kept|filename|shown)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in fields}


def names(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        return {each.number: each.name for each in enrolled(connection)}


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(row.what, row.about) for row in connection.execute(select(Deed.what, Deed.about))]


def workbook(answer: TestResponse) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


# ── looked at, and taken ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_shown_is_done(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    before = names(database)
    shown = send(browser, LIST)
    assert shown.status_code == 200 and names(database) == before and deeds(database) == []
    assert "新增 1 人，改动 1 人，不变 1 人" in shown.text and "现在还什么都没改。" in shown.text
    assert "已保存" not in shown.text
    assert rows(shown.text) == [["2", "001", "王秀英", "王秀云"]]  # the first table: whose name changes
    assert "139****9001" in shown.text and "13900139001" not in shown.text
    done = browser.post(f"{IMPORT}/done", **hidden(shown))
    assert done.status_code == 303
    assert names(database) == {**before, "001": "王秀云", "007": "新来的"}
    told = "名册.csv：新增 1 人，改动 1 人，不变 1 人"
    assert deeds(database) == [("members_imported", told)]
    assert told in browser.get(done.location).text
    assert told not in browser.get(f"{IMPORT}?done=99").text
    with database.reading() as connection:
        assert [m.number for m in enrolled(connection) if m.enrolled_on == date(2026, 11, 20)] == ["007"]


def test_of_a_changed_number_it_is_seen_where(browser: Browser) -> None:
    """What is no number is told whole, what is right as little as ever."""
    browser.sign_in("chuxin")
    member = "马建民,{}、0371-65432100,初心村党支部,004"
    for phone, told in (
        ("13800158004", "138***38004、371****2100 → 138***58004、371****2100"),
        ("13900138004", "138****8004、371****2100 → 139****8004、371****2100"),
        ("1380013800", "“1380013800”不是能打通的电话号码"),
    ):
        assert told in send(browser, csv_of(member.format(phone))).text


def test_names_are_pressed_behind_the_pages(browser: Browser, county: dict[str, int], tmp_path: Path) -> None:
    """Of all branches, once; each secretary sees what is their own."""
    branch = f"/desk/{county['初心村党支部']}/2026-11/members"
    browser.sign_in("chuxin")
    assert "有 6 个名字还没有录成声音" in browser.get(branch).text
    shelf = Shelf(tmp_path / "data")
    for address, fields in ((f"{IMPORT}/done", hidden(send(browser, LIST))), (f"{branch}/names", {})):
        assert browser.post(address, **fields).status_code == 303
        page = waited(browser, branch)
        assert "新名字都录好了" in page and "还没有录成声音" not in page
        assert all(map(partial(shelf.phrase, "zh"), ("新来的", "王秀云", "周国强", "孙凤英")))


def test_a_name_of_two_branches_is_told_to_both(browser: Browser, county: dict[str, int], database: Database) -> None:
    import_roster(database, csv_of("重名的,,东村党支部,901", "重名的,,初心村党支部,902"), "a.csv", "CN")
    browser.sign_in("xian")
    for branch in ("东村党支部", "初心村党支部"):
        page = browser.get(f"/desk/{county[branch]}/2026-11/members").text
        assert "重名的" in page.partition("来念：")[2].partition("。")[0]


def test_a_name_that_can_t_be_said_keeps_no_other_from_it(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("xian")
    browser.post(f"{IMPORT}/done", **hidden(send(browser, csv_of("……,,初心村党支部,301", "甲,,初心村党支部,302"))))
    page = waited(browser, f"/desk/{county['初心村党支部']}/2026-11/members")
    assert "有的名字念不出来" in page and "有 1 个名字还没有录成声音，电话里暂时由运营商的声音来念：……。" in page
    page = waited(browser, f"/desk/{county['东村党支部']}/2026-11/members")
    assert "……" not in page and "念不出来" not in page


def test_without_a_voice_names_wait(database: Database, county: dict[str, int], clock: Clock, tmp_path: Path) -> None:
    browser = Browser(desk_of(database, tmp_path, clock, voice="nobody:a").test_client())
    branch = f"/desk/{county['初心村党支部']}/2026-11/members"
    browser.sign_in("chuxin")
    assert browser.post(f"{branch}/names").status_code == 303
    page = waited(browser, branch)
    assert "还没有装念字的声音" in page and "有 6 个名字还没有录成声音" in page


def waited(browser: Browser, address: str) -> str:
    for _ in range(600):
        page = browser.get(address).text
        if "正在把名字录成声音" not in page:
            return page
        time.sleep(0.02)
    raise AssertionError("it never ended")


def test_the_page_and_the_command_plan_the_same(browser: Browser, database: Database) -> None:
    browser.sign_in("xian")
    told = import_roster(database, LIST, "名册.csv", "CN", dry_run=True)
    assert hidden(send(browser, LIST))["shown"] == told.plan.fingerprint
    assert [astuple(change)[0] for change in told.plan.renamed] == [2]


def test_a_roster_that_changed_meanwhile_is_shown_anew(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    shown = send(browser, LIST)
    import_roster(database, csv_of("王英,13800138001,初心村党支部,001"), "a.csv", "CN")
    again = browser.get(browser.post(f"{IMPORT}/done", **hidden(shown)).location)
    assert "名册有人改过" in again.text and deeds(database) == []
    assert rows(again.text) == [["2", "001", "王英", "王秀云"]]
    assert browser.post(f"{IMPORT}/done", **hidden(again)).status_code == 303
    assert names(database)["001"] == "王秀云"


@pytest.mark.parametrize("change", ["", "0" * 64, "../../ivr.db", "x"])
def test_what_was_not_shown_is_not_done(browser: Browser, database: Database, change: str) -> None:
    browser.sign_in("chuxin")
    fields = hidden(send(browser, LIST))
    before = names(database)
    assert "changed=1" in browser.post(f"{IMPORT}/done", **{**fields, "shown": change}).location
    assert browser.post(f"{IMPORT}/done", **{**fields, "kept": change}).status_code == 410
    assert names(database) == before


def test_a_file_waits_an_hour_for_its_own_user_and_is_taken_once(
    browser: Browser, fresh: Browser, database: Database, clock: Clock, tmp_path: Path
) -> None:
    waiting = tmp_path / "data" / "uploads"
    browser.sign_in("chuxin")
    fresh.sign_in("xian")
    fields = hidden(send(browser, LIST))
    assert [path.stat().st_mode & 0o077 for path in waiting.glob("*/*")] == [0]
    for path in ("done", "returned.xlsx"):
        assert fresh.post(f"{IMPORT}/{path}", **fields).status_code == 410
    page, token = f"{IMPORT}/looked?filename=a.csv&file=", fields["kept"]
    assert browser.get(page + token).status_code == 200 and fresh.get(page + token).status_code == 410
    (kept,) = waiting.glob("*/*")
    kept.write_bytes(LIST + b"\r\n\xe6\x9d\x8e,,\xe4\xb8\x80,9")  # no longer what was sent
    assert browser.post(f"{IMPORT}/done", **fields).status_code == 410
    fields = hidden(send(browser, LIST))
    assert browser.post(f"{IMPORT}/done", **fields).status_code == 303
    assert "已经导入了。请再选一次。" in browser.get(page + token).text
    assert browser.post(f"{IMPORT}/done", **fields).status_code == 410 and list(waiting.glob("*/*")) == []
    fields = hidden(send(browser, csv_of("王,,初心村党支部,008")))
    clock.pass_(minutes=25)
    browser.get(IMPORT)
    clock.pass_(minutes=25)
    browser.get(IMPORT)
    clock.pass_(minutes=15)
    assert browser.post(f"{IMPORT}/done", **fields).status_code == 410
    assert list(waiting.glob("*/*")) == [] and "008" not in names(database)


def test_no_more_than_a_few_files_wait(browser: Browser, clock: Clock, tmp_path: Path) -> None:
    browser.sign_in("chuxin")
    sent = []
    for n in range(MOST + 1):
        sent.append(hidden(send(browser, csv_of(f"王,,初心村党支部,{300 + n}"))))
        clock.pass_(seconds=1)
    there = [browser.post(f"{IMPORT}/done", **{**fields, "shown": "x"}).status_code for fields in sent]
    assert there == [410] + [303] * MOST


def test_numbers_that_can_t_be_typed_are_told_but_not_those_of_others(browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = send(
        browser, csv_of("甲,,初心村党支部,一号", "乙,,初心村党支部,A002", "丙,,初心村党支部,1234567890123")
    ).text
    assert (
        "编号 一号：没有数字" in page and "编号 A002：数字和别的编号一样" in page and "1234567890123：数字太长" in page
    )
    assert "李大山" not in page and "编号 002" not in page
    assert "编号 E0000：只有 0" in send(browser, csv_of("甲,,初心村党支部,E0000")).text


def test_numbers_that_differ_by_zeros_in_front_are_told(browser: Browser) -> None:
    """001 is on the roster; either may be typed as 1."""
    browser.sign_in("chuxin")
    page = send(browser, csv_of("甲,,初心村党支部,0001", "乙,,初心村党支部,D301", "丙,,初心村党支部,0301")).text
    assert "表格里 D2、D3、D4 这 3 格的编号，打电话按的数字和别的编号只差前面的 0" in page
    assert "只差前面的 0" not in send(browser, csv_of("甲,,初心村党支部,D301", "乙,,初心村党支部,000")).text


def test_other_columns_that_change_are_named(browser: Browser) -> None:
    browser.sign_in("chuxin")
    row = "王秀英,13800138001,初心村党支部,001,{}"
    headings = "姓名,电话,支部,编号,性别,出生年月,备注"
    first = csv_of(row.format("女,1948-03,"), headings=headings)
    assert rows(send(browser, first).text)[0][3] == "出生年月、性别"
    browser.post(f"{IMPORT}/done", **hidden(send(browser, first)))
    again = send(browser, csv_of(row.format(",1948-03,耳背"), headings=headings))
    assert rows(again.text)[0][3] == "备注、性别"


def test_what_may_be_a_slip_is_told_with_its_cells_and_taken_all_the_same(browser: Browser, database: Database) -> None:
    """The telephones of people elsewhere, unless one had them before, and offices that the line does not know."""
    browser.sign_in("chuxin")
    people = ("甲,,13800138008,初心村党支部,301,会计、书记", "乙,,13800138007,初心村党支部,302,会计")
    list_ = csv_of(*people, "丙,,,初心村党支部,303,党员", headings="姓名,座机,手机,支部,编号,职务")
    shown = send(browser, list_)
    assert "2 个电话（C2、C3），别的支部也有人在用" in shown.text
    assert "职务“会计”（2 处：F2、F3）会照样存下来" in shown.text and shown.text.count("会照样存下来") == 1
    assert not any(name in shown.text for name in ("孙凤英", "周国强", "东村", "西村"))
    assert browser.post(f"{IMPORT}/done", **hidden(shown)).status_code == 303
    with database.reading() as connection:
        assert enrolled(connection, number="301")[0].more["职务"] == "会计、书记"
        assert [enrolled(connection, number=n)[0].role for n in ("301", "302")] == ["secretary", ""]
    assert "别的支部也有人在用" not in send(browser, list_).text
    browser.sign_in("xian")
    assert "别的支部也有人在用" not in send(browser, list_.replace(b"30", b"40")).text


# ── whose list may name whom ─────────────────────────────────────────────────────────────────────────────────────

ROW = {
    "own": "甲,,初心村党支部,301,",
    "own, with its district": "甲,,初心村党支部,301,河东镇",
    "own, elsewhere": "甲,,初心村党支部,301,河西镇",
    "another of the township": "甲,,东村党支部,301,",
    "of another township": "甲,,西村党支部,301,",
    "new": "甲,,南村党支部,301,",
    "new, in another township": "甲,,南村党支部,301,河西镇",
    "somebody else's member": "周国强,,初心村党支部,101,",
    "a member of another township": "孙凤英,,初心村党支部,201,",
    "the digits of somebody else's": "甲,,初心村党支部,A101,",
    "the digits of another township's": "甲,,初心村党支部,A201,",
}
REFUSED = {
    "chuxin": {
        "own, elsewhere": "乡镇",
        "another of the township": "支部",
        "of another township": "支部",
        "new": "支部",
        "new, in another township": "支部",
        "somebody else's member": "编号",
        "a member of another township": "编号",
        "the digits of somebody else's": "编号",
        "the digits of another township's": "编号",
    },
    "hedong": {
        "own, elsewhere": "乡镇",
        "of another township": "支部",
        "new, in another township": "乡镇",
        "a member of another township": "编号",
        "the digits of another township's": "编号",
    },
    "xian": {},
}


@pytest.mark.parametrize("user", REFUSED)
@pytest.mark.parametrize("row", ROW)
def test_each_imports_into_their_own_branches(browser: Browser, database: Database, user: str, row: str) -> None:
    browser.sign_in(user)
    before = names(database)
    shown = send(browser, csv_of(ROW[row], headings=WITH_DISTRICT))
    column = REFUSED[user].get(row)
    if column is None:
        assert browser.post(f"{IMPORT}/done", **hidden(shown)).status_code == 303
    else:
        assert [found[:2] for found in rows(shown.text)] == [["2", column]] and "shown" not in hidden(shown)
        assert not any(each in shown.text for each in before.values() if each not in ROW[row])
        forged = {**hidden(shown), "shown": "0" * 64}
        assert "changed=1" in browser.post(f"{IMPORT}/done", **forged).location and names(database) == before


def test_a_new_branch_of_a_township_lies_in_it(browser: Browser, database: Database) -> None:
    browser.sign_in("hedong")
    shown = send(browser, csv_of("甲,,南村党支部,301"))
    assert "名册上还没有这些支部，导入时会新建：南村党支部" in shown.text
    browser.post(f"{IMPORT}/done", **hidden(shown))
    assert "南村党支部" in browser.get("/desk/").text
    with database.reading() as connection:
        assert enrolled(connection, number="301")[0].district == "河东镇"


def test_a_secretary_of_one_branch_need_not_write_it(browser: Browser, database: Database) -> None:
    headings = "姓名,电话,编号"
    browser.sign_in("chuxin")
    template = workbook(browser.get(f"{IMPORT}/template.xlsx"))
    assert template[0] == ["姓名", "电话", "编号", "职务", "性别", "出生年月", "小组"] and "支部" not in template[1]
    assert "姓名、电话、编号三列" in (page := browser.get(IMPORT).text) and "性别、出生年月、小组" in page
    wrong = send(browser, csv_of("甲,1390013900,301", headings=headings))
    returned = browser.post(f"{IMPORT}/returned.xlsx", **hidden(wrong))
    assert workbook(returned)[0] == ["导入不了的原因", "姓名", "电话", "编号"]
    for list_ in (csv_of("甲,,301", headings=headings), csv_of("乙,,,302")):
        assert browser.post(f"{IMPORT}/done", **hidden(send(browser, list_))).status_code == 303
    with database.reading() as connection:
        assert [enrolled(connection, number=n)[0].branch for n in ("301", "302")] == ["初心村党支部"] * 2
    browser.sign_in("hedong")
    assert "没有找到这些栏：支部/branch" in send(browser, csv_of("丙,,303", headings=headings)).text


def test_a_list_without_headings_is_told_where_they_belong(browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = send(browser, csv_of("乙,,302", headings="甲,,301")).text
    wrong = "没有找到这些栏：姓名/name、电话/phone、编号/number。这一行写的是：甲、301。第 1 行一定要写栏名"
    assert [row[:2] for row in rows(page)] == [["1", ""]] and wrong in page and "returned.xlsx" not in page


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────

WRONG = csv_of(
    "王,138001380011,初心村党支部,001,耳背",
    ",13800138003,东村党支部,003,",
    "赵福贵,13800138003,初心村党支部,003,=1+1",
    headings="姓名,电话,支部,编号,备注",
)


def test_mistakes_are_told_all_at_once_by_row_and_column(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    before = names(database)
    shown = send(browser, WRONG)
    assert "有 4 处要改，所以一个人也没有导入" in shown.text and names(database) == before
    assert rows(shown.text) == [
        ["2", "电话", "“138001380011”不是能打通的电话号码。请把号码写全，座机要带区号。"],
        ["3", "姓名", "空着，请填上。"],
        ["3", "支部", "东村党支部不归您管，请找上一级导入。"],
        ["4", "编号", "编号 003 在第 3 行已经有了。每人一个编号。"],
    ]


@pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx"])
def test_their_own_list_comes_back_with_the_reasons_and_can_be_mended(
    browser: Browser, database: Database, kind: str
) -> None:
    text = WRONG.decode()
    table: Sequence[Sequence[str]] = [line.split(",") for line in text.split("\r\n")]
    data = {
        "csv": WRONG,
        "gbk": text.encode("gb18030"),
        "xlsx": xlsx_of([[c.replace("=1+1", "'=1+1") for c in r] for r in table]),
    }
    browser.sign_in("chuxin")
    shown = send(browser, data[kind], "我的表.xlsx")
    answer = browser.post(f"{IMPORT}/returned.xlsx", **hidden(shown))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    headings, *lines = workbook(answer)
    assert headings == ["导入不了的原因", "姓名", "电话", "支部", "编号", "备注"]
    assert [line[0].count("：") for line in lines] == [1, 2, 1] and "空着" in lines[1][0]
    assert [line[4] for line in lines] == ["001", "003", "003"] and lines[2][5].endswith("=1+1")
    again = send(browser, answer.data, "再来.xlsx")
    assert "有 4 处要改" in again.text
    once_more = workbook(browser.post(f"{IMPORT}/returned.xlsx", **hidden(again)))
    assert once_more[0] == headings and [line[1:] for line in once_more] == [line[1:] for line in (headings, *lines)]
    mended = [[*line[:4], "009", line[5]] if n == 1 else line for n, line in enumerate(lines)]
    mended[0][2], mended[1][1], mended[1][3] = "13800138001", "孙", "初心村党支部"
    good = send(browser, xlsx_of([headings, *mended]), "改好.xlsx")
    assert browser.post(f"{IMPORT}/done", **hidden(good)).status_code == 303
    with database.reading() as connection:
        assert "导入不了的原因" not in enrolled(connection, number="009")[0].more


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as made:
    made.writestr("xl/worksheets/sheet1.xml", b"\0" * (spreadsheet.MOST_UNPACKED_BYTES + 1))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "文件是空的"),
        (csv_of(), "只有栏名，下面什么也没有"),
        (csv_of("王,138", headings="姓名,备注"), "没有找到这些栏：电话/phone、编号/number"),
        (csv_of("1,,一,1,1", headings="姓名,电话,支部,编号,工号"), "编号、工号这几栏是一个意思"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "这不是表格文件"),
        (b"<html><script>alert(1)</script>", "这不是表格文件"),
        (b"PK\x03\x04 and then something else", "这个文件打不开"),
        (BOMB.getvalue(), "这个文件太大了"),
        (far_away(), "离表很远的一个格子里有东西"),
        (csv_of('王,"' + "1" * 200_000), "引号没有关上"),
        (csv_of("=HYPERLINK(1),,初心村党支部,1"), "像是公式"),
        (csv_of("<b>王</b>,1<i>2,初心村党支部,1"), "“1&lt;i&gt;2”不是能打通"),
        (csv_of('"王\n",,初心村党支部,"0\n1"'), "有换行或看不见的字符"),
        (csv_of("王" * 51 + ",,初心村党支部,1"), "太长了，最多 50 个字"),
    ],
)
def test_hostile_files_are_refused_in_plain_words(browser: Browser, database: Database, data: bytes, told: str) -> None:
    browser.sign_in("chuxin")
    before = names(database)
    shown = send(browser, data, "<script>.xlsx")
    assert shown.status_code == 200 and told in shown.text and "<script>.xlsx" not in shown.text
    assert "shown" not in hidden(shown) and names(database) == before


def test_a_file_that_is_too_large_is_not_read(browser: Browser, fresh: Browser) -> None:
    browser.sign_in("chuxin")
    large = send(browser, b"x" * (spreadsheet.MOST_BYTES + 1))
    assert large.status_code == 200 and "最多 10 MB" in large.text
    huge = send(browser, b"x" * LARGEST_BODY)
    assert huge.status_code == 413 and "表格最大 10 MB" in huge.text


def test_without_a_file_one_is_asked_for(browser: Browser) -> None:
    browser.sign_in("chuxin")
    answer = browser.post(IMPORT)
    assert answer.status_code == 422 and "请先选一个文件。" in answer.text
    gone = browser.post(f"{IMPORT}/done")
    assert gone.status_code == 410 and "已经过了一个小时" in gone.text
    assert "姓名、电话、编号三列" in answer.text and "姓名、电话、编号三列" in gone.text  # as at first


@pytest.mark.parametrize("path", ["", "/done", "/returned.xlsx"])
def test_nobody_imports_without_signing_in_or_without_the_form_s_token(
    browser: Browser, database: Database, path: str
) -> None:
    before = names(database)
    assert browser.post(IMPORT + path).status_code == 403
    browser.sign_in("xian")
    answer = browser.client.post(IMPORT + path, base_url=HOME, data={}, headers={"Referer": HOME + "/desk/"})
    assert answer.status_code == 400 and names(database) == before


# ── a list to begin with ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["zh", "en"])
def test_the_empty_list_is_understood_and_its_example_is_nobody(
    database: Database, county: dict[str, int], clock: Clock, tmp_path: Path, words: str
) -> None:
    browser = Browser(desk_of(database, tmp_path, clock, words).test_client())
    browser.sign_in("xian")
    empty = browser.get(f"{IMPORT}/template.xlsx")
    headings, example = workbook(empty)[:2]
    assert len(headings) == 9 and example[3] == "001"
    shown = send(browser, xlsx_of([headings, example, ["甲", "", "初心村党支部", "301", "", ""]]))
    assert rows(shown.text)[0][:3] == ["3", "301", "甲"] and len(rows(shown.text)) == 1
    assert "shown" not in hidden(send(browser, empty.data))
