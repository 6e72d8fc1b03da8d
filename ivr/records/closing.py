"""A month is handed in once the one after it is over: from then on visits, meetings and of whom study was not asked
stay as they are. Hours are confirmed later, too; by whom and when is kept."""

from __future__ import annotations

from datetime import date, timedelta


def open_since(today: date) -> date:
    """The first day of which something may still be written down, or taken back: that of last month."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
