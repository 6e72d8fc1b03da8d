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
    here = changed(browser, "chuxin", "reset")
    password = shown_password(browser.get(here).text)
    assert password not in browser.get(here).text and here == "/desk/users"
    assert fresh.get("/desk/").request.path == "/desk/sign-in"  # what they had open is over
    assert fresh.sign_in("chuxin").status_code == 403
    assert fresh.sign_in("chuxin", password).status_code == 302
    with database.reading() as connection:
        assert [row.what for row in connection.execute(select(Deed.__table__))] == ["user reset"]


def changed(browser: Browser, name: str, what: str) -> str:
    """Asked first, with one form to say yes; where it leads then."""
    page = browser.get(f"/desk/users/{name}/{what}").text
    assert name in page.partition("<h1>")[2].partition("</h1>")[0] and 'href="/desk/users"' in page
    (yes,) = re.findall(r'action="(/desk/users/.*?)"', page)
    answer = browser.post(yes)
    assert answer.status_code == 303
    return answer.location or ""


def test_nothing_is_done_before_the_question_is_answered(browser: Browser, fresh: Browser) -> None:
    browser.sign_in("hedong")
    page = browser.get("/desk/users").text
    assert "/reset" not in "".join(re.findall(r'action="(.*?)"', page))
    for what in ("reset", "lock"):
        assert f'href="/desk/users/chuxin/{what}"' in page
        assert browser.get(f"/desk/users/chuxin/{what}").status_code == 200
    assert fresh.sign_in("chuxin").status_code == 302


def test_locked_and_unlocked(browser: Browser, fresh: Browser) -> None:
    browser.sign_in("xian")
    assert "hexi（已停用）" in browser.get(changed(browser, "hexi", "lock")).text
    for what, is_told in {"reset": True, "lock": False}.items():
        assert ("hexi 现在停用着" in browser.get(f"/desk/users/hexi/{what}").text) == is_told
    page = browser.get(changed(browser, "hexi", "reset")).text
    assert "hexi 现在停用着" in page  # a new password lets nobody in whom somebody keeps out
    assert "这个账号已经停用" in fresh.sign_in("hexi", shown_password(page)).text
    browser.post("/desk/users/hexi/unlock")
    assert fresh.sign_in("hexi", shown_password(page)).status_code == 302


@pytest.mark.parametrize("name", ["hexi", "xian", "nobody", "hedong"])
def test_nobody_beside_or_above(browser: Browser, name: str) -> None:
    browser.sign_in("hedong")
    for what in ("reset", "lock", "unlock"):
        assert browser.post(f"/desk/users/{name}/{what}").status_code == 404
    for what in ("reset", "lock"):
        assert browser.get(f"/desk/users/{name}/{what}").status_code == 404


def test_a_new_user_signs_in_where_they_belong(browser: Browser, fresh: Browser, county: dict[str, int]) -> None:
    browser.sign_in("hedong")
    answer = browser.post("/desk/users/add", name="Dong2", of=str(county["东村党支部"]))
    page = browser.get(answer.location)
    assert answer.status_code == 303 and shown_password(page.text) not in browser.get(answer.location).text
    assert fresh.sign_in("dong2", shown_password(page.text)).location == "/desk/"
    assert fresh.get("/desk/").request.path == f"/desk/{county['东村党支部']}/2026-11"


BAD = {
    "a name that is there": ({"name": "Chuxin", "of": "2"}, "chuxin 这个用户名已经有人用了"),
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
