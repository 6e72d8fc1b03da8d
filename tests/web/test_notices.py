"""Notices of one's own branches' members: written, taken from a list, heard, withdrawn; nothing of others'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ivr.catalogue import Clip
from ivr.records import notices as records
from ivr.records.db import Database
from ivr.records.models import Deed, Notice
from ivr.records.notices import Meant
from ivr.records.roster import enrolled
from ivr.shelf import Shelf
from tests.databases import Filling
from tests.made_lessons import tone
from tests.web.conftest import COUNTY, USERS, Browser, Clock
from tests.web.letter_desk import finished, letter_desk, send
from tests.web.reading import rows
from tests.web.test_questions import mistakes

OF = {"初心村党支部": "001", "东村党支部": "101", "西村党支部": "201"}  # a member of each branch


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def filling() -> Filling:
    return COUNTY


@pytest.fixture
def app(database: Database, data: Path, clock: Clock) -> Flask:
    return letter_desk(database, data, clock)


def kept(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(Notice.__table__).order_by(Notice.id)))


def give(database: Database, data: Path, clock: Clock, number: str, words: str = "请来领书。") -> int:
    clip = Clip(Shelf(data).put_recording(tone(1000, int(number))), 1000, words)
    with database.writing() as connection:
        (member,) = enrolled(connection, number=number)
        records.give(connection, [Meant(member, "", words, None)], [clip], clock.now, clock.now.date())
        return max(connection.execute(select(Notice.id)).scalars())


def test_a_notice_is_written_heard_and_withdrawn(
    browser: Browser, database: Database, clock: Clock, data: Path
) -> None:
    browser.sign_in("chuxin")
    assert "没有还在播的通知。" in browser.get("/desk/notices").text
    sent = {"member": "001", "words": "活动改到周五。", "closes": "2026-11-30"}
    page = finished(browser, send(browser, "/desk/notices", **sent)).text
    assert "新通知 1 条" in page
    assert rows(page)[0][:4] == ["王秀英", "活动改到周五。 听一听", "2026-11-30", "○ 还没听"]
    (notice,) = kept(database)
    assert browser.get(f"/desk/notices/{notice.id}.wav").data == Shelf(data).audio(notice.audio).read_bytes()
    with database.writing() as connection:
        connection.execute(update(Notice).values(delivered_at=clock.now))
    assert rows(browser.get("/desk/notices").text)[0][3] == "● 2026-11-20 09:00"
    for _ in range(2):  # twice is once
        answer = send(browser, f"/desk/notices/{notice.id}/withdraw")
        assert answer.status_code == 303 and answer.location == "/desk/notices?kept=taken_back"
    with database.reading() as connection:
        deeds = connection.execute(select(Deed.what, Deed.about)).all()
    assert deeds == [("notice withdrawn", str(notice.id))]
    assert "没有还在播的通知。" in browser.get("/desk/notices").text
    assert rows(browser.get("/desk/notices?all=1").text)[0][2::2] == ["2026-11-20 撤回", "已结束"]


def test_the_same_again_is_no_new_notice(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    for closes, told in {"": "新通知 1 条，原来就有的 0 条", "2026-12-01": "新通知 0 条，原来就有的 1 条"}.items():
        sent = {"member": "001", "words": "请来领书。", "closes": closes}
        assert told in finished(browser, send(browser, "/desk/notices", **sent)).text
    (notice,) = kept(database)
    assert str(notice.closes) == "2026-12-01"


GOOD = {"member": "001", "words": "请来领书。", "closes": ""}


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"member": ""}, "member", "请选一位"),
        ({"words": " "}, "words", "请写通知的内容"),
        ({"words": "长" * 201}, "words", "写了 201 个字，最多 200 个字"),
        ({"words": "请报银行卡号。"}, "words", "银行卡"),
        ({"closes": "下个月"}, "closes", "日期请写成"),
        ({"closes": "2026-02-30"}, "closes", "日期请写成"),
        ({"closes": "2026-11-19"}, "closes", "已经过了"),
    ],
)
def test_what_is_no_notice_is_told_beside_its_field_and_nothing_is_lost(
    browser: Browser, database: Database, wrong: dict[str, str], field: str, told: str
) -> None:
    browser.sign_in("chuxin")
    sent = GOOD | wrong
    answer = send(browser, "/desk/notices", **sent)
    assert answer.status_code == 400 and told in mistakes(answer.text)[field]
    assert f">{sent['words'].strip()}</textarea>" in answer.text and f'value="{sent["closes"]}"' in answer.text
    assert not sent["member"] or '<option value="001" selected>' in answer.text
    assert "maxlength" not in answer.text and '<form method="post" novalidate' in answer.text
    assert kept(database) == []


def test_what_shows_while_pressing_is_told_with_what_was_typed(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, "/desk/notices", **GOOD | {"words": "……"})).text
    assert "没有能念出来的字" in mistakes(page)["words"] and ">……</textarea>" in page
    assert '<option value="001" selected>' in page and kept(database) == []


def test_of_several_branches_first_one_is_chosen(browser: Browser, county: dict[str, int], database: Database) -> None:
    browser.sign_in("hedong")
    page = browser.get("/desk/notices").text
    assert "王秀英" not in page and f'<option value="{county["东村党支部"]}">' in page
    chosen = f"/desk/notices?branch={county['东村党支部']}"
    assert "周国强" in browser.get(chosen).text and "王秀英" not in browser.get(chosen).text
    page = finished(browser, send(browser, chosen, **GOOD | {"member": "101"})).text
    assert "新通知 1 条" in page and rows(page)[0][:2] == ["东村党支部", "周国强"]
    for other in (county["西村党支部"], 99, 10**30):
        assert browser.get(f"/desk/notices?branch={other}").status_code == 404


# ── a list ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_taken_whole(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    table = "编号,通知,截止\n001,活动改到周五。,2026年12月31日\n002,请来领书。,\n".encode()
    assert "新通知 2 条" in finished(browser, send(browser, "/desk/notices/list", list=table)).text
    assert "原来就有的 2 条" in finished(browser, send(browser, "/desk/notices/list", list=table)).text
    assert [(each.member_id, each.words) for each in kept(database)] == [(1, "活动改到周五。"), (2, "请来领书。")]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("编号,通知\n001,请来领书。\n101,请来领书。\n", "第 3 行：编号：您的名册里没有编号 101。"),  # another branch's
        ("编号,通知\n999,请来领书。\n", "第 2 行：编号"),
        ("编号,通知\n001,\n", "第 2 行：通知：空着"),
        ("编号,通知\n001,请报密码。\n", "第 2 行：通知：里面有“密码”"),
        ("编号,通知,截止\n001,请来领书。,2020-01-01\n", "第 2 行：截止：这一天已经过了"),
        ("编号,通知\n", "只有栏名"),
        ("姓名\n王秀英\n", "编号"),
        ("编号,通知\n" + "001,请来领书。\n" * (records.MOST_ROWS + 1), "最多 2000 行"),
        ("<html>", "xlsx"),
        ("PK\x03\x04 no workbook", "xlsx"),
    ],
)
def test_each_mistake_of_a_list_is_told_and_nothing_is_taken(
    browser: Browser, database: Database, table: str, told: str
) -> None:
    browser.sign_in("chuxin")
    answer = send(browser, "/desk/notices/list", list=table.encode())
    assert answer.status_code == 400 and "这个表格没有收" in mistakes(answer.text)["list"]
    assert told in answer.text.partition('<ul class="mistakes">')[2].partition("</ul>")[0]
    assert kept(database) == []


def test_of_what_can_t_be_said_the_row_is_told_and_nothing_is_taken(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, "/desk/notices/list", list="编号,通知\n001,请来领书。\n002,……\n".encode()))
    assert "<li>第 3 行：这里没有能念出来的字。请用文字写。</li>" in page.text and kept(database) == []


def test_what_one_may_give_in_a_day(browser: Browser, database: Database, clock: Clock) -> None:
    """Ten to each of six members, on average."""
    browser.sign_in("chuxin")
    table = "编号,通知\n" + "".join(f"001,第{n}次请来领书。\n" for n in range(60))
    assert "新通知 60 条" in finished(browser, send(browser, "/desk/notices/list", list=table.encode())).text
    page = finished(browser, send(browser, "/desk/notices", **GOOD)).text
    assert "最多 60 条" in mistakes(page)["words"] and "请来领书。</textarea>" in page and len(kept(database)) == 60
    clock.pass_(hours=25)
    browser.sign_in("chuxin")
    assert "新通知 1 条" in finished(browser, send(browser, "/desk/notices", **GOOD)).text


def test_without_a_voice_it_is_said_so(database: Database, county: dict[str, int], data: Path, clock: Clock) -> None:
    browser = Browser(letter_desk(database, data, clock, voice="nobody:a").test_client())
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, "/desk/notices", **GOOD)).text
    assert "还没有装念字的声音" in mistakes(page)["words"] and kept(database) == []


def test_no_list_and_one_that_is_too_large(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    for nothing in ({}, {"list": b""}):
        answer = send(browser, "/desk/notices/list", **nothing)
        assert answer.status_code == 400 and "请先选一个表格文件" in mistakes(answer.text)["list"]
    assert send(browser, "/desk/notices/list", list=bytes(11 << 20)).status_code == 400
    assert send(browser, "/desk/notices/list", list=bytes(33 << 20)).status_code == 413
    assert kept(database) == []


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("user", USERS)
def test_each_sees_and_withdraws_their_own_and_nothing_else(
    app: Flask, browser: Browser, database: Database, county: dict[str, int], data: Path, clock: Clock, user: str
) -> None:
    given = {branch: give(database, data, clock, number) for branch, number in OF.items()}
    theirs = set(USERS[user][2])
    browser.sign_in(user)
    page = browser.get("/desk/notices?all=1").text
    assert {branch for branch in OF if f"/desk/notices/{given[branch]}.wav" in page} == theirs
    rules = [rule for rule in app.url_map.iter_rules() if "notice" in rule.arguments]
    assert len(rules) == 2
    for branch, number in given.items():
        for rule in rules:
            built = rule.build({"notice": number}, append_unknown=False)
            assert built is not None
            is_got = "GET" in (rule.methods or ())
            answer = browser.get(built[1]) if is_got else send(browser, built[1])
            assert answer.status_code == ((200 if is_got else 303) if branch in theirs else 404), built
        written = send(browser, "/desk/notices", member=OF[branch], words="请报密码。")
        assert written.status_code == (400 if branch in theirs else 404)
    open_ = [each.id for each in kept(database) if each.closes is None]
    assert open_ == [number for branch, number in given.items() if branch not in theirs]


@pytest.mark.parametrize("number", [0, 99, 2**31, 10**30, "x"])
def test_what_is_no_notice_is_not_there(browser: Browser, database: Database, number: int | str) -> None:
    browser.sign_in("xian")
    assert browser.get(f"/desk/notices/{number}.wav").status_code == 404
    assert send(browser, f"/desk/notices/{number}/withdraw").status_code == 404
