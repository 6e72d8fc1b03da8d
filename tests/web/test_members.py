"""The roster, and the card of a member's year: what stands there, and what may be changed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, update

from ivr.records import exemptions, hours, occasions, preferences
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Member
from ivr.records.occasions import Written
from ivr.records.roster import enrolled
from ivr.shelf import Shelf
from tests.databases import ON_ONE
from tests.reports.village import Village, at, bye, listens, menu
from tests.web.conftest import NAMES, USERS, Browser, Clock
from tests.web.reading import rows
from tests.web.test_print import NEEDS_CHROMIUM, pages, printed

CARD = "/desk/member/001/2026"
KEPT = "?kept=1#kept"  # where it is said, not back down at the form


def member(database: Database, number: str) -> int:
    with database.reading() as connection:
        (found,) = enrolled(connection, number=number)
    return found.id


def cells(html: str) -> list[list[str]]:
    """Of all the card's bodies: one for each month, and the year's."""
    return [
        row
        for body in html.partition("<dl")[2].partition("<section")[0].split("<tbody>")[1:]
        for row in rows(f"<tbody>{body}")
    ]


# ── the roster ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_branch_s_roster(browser: Browser, database: Database, county: dict[str, int]) -> None:
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.number == "002").values(role="secretary"))
    browser.sign_in("chuxin")
    for month, expected in {"2026-11": "年老体弱", "2026-10": ""}.items():
        browser.post(f"/desk/member/003/{month[:4]}/excused", kind="excused", reason="年老体弱", since="2026-11-30")
        page = browser.get(f"/desk/all/{month}/members").text
        assert rows(page)[:4] == [
            ["001", "王秀英", "138****8001", "", ""],
            ["002", "李大山", "138****8002", "书记", ""],
            ["003", "赵福贵", "138****8003", "", expected],
            ["004", "马建民", "138****8004 371****2100", "", ""],
        ]
    assert 'href="/desk/member/001/2026"' in page and 'href="/desk/member/001/2026"' in browser.get("/desk/").text


def test_of_several_branches_there_is_a_list_and_a_way_to_find_people(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("xian")
    page = browser.get("/desk/all/2026-11/members").text
    assert rows(page) == [["河东镇", "东村党支部", "2"], ["河东镇", "初心村党支部", "6"], ["河西镇", "西村党支部", "1"]]
    assert f'href="/desk/{county["东村党支部"]}/2026-11/members"' in page
    for wanted, names in {"王": ["王秀英"], "102": ["何有才"], "%25": [], "_": [], "": None}.items():
        found = browser.get(f"/desk/all/2026-11/members?find={wanted}").text
        assert names is None or [row[1] for row in rows(found)] == names


def test_nobody_is_found_elsewhere(browser: Browser) -> None:
    browser.sign_in("dongcun")
    assert rows(browser.get("/desk/all/2026-11/members?find=王").text) == []


# ── the card ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_year_month_by_month(
    browser: Browser, database: Database, county: dict[str, int], pressed: Path, clock: Clock
) -> None:
    branch, who = county["初心村党支部"], member(database, "001")
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue())
        village.calls = 100
        village.call("001", "2026-10-05 10:00", menu(), *listens(village.falls, 0, 1), hung_up=5)
        village.call("001", "2026-12-31 23:59", menu(), *listens(village.stoves, 0, 1), bye(7.5), hung_up=1)
        village.call("001", "2027-01-01 00:01", menu(), *listens(village.falls, 0, 1), hung_up=5)
        written = Written("meeting", date(2026, 11, 18), "stoves", (who,))
        for each in (written, Written("meeting", date(2026, 11, 19), "falls", (who,))):
            occasions.write(connection, branch, each, 1, at("2026-11-19 12:00"), date(2026, 11, 20))
        hours.confirm(connection, "2026-11", {(who, "falls"): 5, (who, "stoves"): 10}, 1, at("2026-11-19 12:00"))
    browser.sign_in("chuxin")
    assert browser.get("/desk/member/001/2027").status_code == 404  # it has not begun
    clock.pass_(days=60)
    browser.sign_in("chuxin")
    how = "电话学习 + 集中学习 1 课、集中学习 1 课、电话学习 1 课"
    assert cells(browser.get(CARD).text) == [
        ["10月", "10-05", "防跌倒", "电话学习", "0:12", "", "", "", "0:12，0.0 学时"],
        ["11月", "11-09、11-19", "防跌倒", "电话学习 + 集中学习", "0:30", "", "0.5", "2/2", "0:30，1.5 学时"],
        ["11-18", "用炉子", "集中学习", "", "", "1.0", ""],
        ["12月", "12-31", "用炉子", "电话学习", "0:14", "", "", "", "0:14，0.0 学时"],
        [f"全年合计（学完 3 课：{how}）", "0:56", "", "1.5", "", "0:56，1.5 学时"],
    ]
    page, next_year = browser.get(CARD).text, browser.get("/desk/member/001/2027").text
    assert "全年确认学时 1.5，要满 32。" in page and cells(next_year)[0][:2] == ["1月", "01-01"]
    assert f'href="{CARD}"' in next_year and "上一年" not in page  # before 2026 nothing is known
    assert browser.get("/desk/member/001/2025").status_code == 404


def test_from_a_card_the_tabs_lead_to_its_branch(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("hedong")
    tabs = browser.get(CARD).text.partition('<nav class="screen tabs"')[2].partition("</nav>")[0]
    assert f'href="/desk/{county["初心村党支部"]}/2026-11/ring"' in tabs and "/desk/all/" not in tabs


def test_a_card_agrees_with_the_month(browser: Browser) -> None:
    browser.sign_in("chuxin")
    for _, name, _, _, heard, answers, *_ in rows(browser.get("/desk/").text):
        number = {"王秀英": "001", "李大山": "002", "赵福贵": "003", "马建民": "004", "张桂兰": "005", "陈德明": "006"}[
            name
        ]
        *studied, year = cells(browser.get(f"/desk/member/{number}/2026").text)
        assert year[1] == heard, name
        assert heard or studied[0][0] == "这一年还没有学习记录。"
        assert not answers or studied[0][7] == answers


def test_a_card_takes_few_questions(browser: Browser, database: Database) -> None:
    """Of each month, however much was heard in it."""
    browser.sign_in("chuxin")
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    browser.get(CARD)
    assert 5 < len(asked) < 140


@pytest.mark.parametrize("year", ["0000", "0999", "2025", "2027", "9999", "26", "02026", "2026-11", "x"])
def test_what_is_no_year_is_not_there(browser: Browser, year: str) -> None:
    browser.sign_in("chuxin")
    assert browser.get(f"/desk/member/001/{year}").status_code == 404


NUMBERS = ["A/1", "..", "a?b#c", "党-001", "%2F", "~x", "1 2", "'\"<b>", "x" * 64, "党" * 64, "a//b", "\\"]


def test_a_number_may_be_anything(browser: Browser, database: Database) -> None:
    quoted = (number.replace('"', '""') for number in NUMBERS)
    lines = [f'名{n},,初心村党支部,"{number}"' for n, number in enumerate(quoted)]
    import_roster(database, "\n".join(["姓名,电话,支部,编号", *lines]).encode(), "r.csv", "CN")
    browser.sign_in("chuxin")
    page = browser.get("/desk/all/2026-11/members").text
    links = dict(re.findall(r'href="(/desk/member/[^"]*)">(名\d+)<', page))
    assert len(links) == len(NUMBERS)
    for address, name in links.items():
        answer = browser.get(address, follow=False)
        assert answer.status_code == 200 and f'<dd class="who">{name}</dd>' in answer.text
        assert browser.post(f"{address}/choices", pace="slow").location == f"{address}{KEPT}"


@pytest.mark.parametrize("address", ["~", "~4", "~____", "~gIA", "nobody", "~" + "A" * 400])
def test_an_address_of_nobody(browser: Browser, address: str) -> None:
    browser.sign_in("xian")
    assert browser.get(f"/desk/member/{address}/2026").status_code == 404


# ── what is written down ─────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_excused_and_back(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    sent = {"kind": "excused", "reason": "身患重病", "since": "2026.11.1", "until": "2026年12月31日"}
    assert browser.post(f"{CARD}/excused", **sent).location == CARD + KEPT
    page = browser.get(CARD).text
    assert re.search('<form class="entry" method="post" novalidate [^>]*/excused', page)
    assert "身患重病，2026-11-01 至 2026-12-31" in page
    assert "5 人应学" in browser.get("/desk/").text
    action = re.findall(r'action="(/desk/member/001/2026/excused/\d+/back)"', page)
    assert len(action) == 1
    for _ in range(2):  # twice is once
        answer = browser.post(action[0])
        assert answer.location == f"{CARD}?kept=taken_back#kept" and "已撤回。" in browser.get(answer.location).text
        assert "身患重病，" not in browser.get(CARD).text and "6 人应学" in browser.get("/desk/").text
    assert browser.post(f"{CARD}/excused/99/back").status_code == 404
    with database.reading() as connection:
        assert exemptions.of_member(connection, member(database, "001")) == []


def test_who_was_excused_in_a_month_that_was_handed_in_stays_so(browser: Browser, database: Database) -> None:
    """Taken back, it ends with the last of these; what is over is not taken back."""
    then, who = date(2026, 6, 10), member(database, "001")
    with database.writing() as connection:
        exemptions.exempt(connection, who, "excused", "身患重病", then, None, 1, at("2026-06-10 09:00"), then)
    browser.sign_in("chuxin")
    (action,) = re.findall(r'action="(/desk/member/001/2026/excused/\d+/back)"', browser.get(CARD).text)
    for _ in range(2):
        assert browser.post(action).location == f"{CARD}?kept=taken_back#kept"
    page = browser.get(CARD).text
    assert "身患重病，2026-06-10 至 2026-09-30" in page and "/back" not in page
    with database.reading() as connection:
        (kept,) = exemptions.of_member(connection, who)
    answer = browser.post(action.replace("/1/", f"/{kept.id}/"))
    assert answer.status_code == 409 and "更早的不能再写，也不能再改" in answer.text
    assert 'type="date" min="2026-10-01" value="2026-11-20"' in page


def test_who_has_left_is_in_no_month_but_keeps_the_card(browser: Browser) -> None:
    browser.sign_in("chuxin")
    browser.post(f"{CARD}/excused", kind="left", reason="转到外县", since="2026-11-10")
    assert "王秀英" not in browser.get("/desk/").text
    assert "已转出：转到外县" in browser.get("/desk/all/2026-11/members").text
    card = browser.get(CARD).text
    assert cells(card)[0][0] == "11月"
    assert "<dt>已转出</dt><dd>转到外县，2026-11-10 起</dd>" in card and "<dt>免学</dt>" not in card


def test_who_has_left_by_now_is_marked_wherever_somebody_is_chosen(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    here = f"/desk/{county['初心村党支部']}/2026-11"
    places = (f"{here}/visit", f"{here}/meeting", "/desk/notices", "/desk/phone")
    for since, is_told in (("2026-11-21", False), ("2026-11-20", True)):
        card = "/desk/member/002/2026" if is_told else CARD
        browser.post(f"{card}/excused", kind="left", reason="转到外县", since=since)
        assert [browser.get(place).text.count("李大山（已转出）") for place in places] == [is_told] * 4
    assert "王秀英（已转出）" not in "".join(browser.get(place).text for place in places)


def test_what_is_written_down_for_the_same_days_is_named(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    november = {"kind": "excused", "reason": "住院", "since": "2026-11-05", "until": "2026-11-20"}
    assert browser.post(f"{CARD}/excused", **november).status_code == 303
    for since, until in (("2026-11-01", "2026-11-05"), ("2026-11-20", ""), ("2026-11-01", "2026-12-01")):
        answer = browser.post(f"{CARD}/excused", **{**november, "since": since, "until": until})
        assert answer.status_code == 422 and f'value="{since}"' in answer.text
        assert "这几天已经记过了：住院，2026-11-05 至 2026-11-20。" in answer.text.partition('id="wrong-since"')[2]
    for other in ({"since": "2026-11-21", "until": ""}, {"kind": "left", "reason": "转到外县"}):
        assert browser.post(f"{CARD}/excused", **{**november, **other}).status_code == 303
    again = browser.post(f"{CARD}/excused", **{**november, "since": "2026-12-01", "until": ""})
    assert "住院，2026-11-21 起，长期。" in again.text
    with database.reading() as connection:
        assert len(exemptions.of_member(connection, member(database, "001"))) == 3


RIGHT = {"kind": "excused", "reason": "年老", "since": "2026-11-01", "until": ""}


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"reason": " "}, "reason", "请写一写原因。"),
        ({"reason": "长" * 201}, "reason", "太长了：写了 201 个字，最多 200 个字。请写短一点。"),
        ({"since": ""}, "since", "请填日期。"),
        ({"since": "昨天"}, "since", "日期请写成"),
        ({"since": "2026-02-30"}, "since", "日期请写成"),
        ({"since": "2026-09-30"}, "since", "最早只能写上个月 1 日"),
        ({"until": "2026-10-31"}, "until", "比开始还早"),
        ({"until": "x"}, "until", "日期请写成"),
        ({"kind": "dead"}, "kind", "请选一种。"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_lost(
    browser: Browser, database: Database, wrong: dict[str, str], field: str, told: str
) -> None:
    browser.sign_in("chuxin")
    answer = browser.post(f"{CARD}/excused", **{**RIGHT, **wrong})
    assert answer.status_code == 422
    assert told in answer.text.partition(f'id="wrong-{field}"')[2].partition("</p>")[0]
    for name, text in {**RIGHT, **wrong}.items():
        assert f'value="{text}"' in answer.text or name == "kind"
    with database.reading() as connection:
        assert exemptions.of_member(connection, member(database, "001")) == []


def test_choices_are_those_the_telephone_knows(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    who = member(database, "001")
    for sent, kept in [
        ({"pace": "slow", "language": "yue", "one_key": "yes"}, {"pace": "slow", "language": "yue", "one_key": "yes"}),
        ({"pace": ""}, {"language": "yue", "one_key": "yes"}),
        ({"wait": "x", "role": "secretary", "pin": "1234"}, {"language": "yue", "one_key": "yes"}),
    ]:
        assert browser.post(f"{CARD}/choices", **sent).location == CARD + KEPT
        with database.reading() as connection:
            assert preferences.preferred(connection, [who])[who] == kept
            assert enrolled(connection, number="001")[0].role == ""
    assert '<option value="yue" selected>' in browser.get(CARD).text
    assert browser.post(f"{CARD}/choices", pace="never").status_code == 400


@pytest.mark.parametrize("user", USERS)
def test_nothing_of_others_is_there_to_see_or_to_change(browser: Browser, database: Database, user: str) -> None:
    _, _, theirs = USERS[user]
    browser.sign_in(user)
    with database.writing() as connection:
        when = date(2026, 11, 1)
        by = (1, at("2026-11-01 08:00"), when)
        exemptions.exempt(connection, member(database, "201"), "excused", "病", when, None, *by)
        (kept,) = exemptions.of_member(connection, member(database, "201"))
    for number, branch in {"001": "初心村党支部", "101": "东村党支部", "201": "西村党支部"}.items():
        card = f"/desk/member/{number}/2026"
        answer = browser.get(card)
        assert (answer.status_code == 200) == (branch in theirs)
        assert branch in theirs or not any(name in answer.text for name in NAMES[branch])
        if branch not in theirs:
            assert browser.post(f"{card}/excused", **RIGHT).status_code == 404
            assert browser.post(f"{card}/choices", pace="slow").status_code == 404
        if number != "201":
            assert browser.post(f"{card}/excused/{kept.id}/back").status_code == 404, "another member's"
    with database.reading() as connection:
        assert exemptions.of_member(connection, member(database, "201")) == [kept]


@ON_ONE
@NEEDS_CHROMIUM
def test_a_full_year_is_one_page(browser: Browser, database: Database, county: dict[str, int], tmp_path: Path) -> None:
    """Two lessons a month."""
    who = member(database, "001")
    with database.writing() as connection:
        for month in range(1, 13):
            for day, lesson in ((3, "falls"), (20, "stoves")):
                written = Written("visit", date(2026, month, day), lesson, (who,))
                occasions.write(connection, county["初心村党支部"], written, 1, at("2026-11-18 12:00"), written.day)
    browser.sign_in("chuxin")
    page = browser.get(CARD).text
    assert page.count('rowspan="2"') == 24
    assert pages(printed(page, tmp_path)) == 1
