"""Those above make users and give new passwords, for those below them and nobody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from ivr.records import users
from ivr.records.db import Database
from ivr.records.models import Deed
from tests.web.conftest import Browser
from tests.web.reading import rows


def shown_password(html: str) -> str:
    found = re.search(r"<strong>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</strong>", html)
    assert found is not None
    return found[1]


BELOW = {
    "xian": ["hedong", "hexi", "dongcun", "chuxin"],
    "hedong": ["dongcun", "chuxin"],
    "hexi": [],
}


@pytest.mark.parametrize(("user", "below"), BELOW.items())
def test_each_sees_those_below(browser: Browser, user: str, below: list[str]) -> None:
    browser.sign_in(user)
    assert {row[0] for row in rows(browser.get("/desk/users").text)} == set(below)


def test_a_branch_s_user_has_nobody_below(browser: Browser) -> None:
    browser.sign_in("chuxin")
    assert browser.get("/desk/users").status_code == 404
    assert "/desk/users" not in browser.get("/desk/all/2026-11/more").text
    for path in ("users/add", "users/dongcun/reset", "users/chuxin/lock"):
        assert browser.post(f"/desk/{path}").status_code == 404


def test_a_new_password_is_shown_once_and_signs_in(browser: Browser, fresh: Browser, database: Database) -> None:
    fresh.sign_in("chuxin")
    browser.sign_in("hedong")
    password = shown_password(browser.post("/desk/users/chuxin/reset").text)
    assert password not in browser.get("/desk/users").text
    assert fresh.get("/desk/").request.path == "/desk/sign-in"  # what they had open is over
    assert fresh.sign_in("chuxin").status_code == 403
    assert fresh.sign_in("chuxin", password).status_code == 302
    with database.reading() as connection:
        assert [row.what for row in connection.execute(select(Deed.__table__))] == ["user reset"]


def test_locked_and_unlocked(browser: Browser, fresh: Browser) -> None:
    browser.sign_in("xian")
    assert "hexi（已停用）" in browser.post("/desk/users/hexi/lock").text
    assert "这个账号已经停用" in fresh.sign_in("hexi").text
    browser.post("/desk/users/hexi/unlock")
    assert fresh.sign_in("hexi").status_code == 302


@pytest.mark.parametrize("name", ["hexi", "xian", "nobody", "hedong"])
def test_nobody_beside_or_above(browser: Browser, name: str) -> None:
    browser.sign_in("hedong")
    for what in ("reset", "lock", "unlock"):
        assert browser.post(f"/desk/users/{name}/{what}").status_code == 404


def test_a_new_user_signs_in_where_they_belong(browser: Browser, fresh: Browser, county: dict[str, int]) -> None:
    browser.sign_in("hedong")
    page = browser.post("/desk/users/add", name="Dong2", of=str(county["东村党支部"])).text
    assert fresh.sign_in("dong2", shown_password(page)).location == "/desk/"
    assert fresh.get("/desk/").request.path == f"/desk/{county['东村党支部']}/2026-11"


BAD = {
    "a name that is there": ({"name": "chuxin", "of": "2"}, "这个用户名不能用"),
    "a name that is none": ({"name": "a b", "of": "2"}, "这个用户名不能用"),
    "a branch of others": ({"name": "new", "of": "3"}, "请选一选管哪里"),
    "a township": ({"name": "new", "of": "4"}, "请选一选管哪里"),
    "nothing": ({}, "请选一选管哪里"),
}


@pytest.mark.parametrize(("typed", "why"), BAD.values(), ids=list(BAD))
def test_who_can_t_be_added(browser: Browser, database: Database, typed: dict[str, str], why: str) -> None:
    browser.sign_in("hedong")
    answer = browser.post("/desk/users/add", **typed)
    assert answer.status_code == 400 and why in answer.text
    with database.reading() as connection:
        assert len(users.listed(connection)) == 5
