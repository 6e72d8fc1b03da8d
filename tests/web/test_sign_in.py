"""Who gets in, for how long, and what they are told who don't."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from ivr.records import one_time, users
from ivr.records.db import Database
from ivr.records.models import Occasion, Presence, SignIn, SignInTry
from tests.web.conftest import HOME, PASSWORD, Browser, Clock, desk_of


def test_a_name_and_a_password_open_the_page_of_ones_branch(browser: Browser, county: dict[str, int]) -> None:
    answer = browser.sign_in("chuxin")
    assert (answer.status_code, answer.location) == (302, "/desk/")
    page = browser.get("/desk/")
    assert page.request.path == f"/desk/{county['初心村党支部']}/2026-11"
    assert "初心村党支部　2026年11月　电话学习情况" in page.text


@pytest.mark.parametrize("typed", ["chuxin", " Chuxin ", "ＣＨＵＸＩＮ"])
def test_a_name_is_the_same_however_it_is_typed(browser: Browser, typed: str) -> None:
    assert browser.sign_in(typed).status_code == 302


@pytest.mark.parametrize(
    "typed", [str, str.upper, lambda it: it.replace("-", ""), lambda it: f" {it.replace('-', ' ')}"]
)
def test_a_password_that_was_read_out_is_taken_as_it_was_heard(
    browser: Browser, database: Database, clock: Clock, typed: Callable[[str], str]
) -> None:
    ours, own = users.new_password(), "An-oak of theirs"
    for password, is_heard in ((ours, True), (own, typed(own) == own)):
        with database.writing() as connection:
            users.set_password(connection, "chuxin", users.hashed(password, "chuxin"), clock.now)
        assert browser.sign_in("chuxin", typed(password)).status_code == (302 if is_heard else 403)


@pytest.mark.parametrize(
    ("name", "password"), [("chuxin", "eight-oak-tree"), ("nobody", PASSWORD), ("", ""), ("a\0b", "\0")]
)
def test_a_wrong_one_is_told_and_nothing_of_which_it_was(browser: Browser, name: str, password: str) -> None:
    answer = browser.sign_in(name, password)
    assert answer.status_code == 403
    assert "用户名或密码不对" in answer.text and f'value="{password}"' not in answer.text.replace('value=""', "")
    assert "初心村" not in browser.get("/desk/").text


@pytest.mark.parametrize("name", ["chuxin", "nobody"])
def test_five_wrong_ones_close_the_name_for_a_while(browser: Browser, clock: Clock, name: str) -> None:
    for _ in range(5):
        assert "用户名或密码不对" in browser.sign_in(name, "a wrong password").text
    assert "先停 15 分钟" in browser.sign_in(name).text
    assert browser.sign_in("dongcun").status_code == 302
    clock.pass_(minutes=16)
    assert browser.sign_in(name).status_code == (302 if name == "chuxin" else 403)


def test_the_right_one_makes_earlier_slips_forgotten(browser: Browser, fresh: Browser) -> None:
    for each in (browser, fresh):
        for _ in range(4):
            each.sign_in("chuxin", "a wrong password")
        assert each.sign_in("chuxin").status_code == 302


def test_a_new_password_opens_a_closed_name_and_ends_what_was_open(
    browser: Browser, fresh: Browser, database: Database, clock: Clock
) -> None:
    browser.sign_in("chuxin")
    for _ in range(5):
        fresh.sign_in("chuxin", "a wrong password")
    clock.pass_(seconds=1)
    with database.writing() as connection:
        users.set_password(connection, "chuxin", users.hashed("nine-oak-trees", "chuxin"), clock.now)
    assert browser.get("/desk/").request.path == "/desk/sign-in"
    assert fresh.sign_in("chuxin").status_code == 403
    assert fresh.sign_in("chuxin", "nine-oak-trees").status_code == 302


def test_who_is_locked_is_told_so_only_with_the_right_password(
    browser: Browser, fresh: Browser, database: Database
) -> None:
    browser.sign_in("chuxin")
    with database.writing() as connection:
        users.set_locked(connection, "chuxin", locked=True)
    assert browser.get("/desk/").request.path == "/desk/sign-in"
    assert "用户名或密码不对" in fresh.sign_in("chuxin", "a wrong password").text
    assert "已经停用" in fresh.sign_in("chuxin").text
    with database.writing() as connection:
        users.set_locked(connection, "chuxin", locked=False)
    assert fresh.sign_in("chuxin").status_code == 302


def test_half_an_hour_without_a_page_ends_it_and_pages_keep_it_open(browser: Browser, clock: Clock) -> None:
    browser.sign_in("chuxin")
    for _ in range(3):
        clock.pass_(minutes=29)
        assert browser.get("/desk/").request.path != "/desk/sign-in"
    clock.pass_(minutes=31)
    page = browser.get("/desk/")
    assert page.request.path == "/desk/sign-in" and "已经自动退出" in page.text


def hidden(page: TestResponse) -> dict[str, str | list[str]]:
    """The fields of its form that nobody sees."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return {name: values for name, values in fields.items() if name != "csrf_token"}


