"""Key cards: one for each member, four on a sheet of A4 or one on a small sheet, as Chromium prints them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pdfplumber
import pytest
from sqlalchemy import update

from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Member
from tests.databases import ON_ONE
from tests.web.conftest import HOME, Browser, Clock, desk_of
from tests.web.test_print import NEEDS_CHROMIUM, pages, printed


def cards(html: str) -> list[str]:
    return html.split('<section class="key-card">')[1:]


def address(county: dict[str, int], query: str = "") -> str:
    return f"/desk/{county['初心村党支部']}/2026-11/key-cards{query}"


def test_a_card_says_whose_it_is_and_whom_to_ask(browser: Browser, database: Database, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    told = cards(browser.get(address(county)).text)
    assert len(told) == 6 and "王秀英　编号 001" in told[0] and "书记：　　" in told[0]
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.number == "004").values(role="secretary"))
        connection.execute(update(Member).where(Member.number == "101").values(role="secretary"))
    for card in cards(browser.get(address(county)).text):
        assert "书记：马建民　138 0013 8004" in card and "周国强" not in card
        keys = ("什么都不按", "再听一遍", "答题", "有话要问", "再听刚才的话", "听下一段", "要帮忙")
        assert [word in card for word in keys] == [True] * 7
        assert re.findall(r"<text[^>]*>(.)</text>", card) == ["1", "2", "3", "*", "0", "#"]


def test_the_line_s_number_is_large_or_left_to_be_written(
    browser: Browser, database: Database, county: dict[str, int], pressed: Path, clock: Clock
) -> None:
    browser.sign_in("chuxin")
    page = browser.get(address(county)).text
    assert "手写上" in page and "请装电话的人填上" in page and "config" not in page
    app = desk_of(database, pressed, clock, number="0371-6543 2100")
    other = Browser(app.test_client())
    other.sign_in("chuxin")
    page = other.get(address(county)).text
    assert page.count('<p class="to-dial">0371-6543 2100</p>') == 6 and "手写上" not in page


def test_one_member_s_card_and_nobody_who_left(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    assert (
        f'href="/desk/{county["初心村党支部"]}/2026-11/key-cards?member=001"'
        in browser.get("/desk/member/001/2026").text
    )
    (card,) = cards(browser.get(address(county, "?member=005")).text)
    assert "张桂兰" in card
    for number in ("101", "nobody", ""):
        assert browser.get(address(county, f"?member={number}")).status_code == 404
    browser.post("/desk/member/005/2026/excused", kind="left", reason="转出", since="2026-11-01")
    assert "张桂兰" not in browser.get(address(county)).text


def test_of_several_branches_one_is_chosen_first(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("hedong")
    page = browser.get("/desk/all/2026-11/key-cards").text
    assert cards(page) == [] and f'href="{address(county)}"' in page


@ON_ONE
@NEEDS_CHROMIUM
@pytest.mark.parametrize(("size", "sheets", "box"), [("a4", 5, (842, 595)), ("a6", 18, (420, 298))])
def test_eighteen_cards_on_paper(
    browser: Browser,
    database: Database,
    county: dict[str, int],
    tmp_path: Path,
    size: str,
    sheets: int,
    box: tuple[int, int],
) -> None:
    more = (f"欧阳春{chr(0x4E00 + n)},,初心村党支部,{n:03}" for n in range(7, 19))
    import_roster(database, "\n".join(["姓名,电话,支部,编号", *more]).encode(), "more.csv", "CN")
    browser.sign_in("chuxin")
    pdf = printed(browser.get(address(county, f"?size={size}")).text, tmp_path)
    assert pages(pdf) == sheets
    for width, height in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf):
        assert (float(width), float(height)) == pytest.approx(box, abs=1)
    assert HOME not in pdf.decode("latin-1")
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        card = opened.pages[0].crop((0, 0, 419, 296))
        lines = [line["text"].replace(" ", "") for line in card.extract_text_lines()]
    # Each key has one line, and nothing is cut off below.
    lines.remove("123")  # on the keypad
    assert len(lines) == 1 + 7 + 2 and lines[3] == "2答题。" and lines[-1] == "书记："
