"""A desk that presses with the tone engine, and what members asked after the tone."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from ivr import vocabulary
from ivr.config import SecretSettings, Settings, StudioSettings
from ivr.dialogue.turn import Left
from ivr.records import ledger, recordings
from ivr.records.db import Database
from ivr.records.models import Recording
from ivr.shelf import Shelf
from ivr.web.desk import Desk
from tests.made_lessons import tone
from tests.web.conftest import HOME, Browser, Clock, installed


def letter_desk(database: Database, data: Path, clock: Clock, voice: str = "tone:a", words: str = "zh") -> Flask:
    plain = Settings(
        data=data,
        secrets=SecretSettings(desk="a key for tests, of 32 characters"),
        studio=StudioSettings(voices={"zh": voice, "yue": "tone:b"}),
    )
    settings = plain.model_copy(update={"line": plain.line.model_copy(update={"public_url": HOME})})
    app = Flask("desk", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # as beside the webhooks
    loaded = vocabulary.load(words)
    return installed(app, Desk(database, Shelf(data), settings, loaded, settings.secrets.desk, clock))


def ask(
    database: Database,
    data: Path,
    clock: Clock,
    member: int | None,
    *,
    kind: Any = "question",
    about: int | None = None,
    fetched: bool = True,
) -> int:
    """Somebody says something after the tone; returns its number."""
    with database.writing() as connection:
        said = len(connection.execute(select(Recording.id)).all())
        call = ledger.open_call(connection, "twilio", f"CA{said}", "+8613912345678", clock.now)
        left = Left(kind, f"RE{said}", f"https://api.twilio.com/RE{said}", 2, about)
        ledger.keep_recording(connection, call, 3, left, member, clock.now)
        number = max(connection.execute(select(Recording.id)).scalars())
        if fetched:
            recordings.kept(connection, number, Shelf(data).put_recording(tone(2000, number)), 2000, clock.now)
        return number


def send(browser: Browser, path: str, **fields: Any) -> TestResponse:
    """Send a form, in which bytes are a file with some name."""
    token = browser.get("/desk/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    files = {
        name: FileStorage(BytesIO(each), "ein.m4a") if isinstance(each, bytes) else each
        for name, each in fields.items()
    }
    sent = {"csrf_token": token, **files}
    headers = {"Referer": HOME + "/desk/"}
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post(path, base_url=HOME, data=body, headers=headers, content_type=kind)


def finished(browser: Browser, answer: TestResponse) -> TestResponse:
    """Wait on the page that says so, as a browser without JavaScript does."""
    assert answer.status_code == 303, answer.text
    return waited(browser, answer.headers["Location"])


def waited(browser: Browser, address: str) -> TestResponse:
    for _ in range(600):
        page = browser.get(address)
        assert page.status_code == 200
        if "Refresh" not in page.headers:
            return page
        assert "正在做成声音" in page.text
        address = page.headers["Refresh"].partition("url=")[2]
        time.sleep(0.05)
    raise AssertionError("it never ended")
