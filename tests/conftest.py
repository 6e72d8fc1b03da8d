"""What every test may ask for: a database of each kind, a shelf with lessons on it, settings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from ivr.config import LineSettings, Settings, TwilioSettings
from ivr.records.db import Database, open_database
from ivr.shelf import Shelf
from tests import postgres
from tests.databases import EMPTY, Filling, Originals, copied
from tests.made_lessons import put_lessons


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A private PostgreSQL server; its URL has a place for {name}."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoServer as missing:
        warnings.warn(f"HALF OF THE TESTS DID NOT RUN: {missing}", stacklevel=1)
        pytest.skip(f"HALF OF THE TESTS DID NOT RUN: {missing}")


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Originals:
    """What databases are copied from."""
    return Originals(tmp_path_factory.mktemp("originals"))


@pytest.fixture
def filling() -> Filling:
    """What is in the databases of tests when they begin."""
    return EMPTY


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, filling: Filling) -> str:
    """The URL of a database with its tables and its filling, of each kind in turn."""
    return copied(request, filling, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with its tables, and nothing in them."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings as a small installation has them; the data folder is the test's own."""
    return Settings(
        data=tmp_path / "data",
        line=LineSettings(public_url="https://line.example"),
        twilio=TwilioSettings(account_sid="AC" + "0" * 32, auth_token="a token for tests"),
    )


BY_TURNS = ("reports", "telephony", "web")
ON_BOTH = ("test_breaks.py", "test_scope.py", "test_sign_in.py")  # where databases differ, or every page asks of them
LONG = ("test_intelligibility.py", "test_walk.py", "test_crash.py", "test_village.py")


@pytest.fixture(scope="session")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the made lessons and every prompt; to be read only."""
    folder = tmp_path_factory.mktemp("pressed")
    put_lessons(Shelf(folder))
    return folder


@pytest.fixture
def shelf(pressed: Path) -> Shelf:
    """A shelf with the made lessons; to be read only."""
    return Shelf(pressed)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes begins first: of two processes neither waits at the end for the other. By turns, each test of
    the reports, the telephony and the desk is left to one of the databases, always the same one."""
    if config.getoption("--turns"):
        ours: dict[bool, list[pytest.Item]] = {False: [], True: []}
        for item in items:
            ours[not _is_left_to_the_other(item)].append(item)
        config.hook.pytest_deselected(items=ours[False])
        items[:] = ours[True]
    items.sort(key=lambda item: item.path.name not in LONG)


def _is_left_to_the_other(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    if not call or item.path.parent.name not in BY_TURNS or item.path.name in ON_BOTH:
        return False
    kind = call.params.get("database_url")
    if kind is None or kind not in call.id:  # ON_ONE has another id
        return False
    turn = crc32(item.nodeid.replace(kind, "").encode()) % 2
    return bool(kind != ("sqlite", "postgresql")[turn])


def pytest_addoption(parser: pytest.Parser) -> None:
    turns = (
        "tests of reports, telephony and desk take turns between the databases, one each; without it each runs on both"
    )
    parser.addoption("--turns", action="store_true", help=turns)
    parser.addoption(
        "--rewrite", action="store_true", help="write golden files anew; read what changed before keeping it"
    )
    parser.addoption("--pictures", metavar="FOLDER", help="keep the pictures of the desk's pages here")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured: by the village, for the README, and by the machine that listens."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    for line in [v for r in reports for name, v in getattr(r, "user_properties", ()) if name == "told"]:
        terminalreporter.write_line(line)
    measured = [v for r in reports for name, v in getattr(r, "user_properties", ()) if name == "widths"]
    if widths := sorted(width for each in measured for width in each):
        median, p95 = widths[len(widths) // 2], widths[len(widths) * 95 // 100]
        terminalreporter.write_line(
            f"village: {len(widths)} lessons in random calls, every truth within its bounds; "
            f"bounds apart: median {median:.2f} s, 95th percentile {p95:.2f} s"
        )
