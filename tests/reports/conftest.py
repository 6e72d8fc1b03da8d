"""The village's facts, in each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ivr import vocabulary
from ivr.config import RecordSettings
from ivr.records.db import Database
from ivr.reports import period, sheets
from ivr.reports.columns import Basis
from ivr.reports.facts import Facts, Whom, gather
from ivr.shelf import Shelf
from tests.reports.village import ZONE, Village, enrol

Gathered = Callable[..., Facts]
About = Callable[..., Basis]


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
        return gather(village.connection, period.of_month(month, ZONE), village.catalogue, 0.9, Whom(**which))

    return facts


@pytest.fixture
def about(village: Village) -> About:
    """What the sheets of a month are made from, as `ivr report` has them."""

    def basis(month: str = "2026-11", words: str = "zh", **which: Any) -> Basis:
        told = (period.of_month(month, ZONE), village.catalogue, Whom(**which), vocabulary.load(words))
        return sheets.about(village.connection, *told, RecordSettings())

    return basis