@pytest.mark.parametrize("below", ["", "/below/here"])  # where the line may be mounted
def test_the_page_that_was_asked_for_comes_after_signing_in(browser: Browser, clock: Clock, below: str) -> None:
    browser.home = HOME + below
    wanted = f"{below}/desk/all/2026-11/members?find=%E7%8E%8B&x=1"
    for _ in range(2):  # never signed in; signed out after a while
        page = browser.get(wanted.removeprefix(below))
        assert page.request.path == "/desk/sign-in" and hidden(page) == {"to": [wanted]}
        wrong = browser.post("/desk/sign-in", name="chuxin", password="x", **hidden(page))
        assert hidden(wrong) == {"to": [wanted]}
        assert browser.post("/desk/sign-in", name="chuxin", password=PASSWORD, **hidden(wrong)).location == wanted
        clock.pass_(minutes=31)
    assert browser.get("/desk/", follow=False).location == f"{below}/desk/sign-in?over=1"


def test_whoever_asked_for_a_file_comes_to_the_page_with_its_link(browser: Browser) -> None:
    """At the sign-in a file would come, and the page of the sign-in stay."""
    for page in ("/desk/all/2026-11/ledger/summary", "/desk/all/2026-11/members?find=x", ""):
        came_from = {"Referer": HOME + page} if page else {}
        answer = browser.client.get("/desk/all/2026-11/ledger/summary.xlsx", base_url=HOME, headers=came_from)
        assert hidden(browser.client.get(answer.location, base_url=HOME)) == ({"to": [page]} if page else {})


ELSEWHERE = (
    *("//evil.example", "/\\evil.example", "https://evil.example/desk/", "/desk//evil.example", "desk/all/2026-11"),
    *("/desk/\\..\\x", "/desk/all/2026-11\r\nX: y", "/desk/all/2026-11\t", " /desk/all/2026-11", "/desk/王"),
    *("/line/twilio/answer", "/desk/there/is/no/such/page", "/desk/sign-in", "/desk/sign-out", "/desk/static/desk.css"),
    *("/desk/users/add", "/desk/all/2026-11?" + "x" * 600),
)


def test_signing_in_leads_nowhere_else(browser: Browser) -> None:
    for to in ELSEWHERE:
        page = browser.client.get("/desk/sign-in", query_string={"to": to}, base_url=HOME)
        assert hidden(page) == {}, to
        wrong = browser.post("/desk/sign-in", name="", password="", to=to, form=to, **{"typed.name": "somebody"})
        is_form = to == "/desk/users/add"  # one of ours: nothing is sent there but by a button
        assert hidden(wrong) == ({"form": [to], "typed.name": ["somebody"]} if is_form else {}), to
    answer = browser.post("/desk/sign-in", name="chuxin", password=PASSWORD, to=ELSEWHERE[0])
    assert (answer.status_code, answer.location) == (302, "/desk/")


def test_what_was_typed_goes_through_the_sign_in_and_is_sent_again(
    browser: Browser, county: dict[str, int], clock: Clock, database: Database
) -> None:
    """With the token of an old page, and with a sign-in that is over; of a list all that was ticked."""
    browser.sign_in("chuxin")
    here = f"/desk/{county['初心村党支部']}/2026-11"
    note = '"读"<报>\r\n&喝茶'
    typed: dict[str, Any] = {"day": "2026-11-18", "members": ["001", "004"], "topic": "主题党日", "note": note}
    headers = {"Referer": f"{HOME}{here}/meeting"}
    for over, status in (("csrf_token", 400), ("session", 403)):
        if over == "session":
            clock.pass_(minutes=31)
            token = hidden_token(browser)
        sent = {**typed, "topic": over, "csrf_token": token if over == "session" else "old"}
        page = browser.client.post(f"{here}/meeting", base_url=HOME, data=sent, headers=headers)
        assert page.status_code == status and "刚才写的还没有存" in page.text
        assert hidden(page)["to"] == [f"{here}/meeting"]
        wrong = browser.post("/desk/sign-in", name="chuxin", password="x", **hidden(page))
        shown = browser.post("/desk/sign-in", name="chuxin", password=PASSWORD, **hidden(wrong))
        assert shown.status_code == 200 and ">王秀英、马建民<" in shown.text and "&lt;报&gt;" in shown.text
        assert f'action="{here}/meeting"' in shown.text and f'href="{here}/meeting"' in shown.text
        assert f'<dd class="typed">{over}</dd>' in shown.text and PASSWORD not in shown.text
        with database.reading() as connection:
            assert over not in connection.execute(select(Occasion.topic)).scalars().all()
        fields = hidden(shown)
        assert fields == {"day": ["2026-11-18"], "members": ["001", "004"], "topic": [over], "note": [note]}
        assert browser.post(f"{here}/meeting", **fields).status_code == 303
    with database.reading() as connection:
        assert connection.execute(select(Occasion.topic)).scalars().all() == ["csrf_token", "session"]
        assert connection.execute(select(func.count()).select_from(Presence)).scalar_one() == 4


