"""Editions of a lesson side by side, from the ledger: each person once in each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from ivr.catalogue import Lesson
from ivr.records import places
from ivr.records.db import Database
from ivr.reports.editions import EditionRow, editions
from ivr.shelf import Shelf
from tests.made_lessons import put_lessons
from tests.reports.village import ZONE, Village, answers, asks, bye, ends, enrol, listens, menu


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One whose lesson on falls was once shorter."""
    shelf = Shelf(tmp_path / "data")
    now, _ = put_lessons(shelf)
    shelf.publish(replace(now, segments=now.segments[:2], other_pace=None, pace="", edition=""))
    shelf.publish(now)
    return shelf


@pytest.fixture
def two(database: Database, shelf: Shelf) -> tuple[Database, Shelf]:
    enrol(database)
    with database.writing() as connection:
        village = Village(connection, shelf.catalogue())
        old, now = before(shelf), village.falls
        village.call("001", "2026-09-30 23:30", menu(), *listens(old, 0, 1), bye(11.5), hung_up=1)
        village.call("001", "2026-11-09 08:00", menu(), *listens(now, 0, 1, 2), bye(9.5), hung_up=1)
        village.call("002", "2026-10-10 08:00", menu(), *listens(old, 0), ends(old, 13.5), hung_up=1)
        tried = (asks(old), answers(old, 0, "1"), answers(old, 0, "2", 2), answers(old, 1, "2"), bye())
        village.call("003", "2026-10-12 08:00", menu(), *tried, hung_up=1)
        village.call("101", "2026-10-11 08:00", menu(), *listens(old, 0), ends(old, 13.5), hung_up=1)
        village.call(None, "2026-10-11 09:00", menu(), *listens(old, 0), ends(old, 13.5), hung_up=1)
    return database, shelf


def before(shelf: Shelf) -> Lesson:
    return next(each for each in shelf.catalogue().editions.values() if each.length_ms == 22_000)


def found(connection: Connection, shelf: Shelf, slug: str, *branches: str) -> list[EditionRow]:
    ids = [place.id for place in places.seen_by(connection, "county", None) if place.name in branches]
    return editions(connection, shelf.catalogue(), slug, ids, ZONE, 0.9)


def test_each_edition_has_all_who_ever_heard_it(two: tuple[Database, Shelf]) -> None:
    """The first of them heard both; one call began before midnight, and belongs to that day."""
    database, shelf = two
    now, old = shelf.catalogue().lessons[0].edition, before(shelf).edition
    with database.reading() as connection:
        assert found(connection, shelf, "falls", "初心村党支部") == [
            EditionRow(now, True, 30.0, 1, 1, 30.0, 0, 0, date(2026, 11, 9), date(2026, 11, 9)),
            EditionRow(old, False, 22.0, 2, 1, 17.0, 2, 1, date(2026, 9, 30), date(2026, 10, 12)),
        ]


def test_of_ones_own_branches_only(two: tuple[Database, Shelf]) -> None:
    database, shelf = two
    with database.reading() as connection:
        told = [(row.offered, row.listeners) for row in found(connection, shelf, "falls", "东村党支部")]
        assert told == [(True, 0), (False, 1)]
        both = found(connection, shelf, "falls", "初心村党支部", "东村党支部")
        assert [row.listeners for row in both] == [1, 3]


def test_one_edition_is_compared_with_none(two: tuple[Database, Shelf]) -> None:
    database, shelf = two
    with database.reading() as connection:
        assert found(connection, shelf, "stoves", "初心村党支部") == []
        assert found(connection, shelf, "unknown", "初心村党支部") == []
