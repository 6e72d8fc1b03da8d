"""What the pages of the desk take at the server, for a township of 200 branches and 5,000 members late in a busy year.

scripts/bench desk [--branches N] [--members N] [--rounds N] [--pages]

Each page that can be reached from the township's first page and from one branch's is got through the whole application,
on SQLite and on PostgreSQL; the rounds are interleaved and the medians shown, in ms and as a multiple of a page that
does nothing but know who is signed in.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select, text

from ivr import vocabulary, web
from ivr.cli.line import settled_in
from ivr.config import SecretSettings, Settings
from ivr.records import hours, places, users
from ivr.records.db import Database, open_database
from ivr.records.importing import import_roster
from ivr.records.models import Base, Member
from ivr.shelf import Shelf
from ivr.web.desk import Desk
from tests import made_lessons, postgres
from tests.reports.village import Step, Village, answers, asks, bye, ends, listens, menu, plays

HOME = "https://line.example"
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PASSWORD = "eight-oak-trees"
EMPTY = "/desk/account"
LIMIT_MS = 300
CALL_SHARE = 0.7  # of members in a month; a third of those call again
CALLED_IN = (10, 11)  # of what was before, only the hours are looked at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--branches", type=int, default=200)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", action="store_true", help="only what is looked at, not the files to take away")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ivr-bench-")))
        shelf = Shelf(folder)
        made_lessons.put_lessons(shelf)
        servers = {"SQLite": f"sqlite:///{folder}/desk.db", "PostgreSQL": stack.enter_context(postgres.server())}
        databases = {name: open_database(url.format(name="postgres")) for name, url in servers.items()}
        for database in databases.values():
            stack.callback(database.close)
        print(f"{_fill(databases['SQLite'], shelf, asked.branches, asked.members)} calls", file=sys.stderr)
        _copy(databases["SQLite"], databases["PostgreSQL"])
        clients = {name: _signed_in(_app(database, shelf, folder)) for name, database in databases.items()}
        settled_in()  # as `ivr serve` is
        _report(_measured(clients, asked.rounds, asked.pages))


# ── a township ───────────────────────────────────────────────────────────────────────────────────────────────────


def _fill(database: Database, shelf: Shelf, branches: int, members: int) -> int:
    lines = ["姓名,电话,支部,编号,乡镇"]
    lines += [f"王{n % 7000 + 0x4E00:c},138{n:08},第{n % branches:03}支部,{n:05},河东镇" for n in range(members)]
    import_roster(database, "\n".join(lines).encode(), "roster.csv", "CN", date(2026, 1, 5))
    chance = Random(1)
    with database.writing() as connection:
        users.add(
            connection,
            "hedong",
            "township",
            places.named(connection, "township", "河东镇"),
            users.hashed(PASSWORD, "hedong"),
            NOW,
        )
        village = Village(connection, shelf.catalogue())
        for month in CALLED_IN:
            for n in range(members):
                again = CALL_SHARE
                while chance.random() < again:
                    _call(village, chance, month, f"{n:05}", f"+86138{n:08}")
                    again = 0.33
        _confirm(connection, chance, [lesson.slug for lesson in village.catalogue.lessons])
        return village.calls


def _confirm(connection: Connection, chance: Random, lessons: Sequence[str]) -> None:
    """The hours of the months that are over."""
    everybody = connection.execute(select(Member.id)).scalars().all()
    for month in range(1, NOW.month):
        tenths = {(who, each): 2 for who in everybody for each in lessons if chance.random() < CALL_SHARE}
        hours.confirm(connection, f"2026-{month:02}", tenths, 1, NOW)


def _call(village: Village, chance: Random, month: int, number: str, phone: str) -> None:
    lesson = chance.choice((village.falls, village.stoves))
    whole = [*listens(lesson, *range(len(lesson.segments))), ends(lesson, 9.5)]
    quiz = [asks(lesson), answers(lesson, 0, "1")] if lesson.questions else []
    heard: list[Step] = chance.choice(([*whole, *quiz, bye()], [*whole, bye()], whole[:1], [plays(lesson, 0, 8, "1")]))
    day, minute = chance.randint(1, 27), chance.randint(0, 59)
    village.call(
        number, f"2026-{month}-{day:02} {chance.randint(7, 20):02}:{minute:02}", menu(), *heard, phone=phone, hung_up=4
    )


def _copy(source: Database, target: Database) -> None:
    """A tenth of the time that it would take to fill it as well."""
    with source.reading() as there, target.writing() as here:
        for table in Base.metadata.sorted_tables:
            above = (key.parent.is_not(None) for key in table.foreign_keys if key.column.table is table)
            if rows := there.execute(select(table).order_by(*above, *table.primary_key)).mappings().all():
                here.execute(insert(table), [dict(row) for row in rows])
        here.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute


def _app(database: Database, shelf: Shelf, folder: Path) -> Flask:
    settings = Settings(data=folder, secrets=SecretSettings(desk="a key for a bench, of 32 characters"))
    settings = settings.model_copy(update={"line": settings.line.model_copy(update={"public_url": HOME})})
    app = Flask("desk", static_folder=None)
    web.install(app, Desk(database, shelf, settings, vocabulary.load("zh"), settings.secrets.desk, lambda: NOW))
    return app


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    page = client.get("/desk/sign-in", base_url=HOME).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"csrf_token": token, "name": "hedong", "password": PASSWORD}
    answer = client.post("/desk/sign-in", base_url=HOME, data=sent, headers={"Referer": HOME + "/desk/"})
    assert answer.status_code == 302, answer.text
    return client


def _measured(clients: dict[str, FlaskClient], rounds: int, only_pages: bool) -> dict[tuple[str, str], list[float]]:
    """Seconds of each round, by database and address."""
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    found = {name: [EMPTY, *_found(client, only_pages)] for name, client in clients.items()}
    for n in range(rounds):
        print(f"round {n + 1} of {rounds}", file=sys.stderr)
        for name, client in clients.items():
            for address in found[name]:
                began = perf_counter()
                answer = client.get(address, base_url=HOME)
                took[name, address].append(perf_counter() - began)
                assert answer.status_code == 200, (address, answer.status)
    return took


def _found(client: FlaskClient, only_pages: bool) -> Iterator[str]:
    """One address of each kind of page, from the township's first page on."""
    endpoints, waiting, known = set(), ["/desk/all/2026-11", "/desk/all/2026-11/more"], set()
    urls = client.application.url_map.bind("line.example", url_scheme="https")
    while waiting:
        address = waiting.pop(0)
        endpoint, values = urls.match(address.partition("?")[0])
        kind = (endpoint, values.get("place") == "all", values.get("which"), values.get("form"))
        if kind in endpoints:
            continue
        endpoints.add(kind)
        answer = client.get(address, base_url=HOME)
        if answer.status_code != 200:
            continue
        yield address
        if answer.mimetype == "text/html":
            links = re.findall(r'href="(/desk/[^"]*)"', answer.text)
            links = [link for link in links if not (only_pages and _is_file(link))]
            waiting += [link.replace("&amp;", "&") for link in dict.fromkeys(links) if link not in known]
            known.update(links)


def _is_file(address: str) -> bool:
    return "." in address.partition("?")[0]


def _report(took: dict[tuple[str, str], list[float]]) -> None:
    print("| page | database | ms | of a page that does nothing |\n| --- | --- | ---: | ---: |")
    slow: Counter[str] = Counter()
    for (name, address), seconds in sorted(took.items(), key=lambda each: (each[0][1], each[0][0])):
        ms = 1000 * median(seconds)
        kind = "files" if _is_file(address) else "pages"
        slow += {kind: ms >= LIMIT_MS, f"all {kind}": 1}
        print(f"| {address} | {name} | {ms:.0f} | {ms / 1000 / median(took[name, EMPTY]):.1f} |")
    for kind in ("pages", "files"):
        print(f"\n{slow[kind]} of {slow[f'all {kind}']} {kind} at {LIMIT_MS} ms or more")


if __name__ == "__main__":
    main()
