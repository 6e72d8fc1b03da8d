"""The village's facts, in each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ivr.records.db import Database
from ivr.reports import period
from ivr.reports.facts import Facts, gather
from ivr.shelf import Shelf
from tests.reports.village import ZONE, Village, enrol

Gathered = Callable[..., Facts]


@pytest.fixture
def village(database: Database, shelf: Shelf) -> Iterator[Village]:
    """Everybody enrolled, no calls yet. Nothing of it is committed."""
    enrol(database)
    with database.writing() as connection:
        yield Village(connection, shelf.catalogue())


@pytest.fixture
def gathered(village: Village) -> Gathered:
    """The facts of a month (November 2026, unless told otherwise)."""

    def facts(month: str = "2026-11", **which: Any) -> Facts:
        return gather(village.connection, period.of_month(month, ZONE), village.catalogue, 0.9, **which)

    return facts
