"""What is typed into forms is read as people write it, or refused with the name of its field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ivr.errors import BadEntry

DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def day(field: str, text: str) -> date:
    """2026-11-03, as browsers send it; 2026.11.3 or 2026年11月3日 where they leave it to people. Raises BadEntry."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise BadEntry(field, "day_needed")
    try:
        year, month, of_month = map(int, DATE.fullmatch(plain).groups())  # type: ignore[union-attr]
        return date(year, month, of_month)
    except (AttributeError, ValueError):
        raise BadEntry(field, "no_day") from None
