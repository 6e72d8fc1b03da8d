"""The desk in a real browser: each role walks each page that its links lead to, with JavaScript and without.

Playwright (of PyPI) starts Debian's Chromium, the one that is called `chromium`; scripts/system-packages installs it
with its Chinese fonts. The desk is served by waitress on a port of this machine. `--pictures FOLDER` keeps a picture of
each page there.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from sqlalchemy import update

from ivr.records.db import Database
from ivr.records.member_list import LONGEST
from ivr.records.models import Member
from ivr.records.occasions import Written, write
from ivr.web import HEADERS
from tests.databases import Filling, Originals
from tests.reports.village import at
from tests.web.conftest import PASSWORD
from tests.web.walking import Kind, Walk, listening, stumbles

CHROMIUM = shutil.which("chromium")
SCREEN: ViewportSize = {"width": 1024, "height": 768}
ROLES = {"branch": "chuxin", "township": "hedong", "county": "xian"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM and "CI" not in os.environ:
        pytest.skip("there is no chromium here: scripts/system-packages installs it")
    assert CHROMIUM, "scripts/system-packages installs chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def database_url(originals: Originals, filling: Filling, tmp_path: Path) -> str:
    """Of one kind: the pages are the same."""
    return originals.sqlite(filling, tmp_path / "ivr.db")


@pytest.fixture
def home() -> str:
    return "http://127.0.0.1"


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    """Where the desk is served."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)
    thread.join(30)


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    folder = request.config.getoption("--pictures")
    return Path(folder) if folder else None


def picture(page: Page, pictures: Path | None, name: str) -> None:
    if pictures:
        page.screenshot(path=pictures / f"{name}.png")


def at_the_desk(chromium: Browser, base: str, name: str = "", **more: Any) -> tuple[BrowserContext, Page]:
    """A browser of their own, signed in."""
    context = chromium.new_context(viewport=SCREEN, locale="zh-CN", **more)
    page = context.new_page()
    page.goto(base + "/desk/")
    if name:
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("button.main")
        assert "/desk/sign-in" not in page.url
    return context, page


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_nobody_stumbles(chromium: Browser, app: Flask, base: str, pictures: Path | None, scripts: bool) -> None:
    faults, seen = {}, set[tuple[Kind, str]]()
    for role, name in ROLES.items():
        context, page = at_the_desk(chromium, base, name, java_script_enabled=scripts)
        folder = pictures and pictures / (role if scripts else f"{role}-without-JavaScript")
        walk = Walk(app, page, base, folder, seen)
        walk.go(page.url.removeprefix(base), of_a_kind=1, closely=scripts)
        context.close()
        faults[role] = walk.faults
        assert {kind[0] for kind in walk.times} >= {"desk.month", "desk.ledger_page", "desk.ledger_file", "desk.more"}
    assert not any(faults.values()), faults


def test_however_long_a_name_is_no_page_is_too_wide(
    chromium: Browser, app: Flask, base: str, database: Database
) -> None:
    long = "长" * LONGEST["name"]
    with database.writing() as connection:
        connection.execute(update(Member).where(Member.number == "001").values(name=long))
        met = Written("meeting", date(2026, 11, 18), "falls", (1,), host=long)
        write(connection, 1, met, 1, at("2026-11-18 20:00"), met.day)
    context, page = at_the_desk(chromium, base, "chuxin")
    walk = Walk(app, page, base, None, set())
    walk.go(page.url.removeprefix(base), of_a_kind=1, closely=False)
    page.goto(base + "/desk/1/2026-11/ledger/detail")
    stays_in_sight = page.locator("td.name").first.bounding_box()
    context.close()
    assert stays_in_sight and stays_in_sight["width"] < SCREEN["width"] / 3
    assert "\n".join(fault for fault in walk.faults if " px wide on " in fault) == ""


def test_what_others_have_not_come_across_is_looked_at(chromium: Browser, app: Flask, base: str) -> None:
    context = chromium.new_context(viewport=SCREEN)
    page, seen = context.new_page(), set[tuple[Kind, str]]()
    bodies = ["<button>x</button>", '<button>x</button><input style="height: 60px">']
    page.route(
        "**/account",
        lambda route: route.fulfill(body=f"{PLAIN}{bodies.pop(0)}</main></html>", content_type="text/html"),
    )
    first, second = (Walk(app, page, base, None, seen) for _ in bodies)
    for walk in (first, second):
        walk.go("/desk/account", of_a_kind=1, closely=True)
    context.close()
    assert first.faults == [] and "axe: label" in "".join(second.faults)


