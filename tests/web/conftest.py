"""A county with two townships and three branches, its November, and a desk with somebody at each level."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import CodeType
from typing import Any

import openpyxl
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from ivr import vocabulary, web
from ivr.config import SecretSettings, Settings, StudioSettings
from ivr.records import places, users
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Member, Recording
from ivr.records.places import Role
from ivr.shelf import Shelf
from ivr.web import paper
from ivr.web.desk import Desk
from tests.databases import Filling
from tests.reports.village import Village, at, bye, menu, november

HOME = "https://line.example"
PASSWORD = "eight-oak-trees"
HASHED = users.Hashed(PasswordHasher(1, 8, 1).hash(PASSWORD))  # in a moment, at each sign-in: it is meant to take long
ROSTER = """姓名,电话,支部,编号,乡镇
王秀英,13800138001,初心村党支部,001,河东镇
李大山,13800138002,初心村党支部,002,
赵福贵,13800138003,初心村党支部,003,
马建民,13800138004、0371-65432100,初心村党支部,004,
张桂兰,13800138005,初心村党支部,005,
陈德明,13800138001,初心村党支部,006,
周国强,13800138007,东村党支部,101,河东镇
何有才,,东村党支部,102,河东镇
孙凤英,13800138008,西村党支部,201,河西镇
"""
NAMES = {
    "初心村党支部": ("王秀英", "李大山", "赵福贵", "马建民", "张桂兰", "陈德明"),
    "东村党支部": ("周国强", "何有才"),
    "西村党支部": ("孙凤英",),
}
USERS: dict[str, tuple[Role, str, tuple[str, ...]]] = {  # role, of what, the branches they see
    "chuxin": ("branch", "初心村党支部", ("初心村党支部",)),
    "dongcun": ("branch", "东村党支部", ("东村党支部",)),
    "hedong": ("township", "河东镇", ("东村党支部", "初心村党支部")),
    "hexi": ("township", "河西镇", ("西村党支部",)),
    "xian": ("county", "", tuple(NAMES)),
}


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: at("2026-11-20 09:00"))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: int) -> None:
        self.now += timedelta(**time)


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, fills in forms with the token that stands in them."""

    client: FlaskClient
    home: str = HOME

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        return self.client.get(path, base_url=self.home, follow_redirects=follow)

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        token = self.get("/desk/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        sent = {"csrf_token": token, **fields}
        return self.client.post(path, base_url=self.home, data=sent, headers={"Referer": self.home + "/desk/"})

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/desk/sign-in", name=name, password=password)


class Compiled(BytecodeCache):
    """What the templates were compiled to, for all desks of a process: it takes longer than most tests."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._kept[bucket.key] = bucket.checksum, bucket.code


COMPILED = Compiled()


def installed(app: Flask, desk: Desk) -> Flask:
    app.jinja_env.bytecode_cache = COMPILED
    paper.load()  # pages do not wait for it, and would lead to no PDF at first
    web.install(app, desk)
    return app


@pytest.fixture
def clock() -> Clock:
    return Clock()


def county_of(database: Database) -> None:
    import_roster(database, ROSTER.encode(), "roster.csv", "CN")
    with database.writing() as connection:
        for name, (role, of, _) in USERS.items():
            place = places.named(connection, role, of) if of else None
            users.add(connection, name, role, place, HASHED, Clock().now)


COUNTY = Filling("county", county_of)


@pytest.fixture
def filling(request: pytest.FixtureRequest, pressed: Path) -> Filling:
    """The county; and, where there is a desk, its November."""

    def at_work(database: Database) -> None:
        county_of(database)
        with database.writing() as connection:
            november(Village(connection, Shelf(pressed).catalogue()))

    return Filling("at_work", at_work) if "app" in request.fixturenames else COUNTY


@pytest.fixture
def county(database: Database) -> dict[str, int]:
    """The ids of the branches, by name."""
    with database.reading() as connection:
        return {place.name: place.id for place in places.seen_by(connection, "county", None)}


def desk_of(
    database: Database,
    data: Path,
    clock: Clock,
    words: str = "zh",
    url: str = HOME,
    number: str = "",
    templates: Path | None = None,
    voice: str = "tone:a",
) -> Flask:
    secret, tones = SecretSettings(desk="a key for tests, of 32 characters"), StudioSettings(voices={"zh": voice})
    plain = Settings(data=data, secrets=secret, studio=tones)
    line, desk_settings = plain.line.model_copy(update={"public_url": url, "number": number}), plain.desk
    if templates:
        desk_settings = desk_settings.model_copy(update={"templates": str(templates)})
    settings = plain.model_copy(update={"line": line, "desk": desk_settings})
    app = Flask("desk", static_folder=None)
    desk = Desk(database, Shelf(data), settings, vocabulary.load(words), settings.secrets.desk, clock)
    return installed(app, desk)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The folder of forms of one's own, with one of everybody's in it."""
    folder = tmp_path / "templates"
    folder.mkdir()
    book = openpyxl.Workbook()
    book.active["A1"] = "{{完成率}}"
    book.save(folder / "form.xlsx")
    return folder


@pytest.fixture
def home() -> str:
    """Where the line says it is."""
    return HOME


@pytest.fixture
def app(database: Database, pressed: Path, clock: Clock, templates: Path, home: str) -> Flask:
    return desk_of(database, pressed, clock, url=home, templates=templates)


@pytest.fixture
def said(app: Flask, database: Database, pressed: Path) -> dict[str, tuple[int, int]]:
    """A call of each branch, and what one of its members said after the tone in it, by branch."""
    catalogue = Shelf(pressed).catalogue()
    audio = catalogue.lessons[0].segments[0].audio
    told = {}
    with database.writing() as connection:
        village = Village(connection, catalogue, calls=500)
        for branch, number in {"初心村党支部": "001", "东村党支部": "101", "西村党支部": "201"}.items():
            call = village.call(number, "2026-11-18 08:00", menu(), bye(), phone="+8613900000000", hung_up=1)
            member = connection.execute(select(Member.id).where(Member.number == number)).scalar_one()
            row: dict[str, Any] = {"call_id": call, "turn": 1, "kind": "question", "member_id": member}
            row |= {"name": "RE", "address": "", "seconds": 3, "left_at": at("2026-11-18 08:00")}
            left = insert(Recording).values(**row, audio=audio, length_ms=3000)
            told[branch] = call, connection.execute(left.returning(Recording.id)).scalar_one()
    return told


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def fresh(app: Flask) -> Browser:
    """Another one."""
    return Browser(app.test_client())
