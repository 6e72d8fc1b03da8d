"""The line behind its web door, and a hand that posts to it as the provider does; what a test changes is what is
wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Row, Select, inspect, select, text

from ivr import calls
from ivr.app import create_app
from ivr.config import Settings
from ivr.records import progress
from ivr.records.db import Database
from ivr.records.models import Call, Evidence, TurnRow
from ivr.rehearsal.provider import Clock, Response, Transport, WsgiTransport, read, signature
from tests.drivers import BEGIN, enrol
from tests.made_lessons import NAMES

NUMBER = "+8613800000001"
SID = "CA" + "1" * 32
EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>'
TURN = re.compile(r"/turn/([0-9]+)/key")
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def stored(database: Database) -> dict[str, list[Any]]:
    """Everything in every table."""
    with database.reading() as connection:
        names = inspect(connection).get_table_names()
        return {name: sorted(connection.execute(text(f"SELECT * FROM {name}")).all(), key=repr) for name in names}


@dataclass
class Door:
    """Posts signed forms to an application; `sid` is the call that a form is about where nothing else is said."""

    transport: Transport
    settings: Settings
    clock: Clock = field(default_factory=lambda: Clock(BEGIN))
    sid: str = SID

    def form(self, sid: str | None = None, number: str = NUMBER, **more: str) -> dict[str, str]:
        account = self.settings.twilio.account_sid
        standing = {"CallSid": sid or self.sid, "AccountSid": account, "From": number, "CallStatus": "in-progress"}
        return standing | {"ApiVersion": "2010-04-01", "Direction": "inbound", "To": "+861012345678"} | more

    def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        headers: Mapping[str, str | None] = {},
        body: bytes | None = None,
    ) -> Response:
        """Post to a path under /line/twilio. `headers` replace those of a good request; None takes one away."""
        form = self.form() if form is None else form
        url = f"{self.settings.line.public_url}/line/twilio{path}"
        good = {
            "Content-Type": FORM,
            "X-Twilio-Signature": signature(self.settings.twilio.auth_token, url, form),
            "I-Twilio-Idempotency-Token": "0123",
        }
        sent = {name: value for name, value in {**good, **headers}.items() if value is not None}
        return self.transport(method, url, sent, urlencode(form).encode() if body is None else body)

    def said(self, path: str, form: Mapping[str, str] | None = None) -> str:
        """A post that must be answered as the provider wants it; gives back the document."""
        answer = self.post(path, form)
        read(answer, f"{self.settings.line.public_url}/line/twilio{path}")
        assert answer.header("Content-Type") == "text/xml; charset=utf-8"
        return answer.body.decode()


@dataclass
class OpenDoor(Door):
    """A door whose inside a test may look at."""

    app: Flask = field(kw_only=True)

    @property
    def line(self) -> calls.Line:
        line: calls.Line = self.app.extensions["line"]
        return line

    def stored(self) -> dict[str, list[Any]]:
        return stored(self.line.database)

    def count(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.stored().items()}

    def turns(self) -> list[Row[Any]]:
        """The turns of the call."""
        return self._rows(select(TurnRow.__table__).join(Call).where(Call.sid == self.sid).order_by(TurnRow.n))

    def endings(self) -> list[tuple[datetime | None, int | None]]:
        """What was told of the call's end."""
        ended = select(Evidence.provider_at, Evidence.provider_s).join(Call).where(Call.sid == self.sid)
        return [tuple(row) for row in self._rows(ended.where(Evidence.kind == "ended").order_by(Evidence.id))]

    def settled(self) -> datetime | None:
        row = self._rows(select(Call.settled_at).where(Call.sid == self.sid))[0]
        return cast("datetime | None", row.settled_at)

    def verified(self) -> bool:
        with self.line.database.reading() as connection:
            return progress.verify(connection, self.line.counting(self.line.shelf.catalogue())) == []

    def to_lesson(self) -> str:
        """A call that is in the first segment of a lesson: turn 3."""
        self.said("/answer")
        self.said("/turn/1/key", self.form(Digits="1"))
        return self.said("/turn/2/end")

    def _rows(self, query: Select[*tuple[Any, ...]]) -> list[Row[Any]]:
        with self.line.database.reading() as connection:
            return list(connection.execute(query).all())


def turn_of(document: str) -> int:
    """The number that the caller's next act will name."""
    named = TURN.search(document)
    assert named, document
    return int(named[1])


def opened(
    settings: Settings, pressed: Path, database_url: str, people: list[tuple[str, str]] | None = None
) -> OpenDoor:
    """A line with the made lessons; without `people`, the first of the names is enrolled with NUMBER."""
    at = settings.model_copy(update={"data": pressed, "database_url": database_url})
    clock = Clock(BEGIN)
    app = create_app(at, clock)
    enrol(app.extensions["line"].database, [(NAMES[0], NUMBER)] if people is None else people)
    transport = WsgiTransport(app.wsgi_app, at.line.public_url)
    return OpenDoor(transport, at, clock, app=app)


def is_apology(document: str) -> bool:
    return "<Say" in document and "对不起" in document and document.endswith("<Hangup/></Response>")
