"""What every page about a month has around it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ivr.reports import beginning
from ivr.web.desk import Desk
from ivr.web.paper import is_missing
from ivr.web.scope import Seen


def of_month(desk: Desk, seen: Seen) -> dict[str, Any]:
    """For desk/month.html: the month in words, those before and after ("" for one before the record begins, or that has
    not begun), and this one ("" where it is shown); whether no PDFs can be made here."""
    following = seen.period.last + timedelta(days=1)
    now = desk.this_month()
    with desk.database.reading() as connection:
        begins = beginning.first_day(connection, desk.shelf.catalogue(), desk.settings.line.zone) or now.first
    return {
        "seen": seen,
        "month": seen.period.named(desk.words),
        "previous": f"{seen.period.first - timedelta(days=1):%Y-%m}" if begins < seen.period.first else "",
        "next": f"{following:%Y-%m}" if following <= now.first else "",
        "lacks_pdfs": is_missing(),
        "now": now.month if seen.month != now.month else "",
    }
