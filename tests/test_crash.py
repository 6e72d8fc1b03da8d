"""The server is killed without warning, again and again, under calls: nothing that a provider was told may be lost."""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from ivr.config import Settings
from ivr.records import plays, progress
from ivr.records.db import Database, open_database
from ivr.records.models import Call, TurnRow
from ivr.rehearsal.provider import signature
from ivr.shelf import Shelf
from tests.drivers import enrol

KILLS = 20  # on each database
CALLERS = 4
PEOPLE = [(f"学员{n}", f"+861380000{n:04}") for n in range(CALLERS)]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A request that was answered: turn `n` of a call was closed by this, and the answer was `body`."""

    sid: str
    n: int
    kind: str
    digits: str
    body: bytes


@dataclass
class Village:
    """Callers who go on calling, whatever happens to the server; what was acknowledged to them is remembered."""

    settings: Settings
    port: int
    seed: int
    told: list[Acknowledged] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    wrong: list[str] = field(default_factory=list)

    def ask(self, sid: str, number: str, path: str, **more: str) -> bytes | None:
        """One signed request; None if nobody answered."""
        url = f"{self.settings.line.public_url}/line/twilio/{path}"
        form = {"CallSid": sid, "AccountSid": self.settings.twilio.account_sid, "From": number, **more}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature(self.settings.twilio.auth_token, url, form),
        }
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", f"/line/twilio/{path}", urlencode(form), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
        if answer.status != 200:
            self.wrong.append(f"{path}: {answer.status}")
        return body

    def insist(self, sid: str, number: str, path: str, **more: str) -> bytes | None:
        """The same request until it is answered, as a provider that retries."""
        while not self.stop.is_set():
            body = self.ask(sid, number, path, **more)
            if body is not None:
                return body
            time.sleep(0.02)
        return None

    def live(self, who: int) -> None:
        """Call after call, key after key."""
        chance = random.Random(f"{self.seed}/{who}")
        number = PEOPLE[who][1]
        calls = 0
        while not self.stop.is_set():
            calls += 1
            self.call(f"CA{self.seed}-{who}-{calls}", number, chance)

    def call(self, sid: str, number: str, chance: random.Random) -> None:
        body = self.insist(sid, number, "answer")
        while body is not None and (turn := re.search(rb"/turn/(\d+)/end", body)):
            n = int(turn[1])
            digits = chance.choice("112*#0") if chance.random() < 0.6 else ""
            kind = "key" if digits else "end"
            body = self.insist(sid, number, f"turn/{n}/{kind}", **({"Digits": digits} if digits else {}))
            if body is not None:
                self.told.append(Acknowledged(sid, n, kind, digits, body))


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A real server, answering; killed at the end without warning."""
    command = [str(Path(sys.executable).with_name("ivr")), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost(pressed: Path, settings: Settings, database: Database) -> None:
    seed = 2026
    chance = random.Random(seed)
    port = free_port()
    environment = os.environ | {
        "IVR_DATA": str(pressed),
        "IVR_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "IVR_PUBLIC_URL": settings.line.public_url,
        "TWILIO_ACCOUNT_SID": settings.twilio.account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio.auth_token,
    }
    enrol(database, PEOPLE)
    village = Village(settings, port, seed)
    callers = [threading.Thread(target=village.live, args=(who,), daemon=True) for who in range(CALLERS)]
    try:
        for kill in range(KILLS):
            with serving(environment, port):
                if kill == 0:
                    for caller in callers:
                        caller.start()
                time.sleep(chance.uniform(0.05, 0.6))
        with serving(environment, port):
            village.stop.set()
            for caller in callers:
                caller.join(15)
            check_answers(village)
    finally:
        village.stop.set()
    assert village.wrong == []
    check_record(village, environment["IVR_DATABASE_URL"], Shelf(pressed))


def check_answers(village: Village) -> None:
    """Whoever asks again hears what was said before."""
    assert len(village.told) > 10 * KILLS
    for told in random.Random(1).sample(village.told, 100):
        digits = {"Digits": told.digits} if told.digits else {}
        assert village.ask(told.sid, "", f"turn/{told.n}/{told.kind}", **digits) == told.body


def check_record(village: Village, url: str, shelf: Shelf) -> None:
    database = open_database(url)
    with database.reading() as connection:
        joined = select(Call.sid, TurnRow.n, TurnRow.act, TurnRow.digits, TurnRow.lesson).join(TurnRow)
        turns = {(row.sid, row.n): row for row in connection.execute(joined)}
        for told in village.told:
            row = turns[told.sid, told.n + 1]
            assert (row.act, row.digits) == (told.kind, told.digits)
            assert (row.lesson is not None) == bool(set(_files(told.body)) & _lesson_files(shelf))
        for sid in {sid for sid, _ in turns}:
            numbers = sorted(n for each, n in turns if each == sid)
            assert numbers == list(range(1, len(numbers) + 1))
        counting = progress.Counting(shelf.catalogue(), 0.9, Settings().line.zone)
        assert progress.verify(connection, counting) == []
        assert list(plays.heard_in(connection, shelf.catalogue()))
    database.close()


def _files(body: bytes) -> list[str]:
    return [name.decode() for name in re.findall(rb"/audio/([0-9a-f]{64})", body)]


def _lesson_files(shelf: Shelf) -> set[str]:
    """At every pace."""
    lessons = shelf.catalogue().lessons
    paces = (*lessons, *(lesson.other_pace for lesson in lessons if lesson.other_pace))
    return {segment.audio for lesson in paces for segment in lesson.segments}