def test_what_was_typed_is_told_by_the_names_that_people_know(browser: Browser, county: dict[str, int]) -> None:
    """Those of others stay numbers."""
    here = f"/desk/{county['初心村党支部']}/2026-11"
    for form, typed, told in (
        (
            "visit",
            {"member": "004", "lesson": "falls"},
            ["<dt>看望了谁</dt><dd", ">马建民<", "<dt>学了哪一课</dt><dd", ">《防跌倒》<"],
        ),
        (
            "meeting",
            {"members": ["001"], "host": "李书记", "note": "学了"},
            ["<dt>有谁</dt><dd", ">王秀英<", "<dt>主持人</dt><dd", "<dt>会议内容</dt><dd"],
        ),
        (
            "hours",
            {"ticked": ["1 falls", "7 falls"], "shown": "1 falls"},
            ["<dt>确认学时</dt>", ">王秀英《防跌倒》、7《防跌倒》<"],
        ),
    ):
        page = browser.post(f"{here}/{form}", **typed)
        shown = browser.post("/desk/sign-in", name="chuxin", password=PASSWORD, **hidden(page)).text
        assert [each for each in told if each not in shown] == []
        browser.post("/desk/sign-out")


def hidden_token(browser: Browser) -> str:
    return browser.get("/desk/").text.partition('name="csrf_token" value="')[2].partition('"')[0]


NOT_CARRIED = (
    ("/desk/all/2026-11/visit", {"day": "2026-11-18", "member": "004"}, "https://evil.example/"),
    ("/desk/all/2026-11/visit", {"day": "2026-11-18", "note": "长" * 2000}, HOME),
    ("/desk/account/password", {"old": PASSWORD, "new": "a secret", "again": "a secret"}, HOME),
    ("/desk/sign-out", {"more": "a word"}, HOME),
    ("/desk/members/import/done", {"kept": "a ticket", "filename": "a.csv"}, HOME),
    ("/desk/no/such/page/at/all", {"more": "a word"}, HOME),
)


def test_what_others_sent_or_is_secret_or_too_much_is_not_carried(browser: Browser) -> None:
    """Neither where the token is missing, nor where the sign-in is."""
    for path, fields, came_from in NOT_CARRIED:
        for token in (hidden_token(browser), "made up"):
            headers = {"Origin": came_from, "Referer": f"{HOME}/desk/account"}
            sent = {**fields, "csrf_token": token}
            page = browser.client.post(path, base_url=HOME, data=sent, headers=headers)
            assert page.status_code in (400, 403, 404) and hidden(page).keys() <= {"to"}, path
            assert not any(value in page.text for value in fields.values()), path


@pytest.mark.parametrize("meanwhile", ["nothing", "a new password", "locked"])
def test_with_one_time_codes_what_was_typed_goes_on_and_a_new_password_ends_it(
    browser: Browser, fresh: Browser, county: dict[str, int], clock: Clock, database: Database, meanwhile: str
) -> None:
    secret, here = one_time.new_secret(), f"/desk/{county['初心村党支部']}/2026-11/ring"
    with database.writing() as connection:
        one_time.use(connection, users.known(connection, "xian").id, secret)
    page = browser.post(f"{here}/tick", member="002", outcome="明天打", seen="")
    asks = browser.post("/desk/sign-in", name="xian", password=PASSWORD, **hidden(page))
    assert asks.status_code == 200 and 'name="code"' in asks.text
    plain = fresh.get(here)
    asked = fresh.post("/desk/sign-in", name="xian", password=PASSWORD, **hidden(plain))
    assert asked.location == f"/desk/sign-in/code?to={here}"
    assert hidden(fresh.get(asked.location)) == {"to": [here]}
    clock.pass_(seconds=1)
    with database.writing() as connection:
        if meanwhile == "locked":
            users.set_locked(connection, "xian", locked=True)
        elif meanwhile == "a new password":
            users.set_password(connection, "xian", users.hashed("nine-oak-trees", "xian"), clock.now)
    wrong = enter(browser, asks, "000000")
    assert wrong.status_code == 403
    right = enter(browser, wrong if meanwhile == "nothing" else asks, pyotp.TOTP(secret).at(clock.now))
    told = {"nothing": "再发一次", "a new password": "密码刚才换过了", "locked": "已经停用"}
    if meanwhile == "nothing":
        assert right.status_code == 200 and hidden(right) == {"member": ["002"], "outcome": ["明天打"], "seen": [""]}
    else:
        assert told[meanwhile] in wrong.text and hidden(wrong)["typed.outcome"] == ["明天打"]
        assert right.status_code in (400, 403) and browser.get("/desk/").request.path == "/desk/sign-in"


