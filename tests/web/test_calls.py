"""The calls behind the numbers, each with its evidence; and those that nobody is known for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Attendance, Call, Deed, Evidence, Member, Progress, Recording
from ivr.shelf import Shelf
from tests.reports.village import Village, at, bye, listens, menu
from tests.web.conftest import HOME, Browser, Clock, desk_of
from tests.web.reading import rows, told

WAITS = 8  # the stranger's call of the village's November
STRANGER = "+8615900001111"


def plain(html: str) -> str:
    """What is read of a page, a line for each part."""
    main = html.partition("<main")[2].partition("</main>")[0]
    main = re.sub(r"<svg.*?</svg>", "", main, flags=re.S)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<[^>]+>", "\n", main)).strip()


def listed(page: str) -> list[str]:
    return [row[0] for row in rows(page)]


def written(database: Database, pressed: Path, member: str | None, local: str, **more: Any) -> int:
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue())
        village.calls = 1000 + (connection.execute(select(Call.id).order_by(Call.id.desc())).scalar() or 0)
        return village.call(member, local, menu(), *listens(village.falls, 0), bye(13.5), **more)


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_calls_of_a_month_newest_first(browser: Browser) -> None:
    browser.sign_in("xian")
    page = browser.get("/desk/all/2026-11/calls").text
    assert told(page) == ["8 个电话。"]
    cells = [[" ".join(cell.split()) for cell in row] for row in rows(page.replace("<br>", " "))]
    assert cells[0] == ["11-16 18:00", "待认领 159****1111", "《防跌倒》 0:00–0:06", "", "0:07", "中途断开"]
    who = "赵福贵（初心村党支部） 138****8003"
    assert cells[5] == ["11-11 07:15", who, "《防跌倒》 0:22", "9 1 7 按错键 2 次", "0:42", "说完再见"]
    assert listed(page) == sorted(listed(page), reverse=True)


@pytest.mark.parametrize(
    ("asked", "days", "which"),
    [
        ("", ["14", "13", "12", "11", "10", "09"], ""),
        ("member=001", ["09"], "只看：王秀英的。"),
        ("member=006", ["14", "13"], "只看：陈德明的。"),
        ("member=004", [], "只看：马建民的。"),
        ("lesson=stoves", ["12"], "只看：听了或答了《用炉子》的。"),
        ("lesson=%00&member=%00", ["14", "13", "12", "11", "10", "09"], ""),
        ("lesson=nothing", [], "只看：听了或答了《nothing》的。"),
        ("only=dropped", ["10"], "只看：中途断开。"),
        ("only=strays", ["11"], "只看：按错键。"),
        ("only=unclaimed", [], "只看：待认领。"),
        ("member=003&only=strays", ["11"], "只看：赵福贵的、按错键。"),
        ("member=003&only=dropped", [], "只看：赵福贵的、中途断开。"),
    ],
)
def test_what_is_left_out_is_said_and_can_be_let_in(
    browser: Browser, county: dict[str, int], asked: str, days: list[str], which: str
) -> None:
    browser.sign_in("chuxin")
    here = f"/desk/{county['初心村党支部']}/2026-11/calls"
    page = browser.get(f"{here}?{asked}").text
    assert [when[3:5] for when in listed(page)] == days
    assert told(page) == [f"{len(days)} 个电话。"] if days else told(page)[0].endswith("2026年11月没有这样的电话。")
    assert which in plain(page) and (f'href="{here}">看全部来电' in page) == bool(which)


@pytest.mark.parametrize(
    "asked", ["member=101", "member=nobody", "only=all", "only=x", "page=0", "page=2", "page=x", "page=²", "page=-1"]
)
def test_what_can_t_be_asked_for_is_not_there(browser: Browser, county: dict[str, int], asked: str) -> None:
    browser.sign_in("chuxin")
    assert browser.get(f"/desk/{county['初心村党支部']}/2026-11/calls?{asked}").status_code == 404


def test_numbers_of_the_month_open_to_as_many_calls(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text
    assert page.count("/calls?member=") == 5 * 2 + 2  # what was heard and how often, of five; and two that need help
    for row in rows(page):
        calls = int(row[-3] or 0)
        behind = browser.get(f"/desk/{county['初心村党支部']}/2026-11/calls?member={row_number(row[1])}").text
        assert len(listed(behind)) == calls, row
    for address in re.findall(r'href="(/desk/[^"]*only=\w+)"', page):
        assert len(listed(browser.get(address.replace("&amp;", "&")).text)) == 1


def row_number(name: str) -> str:
    names = {"王秀英": "001", "李大山": "002", "赵福贵": "003", "马建民": "004", "张桂兰": "005", "陈德明": "006"}
    return names[name]


def test_a_call_that_counts_for_several_is_counted_once_for_each(
    browser: Browser, database: Database, county: dict[str, int], pressed: Path
) -> None:
    """A call of one's own and a group's, each with its own lesson: two calls, on the month's page and behind it."""
    call = written(database, pressed, None, "2026-11-17 08:00", phone="+8613800138007", hung_up=1)
    with database.writing() as connection:
        for number in ("001", "101"):
            member = connection.execute(select(Member.id).where(Member.number == number)).scalar_one()
            row = {"call_id": call, "turn": 1, "member_id": member, "grade": "group", "joined": True}
            connection.execute(insert(Attendance), {**row, "at": at("2026-11-17 08:00")})
    browser.sign_in("chuxin")
    assert rows(browser.get("/desk/").text)[0][-3] == "2"
    page = browser.get(f"/desk/{county['初心村党支部']}/2026-11/calls?member=001").text
    assert len(listed(page)) == 2
    assert "王秀英" in page and "另有 1 人（别的支部）" in page and "周国强" not in page
    shared = browser.get(f"/desk/call/{call}").text
    assert "王秀英" in shared and "另有 1 人（别的支部）" in plain(shared) and "周国强" not in shared


