"""Whom to ring: why and what to say, ticked and taken back; nobody twice, nobody of others."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markupsafe import escape
from sqlalchemy import select

from ivr.records import exemptions
from ivr.records.db import Database
from ivr.records.models import Deed, FollowUp, Member
from tests.web.conftest import Browser, Clock
from tests.web.reading import rows, told


@pytest.fixture
def ring(county: dict[str, int]) -> str:
    return f"/desk/{county['初心村党支部']}/2026-11/ring"


def test_who_has_not_heard_a_lesson_and_what_to_say(browser: Browser, ring: str) -> None:
    browser.sign_in("chuxin")
    page = browser.get(ring).text
    assert told(page) == ["还有 3 位等您联系。"]
    assert '<p class="screen">联系上了一位，就按“联系上了”。没联系上的不用按，名字留在这里' in page
    assert '<p class="paper">联系上了一位，就在方框里打勾，写上结果。没联系上的不用打勾' in page
    assert [row[:4] for row in rows(page)] == [
        ["李大山", "138****8002", "中途断开", "告诉本人：再打进来，会接着上次的地方讲；信号不好，换个地方打"],
        ["赵福贵", "138****8003", "按错键 2 次", "告诉本人：什么键都不用按，听着就行"],
        ["马建民", "138****8004 371****2100", "没有打进来", "问问身体好不好、号码换了没有；告诉本人听课电话的号码"],
    ]


def test_ticked_it_goes_to_the_end_and_comes_back(browser: Browser, ring: str, database: Database) -> None:
    browser.sign_in("chuxin")
    answer = browser.post(f"{ring}/tick", member="002", outcome=" 明天打 ")
    assert answer.status_code == 303 and answer.location == f"{ring}?kept=1"
    page = browser.get(ring).text
    assert told(page) == ["还有 2 位等您联系。"]
    assert rows(page)[2][0] == "李大山" and rows(page)[2][4].startswith("✓ 11-20 明天打")
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    browser.post(f"{ring}/tick", member="002", undo="1", seen=seen)
    assert told(browser.get(ring).text) == ["还有 3 位等您联系。"]
    with database.reading() as connection:
        (kept,) = connection.execute(select(FollowUp.__table__)).all()
    assert kept.outcome == "明天打" and kept.withdrawn_at is not None  # taken back, not deleted


def test_a_visit_written_down_ticks_and_leads_back(browser: Browser, ring: str) -> None:
    """Though nothing was studied in it."""
    browser.sign_in("hedong")
    east = rows(browser.get("/desk/all/2026-11/ring").text)[0]
    form = browser.get(ring.replace("/ring", "/visit?member=004&back=ring")).text
    assert 'name="back" value="ring"' in form and f'href="{ring}"' in form
    (sent_to,) = re.findall(r'action="([^"]*/visit[^"]*)"', form)
    seen = {"member": "004", "topic": "身体不好", "back": "ring"}
    refused = browser.post(unescape(sent_to), day="2026-11-21", **seen)
    again = browser.get(unescape(sent_to))  # one step back
    for shown, status in ((refused, 400), (again, 200)):
        assert shown.status_code == status and f'href="{ring}"' in shown.text
        assert "<h1>记一次上门：马建民</h1>" in shown.text
    answer = browser.post(ring.replace("/ring", "/visit"), day="2026-11-19", **seen)
    assert (answer.status_code, answer.location) == (303, f"{ring}?kept=1")
    page = browser.get(ring).text
    assert told(page)[0].startswith("还有 2 位") and rows(page)[2][4].startswith("✓ 11-19 去看望过 身体不好")
    assert rows(browser.get("/desk/all/2026-11/ring").text) == [east, ["初心村党支部", "2", "1"]]
    browser.post(ring.replace("/ring", "/occasions/1/withdraw"))
    assert told(browser.get(ring).text)[0].startswith("还有 3 位")
    answer = browser.post(ring.replace("/ring", "/visit"), day="2026-10-19", **seen)  # to where it was written down
    assert answer.location == ring.replace("2026-11/ring", "2026-10/occasions?kept=1")


def test_who_was_reached_is_counted_alike_everywhere(browser: Browser, ring: str, county: dict[str, int]) -> None:
    """By a tick or a visit; whoever was ticked can still be visited, which stands beside it."""
    browser.sign_in("hedong")
    for number, outcome in (("002", "在家"), ("003", "")):
        browser.post(f"{ring}/tick", member=number, outcome=outcome, seen="")
    for number in ("003", "101"):
        there = f"/desk/{county['东村党支部' if number == '101' else '初心村党支部']}/2026-11/visit"
        browser.post(there, member=number, day="2026-11-18", topic="谈心")
    page = browser.get(ring).text
    assert told(page) == ["还有 1 位等您联系。"] and len(re.findall("visit.member=00[234]", page)) == 3
    outcomes = {row[0]: row[4] for row in rows(page)}
    assert outcomes["李大山"] == "✓ 11-20 在家 撤回 记一次上门"
    assert outcomes["赵福贵"] == "✓ 11-18 去看望过 谈心 ✓ 11-20 撤回 上门和集中学习 记一次上门"
    assert told(browser.get(ring.removesuffix("/ring")).text)[:2] == [
        "6 人应学，3 人学完，还有 3 人请帮一帮。",
        "请帮一帮的 3 人里，2 人已经联系上了，1 人还没有。",
    ]
    sheet = browser.get(f"{ring.removesuffix('/ring')}/ledger/helping.json").get_json()["rows"]
    assert [(row["result"], row["day"]) for row in sheet] == [
        ("", None),
        ("在家", "2026-11-20"),
        ("去看望过 谈心", "2026-11-20"),
    ]
    page = browser.get("/desk/all/2026-11/ring").text
    assert told(page) == ["各支部一共还有 2 位没有联系上。"]
    assert rows(page) == [["东村党支部", "1", "1"], ["初心村党支部", "1", "2"]]
    assert "请帮一帮的 5 人里，3 人已经联系上了，2 人还没有。" in told(browser.get("/desk/all/2026-11").text)


def test_who_has_no_telephone_is_reached_elsewhere(browser: Browser, county: dict[str, int]) -> None:
    """At home, or at the market."""
    browser.sign_in("dongcun")
    ring = f"/desk/{county['东村党支部']}/2026-11/ring"
    page = browser.get(ring).text
    assert [row[0] for row in rows(page)] == ["周国强", "何有才"]
    assert len(re.findall(r'name="outcome"', page)) == 2 and page.count("back=ring") == 2


def test_what_somebody_else_ticked_meanwhile_stands_and_is_told(
    browser: Browser, fresh: Browser, ring: str, database: Database
) -> None:
    browser.sign_in("chuxin")
    fresh.sign_in("hedong")
    for _ in range(2):  # a double click, or an answer that was lost, is no quarrel
        assert fresh.post(f"{ring}/tick", member="002", seen="", outcome="明天打").status_code == 303
    answer = browser.post(f"{ring}/tick", member="002", seen="", outcome="<没人接>")
    assert answer.status_code == 409 and "李大山：hedong 11-20 09:00 已经记下“明天打”" in answer.text
    assert "您写的是：&lt;没人接&gt;" in answer.text and rows(answer.text)[2][4].startswith("✓ 11-20 明天打")
    answer = browser.post(f"{ring}/tick", member="002", seen="x", undo="1")
    assert answer.status_code == 409 and "hedong 11-20 09:00" in answer.text and "您写的是" not in answer.text
    for _ in range(2):
        assert fresh.post(f"{ring}/tick", member="002", seen="1", undo="1").status_code == 303
    answer = browser.post(f"{ring}/tick", member="002", seen="1", outcome="在家")
    assert answer.status_code == 409 and "李大山：刚才有人把记下的取消了" in answer.text
    with database.reading() as connection:
        assert connection.execute(select(FollowUp.outcome)).scalars().all() == ["明天打"]


def test_an_outcome_that_is_too_long_is_told_and_not_lost(browser: Browser, ring: str) -> None:
    browser.sign_in("chuxin")
    typed = "长" * 200 + '"'
    answer = browser.post(f"{ring}/tick", member="002", outcome=typed)
    assert answer.status_code == 400 and 'role="alert">太长了：写了 201 个字，最多 200 个字。' in answer.text
    (field,) = [each for each in re.findall('<input [^>]*name="outcome".*?>', answer.text) if "value=" in each]
    assert f'value="{escape(typed)}"' in field and "李大山 的联系结果" in field
    assert 'aria-invalid="true" aria-describedby="mistake"' in field
    assert told(browser.get(ring).text)[0].startswith("还有 3 位")


@pytest.mark.parametrize("number", ["101", "201", "", "nobody"])
def test_nobody_else_can_be_ticked(browser: Browser, ring: str, number: str, database: Database) -> None:
    """Neither who is of another branch, nor through another branch's page."""
    browser.sign_in("chuxin")
    assert browser.post(f"{ring}/tick", member=number).status_code == 404
    browser.sign_in("hedong")
    assert browser.post(f"{ring}/tick", member=number).status_code == 404
    with database.reading() as connection:
        assert connection.execute(select(FollowUp.__table__)).all() == []


