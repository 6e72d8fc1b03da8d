"""Hours are suggested by the line, and count once they are ticked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from ivr.records import hours
from ivr.records.db import Database
from ivr.records.models import Hours
from tests.reports.village import at
from tests.web.conftest import Browser
from tests.web.reading import rows


@pytest.fixture
def here(county: dict[str, int]) -> str:
    return f"/desk/{county['初心村党支部']}/2026-11/hours"


@pytest.mark.parametrize(
    ("heard_s", "length_s", "hour_minutes", "tenths"),
    [
        (0, 600, 60, 0),
        (179, 600, 60, 0),
        (181, 600, 60, 1),
        (600, 600, 60, 2),
        (600, 600, 45, 2),
        (1800, 3600, 60, 5),
        (1800, 3600, 45, 7),
        (9000, 3600, 60, 10),  # never more than the lesson
    ],
)
def test_suggested(heard_s: int, length_s: int, hour_minutes: int, tenths: int) -> None:
    assert hours.suggested(heard_s * 1000, length_s * 1000, hour_minutes) == tenths


def confirmed(database: Database) -> dict[tuple[int, str, str], int]:
    with database.reading() as connection:
        return hours.confirmed(connection, ["2026-11"])


def shown(html: str) -> list[str]:
    return re.findall(r'name="shown" value="(.*?)"', html)


def test_what_is_ticked_counts_and_can_be_taken_back(browser: Browser, here: str, database: Database) -> None:
    """The village's lessons last half a minute: of an hour, that is nothing."""
    browser.sign_in("chuxin")
    page = browser.get(here).text
    assert [row[0] for row in rows(page)] == ["王秀英", "李大山", "赵福贵", "张桂兰", "陈德明"]
    assert {row[3] for row in rows(page)} == {"0.0"} and page.count("disabled") == 5
    assert "没有可确认的" in page and ">确认打勾的<" not in page
    with database.writing() as connection:
        hours.confirm(connection, "2026-11", {(1, "falls"): 3}, 1, at("2026-11-20 09:00"))
    page = browser.get(here).text
    assert rows(page)[0][4] == "0.3 比建议的多，请看看要不要收回" and page.count("checked") == 1
    assert "把勾去掉再按，就收回" in page and ">确认打勾的<" in page
    answer = browser.post(here, shown=shown(page), was=["1 falls"], ticked=["1 falls"])
    assert (
        answer.status_code == 303
        and 'class="unchanged screen" role="note">没有改动。' in browser.get(answer.location).text
    )
    assert confirmed(database) == {(1, "falls", "2026-11"): 3}  # as it was confirmed, not as it is suggested
    browser.post(here, shown=shown(page), was=re.findall(r'name="was" value="(.*?)"', page))
    assert confirmed(database) == {}
    with database.reading() as connection:
        assert connection.execute(select(Hours.tenths).order_by(Hours.id)).scalars().all() == [3, 0]


def test_what_was_studied_in_a_visit_is_not_told_by_the_time_heard(browser: Browser, here: str) -> None:
    browser.sign_in("chuxin")
    too_short = "书记记下的上门和集中学习，整课太短、四舍五入还不到 0.1 学时的"
    assert too_short not in browser.get(here).text
    for number in ("002", "004"):  # the one had heard some of it
        browser.post(here.replace("hours", "visit"), day="2026-11-18", member=number, lesson="falls", host="李书记")
    page = browser.get(here).text
    told = {row[0]: row[2:4] for row in rows(page)}
    assert (told["李大山"], told["马建民"]) == (
        ["0:12；电话学习 + 送学上门", "0.0"],
        ["送学上门", "0.0"],
    ) and too_short in page


def test_a_stale_page_changes_only_what_was_changed_on_it(browser: Browser, here: str, database: Database) -> None:
    browser.sign_in("chuxin")
    stale = browser.get(here).text
    with database.writing() as connection:
        hours.confirm(connection, "2026-11", {(1, "falls"): 3}, 2, at("2026-11-20 09:00"))
    assert browser.post(here, shown=[*shown(stale), "99 falls"], ticked=["2 falls"]).status_code == 303
    assert confirmed(database) == {(1, "falls", "2026-11"): 3}


def test_of_nobody_else(browser: Browser, here: str, database: Database, county: dict[str, int]) -> None:
    browser.sign_in("dongcun")
    assert browser.post(here, shown=["1 falls"], ticked=["1 falls"]).status_code == 404
    own = here.replace(f"/{county['初心村党支部']}/", f"/{county['东村党支部']}/")
    for forged in ("1 falls", "7 falls", "x", ""):
        assert browser.post(own, shown=[forged], ticked=[forged]).status_code == 404
    assert confirmed(database) == {}


def test_of_several_branches_each_is_confirmed_by_itself(
    browser: Browser, here: str, database: Database, county: dict[str, int]
) -> None:
    browser.sign_in("hedong")
    with database.writing() as connection:
        hours.confirm(connection, "2026-11", {(1, "falls"): 3}, 1, at("2026-11-20 09:00"))
    page = browser.get("/desk/all/2026-11/hours").text
    assert rows(page) == [["初心村党支部", "1", "1"]] and f'href="{here}"' in page  # the other 4 can't be ticked
    assert 'name="shown"' not in page
    assert browser.post("/desk/all/2026-11/hours", shown=["1 falls"]).status_code == 404
    assert browser.post(here, shown=["1 falls"], was=["1 falls"]).status_code == 303 and confirmed(database) == {}


def test_a_large_branch_fits_into_its_form(browser: Browser, here: str, database: Database) -> None:
    browser.sign_in("chuxin")
    browser.client.application.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # as beside the webhooks
    answer = browser.post(here, shown=["1 falls"] * 10_000)
    assert answer.status_code == 303
