"""A month is handed in once the one after it is over: from then on what was written down of it stays as it is."""

from __future__ import annotations

from datetime import date, timedelta


def open_since(today: date) -> date:
    """The first day of which something may still be written down, or taken back: that of last month."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
