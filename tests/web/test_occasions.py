"""What was done off the telephone counts as the secretary wrote it, and no longer once it is taken back."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ivr.records import hours
from ivr.records.db import Database
from ivr.records.models import Member, Occasion, Presence
from tests.reports.village import at
from tests.web.conftest import Browser, Clock, desk_of
from tests.web.reading import rows, told


@pytest.fixture
def here(county: dict[str, int]) -> str:
    return f"/desk/{county['初心村党支部']}/2026-11"


def test_a_visit_counts_and_is_taken_back(browser: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    assert 'value="2026-11-20"' in browser.get(f"{here}/visit?member=004").text  # today
    for _ in range(2):  # sent twice, it is one
        answer = browser.post(f"{here}/visit", day="2026-11-18", member="004", lesson="falls", host="李书记")
        assert (answer.status_code, answer.location) == (303, f"{here}/occasions?kept=1")
    written = browser.get(answer.location).text
    assert [row[1:7] for row in rows(written)] == [["11-18", "送学上门", "《防跌倒》", "李书记", "", "马建民"]]
    asks = r'<details class="asks">\s*<summary aria-label="撤回 2026-11-18">撤回</summary>\s*<form .*?action="(.*?)"'
    (action,) = re.findall(asks, written)
    page = browser.get(here).text
    assert (rows(page)[3][2], rows(page)[3][7]) == ("△ 送学上门", "11-18")
    card = browser.get("/desk/member/004/2026").text
    assert "全年合计（学完 1 课：送学上门 1 课）" in card and "0:00" not in card
    assert told(page)[0] == "6 人应学，4 人学完，还有 2 人请帮一帮。"
    for _ in range(2):  # twice is once
        answer = browser.post(action)
        assert answer.status_code == 303 and "已撤回。" in browser.get(answer.location).text
        assert rows(browser.get(here).text)[3][2] == "○ 没听"
    assert browser.post(f"{here}/occasions/2/withdraw").status_code == 404


def test_hours_that_rest_on_what_is_taken_back_are_told_of(browser: Browser, here: str, database: Database) -> None:
    browser.sign_in("chuxin")
    for kept, stays in ((("falls", "2026-10"), False), (("stoves", "2026-11"), False), (("falls", "2026-11"), True)):
        lesson, month = kept
        with database.writing() as connection:
            (member,) = connection.execute(select(Member.id).where(Member.number == "004")).scalars()
            hours.confirm(connection, month, {(member, lesson): 1}, 1, at("2026-11-20 09:00"))
        written = browser.post(f"{here}/visit", day="2026-11-18", member="004", lesson="falls").location
        (action,) = re.findall(r'action="(.*?/withdraw)"', browser.get(written).text)
        page = browser.get(browser.post(action).location).text
        assert "已撤回。" in page and ("这一课确认过的学时还在" in page) == stays
        assert (f'<a href="{here}/hours">学时确认</a></p>' in page) == stays


def test_what_was_handed_in_is_not_taken_back(browser: Browser, here: str, clock: Clock) -> None:
    browser.sign_in("chuxin")
    told = {"day": "2026-10-18", "member": "004", "lesson": "falls"}
    written = browser.post(f"{here}/visit", **told).location
    (action,) = re.findall(r'action="(.*?/withdraw)"', browser.get(written).text)
    assert '<input id="day" name="day" type="date" value="2026-11-20" min="2026-10-01" max="2026-11-20"' in (
        browser.get(f"{here}/visit").text
    )
    clock.now += timedelta(days=11)  # December
    browser.sign_in("chuxin")
    page = browser.get(written).text
    assert "马建民" in page and "撤回" not in page
    answer = browser.post(action)
    assert answer.status_code == 409 and "更早的不能再写，也不能再改" in answer.text and "马建民" in answer.text


@pytest.mark.parametrize("kind", ["visit", "meeting"])
def test_before_the_month_in_which_they_were_enrolled_nobody_is_written_down(
    browser: Browser, here: str, database: Database, kind: str
) -> None:
    """Who is written down would be all who are known then. One of whom no day is known has been there always."""
    enrolled = update(Member).where(Member.number == "004")
    with database.writing() as connection:
        connection.execute(enrolled.values(enrolled_on=date(2026, 11, 19)))
    browser.sign_in("chuxin")
    form, there = f"{here}/{kind}", {"member": ["004"], "members": ["001", "004"], "lesson": ["falls"]}
    answer = browser.post(form, day="2026-10-31", **there)
    told = "有 1 人那个月还没上名册（马建民是 2026-11-19 上的），那个月的记录里没有他们。"
    assert answer.status_code == 400 and f'id="day-wrong" role="alert">{told}' in answer.text
    assert browser.post(form, day="2026-11-01", **there).status_code == 303  # in that month
    with database.writing() as connection:
        connection.execute(enrolled.values(enrolled_on=None))
    assert browser.post(form, day="2026-10-31", **there).status_code == 303


def test_what_is_written_in_lines_is_printed_in_lines(browser: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    lines, seen = "身体不好\r\n下次再去", {"day": "2026-11-18", "lesson": "falls"}
    browser.post(f"{here}/visit", member="004", note=lines, **seen)
    browser.post(f"{here}/meeting", members=["001"], note=lines, **seen)
    for which in ("visits", "meetings"):
        assert ">身体不好\n下次再去</td>" in browser.get(f"{here}/ledger/{which}").text


def test_nothing_is_written_down_of_who_had_left_by_then(browser: Browser, here: str) -> None:
    """What was before that day stays in the register of visits."""
    browser.sign_in("chuxin")
    browser.post("/desk/member/004/2026/excused", kind="left", reason="转到外县", since="2026-11-19")
    seen = {"member": "004", "lesson": "falls", "host": "李书记"}
    answer = browser.post(f"{here}/visit", day="2026-11-19", **seen)
    told = "有 1 人那天已经转出（马建民），记录里不会有。"
    assert answer.status_code == 400 and f'id="members-wrong" role="alert">{told}' in answer.text
    assert browser.post(f"{here}/visit", day="2026-11-18", **seen).status_code == 303
    page = browser.get(f"{here}/ledger/visits").text
    assert "马建民" in page and "登记编号 1" in page
    assert rows(browser.get(f"{here}/occasions").text)[0][:2] == ["1", "11-18"]


NO_LESSON = [("visit", "送学上门登记", "去看望过"), ("meeting", "会议记录页", "来开过会")]


@pytest.mark.parametrize(("kind", "sheet", "told_as"), NO_LESSON)
def test_the_form_says_what_it_means_to_choose_no_lesson(
    browser: Browser, here: str, kind: str, sheet: str, told_as: str
) -> None:
    browser.sign_in("chuxin")
    page = browser.get(f"{here}/{kind}").text
    told = page.partition('id="no-lesson">')[2].partition("</p>")[0]
    assert told == f"不选课，就不算学了课：{sheet}里有；本月情况和学习台账里不算学完，只写{told_as}。"
    assert 'name="lesson" aria-describedby="no-lesson"' in page
    labels = re.findall(r"<label for=.*?>(.*?)</label>", page)
    assert ("谈了什么和备注，都会印在要上交的送学上门登记表上" in page) == (kind == "visit")
    assert ("会议内容" in labels) == ("记录人、列席人员" in page) == (kind == "meeting") != ("备注" in labels)


def test_a_talk_is_no_study_but_is_told_of(browser: Browser, here: str) -> None:
    """Nor is a meeting without a lesson."""
    browser.sign_in("chuxin")
    browser.post(f"{here}/visit", day="2026-11-18", member="004", topic="谈心")
    browser.post(f"{here}/meeting", day="2026-11-19", members=["001", "002"], topic="选举")
    told = {"王秀英": "", "李大山": "11-19 来开过会；中途断开", "马建民": "11-18 去看望过；没有打进来"}
    page = {row[1]: (row[2], row[-1]) for row in rows(browser.get(here).text)}
    assert page["马建民"][0] == "○ 没听" and {name: page[name][1] for name in told} == told
    for which in ("ring", "ledger/ledger", "ledger/helping", "ledger/detail"):
        text = browser.get(f"{here}/{which}").text
        assert [said for said in told.values() if said not in text] == [], which


def test_a_meeting_counts_for_those_who_were_there(browser: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    told_of = {"day": "2026/11/05", "lesson": "stoves", "host": "李书记", "place": "活动室"}
    browser.post(f"{here}/meeting", members=["001", "004", "101"], **told_of)
    page = browser.get(here).text
    assert [row[2] for row in rows(page)] == [
        "● 电话学习 + 集中学习",
        "◐ 一部分",
        "◐ 一部分",
        "■ 集中学习",
        "● 听完",
        "● 听完",
    ]
    assert rows(page)[0][3] == "2/2"  # heard the one, met for the other
    assert told(browser.get(f"{here}/lesson/stoves").text)[:3] == [
        "6 人应学，1 人在电话里听过，3 人学完。",
        "学完的人里，有 2 人没有在电话里听，是上门或集中学的。",
        "学完的 50%（3/6）。",
    ]
    row = rows(browser.get(f"{here}/occasions").text)[0]
    assert row[2:7] == ["集中学习", "《用炉子》", "李书记", "活动室", "王秀英、马建民"]  # 101 is of another branch
    assert "<td>集中学习《用炉子》</td>" in browser.get(f"{here}/ledger/meetings").text  # the meeting's name


BAD = {
    "no day": ({"day": "", "member": "004"}, "请填日期"),
    "a day that is none": ({"day": "2026-02-30", "member": "004"}, "日期请写成"),
    "tomorrow": ({"day": "2026-11-21", "member": "004"}, "这一天还没到"),
    "what was handed in": ({"day": "2026-09-30", "member": "004", "topic": "谈心"}, "最早只能写上个月 1 日"),
    "a wrong year": ({"day": "1926-11-20", "member": "004", "topic": "谈心"}, "最早只能写上个月 1 日"),
    "nobody": ({"day": "2026-11-18"}, "请选一选看望了谁"),
    "somebody of another branch": ({"day": "2026-11-18", "member": "101"}, "请选一选看望了谁"),
    "too much": (
        {"day": "2026-11-18", "member": "004", "note": "长\n" * 500 + "长"},
        "太长了：写了 1001 个字，最多 1000 个",
    ),
    "nothing but a name": ({"day": "2026-11-18", "member": "004", "note": " "}, "请选一课，或者写上谈了什么。"),
}


@pytest.mark.parametrize(("typed", "why"), BAD.values(), ids=list(BAD))
def test_what_can_t_be_kept_is_told_and_nothing_typed_is_lost(
    browser: Browser, here: str, typed: dict[str, str], why: str, database: Database
) -> None:
    browser.sign_in("chuxin")
    answer = browser.post(f"{here}/visit", host="李书记", **typed)
    assert answer.status_code == 400 and re.search(rf'id="\w+-wrong" role="alert">{why}', answer.text)
    assert 'value="李书记"' in answer.text and f">{typed.get('note', '')}</textarea>" in answer.text
    assert '<form class="written" method="post" novalidate' in answer.text  # else the browser says it, in its words
    with database.reading() as connection:
        assert connection.execute(select(Occasion.__table__)).all() == []


def test_a_lesson_is_studied_from_its_first_day_on(
    database: Database, county: dict[str, int], pressed: Path, clock: Clock, tmp_path: Path
) -> None:
    data = tmp_path / "desk"
    shutil.copytree(pressed / "editions", data / "editions")
    shutil.copy(pressed / "index.json", data)
    (data / "offered.json").write_text('{"falls": "2026-11-10"}')
    browser = Browser(desk_of(database, data, clock).test_client())
    browser.sign_in("chuxin")
    visit = f"/desk/{county['初心村党支部']}/2026-11/visit"
    for day, status in (("2026-11-09", 400), ("2026-11-10", 303)):
        answer = browser.post(visit, day=day, member="004", lesson="falls")
        told = "《防跌倒》从 2026-11-10 起才有，这一天还学不到。"
        assert (answer.status_code, f'id="lesson-wrong" role="alert">{told}' in answer.text) == (status, status == 400)
    assert browser.post(visit, day="2026-11-09", member="004", topic="谈心").status_code == 303


def test_a_meeting_needs_something_that_was_studied(browser: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    answer = browser.post(f"{here}/meeting", day="2026-11-18", members=["001"], note="学了")
    assert answer.status_code == 400 and "请选一课" in answer.text and "checked" in answer.text
    answer = browser.post(f"{here}/meeting", day="2026-11-18")
    assert answer.status_code == 400 and "请选一选有谁" in answer.text
    assert browser.post(f"{here}/meeting", day="2026-11-18", members=["001"], lesson="nothing").status_code == 404


def test_a_township_writes_for_the_branch_of_the_member(browser: Browser, database: Database) -> None:
    browser.sign_in("hedong")
    answer = browser.post("/desk/all/2026-11/visit", day="2026-11-18", member="101", lesson="falls")
    assert answer.status_code == 303
    assert browser.post("/desk/all/2026-11/visit", day="2026-11-18", member="201").status_code == 404
    with database.reading() as connection:
        assert connection.execute(select(Presence.__table__)).all() == [(1, 7)]


@pytest.mark.parametrize("place", ["all", "here"])
def test_whom_nobody_has_by_that_number_can_t_be_visited(browser: Browser, here: str, place: str) -> None:
    browser.sign_in("hedong")
    form = f"{here if place == 'here' else '/desk/all/2026-11'}/visit?member="
    known = ["004"] if place == "here" else ["004", "101"]
    for number in ("004", "101", "201", "XX"):
        answer = browser.get(form + number)
        assert answer.status_code == (200 if number in known else 404), number
        assert (f'<option value="{number}" selected>' in answer.text) == (number in known)


def test_of_another_branch_nothing_is_taken_back(browser: Browser, fresh: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    browser.post(f"{here}/visit", day="2026-11-18", member="004", lesson="falls")
    fresh.sign_in("dongcun")
    for place in ("all", here.split("/")[2]):
        assert fresh.post(f"/desk/{place}/2026-11/occasions/1/withdraw").status_code == 404
        assert fresh.post(f"/desk/{place}/2026-11/visit", day="2026-11-18", member="004").status_code in (400, 404)
    assert len(rows(browser.get(f"{here}/occasions").text)) == 1
