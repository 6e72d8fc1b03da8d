"""What is typed as a PIN is nowhere on record, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from ivr.config import Settings
from ivr.shelf import Shelf
from tests.drivers import DirectDriver, Person
from tests.made_lessons import put_lessons

NUMBER = "+8613800000001"


@pytest.fixture
def driver(settings: Settings) -> Iterator[DirectDriver]:
    put_lessons(Shelf(settings.data))
    driver = DirectDriver(settings, [Person("王秀英", NUMBER, role="leader", pin="481516")])
    yield driver
    driver.close()


def test_a_pin_is_not_kept(driver: DirectDriver) -> None:
    driver.call(NUMBER)
    for keys in ("0", "5", "001", "271828", "481516"):
        driver.press(keys, 5)
    assert driver.said()[-1].startswith("现在点名")
    driver.press("2", 5)
    with driver.line.database.reading() as connection:
        rows = connection.execute(text("SELECT digits, turn FROM turns ORDER BY n")).all()
        tables = ("pin_tries", "members", "calls")
        rest = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables]
    assert [row.digits for row in rows] == ["", "0", "5", "001", "", "", "2"]
    assert "481516" not in repr((rows, rest)) and "271828" not in repr((rows, rest))
