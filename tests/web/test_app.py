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


def test_the_line_needs_no_token_of_a_form_and_gives_no_cookie(settings: Settings, clock: Clock) -> None:
    app = create_app(settings, clock)
    answer = app.test_client().post("/line/twilio/answer", base_url=HOME, data={"CallSid": "CA1"})
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
    assert app.test_client().get("/healthz").headers.get("Set-Cookie") is None
    app.extensions["line"].database.close()
