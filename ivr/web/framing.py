"""What every page about a month has around it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ivr.web.desk import Desk
from ivr.web.scope import Seen


def of_month(desk: Desk, seen: Seen) -> dict[str, Any]:
    """For desk/month.html: the month in words, and those before and after ("" for one that has not begun)."""
    following = seen.period.last + timedelta(days=1)
    return {
        "seen": seen,
        "month": seen.period.named(desk.words),
        "previous": f"{seen.period.first - timedelta(days=1):%Y-%m}",
        "next": f"{following:%Y-%m}" if following <= desk.this_month().first else "",
    }
