"""A month begins at local midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr import vocabulary
from ivr.errors import NotAMonth
from ivr.reports.period import begun, month_at, of_month


@pytest.mark.parametrize(
    ("month", "zone", "start", "end"),
    [
        ("2026-11", "Asia/Shanghai", "2026-10-31T16:00", "2026-11-30T16:00"),
        ("2026-12", "Asia/Shanghai", "2026-11-30T16:00", "2026-12-31T16:00"),
        ("2024-02", "UTC", "2024-02-01T00:00", "2024-03-01T00:00"),
        ("2026-03", "Europe/Berlin", "2026-02-28T23:00", "2026-03-31T22:00"),  # summer time begins in it
    ],
)
def test_a_month_is_half_open_and_begins_at_local_midnight(month: str, zone: str, start: str, end: str) -> None:
    period = of_month(month, ZoneInfo(zone))
    assert period.start == datetime.fromisoformat(f"{start}+00:00")
    assert period.end == datetime.fromisoformat(f"{end}+00:00")


def test_a_month_knows_its_days_and_its_words() -> None:
    period = of_month("2024-02", ZoneInfo("Asia/Shanghai"))
    assert (period.first, period.last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert period.named(vocabulary.load("zh")) == "2024年2月"


def test_the_current_month_is_the_local_one() -> None:
    last_minutes = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    zone = ZoneInfo("Asia/Shanghai")
    assert [month_at(now, zone).month for now in (last_minutes, midnight)] == ["2026-10", "2026-11"]


@pytest.mark.parametrize(
    "written", ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "2026-11-01", "９９99-01", "9999-12"]
)
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(NotAMonth, match="write it like 2026-11"):
        of_month(written, ZoneInfo("UTC"))


@pytest.mark.parametrize(("written", "why"), [("2026-12", "has not begun"), ("1999-12", "no line"), ("2026-1", "like")])
def test_a_month_that_may_not_be_asked_about_is_refused(written: str, why: str) -> None:
    now, zone = datetime(2026, 11, 30, 16, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai")
    with pytest.raises(NotAMonth, match=why):
        begun(written, zone, now - timedelta(microseconds=1))
    assert begun("2026-12", zone, now).month == "2026-12"  # where the line is