def test_a_hundred_calls_a_page(browser: Browser, database: Database, pressed: Path, county: dict[str, int]) -> None:
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue(), calls=1000)
        for n in range(143):
            village.call("201", f"2026-11-{n % 28 + 1:02} 06:{n // 28:02}", menu(), bye(), hung_up=1)
    browser.sign_in("hexi")
    here = f"/desk/{county['西村党支部']}/2026-11/calls"
    first, second = (browser.get(f"{here}?member=201&page={n}").text for n in (1, 2))
    assert [len(listed(page)) for page in (first, second)] == [100, 43]
    assert (
        len({*zip(listed(first), range(100), strict=True), *zip(listed(second), range(100, 143), strict=True)}) == 143
    )
    assert f'href="{here}?member=201&amp;page=2"' in first and "第 2 页，共 2 页" in second
    assert f'href="{here}?member=201&amp;page=1"' in second and "page=3" not in second
    assert browser.get(f"{here}?page=3").status_code == 404


def test_a_month_without_calls(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("xian")
    page = browser.get("/desk/all/2026-10/calls")
    assert page.status_code == 200 and "<table>" not in page.text
    assert told(page.text) == ["2026年10月没有电话打进来。"]
    page = browser.get("/desk/all/2026-10/calls?only=strays")
    assert (
        told(page.text) == ["这里列的是按了用不上的键的电话。2026年10月没有这样的电话。"] and "看全部来电" in page.text
    )


# ── one call ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_as_evidence(browser: Browser, database: Database) -> None:
    browser.sign_in("chuxin")
    with database.reading() as connection:
        whose = select(Call.id).join(Member, Member.id == Call.member_id).where(Member.number == "003")
        call = connection.execute(whose).scalar_one()
    page = browser.get(f"/desk/call/{call}").text
    assert (
        plain(page).partition("一步一步\n")[2]
        == """过了
来电人
电话里放的
0:00
电话接通。
知道了来电人：赵福贵。
0:04
按了 9。
这个键在这里没有用，没有理会。
0:12
按了 1：听课。
《防跌倒》
第 1 段，从 0:00 起，长 0:12
算听到 0:06–0:09（一共 0:12，电话）
●
听到：防跌倒第1段第1句。防跌倒第1段第2句。防跌倒第1段第3句。
◐
也许听到：防跌倒第1段第4句。防跌倒第1段第5句。
○
没听到：防跌倒第1段第6句。
0:22
按了 7。
这个键在这里没有用，没有理会。
《防跌倒》
第 1 段，从 0:06 起，长 0:06
算听到 0:06（一共 0:06，电话）
●
听到：防跌倒第1段第4句。防跌倒第1段第5句。防跌倒第1段第6句。
0:30
一直听到这里，没有按键。
《防跌倒》
第 2 段，从 0:12 起，长 0:10
算听到 0:10（一共 0:10，电话）
●
听到：防跌倒第2段第1句。防跌倒第2段第2句。防跌倒第2段第3句。防跌倒第2段第4句。防跌倒第2段第5句。
0:42
一直听到这里，没有按键。
“谢谢您，再见。”
0:42
线路报告：通话结束，一共 0:42。"""
    )
    painting = page.partition("<svg")[2].partition("</svg>")[0]
    assert painting.count('fill="#0072b2"') == 3 and painting.count('stroke-dasharray="4 4"') == 2
    assert "style=" not in page and 'id="who"' not in page


def test_what_came_outside_the_turns_is_told(browser: Browser, database: Database, pressed: Path) -> None:
    call = written(database, pressed, "001", "2026-11-18 08:00")
    with database.writing() as connection:
        for kind, status in (("resent", None), ("fallback", None), ("ended", "no-answer"), ("ended", "odd")):
            row = {"call_id": call, "kind": kind, "arrived_at": at("2026-11-18 08:01"), "turn": 2, "status": status}
            connection.execute(insert(Evidence), row)
    browser.sign_in("chuxin")
    page = plain(browser.get(f"/desk/call/{call}").text)
    for line in (
        "线路又来取了一次（第 2 步），又放了一遍。",
        "线路放不出来（第 2 步），又试了一遍。",
        "线路报告：没有人接。",
    ):
        assert line in page
    assert "线路报告：odd。" in page


def test_a_call_that_is_not_theirs_is_not_there(
    browser: Browser, fresh: Browser, said: Mapping[str, tuple[int, int]]
) -> None:
    browser.sign_in("dongcun")
    fresh.sign_in("xian")
    for call in (said["初心村党支部"][0], WAITS, 99999, 10**17, 10**25):
        for path, fields in (("claim", {"who": "101"}), ("aside", {})):
            assert browser.post(f"/desk/call/{call}/{path}", **fields).status_code == 404
        assert browser.get(f"/desk/call/{call}").status_code == 404
    assert fresh.get(f"/desk/call/{WAITS}").status_code == 200
    theirs, recording = said["东村党支部"]
    assert browser.get(f"/desk/call/{theirs}/{recording}.wav").status_code == 200
    other = said["初心村党支部"]
    for address in (f"{other[0]}/{other[1]}", f"{theirs}/{other[1]}", f"{other[0]}/{recording}"):
        assert browser.get(f"/desk/call/{address}.wav").status_code == 404


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────


def heard(database: Database, number: str) -> int:
    with database.reading() as connection:
        theirs = select(Progress.heard_at_least_ms).join(Member, Member.id == Progress.member_id)
        return connection.execute(theirs.where(Member.number == number, Progress.lesson == "falls")).scalar() or 0


@pytest.fixture
def rang(database: Database, county: dict[str, int], app: Flask, pressed: Path) -> int:
    """A call that waits, from 马建民's number: 初心村 sees it."""
    call = written(database, pressed, None, "2026-11-18 08:00", phone="+8613800138004", hung_up=1)
    with database.writing() as connection:
        audio = Shelf(pressed).catalogue().lessons[0].segments[0].audio
        row = {"call_id": call, "turn": 1, "kind": "name", "name": "RE", "address": "", "seconds": 3}
        then = at("2026-11-18 08:00")
        for turn, here, next_try in ((1, audio, None), (2, "", then), (3, "", None)):
            left = {**row, "turn": turn, "audio": here, "left_at": then, "next_try_at": next_try}
            connection.execute(insert(Recording), left)
    return call


def test_a_call_that_waits_is_claimed_and_counts(browser: Browser, database: Database, rang: int) -> None:
    browser.sign_in("chuxin")
    more = browser.get("/desk/all/2026-11/more").text
    assert "等您认领的电话（1 个）" in more
    page = browser.get("/desk/unclaimed").text
    assert told(page) == ["1 个电话不知道是谁打的，等您认领。"]
    assert rows(page)[0][:3] == ["2026-11-18 08:00", "138****8004", "《防跌倒》 0:12"]
    assert page.count("录音没能取到，不会再试了。") == 1
    assert page.count("<audio") == 1 and "录音还没有取到。" in page and f'href="/desk/call/{rang}"' in page
    call = browser.get(f"/desk/call/{rang}").text
    assert call.count("<audio") == 1 and "录音还没有取到。" in call and call.count("录音没能取到") == 1
    assert '<option value="004">马建民（004）</option>' in re.sub(r"\s+<", "<", call) and "周国强" not in call
    browser.post("/desk/member/002/2026/excused", kind="left", reason="转到外县", since="2026-11-20")
    assert "李大山（已转出）（002）" in browser.get(f"/desk/call/{rang}").text
    assert heard(database, "004") == 0
    answer = browser.post(f"/desk/call/{rang}/claim", who="004")
    assert answer.status_code == 303 and answer.location == f"/desk/call/{rang}?kept=claimed"
    assert heard(database, "004") == 12_000
    assert 'role="status">记到了马建民名下。' in browser.get(answer.location).text
    after = browser.get(f"/desk/call/{rang}").text
    assert "记到了马建民名下。" in after and 'id="who"' not in after and "（认领）" in plain(after)
    assert told(browser.get("/desk/unclaimed").text) == ["没有等您认领的电话。"]
    again = browser.post(f"/desk/call/{rang}/claim", who="001")
    assert again.status_code == 409 and "已经有人认领了" in again.text and heard(database, "001") == 30_000
    assert browser.post(f"/desk/call/{rang}/aside").status_code == 409


def test_a_claim_is_given_back(browser: Browser, fresh: Browser, database: Database, rang: int) -> None:
    browser.sign_in("chuxin")
    fresh.sign_in("dongcun")
    here = f"/desk/call/{rang}"
    assert browser.post(f"{here}/unclaim", who="004").status_code == 409
    browser.post(f"{here}/claim", who="004")
    claimed = browser.get(here).text
    assert "确认过的学时还在，要收回，请到“学时确认”。" in claimed
    asked = claimed.partition('<details class="asks">')[2].partition("</details>")[0]
    (who,) = re.findall(r'name="who" value="(.*?)"', asked)
    assert f'action="{here}/unclaim"' in asked and "确定</button>" in asked
    for browses, forged in ((fresh, who), (fresh, "101"), (browser, "101"), (browser, ""), (browser, "nobody")):
        assert browses.post(f"{here}/unclaim", who=forged).status_code == 404
    stale = browser.post(f"{here}/unclaim", who="001")
    assert stale.status_code == 409 and "刚才有人改过是谁打的" in stale.text and heard(database, "004") == 12_000
    answer = browser.post(f"{here}/unclaim", who=who)
    assert answer.status_code == 303 and heard(database, "004") == 0
    page = browser.get(answer.location).text
    assert "已撤回。" in page and "不算马建民的了" in page and "这个电话是谁打的？" in page
    assert len(rows(browser.get("/desk/unclaimed").text)) == 1
    browser.post(f"{here}/claim", who="001")
    assert "马建民" not in browser.get("/desk/all/2026-11/calls?member=001").text
    with database.reading() as connection:
        did = connection.execute(select(Deed.what, Deed.about).order_by(Deed.id)).all()
        told = [f"{rang} 004", f"{rang} 004", f"{rang} 001"]
        assert [tuple(deed) for deed in did] == [
            *zip(("call claimed", "claim given back", "call claimed"), told, strict=True)
        ]


def test_what_one_gives_back_one_may_not_see_then(browser: Browser, fresh: Browser) -> None:
    """A stranger's call is the county's."""
    fresh.sign_in("xian")
    fresh.post(f"/desk/call/{WAITS}/claim", who="周国强")
    browser.sign_in("dongcun")
    answer = browser.post(f"/desk/call/{WAITS}/unclaim", who="101")
    assert "已撤回。" in browser.get(answer.location).text and answer.location == "/desk/unclaimed?kept=taken_back"
    assert browser.get(f"/desk/call/{WAITS}").status_code == 404
    assert "不算周国强的了" in fresh.get(f"/desk/call/{WAITS}").text


@pytest.mark.parametrize(
    ("who", "mistake"),
    [
        ("\0", "没有找到“”。"),
        ("", "没有找到“”。"),
        ("nobody", "没有找到“nobody”。"),
        ("101", "没有找到“101”。"),
        ("周国强", "没有找到“周国强”。"),
        ("<b>", "没有找到“&lt;b&gt;”。"),
        ("王秀英", "叫“王秀英”的不止一位。请写编号。"),
    ],
)
def test_who_is_not_one_of_theirs_is_told_beside_the_field(
    browser: Browser, database: Database, rang: int, who: str, mistake: str
) -> None:
    import_roster(database, "姓名,电话,支部,编号\n王秀英,,初心村党支部,007\n".encode(), "more.csv", "CN")
    browser.sign_in("chuxin")
    answer = browser.post(f"/desk/call/{rang}/claim", who=who)
    assert answer.status_code == 400 and mistake in answer.text and "这个电话是谁打的？" in answer.text
    with database.reading() as connection:
        assert connection.execute(select(Call.member_id).where(Call.id == rang)).scalar() is None


def test_of_very_many_one_types_who_it_is(browser: Browser, database: Database, rang: int) -> None:
    more = "\n".join(f"新{n:03},,初心村党支部,N{n:03}" for n in range(200))
    import_roster(database, f"姓名,电话,支部,编号\n{more}\n".encode(), "more.csv", "CN")
    browser.sign_in("chuxin")
    assert "<select" not in browser.get(f"/desk/call/{rang}").text
    wrong = browser.post(f"/desk/call/{rang}/claim", who="新人")
    assert 'value="新人"' in wrong.text
    assert browser.post(f"/desk/call/{rang}/claim", who="新007").status_code == 303
    assert heard(database, "N007") == 12_000


def test_a_call_is_set_aside_and_taken_back(browser: Browser, database: Database, rang: int) -> None:
    browser.sign_in("chuxin")
    assert browser.post(f"/desk/call/{rang}/aside").status_code == 303
    assert rows(browser.get("/desk/unclaimed").text) == []
    page = browser.get(f"/desk/call/{rang}").text
    assert "这个电话已经搁在一边。" in page and "搁在一边，没有人认领。" in page
    everything = browser.get("/desk/unclaimed?all=1").text
    assert "已搁在一边" in rows(everything)[0][-1]
    assert told(everything) == ["没有等您认领的电话。下面的都搁在一边了，以后还可以认领。"]
    undone = browser.post(f"/desk/call/{rang}/aside", undo="1")
    assert undone.status_code == 303 and "已撤回。" in browser.get(undone.location).text
    assert "又拿出来，等人认领。" in browser.get(f"/desk/call/{rang}").text
    assert len(rows(browser.get("/desk/unclaimed").text)) == 1
    with database.reading() as connection:
        did = connection.execute(select(Deed.what, Deed.about)).all()
    assert [tuple(deed) for deed in did] == [("call set aside", str(rang)), ("call taken back", str(rang))]


def test_older_calls_are_counted_and_shown_when_asked(
    browser: Browser, rang: int, database: Database, pressed: Path, clock: Clock
) -> None:
    written(database, pressed, None, "2026-08-18 08:00", phone="+8613800138004", hung_up=1)
    browser.sign_in("chuxin")
    page = browser.get("/desk/unclaimed").text
    assert told(page) == ["2 个电话不知道是谁打的，等您认领。"] and "还有 1 个更早的，没有列出来。" in page
    assert len(rows(page)) == 1 and len(rows(browser.get("/desk/unclaimed?all=1").text)) == 2


def test_of_very_many_the_newest_are_shown(browser: Browser, database: Database, pressed: Path) -> None:
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue(), calls=1000)
        for n in range(201):
            steps = (menu(), *listens(village.falls, 0))
            village.call(None, f"2026-11-{n % 19 + 1:02} 06:{n // 19:02}", *steps, phone=f"+86159{n:08}")
    browser.sign_in("xian")
    page, everything = (browser.get(f"/desk/unclaimed{asked}").text for asked in ("", "?all=1"))
    assert len(rows(page)) == len(rows(everything)) == 200
    assert "还有 2 个更早的，没有列出来。" in page and "只列出了最近的 200 个。" in everything