DIALLED = [  # of those on the list, and as people read it
    ("+8613800138002", "138 0013 8002"),
    ("+8613800138003", "138 0013 8003"),
    ("+8613800138004", "138 0013 8004"),
    ("+8637165432100", "0371 6543 2100"),
]


def dialled(page: str) -> list[tuple[str, str]]:
    assert ("138****8002" in page) != ("tel:" in page)
    return re.findall(r'<a href="tel:(.*?)">(.*?)</a>', page)


def test_numbers_in_full_are_shown_on_request_and_that_is_kept(browser: Browser, ring: str, database: Database) -> None:
    browser.sign_in("chuxin")
    here = browser.post(f"{ring}/numbers").location
    assert here == f"{ring}?numbers=1"
    for _ in range(2):
        assert dialled(browser.get(here).text) == DIALLED  # on paper, too
    with database.reading() as connection:
        (deed,) = connection.execute(select(Deed.__table__)).all()
    assert (deed.what, deed.about) == ("numbers", "初心村党支部 2026-11")


def test_they_stay_while_one_rings_and_ticks(browser: Browser, ring: str, database: Database) -> None:
    """Once somebody left the page, or it is another's, its address shows none; nor that of another month."""
    browser.sign_in("chuxin")
    here = browser.post(f"{ring}/numbers").location
    (tick,) = set(re.findall(r'action="(.*?/tick.*?)"', browser.get(here).text))
    sent = browser.post(tick, member="002", seen="")
    assert sorted(dialled(browser.get(sent.location).text)) == DIALLED
    assert sorted(dialled(browser.post(tick, member="003", outcome="长" * 201).text)) == DIALLED
    assert sorted(dialled(browser.post(tick, member="002", seen="", outcome="在家").text)) == DIALLED
    with database.reading() as connection:
        assert len(connection.execute(select(Deed.id)).all()) == 1
    assert dialled(browser.get(ring).text) == dialled(browser.get(here).text) == []
    browser.post(f"{ring}/numbers")
    assert dialled(browser.get(here.replace("2026-11", "2026-10")).text) == []
    browser.post(f"{ring}/numbers")
    browser.post("/desk/sign-out")
    browser.sign_in("hedong")
    assert dialled(browser.get(here).text) == []


