"""Whoever is at the desk sees their own branches; of all others nothing is there, at any address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import get_args

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ivr.reports.call_list import Only
from tests.made_lessons import tone
from tests.web.conftest import HOME, NAMES, PASSWORD, USERS, Browser

VALUES = {  # whatever stands in an address, but what is somebody's
    "written": "2026-11",
    "year": "2026",
    "which": "detail",
    "form": "csv",
    "filename": "desk.css",
    "whose": "everybody",
    "name": "form.xlsx",
    "sound": hashlib.sha256(tone(12_000, 1)).hexdigest(),  # the first segment of the lesson on falls
    "slug": "falls",
    "spoken_in": "zh",
    "prompt": "welcome",
    "kind": "visit",
    "occasion": "1",
    "exemption": "1",
}
MEMBERS = {"初心村党支部": "001", "东村党支部": "101", "西村党支部": "201"}
ABOVE = ("/desk/users",)  # nothing for a branch's users
OPEN = ("desk.sign_in", "desk.code", "desk.static")
OWN = ("desk.phone_call", "desk.phone_act", "desk.phone_sound")  # a user's own rehearsals: tests/web/test_phone.py
SINGLE = {"question", "reply", "notice", "user"}  # a single one of these: test_questions.py … walk there


Own = Mapping[str, str]
Owned = Mapping[str, Own]


@pytest.fixture
def owned(county: dict[str, int], said: Mapping[str, tuple[int, int]]) -> Owned:
    """By branch: what stands in addresses for something of its own."""
    return {
        branch: {
            "place": str(number),
            "number": MEMBERS[branch],
            "call": str(said[branch][0]),
            "recording": str(said[branch][1]),
        }
        for branch, number in county.items()
    }


def addresses(app: Flask, own: Own, method: str = "GET") -> Iterator[tuple[str, bool]]:
    """Every address that can be got (or that only forms are sent to), filled in with what is some branch's own; and
    whether it names any of that."""
    for rule in app.url_map.iter_rules():
        if rule.arguments & SINGLE:
            continue
        if method in (rule.methods or ()) and rule.endpoint.startswith("desk.") and rule.endpoint not in (*OPEN, *OWN):
            values = {**VALUES, **own}
            built = rule.build({name: values[name] for name in rule.arguments if name in values}, append_unknown=False)
            assert built is not None, rule
            yield built[1], not own.keys().isdisjoint(rule.arguments)


def text_of(answer: TestResponse) -> str:
    """A workbook is packed: what stands in one is looked at where it is filled."""
    return "" if (answer.mimetype or "").startswith("audio/") else bytes(answer.data).decode("utf-8", "replace")


def named(answer: TestResponse) -> set[str]:
    """The branches that an answer names, or names a member of."""
    return {branch for branch, names in NAMES.items() if any(each in text_of(answer) for each in (branch, *names))}


def test_who_is_not_signed_in_sees_the_sign_in_page_only(app: Flask, browser: Browser, owned: Owned) -> None:
    told = list(addresses(app, owned["初心村党支部"]))
    assert len(told) >= 5
    for address, _ in told:
        answer = browser.get(address)
        assert answer.request.path == "/desk/sign-in" and not named(answer), address


@pytest.mark.parametrize("user", USERS)
def test_each_sees_their_own_and_nothing_else(app: Flask, browser: Browser, owned: Owned, user: str) -> None:
    role, _, theirs = USERS[user]
    browser.sign_in(user)
    for branch in owned:
        for address, names_branch in addresses(app, owned[branch]):
            answer = browser.get(address)
            not_theirs = names_branch and branch not in theirs
            if not_theirs or (role == "branch" and address in ABOVE):
                assert answer.status_code == 404 and not named(answer), address
            else:
                assert answer.status_code == 200, address
                assert named(answer) <= ({branch} if names_branch else set(theirs)), address
    for address, _ in addresses(app, {**owned[theirs[0]], "place": "all"}):
        answer = browser.get(address)
        assert answer.status_code == 200 or address in ABOVE, address
        assert named(answer) <= set(theirs), address
    assert named(browser.get("/desk/all/2026-11")) == set(theirs)
    for only in get_args(Only):  # what is searched for asks the database otherwise: here on each
        for whom in ("", f"&member={MEMBERS[theirs[0]]}"):
            answer = browser.get(f"/desk/all/2026-11/calls?lesson=falls&only={only}{whom}")
            assert answer.status_code == 200 and named(answer) <= set(theirs), (only, whom)


def test_the_address_of_a_form_leads_to_its_page(app: Flask, browser: Browser, owned: Owned) -> None:
    """Where it is typed, or asked for anew; what is not theirs is not there, either."""
    browser.sign_in("hedong")
    theirs = USERS["hedong"][2]
    for branch, own in owned.items():
        told = list(addresses(app, own, "POST"))
        assert len(told) >= 20
        for address, names_branch in told:
            answer = browser.get(address)
            assert answer.status_code == (404 if names_branch and branch not in theirs else 200), address
            assert named(answer) <= set(theirs), address


PAGES = {  # of forms, by their address
    "all/2026-11/ring/tick?numbers=1": "all/2026-11/ring?numbers=1",
    "all/2026-11/occasions/1/withdraw": "all/2026-11/occasions",
    "all/2026-11/forms/remove/own/form.xlsx": "all/2026-11/forms",
    "member/~6YOt/2026/excused/1/back": "member/~6YOt/2026",
    "call/1/claim": "call/1",
    "members/import/returned.xlsx": "members/import",
    "notices/1/withdraw": "notices",
    "questions/1/take-back": "questions/1",
    "users/chuxin/unlock": "users",
    "sign-out": "",
}


def test_which_page_that_is(browser: Browser) -> None:
    for below in ("", "/below/a%20path"):  # where the line may be mounted
        browser.home = HOME + below
        for address, page in PAGES.items():
            answer = browser.get(f"/desk/{address}", follow=False)
            assert (answer.status_code, answer.location) == (302, f"{below}/desk/{page}".rstrip("/")), address


def test_what_an_address_can_t_be_asked_for_is_not_there(app: Flask, browser: Browser, owned: Owned) -> None:
    """At any address, by whoever is signed in and by nobody."""
    known = list(addresses(app, owned["初心村党支部"]))
    for status in (403, 302):
        for address, _ in known:
            for method in ("PUT", "DELETE", "PATCH"):
                answer = browser.client.open(address, method=method, base_url=HOME)
                assert (answer.status_code, "没有这一页" in answer.text) == (404, True), (method, address)
        assert browser.sign_in("chuxin", "" if status == 403 else PASSWORD).status_code == status


@pytest.mark.parametrize("place", ["河东镇", "不存在"])
def test_a_township_is_no_branch(app: Flask, browser: Browser, county: dict[str, int], place: str) -> None:
    """Nor is a number that is nothing, however large."""
    browser.sign_in("xian")
    for number in (max(county.values()) + 1, 0, 10**30):
        if number not in county.values():
            assert browser.get(f"/desk/{number}/2026-11").status_code == 404


def test_numbers_of_telephones_are_on_no_page(app: Flask, browser: Browser, owned: Owned) -> None:
    browser.sign_in("xian")
    for own in owned.values():
        for address, _ in addresses(app, own):
            assert not re.search(r"1380013800|65432100|13900000000", text_of(browser.get(address))), address