def test_nobody_stumbles_at_the_door(chromium: Browser, base: str, pictures: Path | None) -> None:
    """Where somebody signs in, mistypes, or comes to a page that is not there."""
    context, page = at_the_desk(chromium, base)
    picture(page, pictures, "door")
    faults = stumbles(page, closely=True)
    page.fill("#name", "chuxin")
    page.fill("#password", "wrong")
    page.click("button.main")
    page.wait_for_load_state()  # with its style
    picture(page, pictures, "door-wrong")
    faults += stumbles(page, closely=True)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.goto(base + "/desk/all/1999")
    picture(page, pictures, "not-there")
    faults += stumbles(page, closely=True)
    context.close()
    assert faults == []


def test_one_step_back_from_the_list_however_often_it_was_ticked(chromium: Browser, base: str) -> None:
    """Also where a tick was refused first, is taken back, or the numbers are shown."""
    context, page = at_the_desk(chromium, base, "chuxin")
    page.click('.tabs a[href$="/ring"]')
    page.click(".ways button")
    steps = page.evaluate("history.length")
    page.click("tr:has-text('李大山') button")
    page.wait_for_selector("tr.done:has-text('李大山')")
    page.fill("tr:has-text('马建民') input[name=outcome]", "在家")
    page.press("tr:has-text('马建民') input[name=outcome]", "Enter")
    page.wait_for_selector("tr.done:has-text('在家')")
    page.click("tr:has-text('李大山') button[name=undo]")
    page.wait_for_selector("tr:not(.done):has-text('李大山')")
    assert (
        page.evaluate("history.length") == steps
        and "kept=taken_back" in page.url
        and page.locator("a[href^=tel]").count()
    )
    page.evaluate("document.querySelector('input[name=outcome]').value = '长'.repeat(201)")
    page.click("tr:not(.done) button:has-text('联系上了')")
    page.wait_for_selector(".mistake")
    context.close()


def test_a_step_back_to_what_was_refused_is_a_page(chromium: Browser, base: str) -> None:
    """And no question of the browser's, whether to send it again."""
    context, page = at_the_desk(chromium, base, "chuxin")
    page.goto(base + "/desk/all/2026-11/visit")
    page.select_option("#member", "004")
    for topic in ("", "谈心"):
        page.fill("#topic", topic)
        page.click("main button.main")
    page.wait_for_selector("#kept")
    shown = page.go_back()
    assert shown and shown.status == 200 and page.locator("#topic").count() and not page.locator(".mistake").count()
    context.close()


def test_the_desk_says_itself_that_a_day_is_wrong_but_half_a_day_is_not_sent(chromium: Browser, base: str) -> None:
    """Not the browser, in its own words and language."""
    context, page = at_the_desk(chromium, base, "chuxin")
    page.goto(base + "/desk/all/2026-11/visit")
    page.fill("#day", "2026-12-31")
    page.click("button.main")
    assert "这一天还没到" in page.inner_text("#day-wrong")
    page.goto(base + "/desk/notices")
    page.focus("#closes")
    page.keyboard.type("12")
    page.click("#write button")
    assert page.evaluate("document.activeElement.id") == "closes" and not page.query_selector(".mistake")
    context.close()


def test_what_was_typed_before_one_had_to_sign_in_is_there_after_a_reload(chromium: Browser, base: str) -> None:
    context, page = at_the_desk(chromium, base, "chuxin")
    page.goto(base + "/desk/all/2026-11/visit")
    page.select_option("#member", "004")
    page.fill("#note", "身体不好")
    context.clear_cookies()
    page.click("main button.main")
    assert (shown := page.reload()) and shown.status == 400
    assert page.locator("input[name='typed.note']").input_value() == "身体不好"
    page.fill("#name", "chuxin")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    assert page.locator("dd:has-text('身体不好')").count()
    page.reload()
    assert page.locator("input[value='身体不好']").count() == 1
    context.close()


