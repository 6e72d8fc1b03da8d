"""Whoever is at the desk sees their own branches; of all others nothing is there, at any address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import NAMES, USERS, Browser

VALUES = {  # whatever stands in an address, but `place`
    "written": "2026-11",
    "which": "detail",
    "form": "csv",
    "filename": "desk.css",
    "whose": "everybody",
    "name": "form.xlsx",
}
ABOVE = ("/desk/users",)  # nothing for a branch's users
OPEN = ("desk.sign_in", "desk.code", "desk.static")


Said = Mapping[str, tuple[int, int]]


def addresses(app: Flask, place: int | str, said: tuple[int, int]) -> Iterator[tuple[str, bool]]:
    """Every address that can be got, filled in with a place, and with a call and what was said in it; and whether it
    names any of them."""
    named = {"place": str(place), "call": str(said[0]), "recording": str(said[1])}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint.startswith("desk.") and rule.endpoint not in OPEN:
            values = {**VALUES, **named}
            built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
            assert built is not None, rule
            yield built[1], not named.keys().isdisjoint(rule.arguments)


def text_of(answer: TestResponse) -> str:
    """A workbook is packed: what stands in one is looked at where it is filled."""
    return bytes(answer.data).decode("utf-8", "replace")


def named(answer: TestResponse) -> set[str]:
    """The branches that an answer names, or names a member of."""
    if answer.mimetype == "audio/wav":
        return set()
    return {branch for branch, names in NAMES.items() if any(each in text_of(answer) for each in (branch, *names))}


def test_who_is_not_signed_in_sees_the_sign_in_page_only(
    app: Flask, browser: Browser, county: dict[str, int], said: Said
) -> None:
    told = list(addresses(app, county["初心村党支部"], said["初心村党支部"]))
    assert len(told) >= 5
    for address, _ in told:
        answer = browser.get(address)
        assert answer.request.path == "/desk/sign-in" and not named(answer), address


@pytest.mark.parametrize("user", USERS)
def test_each_sees_their_own_and_nothing_else(
    app: Flask, browser: Browser, county: dict[str, int], said: Said, user: str
) -> None:
    role, _, theirs = USERS[user]
    browser.sign_in(user)
    for branch, number in county.items():
        for address, names_branch in addresses(app, number, said[branch]):
            answer = browser.get(address)
            not_theirs = names_branch and branch not in theirs
            if not_theirs or (role == "branch" and address in ABOVE):
                assert answer.status_code == 404 and not named(answer), address
            else:
                assert answer.status_code == 200, address
                assert named(answer) <= ({branch} if names_branch else set(theirs)), address
    for address, _ in addresses(app, "all", said[theirs[0]]):
        assert browser.get(address).status_code == 200 or address in ABOVE, address
        assert named(browser.get(address)) <= set(theirs), address
    assert named(browser.get("/desk/all/2026-11")) == set(theirs)


@pytest.mark.parametrize("place", ["河东镇", "不存在"])
def test_a_township_is_no_branch(app: Flask, browser: Browser, county: dict[str, int], place: str) -> None:
    """Nor is a number that is nothing, however large."""
    browser.sign_in("xian")
    for number in (max(county.values()) + 1, 0, 10**30):
        if number not in county.values():
            assert browser.get(f"/desk/{number}/2026-11").status_code == 404


def test_numbers_of_telephones_are_on_no_page(app: Flask, browser: Browser, county: dict[str, int], said: Said) -> None:
    browser.sign_in("xian")
    for branch, number in county.items():
        for address, _ in addresses(app, number, said[branch]):
            answer = browser.get(address)
            told = "" if answer.mimetype == "audio/wav" else text_of(answer)
            assert not re.search(r"1380013800|65432100|13900000000", told), address