def enter(browser: Browser, page: TestResponse, code: str) -> TestResponse:
    """Type a code on a page that asks for it."""
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {**hidden(page), "csrf_token": token, "code": code}
    headers = {"Referer": HOME + "/desk/sign-in"}
    return browser.client.post("/desk/sign-in/code", base_url=HOME, data=sent, headers=headers)


def test_twelve_hours_end_it_in_any_case(browser: Browser, clock: Clock) -> None:
    browser.sign_in("chuxin")
    for _ in range(24):
        clock.pass_(minutes=29)
        assert browser.get("/desk/").request.path != "/desk/sign-in"
    clock.pass_(minutes=29)
    assert browser.get("/desk/").request.path == "/desk/sign-in"


def test_a_cookie_is_worth_nothing_after_signing_out(browser: Browser, fresh: Browser) -> None:
    browser.sign_in("chuxin")
    cookie = browser.client.get_cookie("__Host-desk", domain="line.example")
    assert cookie and browser.post("/desk/sign-out").location == "/desk/sign-in"
    fresh.client.set_cookie("__Host-desk", cookie.value, domain="line.example", secure=True)
    assert fresh.get("/desk/").request.path == "/desk/sign-in"


def test_signing_in_begins_a_session_of_its_own(browser: Browser, fresh: Browser) -> None:
    """A cookie that somebody put there before is not what is signed in."""
    browser.get("/desk/")
    before = browser.client.get_cookie("__Host-desk", domain="line.example")
    browser.sign_in("chuxin")
    after = browser.client.get_cookie("__Host-desk", domain="line.example")
    assert before and after and before.value != after.value
    fresh.client.set_cookie("__Host-desk", before.value, domain="line.example", secure=True)
    assert fresh.get("/desk/").request.path == "/desk/sign-in"


@pytest.mark.parametrize(
    ("url", "name", "secure"), [(HOME, "__Host-desk", True), ("http://127.0.0.1:8080", "desk", False)]
)
def test_the_cookie_is_for_the_desk_alone(
    database: Database, county: dict[str, int], pressed: Path, clock: Clock, url: str, name: str, secure: bool
) -> None:
    client = desk_of(database, pressed, clock, url=url).test_client()
    (cookie,) = client.get("/desk/sign-in", base_url=url).headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{name}=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert ("Secure" in cookie) == secure and "Domain" not in cookie


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/sign-out"])
@pytest.mark.parametrize("token", ["", "made up"])
def test_a_form_of_somebody_else_does_nothing(browser: Browser, path: str, token: str) -> None:
    browser.sign_in("chuxin")
    sent = {"name": "dongcun", "password": PASSWORD, "csrf_token": token}
    answer = browser.client.post(path, base_url=HOME, data=sent, headers={"Referer": HOME + "/desk/"})
    assert answer.status_code == 400 and f"{HOME}/desk/" in answer.text
    assert "初心村党支部" in browser.get("/desk/").text


def test_nothing_is_kept_that_would_open_the_desk(browser: Browser, database: Database) -> None:
    """Neither tokens nor passwords, nor a password that was typed as a name."""
    browser.sign_in("my secret password", "x")
    browser.sign_in("chuxin")
    with browser.client.session_transaction(base_url=HOME) as session:
        token = session["token"]
    with database.reading() as connection:
        kept = repr([connection.execute(select(each.__table__)).all() for each in (SignIn, SignInTry)])
    assert token not in kept and "secret" not in kept and PASSWORD not in kept


def test_what_is_over_is_swept_away(browser: Browser, fresh: Browser, database: Database, clock: Clock) -> None:
    for _ in range(3):
        browser.sign_in("nobody", "x")
    browser.sign_in("chuxin")
    clock.pass_(hours=1)
    fresh.sign_in("dongcun")
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SignIn)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(SignInTry)).scalar_one() == 1


def test_every_answer_says_what_a_browser_may_do_with_it(browser: Browser, app: Flask) -> None:
    signed_out = browser.get("/desk/sign-in")
    browser.sign_in("chuxin")
    for answer in (signed_out, browser.get("/desk/"), browser.get("/desk/99/2026-11")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "base-uri 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script>" not in answer.text and " style=" not in answer.text and "onclick" not in answer.text
        assert "http://" not in answer.text and "//cdn" not in answer.text
