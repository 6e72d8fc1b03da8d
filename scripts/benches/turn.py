"""What a turn costs: the whole of it, against an empty view, a textbook's and a tuned textbook's, on each database.

scripts/bench turn [--seconds N] [--rounds N]

Each server is a process of its own, under the server that `ivr serve` uses; one after the other is loaded for some
seconds, round after round, so that a slow minute of the machine meets them all. Figures are medians of the rounds,
ratios medians of the ratios within a round. On two cores the client and the database take their share of the
machine too: read ratios, not absolutes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from msgspec.structs import replace
from sqlalchemy import insert, text

from ivr.catalogue import Segment, Sentence
from ivr.records.db import Database, open_database
from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.shelf import Shelf
from scripts.benches import load
from tests import made_lessons, postgres

TICKS = os.sysconf("SC_CLK_TCK")
SEGMENTS = 60  # half an hour of lesson
MOST_PER_S = 3000  # no turn here is faster; for so many there must be calls
URL, ACCOUNT, TOKEN = "https://line.example", "AC" + "0" * 32, "a token for the bench"

KINDS = ("full", "textbook", "tuned")  # those with a database
Figures = dict[str, float]


@dataclass(frozen=True)
class Contender:
    """A server under load: `kind` is empty or one of KINDS; `postgres` the process id of its database, if any."""

    kind: str
    database: str
    url: str
    log: Path
    server: subprocess.Popen[str]
    client: subprocess.Popen[str]
    postgres: int | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="how long each server is loaded in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ivr-bench-")))
        contenders = _started(stack, folder, asked)
        rounds: list[dict[tuple[str, str], Figures]] = []
        for n in range(asked.rounds):
            print(f"round {n + 1} of {asked.rounds}", file=sys.stderr)
            rounds.append({(each.database, each.kind): _measured(each, asked.seconds) for each in contenders})
        for each in contenders:
            _check(each, rounds)
    _report(rounds, asked)


# ── the servers and their clients ────────────────────────────────────────────────────────────────────────────────


def _started(stack: ExitStack, folder: Path, asked: argparse.Namespace) -> list[Contender]:
    calls = int(asked.seconds * asked.rounds * MOST_PER_S / SEGMENTS / asked.connections + 1) * asked.connections
    _put_lesson(Shelf(folder))
    places = stack.enter_context(postgres.server(durable=True))
    postmaster = int((Path(places.partition("host=")[2]) / "data" / "postmaster.pid").read_text().split()[0])
    _make_databases(places)
    files = f"sqlite:///{folder}/{{name}}.db"
    contenders = [_start(stack, folder, asked, "empty", "", "", asked.connections, None)]
    for database, url, process in (("SQLite", files, None), ("PostgreSQL", places, postmaster)):
        for kind in KINDS:
            own = url.format(name=kind)
            if kind == "full":
                _enrol(own, calls)
            contenders.append(_start(stack, folder, asked, kind, database, own, calls, process))
            if process:
                _analyze(own)
    return contenders


def _start(
    stack: ExitStack,
    folder: Path,
    asked: argparse.Namespace,
    kind: str,
    database: str,
    url: str,
    calls: int,
    process: int | None,
) -> Contender:
    environment = os.environ | {
        "IVR_DATA": str(folder),
        "IVR_DATABASE_URL": url,
        "IVR_PUBLIC_URL": URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
    }
    wanted = {
        "path": "/empty" if kind == "empty" else "",
        "calls": calls,
        "segments": SEGMENTS,
        "connections": asked.connections,
        "public_url": URL,
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
    }
    log = folder / f"{kind}-{database}.log"
    server = stack.enter_context(_running(["scripts.benches.servers", kind], log, environment))
    port = {"port": int(_told(server, log))}
    client = stack.enter_context(_running(["scripts.benches.load", json.dumps(wanted | port)], log, environment))
    _told(client, log)
    return Contender(kind, database, url, log, server, client, process)


@contextmanager
def _running(module: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A Python process that ends with this one: its stdin is closed then."""
    command = [sys.executable, "-m", *module]
    pipe = subprocess.PIPE
    with log.open("a") as errors:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _told(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{process.args!r} ended:\n{log.read_text()[-2000:]}")
    return line


def _put_lesson(shelf: Shelf) -> None:
    made_lessons.put_lessons(shelf)
    for slug in ("falls", "stoves"):
        shelf.withdraw(slug)
    segments = []
    for n in range(SEGMENTS):
        audio = shelf.put_audio(made_lessons.tone(200, 1000 + n))
        segments.append(Segment(f"第{n}段", audio, 200, (Sentence("一句。", 0, 100), Sentence("又一句。", 100, 200))))
    shelf.publish(replace(made_lessons.stoves(shelf), slug="long", code="B-1", segments=tuple(segments)))


def _make_databases(places: str) -> None:
    maker = Database(places.format(name="postgres"))
    with maker.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in KINDS:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    maker.close()


def _analyze(url: str) -> None:
    """Let PostgreSQL know what the tables have, as it finds out by itself within some minutes."""
    database = Database(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    database.close()


def _enrol(url: str, calls: int) -> None:
    """A member for every call, with a phone of their own."""
    ids = [{"id": n} for n in range(1, calls + 1)]
    database = open_database(url)
    with database.writing() as connection:
        connection.execute(insert(Branch), [{"id": 1, "name": "支部"}])
        members = [row | {"branch_id": 1, "number": f"{row['id']}", "name": "王秀英"} for row in ids]
        connection.execute(insert(Member), members)
        connection.execute(insert(Phone), [row | {"number": load.number(row["id"] - 1)} for row in ids])
        connection.execute(insert(MemberPhone), [{"member_id": row["id"], "phone_id": row["id"]} for row in ids])
    database.close()


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────


def _measured(contender: Contender, seconds: float) -> Figures:
    client = contender.client
    assert client.stdin
    before = _cpu(contender)
    client.stdin.write(f"{seconds}\n")
    client.stdin.flush()
    figures: Figures = json.loads(_told(client, contender.log))
    after = _cpu(contender)
    used = {name: after[name] - before[name] for name in after}
    known = sum(used[name] for name in ("server", "postgres", "client", "self"))
    count = figures["requests"]
    return figures | {
        "server_ms": 1000 * used["server"] / count,
        "postgres_ms": 1000 * used["postgres"] / count,
        "others": max(0.0, used["busy"] - known) / used["all"],
    }


def _cpu(contender: Contender) -> Figures:
    """CPU seconds so far, of everybody who counts; `busy` is the whole machine's, `all` what it could have had."""
    _, *ticks = Path("/proc/stat").read_text().partition("\n")[0].split()
    user, nice, system, idle, waiting, *rest = (int(each) / TICKS for each in ticks[:8])
    busy = user + nice + system + sum(rest)
    return {
        "server": _seconds(contender.server.pid),
        "client": _seconds(contender.client.pid),
        "self": _seconds(os.getpid()),
        "postgres": sum(map(_seconds, _family(contender.postgres))) if contender.postgres else 0.0,
        "busy": busy,
        "all": busy + idle + waiting,
    }


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _seconds(process: int) -> float:
    return sum(map(int, _stat(process)[11:13])) / TICKS


def _family(process: int) -> list[int]:
    """A process and its children."""
    children = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(_stat(int(each.name))[1])
        except OSError:  # gone meanwhile
            continue
        if parent == process:
            children.append(int(each.name))
    return [process, *children]


def _check(contender: Contender, rounds: list[dict[tuple[str, str], Figures]]) -> None:
    """What was answered must be in the database."""
    if contender.kind == "empty":
        return
    table = "turns" if contender.kind == "full" else "textbook_turns"
    answered = sum(each[contender.database, contender.kind]["requests"] for each in rounds)
    database = Database(contender.url)
    with database.reading() as connection:
        written = connection.execute(text(f"SELECT count(*) FROM {table} WHERE n > {load.OPENING}")).scalar_one()
    database.close()
    if written != answered:
        sys.exit(f"{contender.kind} on {contender.database} answered {answered} turns and wrote {written}")


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def _report(rounds: list[dict[tuple[str, str], Figures]], asked: argparse.Namespace) -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {asked.connections} connections;"
        f" medians of {asked.rounds} rounds of {asked.seconds:g} s\n"
    )
    print("| database | view | requests/s | p50 ms | p99 ms | server CPU ms | PostgreSQL CPU ms | others' CPU |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for database, kind in rounds[0]:
        at = {name: median(each[database, kind][name] for each in rounds) for name in rounds[0][database, kind]}
        postgres_ms = f"{at['postgres_ms']:.2f}" if database == "PostgreSQL" else "–"
        print(
            f"| {database or '–'} | {kind} | {at['per_s']:.0f} | {at['p50_ms']:.1f} | {at['p99_ms']:.1f}"
            f" | {at['server_ms']:.2f} | {postgres_ms} | {at['others']:.0%} |"
        )
    print("\nThe full turn as a multiple of the other views, in the same round:\n")
    print("| database | requests/s: empty | textbook | tuned | server CPU: empty | textbook | tuned |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for database in ("SQLite", "PostgreSQL"):
        cells = [
            f"{median(_ratio(each, name, database, other) for each in rounds):.2f}"
            for name in ("per_s", "server_ms")
            for other in (("", "empty"), (database, "textbook"), (database, "tuned"))
        ]
        print(f"| {database} | {' | '.join(cells)} |")


def _ratio(figures: dict[tuple[str, str], Figures], name: str, database: str, other: tuple[str, str]) -> float:
    return figures[database, "full"][name] / figures[other][name]


if __name__ == "__main__":
    main()
