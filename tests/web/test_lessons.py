"""The month's lessons, and a lesson painted on its own text: what stands there, and that it is only of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from ivr.records.db import Database
from ivr.shelf import Shelf
from tests.made_lessons import put_lessons
from tests.reports.village import Village, answers, asks, bye, ends, listens, menu, november
from tests.web.conftest import Browser, Clock, desk_of
from tests.web.reading import rows, told

HERE = "/desk/all/2026-11/lesson/falls"


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def cells(html: str) -> list[str]:
    return [words_of(cell) for cell in re.findall(r"<t[dh].*?>(.*?)</t[dh]>", html, re.S)]


def painted(html: str) -> list[list[str]]:
    """The cells of each sentence, as they are read."""
    return [cells(row) for row in re.findall(r'<tr id="s\d+".*?</tr>', html, re.S)]


def section(html: str, name: str) -> str:
    return html.partition(f'aria-labelledby="{name}">')[2].partition("</section>")[0]


def test_the_lessons_of_the_month_each_leads_to_its_page(browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = browser.get("/desk/all/2026-11/lessons").text
    assert rows(page) == [
        ["防跌倒", "0:30", "6", "4", "33%（2/6）", "0:26", "第 1 题 1/1 第 2 题 1/1"],
        ["用炉子", "0:14", "6", "1", "17%（1/6）", "0:14", ""],
    ]
    assert f'href="{HERE}"' in page and 'href="/desk/all/2026-11/calls?lesson=falls"' in page
    assert "/desk/all/2026-11/lessons" in browser.get("/desk/all/2026-11/more").text


def test_a_lesson_sentence_by_sentence(browser: Browser) -> None:
    """Two heard it whole, one of them in two calls, with the second segment in both; one was cut off in that; one
    pressed wrong keys in the first, and may have heard a bit of it twice."""
    browser.sign_in("chuxin")
    page = browser.get(HERE).text
    assert told(page) == [
        "6 人应学，4 人在电话里听过，2 人学完。",
        "学完的 33%（2/6）。",
        "在电话里听过的人，一半听了 0:26 或更多；全课长 0:30。",
    ]
    found = painted(page)
    assert [row[0] for row in found[:2]] == ["▶ 防跌倒第1段第1句。", "▶ 防跌倒第1段第2句。"]
    assert [row[1:] for row in found] == [
        *[["4", "", ""]] * 6,
        *[["3–4", "↻ 1", "✕ 0–1"]] * 3,
        *[["3", "↻ 1", ""]] * 2,
        *[["2", "", ""]] * 4,
    ]
    assert words_of(section(page, "advice")) == "给您提个醒 只有 4 人听过，不到 5 人，还看不出哪一句有问题。"
    assert "depth0" not in page, "of a handful or fewer nothing is painted"


def test_the_curve_can_be_read_without_seeing_it(browser: Browser) -> None:
    browser.sign_in("chuxin")
    far = section(browser.get(HERE).text, "curve")
    assert "<desc" in far and 'role="img"' in far and 'aria-labelledby="curve-title curve-told"' in far
    assert words_of(far.partition("<desc")[2].partition("</desc>")[0].partition(">")[2]) == (
        "第 1 段：4 人、第 2 段：4 人、第 3 段：3 人、听到底：2 人"
    )
    assert rows(far) == [["第 1 段", "4"], ["第 2 段", "4"], ["第 3 段", "3"], ["听到底", "2"]]
    assert 'style="' not in far and far.count("<polyline") == 2


def test_questions_by_first_choice(browser: Browser) -> None:
    """王秀英 first chose wrong, then right."""
    browser.sign_in("chuxin")
    quiz = section(browser.get(HERE).text, "quiz")
    first, second = quiz.split('class="question"')[1:]
    assert [cells(row) for row in re.findall(r"<tr class.*?</tr>", first, re.S)] == [
        ["1 马上走", "1"],
        ["2 先坐一坐 ✓ 对", "0"],
        ["3 跑过去", "0"],
    ]
    assert "第一次就选对 0%（0/1）。" in first and "第一次就选对 100%（1/1）。" in second


def test_one_player_for_a_segment_and_a_way_to_each_sentence(browser: Browser) -> None:
    browser.sign_in("chuxin")
    page = browser.get(HERE).text
    sounds = re.findall(r'<audio[^>]* src="([^"]*)"', page)
    assert len(sounds) == 1 + 3 and 'preload="auto"' not in page
    links = re.findall(r'data-sound="([^"]*)"', page)
    assert len(links) == 15 + 2
    for path in {*sounds, *links}:
        assert browser.get(path.replace("&amp;", "&")).mimetype == "audio/wav", path
    assert links[1].endswith("-2000-4000.wav")


@pytest.mark.parametrize("at", ["s7", "q1"])
def test_without_a_script_a_sentence_opens_a_player_where_it_stands(browser: Browser, at: str) -> None:
    browser.sign_in("chuxin")
    page = browser.get(HERE).text
    (link,) = re.findall(rf'href="([^"]*hear={at}#{at})"', page)
    opened = browser.get(link.replace("&amp;", "&").partition("#")[0]).text
    (player,) = re.findall(r"<audio[^>]* autoplay[^>]*>", opened)
    assert player.partition('src="')[2].partition('"')[0] in re.findall(r'data-sound="([^"]*)"', page)
    assert f'id="{at}"' in opened


def test_what_others_heard_is_not_counted(browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("hexi")
    page = browser.get(HERE).text
    assert told(page) == ["2026年11月还没有人学这一课。"]
    assert {tuple(row[1:]) for row in painted(page)} == {("0", "", "")}
    browser.sign_in("xian")
    assert told(browser.get(HERE).text)[0] == "9 人应学，4 人在电话里听过，2 人学完。"
    assert told(browser.get(f"/desk/{county['西村党支部']}/2026-11/lesson/falls").text)[0].startswith(
        "2026年11月还没有"
    )


@pytest.mark.parametrize("path", ["nothing", "falls?edition=0123", "stoves?edition={falls}", "%00", "../../../index"])
def test_what_is_no_lesson_is_not_there(browser: Browser, shelf: Shelf, path: str) -> None:
    browser.sign_in("chuxin")
    (falls,) = (each.edition for each in shelf.catalogue().lessons if each.slug == "falls")
    assert browser.get(f"/desk/all/2026-11/lesson/{path.format(falls=falls)}").status_code == 404


@pytest.fixture
def twice(database: Database, county: dict[str, int], clock: Clock, tmp_path: Path) -> Browser:
    """A desk whose lesson on falls was once shorter, and was heard so in October by one, in November by two."""
    shelf = Shelf(tmp_path / "data")
    now, _ = put_lessons(shelf)
    old = shelf.publish(replace(now, segments=now.segments[:2], other_pace=None, pace="", edition=""))
    shelf.publish(now)
    with database.writing() as connection:
        village = Village(connection, shelf.catalogue())
        village.call("001", "2026-10-09 08:00", menu(), *listens(old, 0, 1), bye(11.5), hung_up=1)
        for member in ("002", "003"):
            village.call(member, "2026-11-02 08:00", menu(), *listens(old, 0, 1), bye(11.5), hung_up=1)
    browser = Browser(desk_of(database, shelf.root, clock).test_client())
    browser.sign_in("chuxin")
    return browser


def test_editions_side_by_side_each_leads_to_its_month(twice: Browser) -> None:
    page = twice.get(HERE).text
    assert len(painted(page)) == 11, "the one that was heard is shown, not the one that nobody heard"
    compared = section(page, "editions")
    assert [row[1:] for row in rows(compared)] == [
        ["0:30", "", "0", "", "", ""],
        ["0:22", "2026-10-09 – 11-02", "3", "100%（3/3）", "0:22", ""],
    ]
    assert [words_of(row[0])[:5] for row in rows(compared)] == ["现在的版本", "以前的版本"]
    other = re.findall(r'<th scope="row"><a href="([^"]*)"', compared)[0]
    assert len(painted(twice.get(other).text)) == 15
    assert "2026年11月没有人听这个版本。" in twice.get(other).text


def test_an_edition_whose_text_is_gone_still_has_its_numbers(
    browser: Browser, database: Database, shelf: Shelf
) -> None:
    with database.writing() as connection:
        village = Village(connection, shelf.catalogue(), calls=100)
        gone = replace(village.stoves, slug="gone", edition="0" * 16)
        village.call("001", "2026-11-17 09:00", menu(), *listens(gone, 0, 1), bye(7.5), hung_up=1)
    browser.sign_in("chuxin")
    page = browser.get("/desk/all/2026-11/lesson/gone").text
    assert "这个版本的文字已经不在了" in page and told(page)[0] == "6 人应学，1 人在电话里听过，1 人学完。"


def test_many_who_hang_up_and_choose_wrong_are_told_in_words(
    database: Database, county: dict[str, int], pressed: Path, clock: Clock
) -> None:
    with database.writing() as connection:
        village = Village(connection, Shelf(pressed).catalogue())
        falls = village.falls
        for n in range(1, 7):
            tried = (asks(falls), answers(falls, 0, "3"), answers(falls, 1, "1"), bye())
            village.call(f"00{n}", "2026-11-09 08:00", menu(), *listens(falls, 0), ends(falls, 13.5), *tried, hung_up=1)
            village.call(f"00{n}", "2026-11-10 08:00", menu(), *listens(falls, 1), hung_up=5)
    browser = Browser(desk_of(database, pressed, clock).test_client())
    browser.sign_in("chuxin")
    page = browser.get(HERE).text
    advised = words_of(section(page, "advice"))
    assert "第 1 题，6 人里有 6 人第一次没选对，最多的选了“跑过去”。" in advised
    assert "听到这里的 6 人里，有 6 人在这几句里断开：从“防跌倒第2段第1句”到“防跌倒第2段第3句”。" in advised
    assert 'href="#q0"' in page and 'href="#s6"' in page
    assert "depth3" in page or "depth4" in page


def test_in_english(database: Database, county: dict[str, int], pressed: Path, clock: Clock) -> None:
    with database.writing() as connection:
        november(Village(connection, Shelf(pressed).catalogue()))
    browser = Browser(desk_of(database, pressed, clock, "en").test_client())
    browser.sign_in("chuxin")
    page = browser.get(HERE).text
    assert told(page)[0] == "6 to study, 4 have listened by telephone, 2 have studied it whole."
    left = re.sub("初心村党支部|防跌倒|第[123]段|第[1-6]句|。", "", section(page, "text"))
    assert not re.search(r"[\u4e00-\u9fff]", left)
