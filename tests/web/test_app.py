"""The desk as `ivr serve` has it: beside the line, which it does not hinder."""

from __future__ import annotations

from ivr.app import create_app
from ivr.config import Settings
from ivr.records import users
from ivr.records.db import open_database
from tests.web.conftest import HASHED, HOME, Browser, Clock


def test_the_line_s_process_serves_the_desk(settings: Settings, clock: Clock) -> None:
    app = create_app(settings, clock)
    browser = Browser(app.test_client())
    assert browser.get("/desk").request.path == "/desk/sign-in"
    database = open_database(settings.database)
    with database.writing() as connection:
        users.add(connection, "xian", "county", None, HASHED, clock.now)
    database.close()
    browser.sign_in("xian")
    page = browser.get("/")
    assert page.status_code == 200 and "名册还是空的。" in page.text
    assert (settings.data / "secret_key").exists()
    app.extensions["line"].database.close()


def test_at_an_address_of_nobody_s_a_browser_is_told_by_a_page(settings: Settings, clock: Clock) -> None:
    """Its carrier's addresses answer as they do, whoever asks."""
    app = create_app(settings, clock)
    page, anything = "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"
    for path, accepts, told in (
        ("/nope", page, True),
        ("/line/nobody/answer", page, True),
        ("/nope", anything, False),
        ("/line/twilio/answer", page, False),
        ("/audio/none.wav", page, False),
    ):
        answer = app.test_client().get(path, base_url=HOME, headers={"Accept": accepts})
        assert ("没有这一页，或者不归您管。" in answer.text) == told, (path, accepts)
        assert ("Content-Security-Policy" in answer.headers) == told, (path, accepts)
        assert answer.status_code == (405 if path == "/line/twilio/answer" else 404), path
    app.extensions["line"].database.close()


def test_the_line_needs_no_token_of_a_form_and_gives_no_cookie(settings: Settings, clock: Clock) -> None:
    app = create_app(settings, clock)
    answer = app.test_client().post("/line/twilio/answer", base_url=HOME, data={"CallSid": "CA1"})
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
    assert app.test_client().get("/healthz").headers.get("Set-Cookie") is None
    app.extensions["line"].database.close()