def test_they_are_hidden_again_and_stay_while_a_visit_is_written_down(browser: Browser, ring: str) -> None:
    browser.sign_in("chuxin")
    assert "打印出来的，和这里显示的一样。" in browser.get(ring).text
    page = browser.get(browser.post(f"{ring}/numbers").location).text
    assert "打印出来的，和这里显示的一样。" in page
    form = browser.get(re.findall(r'href="(.*?/visit.*?)"', page)[0].replace("&amp;", "&")).text
    (back,) = re.findall(r'href="([^"]*/ring[^"]*)">‹', form)
    assert sorted(dialled(browser.get(back).text)) == DIALLED
    sent = dict(re.findall(r'<input type="hidden" name="(back|numbers)" value="(.*?)"', form))
    kept = browser.post(ring.replace("/ring", "/visit"), day="2026-11-19", member="004", topic="谈心", **sent)
    page = browser.get(kept.location).text
    assert sorted(dialled(page)) == DIALLED and "已保存" in page
    (hide,) = re.findall(r'href="(.*?)">藏起号码', page)
    assert hide == ring and dialled(browser.get(hide).text) == [] == dialled(browser.get(kept.location).text)


def test_a_township_sees_its_branches_one_after_the_other(browser: Browser) -> None:
    browser.sign_in("hedong")
    page = browser.get("/desk/all/2026-11/ring").text
    assert rows(page) == [["东村党支部", "2", "0"], ["初心村党支部", "3", "0"]]
    assert told(page) == ["各支部一共还有 5 位没有联系上。"]


def test_of_whom_study_is_not_asked_is_not_on_the_list(
    browser: Browser, ring: str, database: Database, clock: Clock
) -> None:
    today = clock.now.date()
    with database.writing() as connection:
        ids = {row.number: row.id for row in connection.execute(select(Member.__table__))}
        exemptions.exempt(connection, ids["004"], "excused", "卧病在床", today, None, 1, clock.now, today)
        exemptions.exempt(connection, ids["003"], "left", "转出", today, None, 1, clock.now, today)
    browser.sign_in("chuxin")
    assert [row[0] for row in rows(browser.get(ring).text)] == ["李大山"]
    month = browser.get(ring.removesuffix("/ring")).text
    assert told(month)[:3] == [
        "4 人应学，3 人学完，还有 1 人请帮一帮。",
        "1 人听了一部分，0 人还没听。",
        "另有 1 人不作硬性要求。",
    ]
    assert [(row[1], row[-1]) for row in rows(month)][2:4] == [("马建民", "免学"), ("张桂兰", "")]
    october = browser.get(ring.replace("2026-11/ring", "2026-10")).text
    assert told(october)[0] == "6 人应学，0 人学完，还有 6 人请帮一帮。"  # a month that is over stays as it was


def test_everybody_heard_it(browser: Browser, ring: str, database: Database, clock: Clock) -> None:
    browser.sign_in("chuxin")
    for number in ("002", "003", "004"):
        browser.post(ring.replace("/ring", "/visit"), day="2026-11-19", member=number, lesson="falls", host="李书记")
    assert told(browser.get(ring).text) == ["这个月没有要帮的人。谢谢您。"]
