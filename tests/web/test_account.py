"""One's own password, and one-time codes: each taken once, and no way round them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from sqlalchemy import Connection

from ivr.records import one_time, users
from ivr.records.db import Database
from tests.web.conftest import PASSWORD, Browser, Clock

NEW = "nine-elm-trees"


def change(browser: Browser, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> str:
    return browser.post("/desk/account/password", old=old, new=new, again=again).text


def test_a_new_password_ends_what_is_open(browser: Browser) -> None:
    browser.sign_in("chuxin")
    change(browser)
    assert browser.get("/desk/").request.path == "/desk/sign-in"
    assert browser.sign_in("chuxin").status_code == 403
    assert browser.sign_in("chuxin", NEW).status_code == 302


BAD = {
    "the old one is not": ({"old": "seven-oak-trees"}, "现在的密码不对"),
    "not the same": ({"again": "nine-elm-tree"}, "两遍输得不一样"),
    "too short": ({"new": "abc", "again": "abc"}, "新密码至少"),
    "the name": ({"new": "chuxinchuxin", "again": "chuxinchuxin"}, "新密码至少"),
}


@pytest.mark.parametrize(("typed", "why"), BAD.values(), ids=list(BAD))
def test_no_new_password(browser: Browser, fresh: Browser, typed: dict[str, str], why: str) -> None:
    browser.sign_in("chuxin")
    assert '<p class="note" id="new-note">新密码至少 10 个字' in browser.get("/desk/account").text  # before the mistake
    assert change(browser, **typed).count(why) == 1
    assert fresh.sign_in("chuxin").status_code == 302


def test_tries_of_the_old_password_count_as_those_to_sign_in(browser: Browser, fresh: Browser, clock: Clock) -> None:
    browser.sign_in("chuxin")
    for _ in range(5):
        assert "现在的密码不对" in change(browser, old="seven-oak-trees")
    assert "先停 15 分钟" in change(browser) and "先停 15 分钟" in fresh.sign_in("chuxin").text
    clock.pass_(minutes=16)
    change(browser)
    assert fresh.sign_in("chuxin", NEW).status_code == 302


def test_no_transaction_waits_for_a_hash(
    browser: Browser, fresh: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line's turns would wait, too."""
    open_: list[bool] = []

    @contextmanager
    def watched(**how: bool) -> Iterator[Connection]:
        with Database.writing(database, **how) as connection:
            open_.append(True)
            try:
                yield connection
            finally:
                open_.pop()

    def hashes(real: Callable[..., Any]) -> Callable[..., Any]:
        def alone(*arguments: Any) -> Any:
            assert not open_
            return real(*arguments)

        return alone

    browser.sign_in("hedong")
    monkeypatch.setattr(database, "writing", watched)
    for name in ("hashed", "fits"):
        monkeypatch.setattr(users, name, hashes(getattr(users, name)))
    assert browser.post("/desk/users/chuxin/reset").status_code == 303
    assert browser.post("/desk/users/add", name="dong2", of="2").status_code == 303
    change(browser)
    assert fresh.sign_in("hedong", NEW).status_code == 302


# ── one-time codes ───────────────────────────────────────────────────────────────────────────────────────────────


def code(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock.now)


@pytest.fixture
def secret(browser: Browser, clock: Clock) -> str:
    """The county's user has codes from now on."""
    browser.sign_in("xian")
    page = browser.get("/desk/account").text
    assert "<svg" in page and "style=" not in page
    found = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert found is not None
    assert browser.post("/desk/account/codes", code="000000").status_code == 400
    answer = browser.post("/desk/account/codes", code=code(found[1], clock))
    assert (answer.status_code, answer.location) == (303, "/desk/account?kept=1")
    return found[1]


def test_the_password_alone_opens_nothing(fresh: Browser, clock: Clock, secret: str) -> None:
    assert fresh.sign_in("xian").location == "/desk/sign-in/code"
    assert fresh.get("/desk/").request.path == "/desk/sign-in"
    fresh.sign_in("xian")
    assert fresh.post("/desk/sign-in/code", code=code(secret, clock)).status_code in (302, 403)


def enter(browser: Browser, typed: str) -> str:
    """Type a code on the page where it is asked for, with the page's own token."""
    page = browser.get("/desk/sign-in/code").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"csrf_token": token, "code": typed}
    headers = {"Referer": "https://line.example/desk/"}
    answer = browser.client.post("/desk/sign-in/code", base_url="https://line.example", data=sent, headers=headers)
    return answer.location or answer.text


def test_a_code_opens_once(fresh: Browser, browser: Browser, clock: Clock, secret: str) -> None:
    fresh.sign_in("xian")
    assert enter(fresh, code(secret, clock)) == "/desk/"
    browser.post("/desk/sign-out")
    browser.sign_in("xian")
    assert "这个数不对，或者用过了" in enter(browser, code(secret, clock))
    clock.pass_(seconds=60)
    assert enter(browser, f" {code(secret, clock)[:3]} {code(secret, clock)[3:]}") == "/desk/"


def test_codes_can_t_be_guessed(fresh: Browser, clock: Clock, secret: str) -> None:
    """Nor by giving the right password again in between."""
    halfway = (n for n in range(7) if fresh.sign_in("xian").location == "/desk/sign-in/code")
    told = [enter(fresh, f"{n:06}") for n in halfway]
    assert 1 <= len(told) <= 4
    assert "先停 15 分钟" in fresh.sign_in("xian").text


def test_the_way_to_the_code_closes(fresh: Browser, clock: Clock, secret: str) -> None:
    fresh.sign_in("xian")
    clock.pass_(minutes=6)
    assert enter(fresh, code(secret, clock)).startswith("/desk/sign-in?over=1")


def test_codes_can_t_be_guessed_to_end_them(browser: Browser, clock: Clock, secret: str) -> None:
    clock.pass_(seconds=60)
    for n in range(5):
        assert "这个数不对" in browser.post("/desk/account/codes", code=f"{n:06}").text
    assert "先停 15 分钟" in browser.post("/desk/account/codes", code=code(secret, clock)).text


def test_codes_end_by_a_code(browser: Browser, fresh: Browser, clock: Clock, secret: str) -> None:
    assert browser.post("/desk/account/codes", code="123456").status_code == 400
    clock.pass_(seconds=60)
    browser.post("/desk/account/codes", code=code(secret, clock))
    assert fresh.sign_in("xian").location == "/desk/"


def test_only_the_county_has_them(browser: Browser) -> None:
    browser.sign_in("hedong")
    assert browser.post("/desk/account/codes", code="123456").status_code == 404


@pytest.mark.parametrize(("off_s", "fits"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_clocks_may_be_half_a_minute_off(clock: Clock, off_s: int, fits: bool) -> None:
    secret = one_time.new_secret()
    theirs = pyotp.TOTP(secret).at(int(clock.now.timestamp()) + off_s)
    assert (one_time.fitting_step(secret, theirs, clock.now) is not None) == fits
    step = one_time.fitting_step(secret, theirs, clock.now)
    assert step is None or one_time.fitting_step(secret, theirs, clock.now, step) is None
