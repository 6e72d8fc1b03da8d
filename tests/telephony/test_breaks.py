"""Whatever breaks here, the provider gets a document that it can perform, and the health page says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.config import Settings
from ivr.records.db import Database
from tests.telephony.door import EMPTY, OpenDoor, is_apology, opened, turn_of

OTHER = "CA" + "f" * 32

# ── what breaks here ─────────────────────────────────────────────────────────────────────────────────────────────


def lose_turns(door: OpenDoor) -> None:
    with door.line.database.writing() as connection:
        connection.execute(text("ALTER TABLE turns RENAME TO lost_turns"))


def cut_off(door: OpenDoor) -> None:
    """The database goes away: its connections die, and there are no new ones."""
    engine = door.line.database.engine
    door.line.database.drop_connections()
    if door.line.database.is_sqlite:
        path = Path(str(engine.url.database))
        for beside in ("", "-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        path.write_bytes(b"this was a database\n" * 500)
        return
    drop_database(door)


def drop_database(door: OpenDoor) -> None:
    url = door.line.database.engine.url
    other = Database(url.set(database="postgres").render_as_string(hide_password=False))
    with other.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")
    other.close()


@pytest.fixture
def fragile(settings: Settings, pressed: Path, database_url: str, tmp_path: Path) -> Iterator[OpenDoor]:
    """A line with a shelf of its own, to be broken."""
    shelf = tmp_path / "shelf"
    for folder in ("audio", "editions", "phrases"):
        shelf.mkdir(exist_ok=True)
        (shelf / folder).symlink_to(pressed / folder)
    (shelf / "index.json").write_bytes((pressed / "index.json").read_bytes())
    door = opened(settings, shelf, database_url)
    yield door
    door.line.database.close()


def damage_index(door: OpenDoor) -> None:
    (door.line.shelf.root / "index.json").write_text("{damaged")


def lose_editions(door: OpenDoor) -> None:
    (door.line.shelf.root / "index.json").write_text('{"falls": "0000000000000000"}')


BREAKS: dict[str, Callable[[OpenDoor], None]] = {
    "a table is gone": lose_turns,
    "the database is gone": cut_off,
    "the index is damaged": damage_index,
    "an edition is gone": lose_editions,
}


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=list(BREAKS))
def test_whatever_breaks_the_caller_hears_an_apology(fragile: OpenDoor, breaks: Callable[[OpenDoor], None]) -> None:
    """Never a 500 to the provider, and never silence; the catalogue is needed for all but the fallback."""
    door = fragile
    newest = door.to_lesson()
    breaks(door)
    for path in ("/turn/3/key", "/turn/3/end"):
        assert is_apology(door.said(path))
    assert is_apology(door.said("/answer", door.form(OTHER)))
    fallback = door.said("/fallback")
    assert is_apology(fallback) or (breaks in (damage_index, lose_editions) and fallback == newest)
    status = door.said("/status", door.form(CallStatus="completed"))
    assert is_apology(status) or status == EMPTY


@pytest.mark.parametrize("breaks", BREAKS.values(), ids=list(BREAKS))
def test_health_says_so(fragile: OpenDoor, breaks: Callable[[OpenDoor], None]) -> None:
    client = fragile.app.test_client()
    fine = client.get("/healthz")
    assert (fine.status_code, fine.json) == (200, {"status": "ok", "lessons": 2})
    fragile.to_lesson()
    breaks(fragile)
    broken = client.get("/healthz")
    assert (broken.status_code, broken.json) == (503, {"status": "failing"})


def test_a_shelf_that_is_mended_is_read_again(fragile: OpenDoor) -> None:
    whole = (fragile.line.shelf.root / "index.json").read_bytes()
    newest = fragile.to_lesson()
    damage_index(fragile)
    before = fragile.stored()
    assert is_apology(fragile.said("/turn/3/end"))
    assert fragile.stored() == before
    (fragile.line.shelf.root / "index.json").write_bytes(whole)
    document = fragile.said("/turn/3/end")
    assert turn_of(document) == 4 and document != newest


def test_nothing_of_a_broken_answer_is_kept(fragile: OpenDoor) -> None:
    damage_index(fragile)
    before = fragile.stored()
    assert is_apology(fragile.said("/answer"))
    assert fragile.stored() == before


def test_a_database_that_cut_its_connections(door: OpenDoor) -> None:
    """As when PostgreSQL was started anew: the next caller should not notice."""
    if door.line.database.is_sqlite:
        pytest.skip("a file has no connections to cut")
    door.to_lesson()
    url = door.line.database.engine.url.render_as_string(hide_password=False)
    cut = f"""
from ivr.records.db import Database
database = Database({url!r})
with database.writing() as connection:
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()"
        " AND datname = current_database()")
"""
    subprocess.run([sys.executable, "-c", cut], check=True)
    documents = [door.said("/turn/3/end") for _ in range(2)]
    assert turn_of(documents[-1]) == 4
    assert not is_apology(documents[0])
