"""Who gets in, for how long, and what they are told who don't."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ivr.records import users
from ivr.records.db import Database
from ivr.records.models import SignIn, SignInTry
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