def test_a_stranger_s_call_is_the_county_s_to_claim(browser: Browser, fresh: Browser, database: Database) -> None:
    for user in ("chuxin", "hedong"):
        other = Browser(browser.client.application.test_client())
        other.sign_in(user)
        assert told(other.get("/desk/unclaimed").text) == ["没有等您认领的电话。"]
        assert other.get(f"/desk/call/{WAITS}").status_code == 404
    fresh.sign_in("xian")
    assert "周国强（101，东村党支部）" in fresh.get(f"/desk/call/{WAITS}").text
    assert fresh.post(f"/desk/call/{WAITS}/claim", who="周国强").status_code == 303


def test_forms_need_their_token(browser: Browser, rang: int) -> None:
    browser.sign_in("chuxin")
    for path in ("claim", "unclaim", "aside"):
        answer = browser.client.post(f"/desk/call/{rang}/{path}", base_url=HOME, data={"who": "004"})
        assert answer.status_code == 400
    assert len(rows(browser.get("/desk/unclaimed").text)) == 1


def test_what_was_said_is_sound(browser: Browser, said: Mapping[str, tuple[int, int]], rang: int) -> None:
    browser.sign_in("chuxin")
    call, recording = said["初心村党支部"]
    answer = browser.get(f"/desk/call/{call}/{recording}.wav")
    assert answer.mimetype == "audio/wav" and answer.data[:4] == b"RIFF"
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    answer.close()
    unfetched = max(recording for _, recording in said.values()) + 2
    assert browser.get(f"/desk/call/{rang}/{unfetched}.wav").status_code == 404


def test_in_english(database: Database, app: Flask, pressed: Path, clock: Clock, rang: int) -> None:
    browser = Browser(desk_of(database, pressed, clock, "en").test_client())
    browser.sign_in("chuxin")
    known = r"谢谢您，再见。|初心村党支部|防跌倒[^<]*|用炉子[^<]*|[王李赵马张陈][\u4e00-\u9fff]{2}"
    for path in ("/desk/all/2026-11/calls?only=strays", "/desk/unclaimed", f"/desk/call/{rang}", "/desk/call/3"):
        page = browser.get(path)
        assert page.status_code == 200
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(known, "", page.text)), path
