"""Where a page can't be made, whoever is at the desk reads why, in the desk's frame; and the log says where."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.records import users
from ivr.records.db import Database, open_database
from ivr.web.desk import Desk
from tests.web.conftest import HASHED, Browser, Clock, desk_of


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Database]:
    """In a file: what goes wrong here is not a matter of the database."""
    opened = open_database(f"sqlite:///{tmp_path / 'records' / 'ivr.db'}")
    yield opened
    opened.close()


@pytest.fixture
def browser(here: Database, clock: Clock, tmp_path: Path) -> Browser:
    with here.writing() as connection:
        users.add(connection, "xian", "county", None, HASHED, clock.now)
    browser = Browser(desk_of(here, tmp_path / "data", clock).test_client())
    browser.sign_in("xian")
    return browser


def test_a_damaged_file_is_named(browser: Browser, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    index = tmp_path / "data" / "index.json"
    index.parent.mkdir(exist_ok=True)
    index.write_text("{")
    answer = browser.get("/desk/all/2026-11")
    assert answer.status_code == 500 and f"{index} is damaged" in answer.text and "退出" in answer.text
    assert [each.levelno for each in caplog.records if "is damaged" in each.message] == [logging.ERROR]


def test_a_database_that_is_away_may_come_back(browser: Browser, here: Database, tmp_path: Path) -> None:
    here.close()
    shutil.rmtree(tmp_path / "records")
    answer = browser.get("/desk/all/2026-11")
    assert answer.status_code == 503 and "请过一会儿再试" in answer.text and "unable to open" not in answer.text
    for address in ("/desk/nothing", "/desk/all/2026-11/nothing", "/nothing"):
        assert browser.get(address).status_code == 404, address


def test_of_what_nobody_foresaw_only_the_log_has_details(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(Desk, "seen_by", broken)
    answer = browser.get("/desk/all/2026-11")
    assert answer.status_code == 500 and "这一页打不开" in answer.text and "secret" not in answer.text
    assert "a secret detail" in caplog.text and "Traceback" in caplog.text
