"""A phone in the browser: with forms alone, a call goes as on a telephone; and the records stay as they were."""

from __future__ import annotations

import io
import os
import re
import shutil
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr import voicing
from ivr.dialogue.turn import Left
from ivr.records import ledger, pins, users
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Base, Member
from ivr.web.rehearsals import MOST, PIN, Rehearsals
from tests.reports.village import at
from tests.web.conftest import HOME, Browser, Clock, desk_of

SECRETARY = "0:003"  # 赵福贵
BRANCH = "初心村党支部"
PATH = re.compile(r"/desk/phone/[0-9a-f]{32}")


@pytest.fixture
def data(pressed: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return Path(shutil.copytree(pressed, tmp_path / "desk", copy_function=os.link))


@pytest.fixture
def app(database: Database, data: Path, clock: Clock) -> Flask:
    return desk_of(database, data, clock)


class Phone:
    """The page of a call, in a browser without scripts."""

    def __init__(self, browser: Browser, branch: int, who: str) -> None:
        self.browser = browser
        self.page = self._follow(browser.post("/desk/phone", branch=str(branch), who=who))

    def press(self, key: str) -> Phone:
        return self.act(key=key)

    def wait(self, times: int = 1) -> Phone:
        for _ in range(times):
            self.act(act="wait")
        return self

    def until(self, words: str) -> str:
        """Press nothing until the line says this; returns all that it said."""
        heard = [self.said]
        while words not in heard[-1]:
            assert len(heard) < 12 and not self.left, heard
            heard.append(self.wait().said)
        return " ".join(heard)

    def hang_up(self) -> Phone:
        return self.act(act="hang_up")

    def act(self, **button: str) -> Phone:
        fields = dict(re.findall(r'name="(n|typed)" value="(.*?)"', self.page.text))
        self.page = self._follow(self.browser.post(self.path, **fields, **button))
        return self

    @property
    def path(self) -> str:
        found = PATH.match(self.page.request.path)
        assert found
        return found[0]

    @property
    def said(self) -> str:
        shown = self.page.text.partition('<div class="said">')[2].partition("</div>")[0]
        return " ".join(re.sub("<.*?>", "", each) for each in re.findall("<p>(.*?)</p>", shown))

    @property
    def left(self) -> list[str]:
        """What the call left; nothing while it goes on."""
        shown = self.page.text.partition('<div class="told" role="status">')[2].partition("</div>")[0]
        return re.findall("<p>(.*?)</p>", shown)

    def sound(self) -> TestResponse:
        (address,) = re.findall(r'<audio id="heard" controls autoplay src="(.*?)"', self.page.text)
        return self.browser.get(address)

    def _follow(self, answer: TestResponse) -> TestResponse:
        assert answer.status_code == 303, answer.text
        return self.browser.get(answer.headers["Location"])


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything in the records."""
    with database.reading() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in Base.metadata.sorted_tables
            if table.name not in ("sign_ins", "sign_in_tries")
        }


@pytest.fixture
def dialled(app: Flask, browser: Browser, county: dict[str, int], database: Database) -> Any:
    """Dial as somebody of the village. When all is done, the records are what they were."""
    before = rows(database)
    assert before["turns"] and before["progress"]
    browser.sign_in("chuxin")
    yield lambda who: Phone(browser, county[BRANCH], who)
    assert rows(database) == before


def test_who_presses_nothing_hears_the_lesson_and_it_counts(dialled: Any) -> None:
    phone = dialled("0:004")
    assert "马建民" in phone.said and "要听课" in phone.said
    heard = phone.until("这一课放完了")
    assert "防跌倒第1段第1句。" in heard and "防跌倒第3段第4句。" in heard
    phone.hang_up()
    assert phone.left[0] == "您挂断了。"
    assert "记在马建民名下。" in phone.left
    assert "《防跌倒》这次听了 0:30（全课 0:30），算听完了。" in phone.left
    assert phone.left[-1] == "这只是排练：真的台账里什么也没有记。"


def test_keys_do_what_they_do_on_a_telephone(dialled: Any, clock: Clock) -> None:
    """The lesson, its questions, and goodbye; 张桂兰 has not heard this one."""
    phone = dialled("0:005").press("1")
    phone.until("这一课放完了")
    phone.press("2").until("，请按2。")
    clock.pass_(seconds=8)  # a key that comes at once would be the same press told twice
    assert "说得对" in phone.press("2").said
    phone.until("，请按2。")
    clock.pass_(seconds=8)
    assert "说得对" in phone.press("1").said
    assert "答了 2 道题，答对 2 道。" in phone.hang_up().left


def test_it_goes_on_where_the_member_was(dialled: Any) -> None:
    phone = dialled("0:002")
    assert "李大山" in phone.said
    assert "上次没有听完" in phone.press("1").said + phone.wait().said


def test_a_key_that_means_nothing_is_told_so(dialled: Any) -> None:
    phone = dialled("0:004")
    assert "这个键现在没有用。" in phone.press("8").said
    assert "按错键 1 次。" in phone.hang_up().left


def test_a_key_comes_when_it_is_pressed(dialled: Any, clock: Clock) -> None:
    """Six seconds into the first part, of twelve: that much was heard, less what the line's delay may have taken."""
    phone = dialled("0:004").press("1")
    phone.until("防跌倒第1段第1句")
    clock.pass_(seconds=6)
    phone.press("0").hang_up()
    (heard,) = [each for each in phone.left if "防跌倒" in each]
    assert re.match(r"《防跌倒》这次听了 至少 0:0[2-5]、最多 0:06（全课 0:30），下次从 0:0\d 接着听。", heard), heard


def test_a_shared_phone_asks_who_it_is(dialled: Any) -> None:
    phone = dialled("0:001")
    assert "王秀英" in phone.said and "陈德明" in phone.said and "请按2" in phone.said
    asked = re.search("王秀英.*?请按([0-9])", phone.said)
    assert asked
    phone.press(asked[1]).hang_up()
    assert "记在王秀英名下。" in phone.left


def test_nobody_known_hears_the_lesson_and_may_type_a_number(dialled: Any) -> None:
    phone = dialled("stranger")
    assert "要听课" in phone.said and "王秀英" not in phone.said
    phone.press("1").until("用炉子第1段第1句")
    assert "不知道是谁打的，放在“待认领”里，等您认领。" in phone.wait().hang_up().left

    phone = dialled("stranger")
    assert "告诉我们您是谁，请按4。" in phone.said
    phone.press("4")
    assert "请按您的编号" in phone.said
    for n, key in enumerate("002", 1):
        phone.press(key)
        assert f"已经按了：{'002'[:n]}" in phone.page.text and "<audio" not in phone.page.text
    assert "李大山" in phone.press("#").said
    assert "记在李大山名下。" in phone.hang_up().left


def test_numbers_of_other_branches_are_nobodys(dialled: Any) -> None:
    phone = dialled("stranger").press("4")
    for key in "101#":
        phone.press(key)
    assert "周国强" not in phone.page.text and "没有对上。" in phone.said


def test_what_is_said_after_the_tone_is_only_as_long_as_one_says(dialled: Any) -> None:
    phone = dialled("0:004")
    key = re.search("有话要问，请按([0-9])", phone.said)
    assert key
    phone.press(key[1])
    assert "嘀的一声以后，来电人说话。" in phone.page.text and 'name="key"' not in phone.page.text
    phone.act(said="10")
    phone.hang_up()
    assert "留下一段要问的话，10 秒。" in phone.left
    silent = dialled("0:004").press(key[1]).act(act="wait").act(act="wait").hang_up()
    assert not any("要问的话" in each for each in silent.left) and "没有听课。" in silent.left


def test_what_is_said_sounds_at_a_telephone_s_quality(dialled: Any, data: Path) -> None:
    """In one piece, of all that stands there; from another's browser it is not there."""
    phone = dialled("0:004")
    answer = phone.sound()
    assert answer.status_code == 200 and answer.mimetype == "audio/wav"
    with wave.open(io.BytesIO(answer.data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        ms = file.getnframes() // 8
    stated = re.search(r'data-length-ms="(\d+)"', phone.page.text)
    assert stated and ms == int(stated[1]) > 1000
    assert phone.browser.get(f"{phone.path}/999.wav").status_code == 404
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_lesson_sounds_from_where_it_goes_on(dialled: Any) -> None:
    """李大山 heard two parts of three: from the bookmark on, to the end of the part."""
    phone = dialled("0:002").press("1")
    phone.until("防跌倒第")
    with wave.open(io.BytesIO(phone.sound().data)) as file:
        assert file.getnframes() == 16_000 * phone.said.count("防跌倒第")


def test_two_calls_at_once_know_nothing_of_each_other(dialled: Any) -> None:
    one, other = dialled("0:004"), dialled("0:004")
    one.press("1").wait(2)
    other.hang_up()
    assert "没有听课。" in other.left and not one.left
    one.page = one.browser.get(one.path)
    assert "第2段" in one.said


def test_a_form_that_is_sent_twice_counts_once(dialled: Any) -> None:
    phone = dialled("0:004")
    fields = dict(re.findall(r'name="(n|typed)" value="(.*?)"', phone.page.text))
    for _ in range(3):
        phone.browser.post(phone.path, **fields, key="8")
    phone.page = phone.browser.get(phone.path)
    assert "按错键 1 次。" in phone.hang_up().left
    told = phone.left
    assert phone.browser.post(phone.path, **fields, act="hang_up").status_code == 303
    phone.page = phone.browser.get(phone.path)
    assert phone.left == told


def test_what_is_no_key_is_refused(dialled: Any) -> None:
    phone = dialled("0:004")
    for key in ("10", "A", "", "１"):
        assert phone.browser.post(phone.path, n="1", key=key).status_code == 400
    assert phone.browser.post(phone.path, n="x", typed="<b>", act="wait").status_code == 303
    assert phone.browser.get(phone.path + "?typed=%3Cscript%3E").status_code == 200
    assert phone.browser.client.post(phone.path, base_url=HOME, data={"key": "1"}).status_code == 400  # no token


def test_it_is_put_away_when_it_stands_still(dialled: Any, clock: Clock, data: Path) -> None:
    phone = dialled("0:004")
    clock.pass_(minutes=29)
    phone.press("1")
    clock.pass_(minutes=29)
    assert phone.browser.get(phone.path).status_code == 200
    (folder,) = (data / "rehearsals").glob("*/*")
    assert {each.name for each in folder.iterdir()} >= {"records.db", "touched"}
    clock.pass_(minutes=2)
    for answer in (phone.browser.get(phone.path), phone.browser.post(phone.path, act="wait"), phone.sound()):
        assert answer.status_code == 404 and "这次排练已经收起来了。" in answer.text and "再打一个" in answer.text
    assert not list((data / "rehearsals").glob("*/*"))


def test_there_are_never_more_than_a_few(dialled: Any, clock: Clock, data: Path) -> None:
    phones = []
    for _ in range(MOST):
        phones.append(dialled("0:004"))
        clock.pass_(minutes=1)
    first, *others = phones
    first.press("1")
    clock.pass_(minutes=1)
    newest = dialled("stranger")
    assert len(list((data / "rehearsals").glob("*/*"))) == MOST
    there = [phone.browser.get(phone.path).status_code for phone in (first, *others, newest)]
    assert there == [200, 404, 200, 200]


def test_none_is_put_away_in_the_midst_of_an_act(dialled: Any, app: Flask, clock: Clock, data: Path) -> None:
    name, rehearsals = dialled("0:004").path.rpartition("/")[2], Rehearsals(app.extensions["desk"])
    (folder,) = (data / "rehearsals").glob("*/*")
    folder.with_name("just-deleted").symlink_to("nowhere")  # as it is for whoever was slower
    with app.extensions["desk"].database.reading() as connection:
        user = users.known(connection, "chuxin")
    with ThreadPoolExecutor(1) as somebody_else, rehearsals.opened(user, name) as rehearsal:
        clock.pass_(minutes=31)
        somebody_else.submit(rehearsals.tidy).result()
        rehearsal.press(rehearsal.standing().n, "8")
    clock.pass_(minutes=31)
    rehearsals.tidy()
    assert not folder.exists()


def test_nobody_s_own_pin_is_in_it(dialled: Any, data: Path) -> None:
    """Whoever has one has that of all rehearsals."""
    phone = dialled("0:004")
    (copy,) = (Database(f"sqlite:///{each}") for each in (data / "rehearsals").glob("*/*/records.db"))
    with copy.reading() as connection:
        hashes = dict(iter(connection.execute(select(Member.number, Member.pin))))
        assert not connection.execute(select(Base.metadata.tables["users"])).all()
    copy.close()
    assert set(hashes.values()) == {""} and f"一律按 {PIN}。" in phone.browser.get("/desk/phone").text


def test_a_pin_is_asked_for_and_the_rehearsal_s_own_fits(
    app: Flask, browser: Browser, county: dict[str, int], database: Database, data: Path
) -> None:
    with database.writing() as connection:
        pins.set_pin(connection, 4, "918273")
        own = connection.execute(select(Member.pin).where(Member.id == 4)).scalar_one()
    browser.sign_in("chuxin")
    Phone(browser, county[BRANCH], "0:004")
    (copy,) = (Database(f"sqlite:///{each}") for each in (data / "rehearsals").glob("*/*/records.db"))
    with copy.writing() as connection:
        kept = connection.execute(select(Member.pin).where(Member.id == 4)).scalar_one()
        assert kept and kept != own
        assert pins.check(connection, 4, PIN, "", at("2026-11-20 09:00")).right
    copy.close()


# ── who may, and what ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("user", "branch", "who"),
    [
        ("chuxin", "东村党支部", "0:101"),
        ("chuxin", "初心村党支部", "0:101"),  # of another branch, under one's own
        ("chuxin", "初心村党支部", "0:999"),
        ("chuxin", "初心村党支部", "1:001"),  # has one telephone
        ("chuxin", "初心村党支部", "-1:001"),
        ("chuxin", "初心村党支部", "nonsense"),
        ("chuxin", "东村党支部", "stranger"),
        ("hexi", "初心村党支部", "0:001"),
        ("hedong", "西村党支部", "0:201"),
        ("xian", "东村党支部", "0:001"),  # theirs, but not of this branch
    ],
)
def test_only_one_s_own_may_call(
    app: Flask, browser: Browser, county: dict[str, int], data: Path, user: str, branch: str, who: str
) -> None:
    browser.sign_in(user)
    assert browser.post("/desk/phone", branch=str(county[branch]), who=who).status_code == 404
    assert not list((data / "rehearsals").glob("*/*"))


@pytest.mark.parametrize("user", ["hedong", "xian", "dongcun"])
def test_a_call_is_there_for_its_user_only(
    app: Flask, browser: Browser, fresh: Browser, county: dict[str, int], user: str
) -> None:
    browser.sign_in("chuxin")
    phone = Phone(browser, county[BRANCH], "0:004")
    fresh.sign_in(user)
    for answer in (
        fresh.get(phone.path),
        fresh.get(f"{phone.path}/1.wav"),
        fresh.post(phone.path, n="1", key="1"),
        fresh.get("/desk/phone/" + "0" * 32),
        fresh.get("/desk/phone/..%2f1"),
    ):
        assert answer.status_code == 404 and "马建民" not in answer.text
    assert browser.get(phone.path).status_code == 200


def test_who_shares_a_phone_in_another_branch_is_nobody_here(
    app: Flask, browser: Browser, fresh: Browser, county: dict[str, int], database: Database
) -> None:
    """Unless that branch is the user's, too."""
    with_both = "姓名,电话,支部,编号\n何有才,13800138004,东村党支部,102\n"
    import_roster(database, with_both.encode(), "roster.csv", "CN")
    browser.sign_in("chuxin")
    assert "何有才" not in Phone(browser, county[BRANCH], "0:004").page.text
    fresh.sign_in("hedong")
    assert "何有才" in Phone(fresh, county[BRANCH], "0:004").said


def test_the_page_offers_whom_one_sees(app: Flask, browser: Browser, fresh: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    page = browser.get("/desk/phone").text
    assert re.findall(r'name="who" value="(.*?)"', page) == [
        "0:001", "0:002", "0:003", "0:004", "1:004", "0:005", "0:006", "stranger"
    ]  # fmt: skip
    assert "138****8001（和陈德明合用）" in page and "周国强" not in page and "13800138" not in page
    fresh.sign_in("hedong")
    page = fresh.get("/desk/phone").text
    assert "<option" in page and 'name="who"' not in page and "西村" not in page
    page = fresh.get(f"/desk/phone?branch={county['东村党支部']}").text
    assert "没有登记电话，线路不知道是谁；编号 102" in page
    assert fresh.get(f"/desk/phone?branch={county['西村党支部']}").status_code == 404
    assert fresh.get("/desk/phone?branch=x").status_code == 404
    phone = Phone(fresh, county["东村党支部"], "0:102")
    assert "要听课" in phone.said and "何有才" not in phone.page.text


def test_who_forgot_to_choose_is_told_so(app: Flask, browser: Browser, county: dict[str, int]) -> None:
    browser.sign_in("chuxin")
    answer = browser.post("/desk/phone", branch=str(county[BRANCH]))
    assert answer.status_code == 400 and "请先选谁打来。" in answer.text and 'value="0:004"' in answer.text


def test_another_s_part_in_a_call_of_ours_has_no_name(
    app: Flask, browser: Browser, county: dict[str, int], database: Database, data: Path
) -> None:
    """何有才, of another branch, took part in a call that counts for 马建民, and left a question in it."""
    with database.writing() as connection:
        call = ledger.open_call(connection, "made", "G1", "+8613800138004", at("2026-11-18 09:00"))
        for member in (4, 8):
            ledger._attend(connection, call, 1, member, "group", True, at("2026-11-18 09:00"))
        left = Left("question", "RE", "", 2)
        ledger.keep_recording(connection, call, 1, left, 8, at("2026-11-18 09:01"))
        assert connection.execute(select(Member.name).where(Member.id == 8)).scalar() == "何有才"
    browser.sign_in("chuxin")
    Phone(browser, county[BRANCH], "0:004")
    (copy,) = (Database(f"sqlite:///{each}") for each in (data / "rehearsals").glob("*/*/records.db"))
    with copy.reading() as connection:
        names = dict(iter(connection.execute(select(Member.number, Member.name))))
    copy.close()
    assert names.pop("?8") == "" and sorted(names) == ["001", "002", "003", "004", "005", "006"]


def test_what_is_not_pressed_is_still_and_says_so(tmp_path: Path) -> None:
    sounds = [voicing.Sound("王秀英", 600, None)]
    with wave.open(io.BytesIO(voicing.joined(sounds))) as file:
        assert file.getnframes() == 4800 and set(file.readframes(4800)) == {0}