def test_a_page_says_that_a_table_slides_where_it_does(chromium: Browser, base: str) -> None:
    """On a phone it is stacked instead; without JavaScript nobody can tell."""
    for width, scripts, slides in ((1024, True, True), (400, True, False), (400, False, True)):
        context, page = at_the_desk(chromium, base, "chuxin", java_script_enabled=scripts)
        page.set_viewport_size({"width": width, "height": 768})
        page.goto(base + "/desk/all/2026-11/ledger/detail")
        assert page.locator(".slides").is_visible() == slides, (width, scripts)
        context.close()


PLAIN = """<!doctype html><html lang="en"><title>A page</title>
<style>body, button { font: 20px sans-serif } button { height: 60px } :focus { outline: 4px solid }</style>
<main><h1>A page</h1>"""
UNDER = """<style>a {{ display: block; height: 60px }}</style><nav class="tabs"><a>a</a><a>b</a><a>c</a>
<a href="#d"{}>d</a></nav><div class="bar"><nav class="ways">{}</nav></div>"""
STUMBLES = {
    "none": ("<p>All is well</p><button>x</button>", ""),
    "wide": ('<p style="width: 1100px">too wide</p>', "1108 px wide on a screen of 1024: <p> too wide"),
    "wide on a phone": ('<p style="width: 500px">too wide</p>', "508 px wide on a screen of 400: <p> too wide"),
    "small letters": ('<p style="font-size: 16px">small</p>', "letters of 16 px: <p> small"),
    "under no tab": (UNDER.format("", ""), "is not under one of the tabs"),
    "nothing above": (UNDER.format(' aria-current="true"', "<a href='#a'>‹ 上个月</a>"), "leads to nothing above it"),
    "something above": (UNDER.format(' aria-current="true"', "<a class='up' href='#up'>‹ up</a>"), ""),
    "a low button": ('<button style="height: 30px">low</button>', "30.0 px high, too low to touch: <button> low"),
    "overlap": (
        '<button>a</button><button style="margin-left: -12px">b</button>',
        "overlap: <button> a and <button> b",
    ),
    "cut off": (
        '<p style="width: 4em; overflow: hidden; white-space: nowrap">too long to read</p>',
        "cut off: <p> too",
    ),
    "print elsewhere": ('<div class="bar"><b>x</b><p class="print">x</p></div>', "the print button is not where"),
    "label aslant": (
        '<dl class="facts"><dt style="margin-top: 8px">a</dt><dd>b</dd></dl>',
        "not beside what it says: <dt> a",
    ),
    "for paper": ('<span class="paper">x</span>', "is for paper: <span> x"),
    "pale": ('<p style="color: #bbb">pale</p>', "axe: color-contrast"),
    "no label": ('<input style="height: 60px">', "axe: label"),
    "no way by keys": ("<button>x</button><script>onkeydown = () => false</script>", "Tab does not come to <button> x"),
    "focus unseen": ('<button style="outline: none">x</button>', "nobody sees that Tab has come to <button> x"),
}


@pytest.mark.parametrize(("body", "told"), STUMBLES.values(), ids=STUMBLES)
def test_what_is_a_stumbling_block(chromium: Browser, body: str, told: str) -> None:
    context = chromium.new_context(viewport=SCREEN)
    page = context.new_page()
    page.set_content(f"{PLAIN}{body}</main></html>")
    faults = stumbles(page, closely=True)
    context.close()
    assert any(told in fault for fault in faults) if told else faults == []


COMPLAINTS = {
    "inline style": ('<p style="color: red">x</p>', "Content Security Policy"),
    "inline script": ("<script>1</script>", "Content Security Policy"),
    "another host": ('<img alt="" src="http://127.0.0.2:9/x.png">', "asks for http://127.0.0.2:9/x.png"),
    "nothing there": ('<img alt="" src="/desk/static/none.png">', "404"),
}


@pytest.mark.parametrize(("body", "told"), COMPLAINTS.values(), ids=COMPLAINTS)
def test_what_the_browser_complains_of(chromium: Browser, base: str, body: str, told: str) -> None:
    context = chromium.new_context(viewport=SCREEN)
    page = context.new_page()
    page.route(
        "**/complaint", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=HEADERS)
    )
    with listening(page, base) as heard:
        page.goto(base + "/complaint")
    context.close()
    assert any(told in each for each in heard)
